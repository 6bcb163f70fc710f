"""Where the index of a version is kept: in a file beside the socket of the server, for all of its processes.

It is made when it is first needed, by one process while others wait, and once for each version. Where there
is no such folder, or no room in it, each process keeps an index of its own in memory.
"""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import current_app
from wicara.server.app_state import EXTENSION as SERVED
from wicara.server.app_state import dataset, infer
from wicara.server.site.search.index import fill

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask import Flask
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question

EXTENSION: Final = "wicara-search"
SUFFIX: Final = ".search"
MAX_VERSIONS: Final = 4
"""How many indexes stay: requests of an older version may be under way."""


@dataclass
class IndexFiles:
    """The indexes of an app: the folder of their files, and the one that is open in this process."""

    questions: Sequence[Question] = ()
    folder: Path | None = None
    name: str = ""
    connection: sqlite3.Connection | None = None

    def open(self, built: BuiltDataset, *, inferred: bool) -> sqlite3.Connection:
        """Return the index of a dataset, open for reading."""
        name = name_of(built, inferred=inferred)
        if self.connection is None or self.name != name:
            if self.connection is not None:
                self.connection.close()
            self.connection, self.name = self.opened(built, inferred=inferred), name
        return self.connection

    def opened(self, built: BuiltDataset, *, inferred: bool) -> sqlite3.Connection:
        """Open an index that this process has not had yet."""
        if self.folder is not None:
            with suppress(OSError, sqlite3.Error):
                path = self.file(self.folder, built, inferred=inferred)
                return connect(f"{path.as_uri()}?mode=ro&immutable=1")
        connection = connect("file::memory:")
        self.fill(connection, built, inferred=inferred)
        return connection

    def file(self, folder: Path, built: BuiltDataset, *, inferred: bool) -> Path:
        """Return the file of an index, made by the first process that needs it; old ones are removed."""
        path = folder / f"{name_of(built, inferred=inferred)}{SUFFIX}"
        if path.exists():
            return path
        with (folder / "search.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                unfinished = folder / "search.unfinished"
                unfinished.unlink(missing_ok=True)
                with closing(connect(unfinished.as_uri())) as connection:
                    self.fill(connection, built, inferred=inferred)
                unfinished.rename(path)
                files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime_ns)
                for old in files[:-MAX_VERSIONS]:
                    old.unlink(missing_ok=True)
        return path

    def fill(self, connection: sqlite3.Connection, built: BuiltDataset, *, inferred: bool) -> None:
        """Write the index of a dataset; the questions are asked of a built one alone."""
        questions = () if built.plain else self.questions
        fill(connection, built.for_inference(inferred), questions, plain=built.plain)


def connect(uri: str) -> sqlite3.Connection:
    """Return a connection whose temporary tables are in memory; requests are answered one at a time."""
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def name_of(built: BuiltDataset, *, inferred: bool) -> str:
    """Return the name of the index of a dataset: what is served as it is has one alone."""
    return f"{built.digest}-{'on' if inferred or built.plain else 'off'}"


def keep_in(app: Flask, folder: Path | None = None) -> None:
    """Keep the indexes of an app in memory, or in a folder that all processes of a server use."""
    app.extensions[EXTENSION] = IndexFiles(app.config["QUESTIONS"], folder)


def prepare(app: Flask) -> None:
    """Make the file of an app's index, for whoever searches first."""
    files: IndexFiles = app.extensions[EXTENSION]
    if files.folder is not None:
        files.file(files.folder, app.extensions[SERVED].dataset, inferred=True)


def index() -> sqlite3.Connection:
    """Return the index of what this request is answered from."""
    files: IndexFiles = current_app.extensions[EXTENSION]
    return files.open(dataset(), inferred=infer())
