"""The log: a line of JSON for each event, on standard error.

It holds no text of a query and no header of a request.
"""

from __future__ import annotations

import json
import sys
import time
from hashlib import blake2b
from queue import SimpleQueue
from select import select
from threading import Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from wicara.server.process.messages import last_field

if TYPE_CHECKING:
    from wicara.server.process.messages import Request

WAITING: Final = 10_000
SLOW: Final = 1.0
"""Seconds past which a request is logged even without the access log."""


class Log:
    """Lines on their way to standard error, written by a thread: whoever reads too slowly stops nobody.

    Beyond `WAITING` lines they are dropped, and a later line says how many.
    """

    def __init__(self) -> None:
        """Begin without a line."""
        self.lines: SimpleQueue[str] = SimpleQueue()
        self.dropped = 0
        self.thread = Thread(target=self.write, name="log", daemon=True)
        self.started = False

    def put(self, line: str) -> None:
        """Take a line."""
        if not self.started:
            self.started = True
            self.thread.start()
        if self.lines.qsize() >= WAITING:
            self.dropped += 1
            return
        self.lines.put(line)

    def write(self) -> None:
        """Write lines for ever."""
        while True:
            sys.stderr.write(self.lines.get() + "\n")
            sys.stderr.flush()


LOG: Final = Log()


def line_of(event: str, members: dict[str, object]) -> dict[str, object]:
    """Return what a line says."""
    return {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event} | members


def log_now(event: str, **members: object) -> None:
    """Write a line from a process that may fork, and so has no thread for it; dropped where none reads."""
    _, ready, _ = select((), (sys.stderr,), (), 0)
    if ready:
        sys.stderr.write(f"{json.dumps(line_of(event, members), ensure_ascii=False)}\n")
        sys.stderr.flush()


def log(event: str, **members: object) -> None:
    """Write a line, soon."""
    line = line_of(event, members)
    if LOG.dropped:
        line["dropped"], LOG.dropped = LOG.dropped, 0
    LOG.put(json.dumps(line, ensure_ascii=False))


def flush(seconds: float) -> None:
    """Wait until all lines are written, for so long at most."""
    until = time.monotonic() + seconds
    while not LOG.lines.empty() and time.monotonic() < until:
        time.sleep(0.01)


def query_hash(request: Request) -> str | None:
    """Return what a query or update is known by in the log: 16 hex digits of its text's BLAKE2b."""
    form = request.form
    text = b"" if form else request.body
    for name in (b"query", b"update"):
        field = last_field(request.query, name) or last_field(form, name)
        if field:
            text = unquote_to_bytes(field.replace(b"+", b" "))
            break
    return blake2b(text, digest_size=8).hexdigest() if text else None
