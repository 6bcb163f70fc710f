"""Queries (SPARQL 1.1 Protocol, section 2.1): the one way from a request to its answer.

`answer` needs no web framework: it is what has to be fast. The Flask app answers through it, and so does an
executor directly; what it leaves to the app are pages, the service description and problems.
"""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import QueryTriples
from wicara.graph import sparql
from wicara.graph.sparql import QueryDataset, SparqlSyntaxError
from wicara.graph.sparql_patterns import TooManyGraphs
from wicara.graph.unknown_terms import UnknownTerm, unknown_terms
from wicara.ontology import BASE
from wicara.server.app_state import count_query, dataset, settings
from wicara.server.descriptions.describe import describe_service, is_description
from wicara.server.descriptions.openapi import HTML, media_types, operation
from wicara.server.http import compression, conditional, negotiation
from wicara.server.http.problems import Problem, bad_request, not_acceptable
from wicara.server.sparql import protocol
from wicara.server.sparql.guard import admit, without_silent_calls
from wicara.server.sparql.protocol import QueryOperation, check_length, read_operation
from wicara.server.sparql.representation import VARY, QueryRequest, best, differs, head_of
from wicara.server.sparql.results import RepeatableQuery, body_of, failed, graph_body, offers_for, page_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as BaseResponse
    from wicara.graph.formats import Format
    from wicara.graph.sparql import Results
    from wicara.graph.store import BuiltDataset
    from wicara.server.http.compression import StreamedBody
    from wicara.server.settings import Settings

blueprint = Blueprint("sparql", __name__)

RELATIVE_TO: Final = f"{BASE}/"
"""What relative IRIs are resolved against where a query has no BASE (RFC 3986, section 5.1.4)."""
UNKNOWN: Final[defaultdict[str, dict[str, tuple[UnknownTerm, ...]]]] = defaultdict(dict)
"""The unknown terms of queries, by the digest of the dataset: clients send the same few again and again."""
MAX_REMEMBERED: Final = 256
MAX_IN_HEADER: Final = 10
TYPES: Final = media_types(*negotiation.RESULTS, *negotiation.GRAPHS)
PARAMETERS: Final = ("default-graph-uri", "named-graph-uri", "infer", "format", "timeout")
BODIES: Final = {protocol.QUERY: "Query", protocol.FORM: "QueryForm"}


class Answer(NamedTuple):
    """An answer to a query: status, headers, and the body or what writes it, which evaluates the query."""

    status: HTTPStatus
    headers: dict[str, str]
    body: bytes | StreamedBody
    query: str = ""


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"], strict_slashes=False)
@blueprint.route(protocol.ASSERTED, methods=["GET", "POST", "QUERY"], strict_slashes=False)
@operation(
    "GET",
    query=("query", *PARAMETERS),
    types=TYPES,
    answers={HTTPStatus.SEE_OTHER: HTML},
    faults=(HTTPStatus.FORBIDDEN,),
)
@operation("POST", query=PARAMETERS, types=TYPES, body=BODIES, faults=(HTTPStatus.FORBIDDEN,))
def query() -> BaseResponse:
    """Answer a query, or a GET without one with the service description; browsers are sent to the form.

    The method QUERY does the same as POST. At `/sparql/asserted`, `infer` is `off` unless it is given.
    """
    if is_description(request):
        return describe_service()
    check_length(request, settings().limits.max_query)
    query_request = QueryRequest(
        request.method,
        request.query_string,
        request.mimetype,
        request.get_data(),
        request.path,
        *(request.headers.get(name) for name in ("Accept", "Accept-Encoding", "If-None-Match")),
    )
    answered = answer(query_request, dataset(), settings())
    if answered:
        return Response(answered.body, answered.status, answered.headers, direct_passthrough=True)
    asked_for = read_operation(request)
    shown = page_parts(
        evaluate(dataset(), asked_for, settings()), dataset().for_inference(asked_for.infer), asked_for.query
    )
    return Response(
        render_template(
            "results.html", operation=asked_for, unknown=unknown_in(asked_for.query, dataset()), **shown
        ),
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Vary": VARY,
            "Cache-Control": "no-store" if differs(asked_for.query) else "no-cache",
        },
    )


