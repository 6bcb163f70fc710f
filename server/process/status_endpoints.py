"""What the front tells of itself: that it lives, whether queries are answered, and what it counts."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from wicara.server.process import messages
from wicara.server.process.messages import LostError
from wicara.server.process.metrics import CONTENT_TYPE
from wicara.server.process.pool import QueueFull

if TYPE_CHECKING:
    from wicara.server.process.messages import Reply
    from wicara.server.process.metrics import Metrics
    from wicara.server.process.pool import Pool
    from wicara.server.process.versions import Versions

PROBE: Final = messages.Request("GET", b"/sparql", b"query=ASK%7B%7D", "http", "", [(b"accept", b"text/csv")])
PROBE_TIME: Final = 1.0
"""Seconds within which an executor has to be free."""


class Own:
    """The answers that need no executor to begin with."""

    def __init__(self, pool: Pool, versions: Versions, metrics: Metrics) -> None:
        """Tell of these."""
        self.pool = pool
        self.versions = versions
        self.metrics = metrics
        self.stopping = False
        self.routes = {"/healthz": self.health, "/readyz": self.readiness, "/metrics": self.metrics_text}

    async def health(self) -> Reply:
        """Tell that the front answers, and what it serves."""
        return as_json(HTTPStatus.OK, {"status": "ok"} | self.told())

    def told(self) -> dict[str, Any]:
        """Return what programs are told of the dataset."""
        return {name: value for name, value in self.versions.told.items() if name != "ticket"}

    async def readiness(self) -> Reply:
        """Tell whether the server can do its work now: an executor answers ASK, and writes can be taken."""
        if self.stopping:
            return as_json(HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": "stopping"})
        try:
            job = await self.pool.lease(PROBE_TIME)
        except (QueueFull, TimeoutError, LostError):
            return as_json(HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": "no executor is free"})
        try:
            job.link.send(messages.REQUEST, PROBE.packed())
            _, payload = await job.link.receive()
            ready = messages.Reply.unpacked(payload).status == HTTPStatus.OK
        except LostError:
            ready = False
        finally:
            self.pool.end(job)
        if ready and (why := await self.versions.why_no_writes(PROBE_TIME)):
            return as_json(HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": f"writes fail: {why}"})
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        closure = "consistent" if not self.versions.is_plain else "none"
        return as_json(status, {"ready": ready, "closure": closure} | self.told())

    async def metrics_text(self) -> Reply:
        """Tell Prometheus the metrics."""
        return plain_reply(HTTPStatus.OK, CONTENT_TYPE, self.metrics.text())


def plain_reply(status: HTTPStatus, media_type: str, body: bytes) -> Reply:
    """Return a reply that nobody keeps."""
    return messages.Reply(
        status.value,
        [
            (b"content-type", media_type.encode()),
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
        ],
        body,
    )


def as_json(status: HTTPStatus, told: dict[str, Any]) -> Reply:
    """Return a reply in JSON that nobody keeps."""
    return plain_reply(status, "application/json", json.dumps(told).encode())
