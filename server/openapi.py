"""The OpenAPI 3.1 document of the server, made from the tables of its operations, media types and limits."""

from __future__ import annotations

import json
from dataclasses import asdict
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint
from wicara.server import negotiation
from wicara.server.operations import OPERATIONS
from wicara.server.parameters import PARAMETERS
from wicara.server.public import said
from wicara.server.schemas import SCHEMAS, TEXT, content
from wicara.server.served import settings
from wicara.server.settings import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response
    from wicara.server.operations import Operation
    from wicara.server.settings import Limit, Limits

    Json = dict[str, Any]

blueprint = Blueprint("openapi", __name__)

ABOUT: Final = """\
A dataset over HTTP: SPARQL, linked data, downloads and pages.

HEAD is answered wherever GET is, OPTIONS everywhere, and any other method with 405 and `Allow`. Answers that
depend on headers say so in `Vary`. Errors are problem details (RFC 9457), or a page for browsers.
"""
SCHEME: Final = "token"
ERRORS: Final = tuple(offer.media_type for offer in negotiation.ERRORS)
FAULTS: Final = {
    HTTPStatus.BAD_REQUEST: "The request is not as it has to be; the answer says where and why.",
    HTTPStatus.UNAUTHORIZED: "The request brings no token, or a wrong one.",
    HTTPStatus.FORBIDDEN: "This server does not do that, whoever asks.",
    HTTPStatus.NOT_FOUND: "The dataset says nothing of it.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The method is none of those that `Allow` lists.",
    HTTPStatus.NOT_ACCEPTABLE: "Accept takes none of the forms that there are; the answer lists them.",
    HTTPStatus.REQUEST_TIMEOUT: "The body did not come in within a minute.",
    HTTPStatus.CONFLICT: "The update creates what is there, or removes what is not.",
    HTTPStatus.PRECONDITION_FAILED: "The dataset has changed since the version that `If-Match` names.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too long.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The URI is too long.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is of none of the media types that are described here.",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "There is no such range.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests of one client.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The server is too busy, or the request needs more than it gives.",
    HTTPStatus.INSUFFICIENT_STORAGE: "There is no space left for the change.",
}
"""What each status from 400 on tells."""
HEADERS: Final = {
    HTTPStatus.CREATED: ("Location", "Where the graph is, if the server has named it.", False),
    HTTPStatus.MOVED_PERMANENTLY: ("Location", "What has taken its place.", True),
    HTTPStatus.SEE_OTHER: ("Location", "Where to go on.", True),
    HTTPStatus.PERMANENT_REDIRECT: ("Location", "The same path without empty segments.", True),
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "`Bearer`: RFC 6750.", True),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Allow", "The methods that there are.", True),
}
"""The header that tells of a status, what it tells, and whether it is always there."""
BEYOND_LIMITS: Final = tuple(
    sorted({limit.status for limit in limits() if limit.status} - {HTTPStatus.BAD_REQUEST})
)


@blueprint.get("/openapi.json")
def document() -> Response:
    """Answer with the document."""
    body = json.dumps(described(settings().limits), ensure_ascii=False, indent=1)
    return said(body.encode(), "application/json")


def described(in_force: Limits) -> Json:
    """Return the document of a server with certain limits."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wicara",
            "version": version("wicara"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths(),
        "components": {
            "schemas": dict(SCHEMAS),
            "responses": {name_of(status): fault(status, in_force) for status in FAULTS},
            "securitySchemes": {
                SCHEME: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token that the server was started with (--token, --token-file).",
                }
            },
        },
        "x-limits": asdict(in_force),
    }


def paths() -> Json:
    """Return the path items: each path with its methods."""
    found: Json = {}
    for each in OPERATIONS:
        found.setdefault(each.path, {})[each.method] = operation(each)
    return found


def operation(each: Operation) -> Json:
    """Return an operation object (section 4.8.10)."""
    found: Json = {
        "operationId": f"{each.method}-{each.path.strip('/') or 'home'}",
        "summary": each.summary,
        "tags": [each.tag],
        "parameters": [PARAMETERS[name] for name in each.parameters],
        "responses": {str(status.value): response for status, response in sorted(responses(each))},
    }
    if each.body:
        found["requestBody"] = {"required": True, "content": content(dict(each.body))}
    if each.needs_token:
        found["security"] = [{SCHEME: []}]
    return found


def responses(each: Operation) -> Iterator[tuple[HTTPStatus, Json]]:
    """Yield what an operation answers, by status."""
    for status, media_types in each.answers.items():
        yield status, answer(status, content(dict.fromkeys(media_types, each.schema)))
    if each.limited and each.method == "get" and HTTPStatus.OK in each.answers:
        yield HTTPStatus.NOT_MODIFIED, {"description": "The client has it: `If-None-Match` names its ETag."}
    slow_body = {HTTPStatus.REQUEST_TIMEOUT} if each.body else set()
    for status in {*each.faults, *slow_body, *(BEYOND_LIMITS if each.limited else ())}:
        yield status, {"$ref": f"#/components/responses/{name_of(status)}"}


def answer(status: HTTPStatus, bodies: Json, about: str = "") -> Json:
    """Return a response object (section 4.8.17), with the header of its status."""
    found: Json = {"description": about or status.phrase}
    if bodies:
        found["content"] = bodies
    if status in HEADERS:
        name, what, always = HEADERS[status]
        found["headers"] = {name: {"description": what, "required": always, "schema": TEXT}}
    return found


def fault(status: HTTPStatus, in_force: Limits) -> Json:
    """Return the response object of a status from 400 on, with the limits that it tells of."""
    reached = [told(limit, in_force) for limit in limits() if limit.status == status]
    return answer(status, content(dict.fromkeys(ERRORS, "")), " ".join([FAULTS[status], *reached]))


def told(limit: Limit, in_force: Limits) -> str:
    """Return a limit in words."""
    return f"{limit.help} {getattr(in_force, limit.name):g} {limit.unit} (`{limit.option}`)."


def name_of(status: HTTPStatus) -> str:
    """Return what a response is called among the components: `NotFound`."""
    return "".join(word for word in status.phrase.title() if word.isalpha())