def answer(query_request: QueryRequest, dataset: BuiltDataset, settings: Settings) -> Answer | None:
    """Return the answer to a query operation, None where it is a page; raises Problem for a faulty one."""
    wanted = read_operation(query_request)
    results = evaluate(dataset, wanted, settings)
    form, media_type = format_of(wanted, results, query_request.accept)
    if form is negotiation.HTML:
        return None
    headers, coding = head_of(query_request, wanted.query, (form, media_type), dataset, settings)
    tag = headers.get("ETag")
    if tag and conditional.is_unchanged(query_request.method, query_request.if_none_match, tag):
        return Answer(HTTPStatus.NOT_MODIFIED, headers, b"")
    unknown = unknown_in(wanted.query, dataset)
    if unknown:
        headers["Wicara-Unknown-Terms"] = as_header(unknown)
    try:
        if isinstance(results, QueryTriples):
            repeatable = RepeatableQuery(wanted.query, lambda: evaluate(dataset, wanted, settings))
            body, cut = graph_body(results, form, dataset, settings.limits, repeatable)
        else:
            body, cut = body_of(results, form, settings.limits, links_to(unknown))
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault, wanted.query) from fault
    if cut:
        headers["Wicara-Truncated"] = str(cut)
    return Answer(HTTPStatus.OK, headers, compression.encoded(body, coding, headers), wanted.query)


def unknown_in(query: str, dataset: BuiltDataset) -> tuple[UnknownTerm, ...]:
    """Return the terms of a query in our namespaces that a built dataset does not have."""
    if dataset.plain:
        return ()
    if dataset.digest not in UNKNOWN:
        UNKNOWN.clear()
    remembered = UNKNOWN[dataset.digest]
    if query not in remembered:
        if len(remembered) >= MAX_REMEMBERED:
            remembered.clear()
        remembered[query] = unknown_terms(dataset.store, query, dataset.prefixes)
    return remembered[query]


def as_header(unknown: Sequence[UnknownTerm]) -> str:
    """Return unknown terms as a list of strings with parameters (RFC 9651, section 3.1)."""
    return ", ".join(
        quoted(term.term) + (f";instead={quoted(term.instead)}" if term.instead else "")
        for term in unknown[:MAX_IN_HEADER]
    )


def quoted(text: str) -> str:
    """Return a text as a string of a structured field: what is not ASCII is percent-encoded."""
    return '"{}"'.format(quote(text, safe=":/#<>?&=~ ()!$'*+,;@[]"))


def links_to(unknown: Sequence[UnknownTerm]) -> list[str]:
    """Return the addresses that tell more about unknown terms: searches, which show what is named alike."""
    names = (re.split("[:/#]", term.term.strip("<>"))[-1] for term in unknown[:MAX_IN_HEADER])
    return [f"{BASE}/search?{urlencode({'q': name})}" for name in names]


def evaluate(dataset: BuiltDataset, wanted: QueryOperation, settings: Settings) -> Results:
    """Return the results of a query, to be read in this thread; raises Problem for a faulty one."""
    store = dataset.for_inference(wanted.infer)
    prefixes = dataset.prefixes_in(wanted.query)
    text = without_silent_calls(wanted.query, "query", settings, prefixes, RELATIVE_TO)
    admit(text, "query", settings, prefixes, RELATIVE_TO)
    count_query()
    graphs = None
    if wanted.default_graphs or wanted.named_graphs:
        graphs = QueryDataset.of(wanted.default_graphs, wanted.named_graphs)
    try:
        return sparql.query(store, text, prefixes=prefixes, base=RELATIVE_TO, dataset=graphs)
    except SparqlSyntaxError as fault:
        raise syntax_problem("query", fault) from fault
    except TooManyGraphs as fault:
        raise bad_request(f"{fault}.") from fault
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault, wanted.query) from fault


def syntax_problem(kind: str, fault: SparqlSyntaxError) -> Problem:
    """Return the problem of a query or update that does not parse: line, column, and what stands there."""
    return bad_request(
        f"The {kind} is not SPARQL 1.1 at line {fault.line}, column {fault.column}: {fault.reason}.",
        line=fault.line,
        column=fault.column,
        near=fault.near,
    )


def format_of(wanted: QueryOperation, results: Results, accept: str | None) -> tuple[Format, str]:
    """Return the format to answer in and its media type: hints before Accept; raises Problem 406 for none."""
    offers = offers_for(results)
    form = negotiation.hinted(wanted.hints, offers) or best(accept, offers)
    if form is None:
        raise not_acceptable(offers)
    return form
