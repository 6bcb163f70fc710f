"""What a server computes once of a build, cached with its state for all that serve it later.

A file begins with a line of the code and the version that it is of, and of the SHA-256 of the rest. What is
of others, or not whole, is found anew.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from hashlib import file_digest, sha256
from io import BytesIO
from itertools import chain
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.build import program_key
from wicara.graph.durable_files import digest_of_file
from wicara.graph.state import STATE, TRIAL, is_running
from wicara.graph.store import SENTINEL

from wicara import queries

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedIOBase

    from wicara.graph.store import BuiltDataset

HERE: Final = Path(__file__).parent
NO_CODE: Final = frozenset({"static", "web"})
"""The folders here that decide nothing of what is cached."""
SUFFIX: Final = ".cache"
HEAD: Final = 1000
"""Bytes that the first line of a file has at most."""
MAX_VERSIONS: Final = 4
"""Of how many versions files stay in the folder of a server: requests of an older one may be under way."""


@cache
def code() -> str:
    """Return the SHA-256 (hex) of what decides what is found in a build: code, its data, queries, engines."""
    folders = (folder for folder in HERE.iterdir() if folder.is_dir() and folder.name not in NO_CODE)
    files = (
        path
        for path in chain(HERE.iterdir(), *(folder.rglob("*") for folder in (*folders, queries.HERE)))
        if path.is_file() and path.suffix in {".py", ".sql", ".toml", ".rq", ".po"}
    )
    total = sha256(f"{program_key()} {sqlite3.sqlite_version}".encode())
    for path in sorted(files):
        total.update(digest_of_file(path).encode())
    return total.hexdigest()


def cache_path(built: BuiltDataset, name: str, folder: Path | None = None) -> Path | None:
    """Return where something of a dataset is cached: with its build, or else in the folder of a server."""
    state = built.path.parent.parent / STATE / built.path.name
    is_build = not built.plain and (built.path / SENTINEL).is_file()
    if is_build and os.access(state, os.W_OK):
        return state / f"{name}{SUFFIX}"
    return folder and folder / f"{built.digest}.{name}{SUFFIX}"


def keep_newest(folder: Path, pattern: str) -> None:
    """Remove the older ones of the files of versions in a folder of a server."""
    for old in sorted(folder.glob(pattern), key=lambda file: file.stat().st_mtime_ns)[:-MAX_VERSIONS]:
        old.unlink(missing_ok=True)


def head_of(built: BuiltDataset, content: BufferedIOBase) -> bytes:
    """Return the first line of a file that keeps the rest of an open one."""
    return f"{code()} {built.digest} {file_digest(content, 'sha256').hexdigest()}\n".encode()


def opened(path: Path | None, built: BuiltDataset) -> BufferedIOBase | None:
    """Return what is cached of a dataset, open for reading; None where nothing is whole and of this code."""
    if path is not None:
        with suppress(OSError):
            file = path.open("rb")
            head = file.readline(HEAD)
            begin = file.tell()
            if head == head_of(built, file):
                file.seek(begin)
                return file
            file.close()
    return None


def store(path: Path | None, built: BuiltDataset, content: BufferedIOBase) -> None:
    """Cache what was computed of a dataset; it is no more than a saving, so the disk may refuse."""
    if path is None:
        return
    unfinished = path.with_name(f"{TRIAL}{os.getpid()}-{path.name}")
    with suppress(OSError):
        for left in path.parent.glob(f"{TRIAL}*{SUFFIX}"):
            if not is_running(int(left.name.removeprefix(TRIAL).partition("-")[0])):
                left.unlink(missing_ok=True)
        try:
            begin = content.tell()
            with unfinished.open("wb") as file:
                file.write(head_of(built, content))
                content.seek(begin)
                copyfileobj(content, file)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def known_value(built: BuiltDataset, name: str, folder: Path | None) -> Any:  # noqa: ANN401 - JSON
    """Return what was computed of a dataset before, from JSON; None where that was not."""
    file = opened(cache_path(built, name, folder), built)
    if file is None:
        return None
    with file:
        return json.load(file)


def cached_value(
    built: BuiltDataset, name: str, find: Callable[[BuiltDataset], object], folder: Path | None
) -> Any:  # noqa: ANN401 - JSON
    """Return what a function computes of a dataset, from JSON, which is cached."""
    known = known_value(built, name, folder)
    if known is not None:
        return known
    fresh = json.dumps(find(built), default=asdict).encode()
    store(cache_path(built, name, folder), built, BytesIO(fresh))
    if folder is not None:
        with suppress(OSError):
            keep_newest(folder, f"*.{name}{SUFFIX}")
    return json.loads(fresh)
