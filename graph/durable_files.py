"""Files and folders that appear when they are complete and on the disk; nothing is left of them otherwise."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from threading import Thread
from time import time_ns
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

BLOCK: Final = 1 << 20
"""Bytes that are copied at a time."""
READ: Final = 16 << 20
"""Bytes that are read at a time for a SHA-256: a thread that does so gives way to others between them."""
SETTLED: Final = 2_000_000_000
"""How many nanoseconds after a change of a file the next one surely has another time."""
DIGESTS: Final[dict[tuple[int, int, int, int], str]] = {}
"""The SHA-256 (hex) of files that this process has read, by device, inode, size and time of change."""


@dataclass(frozen=True)
class Content:
    """What a file holds: how many bytes, and their SHA-256 (hex)."""

    size: int
    sha256: str


def write_durably(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def copy(source: BinaryIO, target: Path) -> Content:
    """Copy the rest of an open file to a new one, wait until it is on the disk, and return its content."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        total, size = sha256(), 0
        while block := source.read(BLOCK):
            total.update(block)
            size += file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return Content(size, total.hexdigest())


def file_content(path: Path) -> Content:
    """Return what a file holds."""
    with path.open("rb") as file:
        total = file_digest(file, "sha256")
        return Content(file.tell(), total.hexdigest())


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 (hex) of a file; one that has not changed is read once. Raises OSError."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if key in DIGESTS:
            return DIGESTS[key]
        digest = sha256()
        block = memoryview(bytearray(min(status.st_size + 1, READ)))
        while size := file.readinto(block):
            digest.update(block[:size])
        if time_ns() - status.st_mtime_ns > SETTLED:
            DIGESTS[key] = digest.hexdigest()
        return digest.hexdigest()


@contextmanager
def digested_beside(paths: Iterable[Path]) -> Iterator[None]:
    """Find the SHA-256 of files in a thread while the block runs: `digest_of_file` has them after it."""

    def run() -> None:
        for path in paths:
            with suppress(OSError):  # who asks for it is told
                digest_of_file(path)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@contextmanager
def open_folder(folder: Path) -> Iterator[int]:
    """Open a folder, to wait for it or to lock it."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield number
    finally:
        os.close(number)


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    with open_folder(folder) as number:
        os.fsync(number)


def sync_all(folder: Path) -> None:
    """Wait until the names in a folder, and in those in it, are on the disk."""
    for path, _, _ in os.walk(folder):
        sync(Path(path))


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Make an empty folder for this process alone; unless it is renamed, it is removed at the end.

    The system frees its lock when the process ends, however it ends; what a killed process left in it is
    removed. Raises Unavailable where another process has it, and any OSError of the system.
    """
    folder.mkdir(exist_ok=True)
    with open_folder(folder) as number:

        def is_same() -> bool:
            """Return whether the folder is still the one that was opened."""
            try:
                return os.path.samestat(os.fstat(number), folder.lstat())
            except FileNotFoundError:
                return False

        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unavailable(f"another process is writing {folder}: try again when it has ended") from error
        if not is_same():
            raise Unavailable(f"another process has just written {folder}: try again")
        try:
            for path in folder.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            yield folder
        finally:
            if is_same():
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until a few steps that belong together are done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
