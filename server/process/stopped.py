"""What a request gets whose executor or writer was stopped, or that found none free in time."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.server.http.problems import Problem
from wicara.server.process.exchange import Rejected
from wicara.server.process.pool import Stopped

if TYPE_CHECKING:
    from wicara.server.process.versions import WriteStopped
    from wicara.server.settings import Limits

RETRY: Final = {"Retry-After": "1"}
EFFECTS: Final = {
    "no": "Nothing was changed.",
    "unknown": "It was applied completely or not at all. Check the data before you send it again.",
}
"""What is known of the effect of a write that was stopped."""


def busy(limit: str, detail: str) -> Rejected:
    """Return the problem of a request that gets no executor in time."""
    return Rejected(limit, HTTPStatus.SERVICE_UNAVAILABLE, detail, RETRY, limit="executors")


def query_stopped(why: Stopped | None, seconds: float, limits: Limits) -> Problem:
    """Return the problem of a request whose executor was stopped (`why`), or ended by itself (None)."""
    unavailable = HTTPStatus.SERVICE_UNAVAILABLE
    if why is Stopped.DEADLINE:
        detail = (
            f"The query was stopped after {seconds:g} seconds. Narrow it down or add LIMIT. The limit "
            f"of this server is {limits.timeout:g} seconds (--timeout); `timeout=` sets a lower one."
        )
        return Problem(unavailable, detail, limit="timeout", seconds=seconds)
    if why is Stopped.SLOW_LANE_FULL:
        detail = "Too many slow queries are running; this one was stopped for others. Try again soon."
        return Problem(unavailable, detail, RETRY, limit="slow_lane")
    if why is Stopped.SHUTDOWN:
        return Problem(unavailable, "The server is stopping.", RETRY)
    return Problem(unavailable, process_ended("query", limits), limit="memory")


def process_ended(what: str, limits: Limits) -> str:
    """Return what is said of a query or an update whose process ended by itself."""
    return (
        f"The {what} ended its process: it needs more memory than the limit of "
        f"{limits.memory} MB (--memory), or it crashed the query engine."
    )


def write_stopped(fault: WriteStopped, seconds: float, limits: Limits) -> Problem:
    """Return the problem of a write that was stopped: what is known of its effect, and why it was stopped."""
    unavailable, effect = HTTPStatus.SERVICE_UNAVAILABLE, EFFECTS[fault.applied]
    if fault.late:
        detail = (
            f"The update was stopped after {seconds:g} seconds; the limit of this server is "
            f"{limits.timeout:g} seconds (--timeout). {effect}"
        )
        return Problem(unavailable, detail, limit="timeout", seconds=seconds, applied=fault.applied)
    detail = f"{process_ended('update', limits)} {effect}"
    return Problem(unavailable, detail, limit="memory", applied=fault.applied)
