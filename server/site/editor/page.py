"""The form for a query, which works as it is, and what a script makes an editor of it with."""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, current_app, render_template, request
from wicara.graph.sparql import MAX_SHOWN, SparqlSyntaxError, first_faulty_token, parse_query
from wicara.ontology import BASE
from wicara.server.app_state import dataset, infer, settings
from wicara.server.descriptions.openapi import JSON, operation
from wicara.server.http.addresses import LOCAL
from wicara.server.http.problems import Problem
from wicara.server.site.editor.vocabulary import vocabulary
from wicara.server.site.editor.words import WORDS
from wicara.server.site.language import language
from wicara.server.sparql import protocol
from wicara.server.sparql.guard import admit
from wicara.server.sparql.protocol import check_length, read_operation
from wicara.server.sparql.query import RELATIVE_TO

if TYPE_CHECKING:
    from wicara.queries import Question

blueprint = Blueprint("editor", __name__)

TIMES: Final = (1, 5, 10, 30, 60, 300)
"""The seconds that a reader may choose from, up to the server's limit."""


@blueprint.get("/query")
@operation(query=("query", "example", "infer", "lang"), faults=(HTTPStatus.NOT_FOUND,))
def form() -> str:
    """Show a form for a query, filled in with `?query=` or with the question that `?example=` names."""
    questions: tuple[Question, ...] = current_app.config["QUESTIONS"]
    return render_template(
        "query.html",
        query=request.args.get("query") or example(questions),
        asserted=not infer(),
        questions=questions,
        times=times(),
        script_context=script_context(questions),
    )


def example(questions: tuple[Question, ...]) -> str:
    """Return the query of the question that is asked for; raises Problem 404 where there is no such one."""
    name = request.args.get("example")
    if name is None:
        return ""
    found = next((one for one in questions if one.id.lower() == name.lower()), None)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no question {name}.")
    return found.body


def times() -> list[float]:
    """Return the seconds to choose from; the last one is the server's limit."""
    limit = settings().limits.timeout
    return [*(time for time in TIMES if time < limit), int(limit) if limit.is_integer() else limit]


def script_context(questions: tuple[Question, ...]) -> dict[str, Any]:
    """Return the context of the script: words, the language, examples, and which IRIs have a page here."""
    return {
        "words": {name: str(word) for name, word in WORDS.items()},
        "language": language(),
        "base": BASE,
        "local": LOCAL,
        "examples": {one.id: one.body for one in questions},
    }


@blueprint.post("/query/check")
@operation(
    query=(),
    types=JSON,
    body={protocol.QUERY: "Query", protocol.FORM: "QueryForm"},
    faults=(HTTPStatus.FORBIDDEN,),
)
def check() -> Response:
    """Tell the first token of a query that cannot stand where it stands; nothing is evaluated."""
    check_length(request, settings().limits.max_query)
    query = read_operation(request).query
    prefixes = dataset().prefixes_in(query)
    admit(query, "query", settings(), prefixes, RELATIVE_TO)
    token = first_faulty_token(query, partial(parse_query, prefixes=prefixes, base=RELATIVE_TO))
    fault = None
    if token:
        at = SparqlSyntaxError(query, token.start, "")
        fault = {"line": at.line, "column": at.column, "token": token.text[:MAX_SHOWN]}
    return Response(json.dumps({"fault": fault}), headers={"Content-Type": "application/json"})


@blueprint.get("/query/vocabulary.json")
@operation(query=(), types=JSON)
def terms() -> Response:
    """Tell the terms that a query may use."""
    body = json.dumps(vocabulary(dataset()), ensure_ascii=False, separators=(",", ":"))
    return Response(body, headers={"Content-Type": "application/json"})
