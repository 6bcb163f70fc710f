"""Processes of `wicara` that begin at once: each is forked from one that has loaded the modules.

Such a process has its own arguments, folder, environment, files, signals and exit code, as `python -m wicara`
has; only the start of the interpreter and the imports are spared, which take longer than most commands. The
process of a server that loads the dataset is forked from the front in the same way, and is its child as ever.
"""

from __future__ import annotations

import array
import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE: Final = 180
"""Seconds in which any answer comes on the busiest machine: a fault detector, never what a test is about."""
MODULES: Final = (
    "wicara.graph.build",
    "wicara.graph.checks",
    "wicara.graph.facts.draft.drafting",
    "wicara.graph.facts.review.desk",
    "wicara.graph.reasoning.reasoner",
    "wicara.server.process.supervisor",
    "wicara.server.process.worker",
    "wicara.server.review",
)
"""What commands load when they are called, besides the modules of `wicara.commands`."""
IN_USE: Final[list[object]] = []
"""The inputs as they were read first: a process reads them again where they are others."""
OF_THE_START: Final = ("PYTHON", "LC_", "LANG", "COVERAGE_")
"""The beginnings of variables that the start of an interpreter looks at."""
MESSAGE: Final = 1 << 20
"""Bytes that a message to the first process takes at most."""


class Process:
    """A process of `wicara`, with what tests use of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[object],
        files: tuple[IO[str] | IO[bytes] | int, ...],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        way: socket.socket | None = None,
    ) -> None:
        """Start it with its standard input, output and error; its folder and environment are of this process.

        `way` leads to the first process, where this one did not start it.
        """
        self.args = [*map(str, arguments)]
        self.returncode: int | None = None
        asked = {"arguments": self.args, "cwd": str(cwd or Path.cwd()), "env": dict(env or os.environ)}
        self.status, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with inside:
            given = [each if isinstance(each, int) else each.fileno() for each in (*files, inside)]
            (way or first()).sendmsg(
                [json.dumps(asked).encode()],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))],
            )
        self.pid = int(self.status.recv(100))

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self.status.settimeout(timeout)
            try:
                self.returncode = int(self.status.recv(100))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self.status.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_fault: object) -> None:
        """Wait until it has ended."""
        self.wait()


def run(
    *arguments: object, cwd: Path | None = None, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `wicara` with additions to the environment, wait until it ends, and return what it printed.

    `given` is what it finds on its standard input.
    """
    env = os.environ | environment
    if any(name.startswith(OF_THE_START) for name in environment) or "COVERAGE_PROCESS_CONFIG" in env:
        command = [sys.executable, "-m", "wicara", *map(str, arguments)]
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            cwd=cwd,
            env=env,
        )
    with ExitStack() as kept:
        files = [kept.enter_context(TemporaryFile("w+", encoding="utf-8")) for _ in range(3)]
        files[0].write(given)
        files[0].seek(0)
        process = Process(arguments, (*files,), cwd=cwd, env=env)
        try:
            code = process.wait(PATIENCE)
        finally:
            process.kill()
        printed = [file.seek(0) or file.read() for file in files[1:]]
    return subprocess.CompletedProcess(process.args, code, *printed)


@cache
def nothing() -> IO[bytes]:
    """Return a file that has nothing to read."""
    return open(os.devnull, "rb")  # noqa: PTH123 - a device, open as long as this process runs


@cache
def first() -> socket.socket:
    """Start the process that others are forked from; return the socket that takes what to run."""
    outside, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with inside:
        command = [sys.executable, __file__]
        one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(command, stdin=inside, stdout=subprocess.DEVNULL, env=one_thread)

    def end() -> None:
        outside.close()
        process.wait()

    atexit.register(end)
    return outside


def main() -> None:
    """Load the modules, and for each message fork a process that becomes `wicara`, and one that waits."""
    import forked  # noqa: PLC0415 - the processes of the tests load less
    from wicara.graph.inputs import read_inputs  # noqa: PLC0415

    import wicara.commands  # noqa: PLC0415

    commands = (f"wicara.commands.{each.name}" for each in pkgutil.iter_modules(wicara.commands.__path__))
    for name in (*commands, *MODULES):
        importlib.import_module(name)
    with ThreadPoolExecutor(1) as apart:  # all children of a thread that has drawn blank nodes draw the same
        IN_USE.append(apart.submit(read_inputs).result())
    gc.freeze()
    inlet = socket.socket(fileno=0)
    while True:
        message, files, _, _ = socket.recv_fds(inlet, MESSAGE, 4)
        if not message:
            return
        if not os.fork():
            break
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    inlet.detach()
    status = socket.socket(fileno=files.pop())
    child = os.fork()
    if child:
        for file in files:
            os.close(file)
        status.send(str(child).encode())
        status.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
        os._exit(0)
    status.close()
    os.setpgid(0, 0)  # its processes are known by their group, of its number
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    asked = json.loads(message)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = ["wicara", *asked["arguments"]]
    forked.instead_of_started()
    runpy.run_module("wicara", run_name="__main__", alter_sys=True)


def stand_in(number: str, *arguments: str) -> int:
    """Be `wicara` in a shell that has the way to the first process as an open file; return its exit code."""
    with socket.socket(fileno=int(number)) as way:
        process = Process(arguments, (sys.stdin, sys.stdout, sys.stderr), way=way)
    for each in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda signalled, _frame: os.kill(process.pid, signalled))
    code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(stand_in(*sys.argv[1:]) if sys.argv[1:] else main())
