"""The SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1) and the form that posts to it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from wicara.server import negotiation
from wicara.server.evaluation import evaluate
from wicara.server.problems import Problem, not_acceptable
from wicara.server.protocol import read_operation
from wicara.server.results import offers_for, page, written
from wicara.server.served import dataset

if TYPE_CHECKING:
    from wicara.server.evaluation import Results
    from wicara.server.negotiation import Representation
    from wicara.server.protocol import QueryOperation

blueprint = Blueprint("sparql", __name__)


def chosen(operation: QueryOperation, results: Results) -> tuple[Representation, str]:
    """Return the form to answer in and its media type: `format=` before Accept; raises Problem for none."""
    offers = offers_for(results)
    if operation.format is None:
        found = negotiation.choose(request.headers.get("Accept"), offers)
        if found is None:
            raise not_acceptable(offers)
        return found
    form = negotiation.by_name(offers, operation.format)
    if form is None:
        names = ", ".join(offer.name for offer in offers)
        raise Problem(HTTPStatus.BAD_REQUEST, f"`format` is one of {names} for this query.")
    return form, form.media_type


@blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def query() -> Response:
    """Answer a query operation."""
    operation = read_operation(request)
    results = evaluate(dataset(), operation)
    form, media_type = chosen(operation, results)
    if form is negotiation.HTML:
        body = page(results, operation, dataset().for_inference(operation.infer))
    else:
        body = written(results, form)
    return Response(
        body, headers={"Content-Type": form.content_type(media_type), "Vary": "Accept, Accept-Language"}
    )


@blueprint.get("/query")
def form() -> str:
    """Show a form for a query, filled in with `?query=`."""
    return render_template("query.html", query=request.args.get("query", ""))
