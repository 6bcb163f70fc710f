"""The SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from wicara.server import endpoint, protocol
from wicara.server.app_state import dataset, settings
from wicara.server.descriptions.describe import describe_service, is_description
from wicara.server.descriptions.openapi import HTML, media_types, operation
from wicara.server.evaluation import evaluate
from wicara.server.http import negotiation
from wicara.server.protocol import check_length, read_operation
from wicara.server.results import page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("sparql", __name__)


RESULTS: Final = media_types(*negotiation.RESULTS, *negotiation.GRAPHS)
PARAMETERS: Final = ("default-graph-uri", "named-graph-uri", "infer", "format", "timeout")
BODIES: Final = {protocol.QUERY: "Query", protocol.FORM: "QueryForm"}


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"], strict_slashes=False)
@operation(
    "GET",
    query=("query", *PARAMETERS),
    types=RESULTS,
    answers={HTTPStatus.SEE_OTHER: HTML},
    faults=(HTTPStatus.FORBIDDEN,),
)
@operation("POST", query=PARAMETERS, types=RESULTS, body=BODIES, faults=(HTTPStatus.FORBIDDEN,))
def query() -> BaseResponse:
    """Answer a query, or a GET without one with the service description; browsers are sent to the form.

    The method QUERY does the same as POST.
    """
    if is_description(request):
        return describe_service()
    check_length(request, settings().limits.max_query)
    headers = request.headers
    asked = endpoint.Asked(
        request.method,
        request.query_string,
        request.mimetype,
        request.get_data(),
        headers.get("Accept"),
        headers.get("Accept-Encoding"),
        headers.get("If-None-Match"),
    )
    found = endpoint.answer(asked, dataset(), settings())
    if found is None:
        return as_page()
    return Response(found.body, found.status, found.headers, direct_passthrough=True)


def as_page() -> Response:
    """Answer a query operation with a page."""
    operation = read_operation(request)
    results = evaluate(dataset(), operation, settings())
    body = page(results, operation, dataset().for_inference(operation.infer))
    keeping = "no-store" if endpoint.is_volatile(operation.query) else "no-cache"
    return Response(
        body,
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Vary": endpoint.VARY,
            "Cache-Control": keeping,
        },
    )
