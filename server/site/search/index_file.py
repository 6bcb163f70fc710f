"""Where the index of a version is kept: in a file beside the socket of the server, for all of its processes.

It is made once for each version, a second after that or when it is first needed, by a process of its own,
which the deadline of a request does not stop; searches wait a little, and are 503 where that is not enough.
That of a build is kept with it for the next server, that of large files beside the builds.
Where there is no such folder, or no room in it, each process keeps an index of its own in memory.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING, Final, Protocol

from flask import current_app
from wicara.queries import sought
from wicara.server import build_cache
from wicara.server.app_state import EXTENSION as SERVED
from wicara.server.app_state import dataset, infer, settings
from wicara.server.http.problems import Problem
from wicara.server.site.search.index import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question

EXTENSION: Final = "wicara-search"
SUFFIX: Final = ".search"
LOCK: Final = "search.lock"
MAX_WAIT: Final = 10.0
"""Seconds that a request waits for an index that another process makes; less where `--timeout` is short."""
PAUSE: Final = 0.02
LARGE: Final = 100_000
"""Quads of files from which on their index stays: of fewer, it is made in a second or two."""
UNFINISHED: Final = "The search index of this version of the dataset is being made. Try again soon."


class IndexProcess(Protocol):
    """What makes an index in another process, which has the lock until it ends."""

    def __call__(self, lock: IO[str], *, inferred: bool) -> None:
        """Begin, and return at once."""


@dataclass
class IndexFiles:
    """The indexes of an app: the folder of their files, and the one that is open in this process.

    Those of files that are served as they are stay where `lasting` is their folder and name.
    """

    questions: Sequence[Question] = ()
    folder: Path | None = None
    apart: IndexProcess | None = None
    lasting: Path | None = None
    name: str = ""
    connection: sqlite3.Connection | None = None

    def open(self, built: BuiltDataset, *, inferred: bool, patience: float = MAX_WAIT) -> sqlite3.Connection:
        """Return the index of a dataset, open for reading."""
        name = index_name(built, inferred=inferred)
        if self.connection is None or self.name != name:
            before, self.connection = self.connection, None  # there may be none yet of the other
            if before is not None:
                before.close()
            self.connection, self.name = self.opened(built, inferred=inferred, patience=patience), name
        return self.connection

    def opened(self, built: BuiltDataset, *, inferred: bool, patience: float) -> sqlite3.Connection:
        """Open an index that this process has not had yet; raises Problem 503 while another makes it."""
        if self.folder is not None:
            with suppress(OSError, sqlite3.Error):
                if path := self.awaited(self.folder, built, inferred=inferred, patience=patience):
                    return connect(f"{path.as_uri()}?mode=ro&immutable=1")
        connection = connect("file::memory:")
        self.fill(connection, built, inferred=inferred)
        return connection

    def awaited(self, folder: Path, built: BuiltDataset, *, inferred: bool, patience: float) -> Path | None:
        """Return the file of an index, made apart from this request; None where that fails.

        Raises Problem 503 where it takes longer than a request should.
        """
        path = index_path(folder, built, inferred=inferred)
        until = time.monotonic() + min(patience, settings().limits.timeout / 2)
        started = False
        while not path.exists():
            with (folder / LOCK).open("w") as lock:
                if is_free(lock) and not path.exists():
                    if started or self.apart is None:
                        return None
                    started = True
                    self.apart(lock, inferred=inferred)
            if time.monotonic() > until:
                raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, UNFINISHED, {"Retry-After": "5"})
            time.sleep(PAUSE)
        return path

    def make(self, folder: Path, built: BuiltDataset, *, inferred: bool) -> None:
        """Write an index into its file unless it is there, and remove old ones; the caller has the lock."""
        path = index_path(folder, built, inferred=inferred)
        if path.exists():
            return
        place = self.lasting_path(built, inferred=inferred)
        unfinished = folder / "search.unfinished"
        unfinished.unlink(missing_ok=True)
        known = build_cache.opened(place, built)
        if known is not None:
            with known, unfinished.open("wb") as copy:
                copyfileobj(known, copy)
        else:
            with closing(connect(unfinished.as_uri())) as connection:
                self.fill(connection, built, inferred=inferred)
            with unfinished.open("rb") as made:
                build_cache.store(place, built, made)
            if place is not None and built.plain:
                with suppress(OSError):
                    build_cache.keep_newest(place.parent, f"*{build_cache.SUFFIX}")
        unfinished.rename(path)
        build_cache.keep_newest(folder, f"*{SUFFIX}")

    def lasting_path(self, built: BuiltDataset, *, inferred: bool) -> Path | None:
        """Return where an index stays for the next server: with its build, or for large files."""
        if self.lasting is None or len(built.store) < LARGE:
            return build_cache.cache_path(built, f"search-{'on' if inferred else 'off'}")
        with suppress(OSError):
            self.lasting.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return build_cache.cache_path(built, self.lasting.name, self.lasting.parent)

    def fill(self, connection: sqlite3.Connection, built: BuiltDataset, *, inferred: bool) -> None:
        """Write the index of a dataset; the questions are asked of a built one alone."""
        questions = () if built.plain else (*self.questions, *sought())
        fill(connection, built.for_inference(inferred), questions, plain=built.plain)


def connect(uri: str) -> sqlite3.Connection:
    """Return a connection whose temporary tables are in memory; requests are answered one at a time."""
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def index_name(built: BuiltDataset, *, inferred: bool) -> str:
    """Return the name of the index of a dataset: what is served as it is has one alone."""
    return f"{built.digest}-{'on' if inferred or built.plain else 'off'}"


def index_path(folder: Path, built: BuiltDataset, *, inferred: bool) -> Path:
    """Return where the file of an index is."""
    return folder / f"{index_name(built, inferred=inferred)}{SUFFIX}"


def is_free(lock: IO[str]) -> bool:
    """Take a lock, and return whether nobody else has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep_in(
    app: Flask,
    folder: Path | None = None,
    apart: IndexProcess | None = None,
    lasting: str | None = None,
) -> None:
    """Keep the indexes of an app in memory, or in a folder that all processes of a server use."""
    files = IndexFiles(app.config["QUESTIONS"], folder, apart, Path(lasting) if lasting else None)
    app.extensions[EXTENSION] = files


def make(app: Flask, *, inferred: bool) -> None:
    """Make the file of an app's index; whoever calls this has the lock."""
    files: IndexFiles = app.extensions[EXTENSION]
    if files.folder is not None:
        files.make(files.folder, app.extensions[SERVED].dataset, inferred=inferred)


def prepare(app: Flask) -> None:
    """Make the file of an app's index, for whoever searches first, unless one is being made."""
    files: IndexFiles = app.extensions[EXTENSION]
    if files.folder is not None:
        with (files.folder / LOCK).open("w") as lock:
            if is_free(lock):
                make(app, inferred=True)


def index(patience: float = MAX_WAIT) -> sqlite3.Connection:
    """Return the index of what this request is answered from.

    Raises Problem 503 where another process still makes it after so many seconds.
    """
    files: IndexFiles = current_app.extensions[EXTENSION]
    return files.open(dataset(), inferred=infer(), patience=patience)
