"""Requests that cannot be answered: problem details (RFC 9457), or a page for browsers."""

from __future__ import annotations

import json
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader
from wicara.server.http import negotiation
from wicara.server.process.log import log_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Template
    from wicara.graph.errors import RemoteFault
    from wicara.graph.formats import Format

OPTIONS: Final = re.compile(r" \((?:--[a-z-]+(?:, )?)+\)")
TEMPLATES: Final = Path(__file__).parents[1] / "templates"


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """A request that cannot be answered: the status, one sentence that says why, and members for programs."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        """Keep the status, the sentence, headers of the answer, and members such as `line`."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    @property
    def on_page(self) -> str:
        """The sentence for readers, who cannot set the option of the server that it names for operators."""
        return OPTIONS.sub("", self.detail)


def bad_request(detail: str, **members: object) -> Problem:
    """Return the problem of a request that is not as the interface says."""
    return Problem(HTTPStatus.BAD_REQUEST, detail, None, **members)


@cache
def template() -> Template:
    """Return the template of a page that describes a problem."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("problem.html")


def bare_page(problem: Problem) -> str:
    """Return a page that describes a problem, without the frame of the site: that takes a dataset."""
    return template().render(problem=problem, layout="bare.html", _=str, with_choices=str)


def rendered(
    problem: Problem, accept: str | None = None, page: Callable[[Problem], str] = bare_page
) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers that describe a problem in the form that the client prefers.

    `page` renders a problem as HTML.
    """
    chosen = negotiation.choose(accept, negotiation.ERRORS)
    if chosen and chosen[0] is negotiation.HTML:
        text, media_type = page(problem), "text/html; charset=utf-8"
    else:
        members = {"title": problem.status.phrase, "status": problem.status.value, "detail": problem.detail}
        text, media_type = (
            json.dumps(members | problem.members, ensure_ascii=False),
            "application/problem+json",
        )
    headers = {"Content-Type": media_type, "Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    return text.encode(), headers | problem.headers


def unexpected() -> Problem:
    """Return the problem of a fault of the server, which only the log describes."""
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error.")


ELSEWHERE: Final = {
    HTTPStatus.BAD_GATEWAY: "The store behind this server gave an answer that cannot be used",
    HTTPStatus.SERVICE_UNAVAILABLE: "The store behind this server does not answer, or is being changed",
    HTTPStatus.GATEWAY_TIMEOUT: "The store behind this server did not answer in time",
}


def of_store(fault: RemoteFault) -> Problem:
    """Log what is wrong with the store that a request was passed on to, and return its problem."""
    log_now("store", fault=str(fault), status=fault.status)
    detail = f"{ELSEWHERE[fault.status]}: nothing is known of what was asked. Ask again in a moment."
    return Problem(fault.status, detail, {"Retry-After": "5"}, limit="store")


def not_acceptable(offers: tuple[Format, ...]) -> Problem:
    """Return the problem of a client that accepts none of the media types on offer; it lists them."""
    media_types = [offer.media_type for offer in offers]
    return Problem(
        HTTPStatus.NOT_ACCEPTABLE,
        f"Available media types: {', '.join(media_types)}.",
        {"Vary": "Accept"},
        available=media_types,
    )
