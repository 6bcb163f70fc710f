"""What a process of the dataset may not do: outlive its parent, take memory without end, open connections.

Linux only: prctl(2), setrlimit(2) and seccomp(2); elsewhere what is missing is left out.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import signal
from pathlib import Path
from struct import pack
from typing import Final, NamedTuple

SET_PARENT_DEATH_SIGNAL: Final = 1
SET_NO_NEW_PRIVILEGES: Final = 38
SET_SECCOMP: Final = 22
FILTER: Final = 2

AF_UNIX: Final = 1
EACCES: Final = 13


class Architecture(NamedTuple):
    """How seccomp(2) knows a processor: its audit number, and that of the system call socket(2)."""

    audit: int
    socket: int


ARCHITECTURES: Final = {
    "x86_64": Architecture(0xC000003E, 41),
    "aarch64": Architecture(0xC00000B7, 198),
}

LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
"""Instructions of classic BPF that a filter needs: load a word, compare with a constant, return."""
ALLOW: Final = 0x7FFF0000
REFUSE: Final = 0x00050000 | EACCES
NUMBER_AT, AUDIT_AT, FIRST_ARGUMENT_AT = 0, 4, 16
"""Where `struct seccomp_data` has the number of the call, the processor, and the first argument (low)."""


class Program(ctypes.Structure):
    """`struct sock_fprog`: how many instructions a filter has, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def prctl(option: int, *values: object) -> int:
    """Set something of this process and return 0 where the system did it."""
    try:
        found: int = ctypes.CDLL(None, use_errno=True).prctl(option, *values)
    except (AttributeError, OSError):
        return -1
    return found


def end_with_parent(*, wanted: bool = True) -> None:
    """Have the system kill this process when its parent ends, or not any more."""
    prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL if wanted else 0)


def instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return an instruction of classic BPF."""
    return pack("HBBI", code, if_true, if_false, value)


def without_network() -> bool:
    """Let this process and its children open no socket but AF_UNIX ones; tell whether the system does so."""
    known = ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    filtered = b"".join(
        (
            instruction(LOAD, AUDIT_AT),
            instruction(JUMP_IF_EQUAL, known.audit, 0, 5),
            instruction(LOAD, NUMBER_AT),
            instruction(JUMP_IF_EQUAL, known.socket, 0, 2),
            instruction(LOAD, FIRST_ARGUMENT_AT),
            instruction(JUMP_IF_EQUAL, AF_UNIX, 0, 1),
            instruction(RETURN, ALLOW),
            instruction(RETURN, REFUSE),
        )
    )
    program = Program(len(filtered) // 8, filtered)
    if prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return prctl(SET_SECCOMP, FILTER, ctypes.byref(program)) == 0


def limit_memory(megabytes: int) -> None:
    """Let this process take so much memory more than it has now (address space); 0: as much as there is."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = address_space() + (megabytes << 20) if megabytes else hard
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def without_core_dumps() -> None:
    """Leave no core file when this process aborts."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def address_space() -> int:
    """Return the bytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
