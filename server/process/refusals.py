"""What the front answers when no executor can: problem details (RFC 9457), or a page for browsers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.server.http import problems
from wicara.server.http.problems import Problem, rendered
from wicara.server.process.messages import Reply, encoded
from wicara.server.process.pool import Stopped

if TYPE_CHECKING:
    from wicara.graph.errors import WicaraError
    from wicara.server.settings import Limits

NO_SPACE: Final = (
    "The disk of this server takes no more. Nothing that was acknowledged is lost, and reads go on: make "
    "room, then write again."
)
NO_WRITER: Final = (
    "The dataset cannot be written at the moment. Reads go on; the log of the server tells why."
)
RETRY: Final = {"Retry-After": "1"}


def refusal(
    status: HTTPStatus,
    detail: str,
    accept: str | None,
    headers: dict[str, str] | None = None,
    **members: object,
) -> Reply:
    """Return the reply that tells a problem in the form that the client prefers."""
    body, sent = rendered(Problem(status, detail, headers, **members), accept)
    sent["Content-Length"] = str(len(body))
    return Reply(status.value, encoded(sent.items()), body)


def of_problem(problem: Problem, accept: str | None) -> Reply:
    """Return the reply of a problem."""
    return refusal(problem.status, problem.detail, accept, problem.headers, **problem.members)


def of_stop(why: Stopped | None, seconds: float, limits: Limits, accept: str | None) -> Reply:
    """Return the reply to a request whose executor was stopped (`why`), or ended by itself (None)."""
    unavailable = HTTPStatus.SERVICE_UNAVAILABLE
    if why is Stopped.DEADLINE:
        detail = (
            f"The query was stopped after {seconds:g} seconds. Narrow it down, or give it LIMIT; the limit "
            f"of this server is {limits.timeout:g} seconds (--timeout), and `timeout=` asks for less."
        )
        return refusal(unavailable, detail, accept, limit="timeout", seconds=seconds)
    if why is Stopped.SLOW_LANE_FULL:
        detail = "Too many slow queries run at once, and this one was stopped for others. Try it again soon."
        return refusal(unavailable, detail, accept, RETRY, limit="slow_lane")
    if why is Stopped.SHUTDOWN:
        return refusal(unavailable, "The server is stopping.", accept, RETRY)
    detail = (
        "The query ended the process that answered it: it needs more memory than the "
        f"{limits.memory} MB that a query has here (--memory), or is more than the query engine can take."
    )
    return refusal(unavailable, detail, accept, limit="memory")


def busy(what: str, accept: str | None) -> Reply:
    """Return the reply where no executor is to be had in time."""
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, what, accept, RETRY, limit="executors")


def not_written(fault: WicaraError, accept: str | None) -> Reply:
    """Return the reply to a write that the disk refuses; only the log tells where and why."""
    if "No space left" in str(fault):
        return refusal(HTTPStatus.INSUFFICIENT_STORAGE, NO_SPACE, accept)
    return refusal(HTTPStatus.SERVICE_UNAVAILABLE, NO_WRITER, accept, RETRY)


def unexpected(accept: str | None) -> Reply:
    """Return the reply where the front itself failed."""
    return of_problem(problems.unexpected(), accept)


def not_allowed(accept: str | None) -> Reply:
    """Return the reply to a method that the front's own addresses do not have."""
    detail = "This is read with GET or HEAD."
    return refusal(HTTPStatus.METHOD_NOT_ALLOWED, detail, accept, {"Allow": "GET, HEAD"})
