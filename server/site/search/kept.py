"""Where the index of a version is kept: in a file beside the socket of the server, for all of its processes.

It is made when it is first asked for, by one process while others wait, and once for each version. Where
there is no such folder, or no room in it, each process keeps an index of its own in memory.
"""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from flask import current_app
from wicara.server.served import EXTENSION as SERVED
from wicara.server.served import dataset, infer
from wicara.server.site.search.index import fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from pyoxigraph import Store
    from wicara.graph.store import BuiltDataset

EXTENSION: Final = "wicara-search"
SUFFIX: Final = ".search"
LOCK: Final = "search.lock"
UNFINISHED: Final = "search.unfinished"
VERSIONS: Final = 4
"""How many indexes stay: requests of an older version may be under way."""


@dataclass
class Kept:
    """The indexes of an app: the folder of their files, and the one that is open in this process."""

    folder: Path | None = None
    name: str = ""
    connection: sqlite3.Connection | None = None

    def open(self, built: BuiltDataset, *, inferred: bool) -> sqlite3.Connection:
        """Return the index of a dataset, open for reading."""
        name = named(built, inferred=inferred)
        if self.connection is None or self.name != name:
            if self.connection is not None:
                self.connection.close()
            self.connection = self.opened(name, built, built.for_inference(inferred))
            self.name = name
        return self.connection

    def opened(self, name: str, built: BuiltDataset, store: Store) -> sqlite3.Connection:
        """Open an index that this process has not had yet."""
        with suppress(OSError, sqlite3.Error):
            if self.folder is not None:
                return connect(f"{self.file(name, built, store).as_uri()}?mode=ro&immutable=1")
        connection = connect("file::memory:")
        fill(connection, store, plain=built.plain)
        return connection

    def file(self, name: str, built: BuiltDataset, store: Store) -> Path:
        """Return the file of an index, and make it where no process has."""
        folder = cast("Path", self.folder)
        path = folder / f"{name}{SUFFIX}"
        if path.exists():
            return path
        with locked(folder / LOCK):
            if not path.exists():
                unfinished = folder / UNFINISHED
                unfinished.unlink(missing_ok=True)
                with closing(connect(unfinished.as_uri())) as connection:
                    fill(connection, store, plain=built.plain)
                unfinished.rename(path)
                remove_old(folder)
        return path


def connect(uri: str) -> sqlite3.Connection:
    """Return a connection whose temporary tables are in memory; requests are answered one at a time."""
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let no other process do the same at the same time; a process that ends lets go."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_old(folder: Path) -> None:
    """Remove all indexes but the latest."""
    found = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime_ns)
    for path in found[:-VERSIONS]:
        path.unlink(missing_ok=True)


def install(app: Flask) -> None:
    """Give an app a place for its indexes: memory, until `keep_in` names a folder."""
    app.extensions[EXTENSION] = Kept()


def keep_in(app: Flask, folder: Path) -> None:
    """Keep the indexes of an app in a folder that other processes of the same server use too."""
    app.extensions[EXTENSION] = Kept(folder)


def prepare(app: Flask) -> None:
    """Make the file of an app's index, for whoever asks first."""
    built: BuiltDataset = app.extensions[SERVED].dataset
    app.extensions[EXTENSION].file(named(built, inferred=True), built, built.store)


def named(built: BuiltDataset, *, inferred: bool) -> str:
    """Return what the index of a dataset is called: what is served as it is has one alone."""
    return f"{built.digest}-{'on' if inferred or built.plain else 'off'}"


def index() -> sqlite3.Connection:
    """Return the index of what this request is answered from."""
    kept: Kept = current_app.extensions[EXTENSION]
    return kept.open(dataset(), inferred=infer())
