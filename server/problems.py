"""Errors as problem details (RFC 9457), or as a page for browsers; never a 200 with an error inside."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException
from wicara.graph.errors import DoesNotFit
from wicara.server import negotiation
from wicara.server.problem import Problem

if TYPE_CHECKING:
    from flask import Flask
    from wicara.graph.formats import Format


def answer(problem: Problem) -> Response:
    """Return the response that tells a problem, in the form that the client prefers."""
    if negotiation.prefers_page(request.headers.get("Accept")):
        body, media_type = render_template("problem.html", problem=problem), "text/html; charset=utf-8"
    else:
        told = {"title": problem.status.phrase, "status": problem.status.value, "detail": problem.detail}
        body, media_type = json.dumps(told | problem.members, ensure_ascii=False), "application/problem+json"
    headers = {"Content-Type": media_type, "Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    return Response(body, problem.status, headers | problem.headers)


def answer_http(error: HTTPException) -> Response:
    """Return the response for an error that the web library raises: no route, a method, a size."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return current_app.make_response(error)
    kept = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return answer(Problem(HTTPStatus(error.code), error.description or "", kept))


def answer_unexpected(error: Exception) -> Response:
    """Log a fault of the server and say no more than that there was one."""
    current_app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer(
        Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed at this request. It is not your fault.")
    )


def not_acceptable(offers: tuple[Format, ...]) -> Problem:
    """Return the problem of a client that takes nothing of what there is; it lists that."""
    media_types = [offer.media_type for offer in offers]
    return Problem(
        HTTPStatus.NOT_ACCEPTABLE,
        f"There is {', '.join(media_types)}.",
        {"Vary": "Accept"},
        available=media_types,
    )


def unfit(fault: DoesNotFit) -> Problem:
    """Return the problem of a format that cannot hold what is to be written."""
    return Problem(HTTPStatus.NOT_ACCEPTABLE, str(fault))


def install(app: Flask) -> None:
    """Make every error of an app an answer of this module."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(DoesNotFit, lambda fault: answer(unfit(fault)))
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_unexpected)
