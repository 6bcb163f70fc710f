"""Where a command's output goes: all of it, or a clear fault and nothing half-written."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from wicara.graph.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path


def emit(content: bytes, path: Path | None = None) -> None:
    """Write to standard output, or to a file that appears only when it is whole; raises Unavailable."""
    if path is None:
        to_standard_output(content)
    elif path.exists() and not path.is_file():
        to_device(content, path)
    else:
        to_file(content, path)


def to_standard_output(content: bytes) -> None:
    """Write to standard output; a reader that goes away, or a full disk, is a fault."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except OSError as error:
        silence()
        raise Unavailable(f"the output was cut short: {error.strerror or error}") from error


def silence() -> None:
    """Let what is left in the buffer of standard output go nowhere, or the end of the process complains."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):
        os.dup2(nowhere, sys.stdout.fileno())


def to_device(content: bytes, path: Path) -> None:
    """Write to a pipe or device, which cannot be replaced; raises Unavailable."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Unavailable(f"cannot write to {path}: {error.strerror}") from error


def to_file(content: bytes, path: Path) -> None:
    """Write beside the file and rename: what was there stays until all is written; raises Unavailable."""
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Unavailable(f"cannot write {path}: {error.strerror}; nothing there was changed") from error
