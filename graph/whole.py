"""Files and folders that are there when they are whole, and on the disk; else nothing is left of them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

BLOCK: Final = 1 << 20
"""Bytes that are copied at a time."""


@dataclass(frozen=True)
class Content:
    """What a file holds: how many bytes, and their SHA-256 (hex)."""

    size: int
    sha256: str


def copy(source: BinaryIO, target: Path) -> Content:
    """Copy what is left of an open file to a new one, wait until it is on the disk, and tell its content."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        total, size = sha256(), 0
        while block := source.read(BLOCK):
            total.update(block)
            size += file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return Content(size, total.hexdigest())


def content_of(path: Path) -> Content:
    """Return what a file holds."""
    total, size = sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total.update(block)
            size += len(block)
    return Content(size, total.hexdigest())


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """Open a folder, to wait for it or to lock it."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield number
    finally:
        os.close(number)


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    with opened(folder) as number:
        os.fsync(number)


def sync_all(folder: Path) -> None:
    """Wait until the names in a folder, and in those in it, are on the disk."""
    for each, _, _ in os.walk(folder):
        sync(Path(each))


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Make an empty folder for this process alone; unless it is renamed, it goes at the end.

    Raises Unavailable where another process has it, and whatever OSError the system has for it.
    """
    folder.mkdir(exist_ok=True)
    with opened(folder) as number:
        lock(number, folder)
        try:
            empty(folder)
            yield folder
        finally:
            if is_still(number, folder):
                shutil.rmtree(folder, ignore_errors=True)


def lock(number: int, folder: Path) -> None:
    """Lock an open folder; the system frees it when the process ends, however it ends."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unavailable(f"another process is writing {folder}: try again when it has ended") from error
    if not is_still(number, folder):
        raise Unavailable(f"another process has just written {folder}: try again")


def is_still(number: int, folder: Path) -> bool:
    """Tell whether a folder is the one that was opened."""
    try:
        return os.path.samestat(os.fstat(number), folder.lstat())
    except FileNotFoundError:
        return False


def empty(folder: Path) -> None:
    """Remove what a process that was killed has left in a folder."""
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until a few steps that belong together are done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
