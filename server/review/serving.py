"""The server of a review: loopback only, threads, a token in the address; it ends with Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import sys
from secrets import token_urlsafe
from threading import Thread
from typing import TYPE_CHECKING, Final

from werkzeug.serving import WSGIRequestHandler, make_server
from wicara.graph.errors import Unavailable
from wicara.server.review.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.graph.facts.review.desk import Desk

LOOPBACK: Final = "127.0.0.1"
NAMES: Final = (LOOPBACK, "localhost")


class Quiet(WSGIRequestHandler):
    """A handler that logs no request, as each has the token in it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def serve(desk: Desk, port: int, announce: Callable[[str], None]) -> None:
    """Serve the page until a signal ends it; raises UnreadableInput, or Unavailable for a taken port."""
    desk.open()
    token = token_urlsafe(16)
    hosts: set[str] = set()
    app = create_app(desk, token, hosts)
    try:
        server = make_server(LOOPBACK, port, app, threaded=True, request_handler=Quiet)
    except (OSError, SystemExit) as error:
        raise Unavailable(
            f"cannot listen on port {port} of {LOOPBACK}: choose another with --port"
        ) from error
    hosts |= {f"{name}:{server.server_port}" for name in NAMES}

    def end(_number: int, _frame: object) -> None:
        Thread(target=server.shutdown).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    announce(f"http://{LOOPBACK}:{server.server_port}/{token}/")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()
