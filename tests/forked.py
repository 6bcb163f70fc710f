"""The process of a server that loads the dataset, forked from the front that would start it.

A process that tests/prepared.py has forked has loaded all modules; an interpreter that loads them again takes
most of the time of a start.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence


class Forked:
    """A process that is forked from this one and runs a module, with what a server uses of asyncio's."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        """Start it, with a pipe as its standard input."""
        inlet, outlet = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            become(module, arguments, inlet)
        os.close(inlet)
        self.stdin = open(outlet, "wb")  # noqa: PTH123, SIM115 - a pipe, which the caller closes

    async def wait(self) -> int:
        """Return the exit code."""
        ended = asyncio.Event()
        process = os.pidfd_open(self.pid)
        asyncio.get_running_loop().add_reader(process, ended.set)
        try:
            await ended.wait()
        finally:
            asyncio.get_running_loop().remove_reader(process)
            os.close(process)
        return self.reap()

    def reap(self) -> int:
        """Return the exit code, once it has ended."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def become(module: str, arguments: Sequence[str], stdin: int) -> NoReturn:
    """Run a module in this process, which was just forked from one that serves, and end with it."""
    try:
        gc.freeze()  # what the front has open is closed here once, below, and not when it is collected
        signal.set_wakeup_fd(-1)
        os.dup2(stdin, 0)
        os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        sys.argv = [module, *arguments]
        sys.modules[module].main()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(1)  # nothing of the process that it was forked from may go on here


def instead_of_started() -> None:
    """Let this process fork what it would start by `python -P -m MODULE`, where it has loaded the module."""
    created = asyncio.create_subprocess_exec

    async def create(*command: str, **files: int) -> Forked | asyncio.subprocess.Process:
        if command[:3] == (sys.executable, "-P", "-m") and command[3] in sys.modules:
            return Forked(command[3], command[4:])
        return await created(*command, **files)

    asyncio.create_subprocess_exec = create
