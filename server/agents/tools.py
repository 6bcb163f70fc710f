"""The tools for agents at /tools/NAME: a call has one JSON answer, made by an executor under all limits."""

from __future__ import annotations

import json
from http import HTTPStatus
from itertools import chain, islice, permutations
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples
from wicara.graph.explain.explanation import Explainer, Verdict
from wicara.graph.explain.wording import Wording
from wicara.graph.explain.writers import serialize
from wicara.graph.names import TYPE
from wicara.graph.sparql import solutions
from wicara.graph.terms import UnknownTerm as Unreadable
from wicara.graph.terms import read_fact
from wicara.graph.unknown_terms import occurs, similar_term, unknown_terms
from wicara.ontology import WIC
from wicara.server.agents import TABLE
from wicara.server.agents.answers import (
    MIN_BUDGET,
    OVERHEAD,
    Call,
    Item,
    Json,
    Packing,
    Refused,
    address_of,
    as_bytes,
    ending,
    short,
    size_of,
    traced,
)
from wicara.server.app_state import dataset, per_version, settings, store
from wicara.server.descriptions.counts import classes, partitions
from wicara.server.descriptions.openapi import JSON, operation
from wicara.server.http.addresses import public_url
from wicara.server.http.problems import Problem
from wicara.server.site.kinds import KINDS
from wicara.server.site.language import language
from wicara.server.site.pages.about import sources as texts
from wicara.server.site.pages.explain import explain_href
from wicara.server.site.pages.question import QuestionRequest, all_questions, question_named
from wicara.server.site.parameters import InvalidValueError, choices, given_value, read_thing
from wicara.server.site.search.index_file import index
from wicara.server.site.search.query import Search, search
from wicara.server.site.search.results import result_rows as rows_of_search
from wicara.server.site.search.results import result_words, status_words
from wicara.server.site.tables.differing import FIGURES, clashes_of
from wicara.server.site.tables.rows import evidence_for, supports_of_rows
from wicara.server.site.tables.solutions import MAX_DATA_ROWS, answer, row_graphs, solve
from wicara.server.site.words import prefixed
from wicara.server.sparql.protocol import QueryOperation
from wicara.server.sparql.query import evaluate
from wicara.server.sparql.results import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wicara.server.site.tables.rows import Pattern
    from wicara.server.site.words import Term, Words

blueprint = Blueprint("tools", __name__)

MAX_ITEMS: Final = 100
"""Rows whose evidence is looked up for one call."""
MAX_TERMS: Final = 6
"""Values of a row of a query between which statements are looked for."""
SCHEMA_SIZE: Final = 8_000
"""Bytes of the summary of the schema: fewer than 3,000 tokens."""
MAX_PROPERTIES: Final = 8
OF_THING: Final = """
SELECT ?s ?p ?o { { BIND({thing} AS ?s) {thing} ?p ?o } UNION { BIND({thing} AS ?o) ?s ?p {thing} } }
ORDER BY (?s != {thing}) ?p ?o ?s"""


@blueprint.route("/tools/<tool>", methods=["GET", "POST"])
@operation(query=("arguments", "lang"), types=JSON, faults=(HTTPStatus.NOT_FOUND,))
def call(tool: str) -> Response:
    """Call a tool for agents: its arguments are a JSON object, in `arguments` or as the body.

    Every answer tells its outcome: rows, empty, truncated or refused.
    """
    run = TOOLS.get(tool)
    if run is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no tool {tool}; there are {', '.join(TOOLS)}.")
    try:
        reply = run(Call.of(tool, arguments()))
    except Refused as fault:
        reply = ending("refused", reason=str(fault))
    except Problem as problem:
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        reply = ending("refused", reason=problem.detail, **problem.members)
    return Response(as_bytes(reply), headers={"Content-Type": "application/json"})


def arguments() -> Json:
    """Return the arguments of this call; raises Refused where they are no JSON object."""
    text = request.get_data(as_text=True) if request.mimetype == "application/json" else ""
    try:
        given = json.loads(text or request.values.get("arguments", "") or "{}")
    except (ValueError, RecursionError) as fault:
        raise Refused(f"The arguments are not JSON: {fault}.") from fault
    if not isinstance(given, dict):
        raise Refused("The arguments are to be a JSON object.")
    return {name: value for name, value in given.items() if value is not None}


def find(call: Call) -> Json:
    """Find things, facts and terms by words."""
    kind = call.arguments.get("kind")
    if kind and kind not in KINDS:
        raise Refused(f"There is no kind {kind}; there are {', '.join(KINDS)}.")
    wanted = Search(call.arguments["text"], {"kind": (kind,)} if kind else {}, language())
    hits = search(index(), wanted, call.start, MAX_ITEMS)
    words = result_words(index(), hits, wanted)
    items = [
        Item(
            {
                "id": short(row.shown.full),
                "name": row.shown.text,
                "kind": row.kind,
                "status": status_words(row.status),
                "words": [line.words for line in row.lines],
                "source": next((line.sentence.full for line in row.lines if line.sentence), ""),
                "link": address_of(row.shown.full),
            }
        )
        for row in rows_of_search(hits, words)
    ]
    more = call.start + len(items) < hits.total
    return Packing(call).pack(
        [Item({key: value for key, value in item.row.items() if value}) for item in items],
        more=more,
        total=hits.total,
        spelled_otherwise=dict(hits.understood.instead),
    )


def describe(call: Call) -> Json:
    """Return all that is said of a thing, or the summary of the schema."""
    if not call.arguments.get("thing"):
        return schema(call)
    try:
        thing = read_thing(call.arguments["thing"])
    except InvalidValueError as fault:
        raise Refused(str(fault)) from fault
    if not occurs(dataset().store, thing.value):
        instead = similar_term(dataset().store, thing.value, dataset().prefixes)
        raise Refused(
            f"{call.arguments['thing']}: no such thing" + (f", did you mean {instead}?" if instead else "")
        )
    query = OF_THING.replace("{thing}", str(thing))
    read = list(islice(solutions(store(), query), call.start, call.start + MAX_ITEMS + 1))
    shown = read[:MAX_ITEMS]
    rows = [
        {"property": row["p"], "value": row["o"]}
        if row["s"] == thing
        else {"of": row["s"], "property": row["p"]}
        for row in shown
    ]
    patterns = [[(row["s"], row["p"], row["o"])] for row in shown]
    return evident(call, rows, patterns, more=len(read) > MAX_ITEMS, thing=short(thing.value))


def schema(call: Call) -> Json:
    """Return a summary of the schema: each class in use with its number of things and its properties."""
    used = partitions()
    rows = []
    for name, number in per_version(classes).items():
        if not name.startswith(WIC):
            continue
        uses = used.get(name, {})
        own = sorted((iri for iri in uses if iri.startswith(WIC)), key=lambda iri: (-uses[iri].triples, iri))
        rows.append(
            {
                "class": prefixed(name),
                "things": number,
                "properties": " ".join(map(prefixed, own[:MAX_PROPERTIES])),
            }
        )
    size, items = 0, []
    for row in rows:
        size += size_of(row)
        if size > SCHEMA_SIZE:
            break
        items.append(Item(row))
    return Packing(Call({}, 2 * SCHEMA_SIZE, 0)).pack(
        items[call.start :],
        classes_left_out=len(rows) - len(items),
        details="describe wic:NAME tells all of a class or property.",
    )


def ask(call: Call) -> Json:
    """Answer a prepared question, or list the questions."""
    if not call.arguments.get("question"):
        listed = [
            {
                "question": question.slug,
                "asks": question.wording("en"),
                "parameters": {
                    parameter.name: f"{parameter.datatype}, such as {parameter.default}"
                    for parameter in question.parameters
                },
            }
            for question in all_questions()
        ]
        return Packing(call).pack([Item(row) for row in listed[call.start :]])
    question = question_named(call.arguments["question"])
    given = call.arguments.get("values", {})
    if unknown := sorted(set(given) - {parameter.name for parameter in question.parameters}):
        known = ", ".join(parameter.name for parameter in question.parameters) or "none"
        raise Refused(f"{question.slug} has no parameter {unknown[0]}; it has {known}.")
    options = choices(question.parameters)
    values = [
        options.checked(
            given_value(parameter, [str(given[parameter.name])] if parameter.name in given else [])
        )
        for parameter in question.parameters
    ]
    for value in values:
        if value.term is None:
            raise Refused(f"{value.parameter.name}: {value.fault}")
    wanted = QuestionRequest(question, values, options)
    table = solve(QueryOperation(wanted.query), MAX_DATA_ROWS)
    answered = answer(question, wanted.terms, table, store())
    words = answered.evidence.words
    items = [
        traced(
            {
                name: "; ".join(value.shown.text for value in cell.values)
                for name, cell in zip(answered.columns, row.cells, strict=True)
                if cell.values
            }
            | {"ids": [short(term.value) for term in solution.values() if isinstance(term, NamedNode)]},
            row.support,
            row.statuses,
            words,
            row.clash,
        )
        for row, solution in zip(answered.table.rows, table.rows, strict=True)
    ]
    return Packing(call, answered.evidence).pack(
        items[call.start :], more=table.cut, asked=wanted.sentence("en"), link=public_url(wanted.where())
    )


def query(call: Call) -> Json:
    """Run a query; its rows are traced by the statements between their values."""
    text = call.arguments["sparql"]
    if not dataset().plain and (unknown := unknown_terms(dataset().store, text, dataset().prefixes)):
        raise Refused("; ".join(map(str, unknown)))
    operation = QueryOperation(text, infer=call.arguments.get("infer", True))
    results = evaluate(dataset(), operation, settings())
    if isinstance(results, QueryBoolean):
        outcome = "rows" if results else "empty"
        return ending(outcome, rows=[{"answer": bool(results)}], link=public_url(operation.address()))
    try:
        read = list(islice(answer_rows(results), call.start, call.start + MAX_ITEMS + 1))
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault, text) from fault
    shown = read[:MAX_ITEMS]
    return evident(
        call,
        shown,
        [patterns_between(row) for row in shown],
        more=len(read) > MAX_ITEMS,
        link=public_url(operation.address()),
    )


def answer_rows(results: QuerySolutions | QueryTriples) -> Any:  # noqa: ANN401 - an iterator of dicts of terms
    """Yield the rows of an answer: solutions, or the statements of a graph."""
    if isinstance(results, QueryTriples):
        return (dict(zip(("subject", "predicate", "object"), triple, strict=True)) for triple in results)
    names = [variable.value for variable in results.variables]
    return ({name: row[name] for name in names if row[name] is not None} for row in results)


def patterns_between(row: dict[str, Term]) -> list[Pattern]:
    """Return the statements that a row may rest on: between two values, or the type of its one thing."""
    terms = list(dict.fromkeys(row.values()))[:MAX_TERMS]
    things = [term for term in terms if isinstance(term, NamedNode)]
    pairs: list[Pattern] = [(a, None, b) for a, b in permutations(terms, 2) if isinstance(a, NamedNode)]
    return pairs or [(thing, TYPE, None) for thing in things]


def evident(
    call: Call,
    rows: Sequence[dict[str, Term]],
    patterns: Sequence[Sequence[Pattern]],
    *,
    more: bool,
    **members: str,
) -> Json:
    """Return rows of terms, each with the support of its patterns."""
    backed = supports_of_rows(store(), patterns)
    evidence = evidence_for(store(), chain.from_iterable(row.values() for row in rows), row_graphs(backed))
    items = [
        traced(
            {name: plain_value(term, evidence.words) for name, term in row.items()},
            support,
            support.statuses(evidence.bases, row.values()),
            evidence.words,
            differing(row),
        )
        for row, support in zip(rows, backed, strict=True)
    ]
    return Packing(call, evidence).pack(items, more=more, **members)


def differing(row: dict[str, Term]) -> str:
    """Return the comparison by which other sources give a figure in a row another value, or nothing."""
    return clashes_of([(name, FIGURES) for name in row], [row])[0]


def plain_value(term: Term, words: Words) -> Json | str:
    """Return a value: a literal as its text, a thing with its identifier and its name."""
    if isinstance(term, NamedNode):
        name = words.show_iri(term.value).text
        return short(term.value) if name == prefixed(term.value) else {"id": short(term.value), "name": name}
    return (
        f"{term.value}@{term.language}"
        if isinstance(term, Literal) and term.language
        else getattr(term, "value", str(term))
    )


def explain(call: Call) -> Json:
    """Explain a statement: its proof as text, cut at the budget."""
    try:
        fact = read_fact(*(call.arguments[place] for place in ("subject", "predicate", "object")))
    except Unreadable as fault:
        raise Refused(f"{fault}.") from fault
    explanation = per_version(Explainer).explain(fact, 1)
    text = serialize(explanation, Wording(dataset().store, language()), "tree").decode()
    link = public_url(explain_href(fact))
    room = max(call.budget - OVERHEAD, MIN_BUDGET - OVERHEAD)
    part = text.encode()[call.start : call.start + room].decode(errors="ignore")
    end = call.start + len(part.encode())
    if end < len(text.encode()):
        resume = f"{end}-{dataset().digest[:12]}"
        return ending(
            "truncated", verdict=explanation.verdict.name.lower(), proof=part, link=link, resume=resume
        )
    outcome = "empty" if explanation.verdict is Verdict.NEITHER else "rows"
    return ending(outcome, verdict=explanation.verdict.name.lower(), proof=part, link=link)


def sources(call: Call) -> Json:
    """List the texts that the dataset rests on."""
    rows = [
        {
            "id": short(text.article.full),
            "name": text.article.text,
            "publisher": text.publisher.text if text.publisher else "",
            "issued": text.issued,
            "language": text.language,
            "how": ", ".join(map(str, text.ways)),
            "facts": text.facts,
            "read_at": text.copy,
            "link": address_of(text.article.full),
        }
        for text in texts()
    ]
    items = [Item({key: value for key, value in row.items() if value != ""}) for row in rows[call.start :]]
    return Packing(call).pack(items)


TOOLS: Final[dict[str, Callable[[Call], Json]]] = {
    "search": find,
    "describe": describe,
    "ask": ask,
    "query": query,
    "explain": explain,
    "sources": sources,
}
if TOOLS.keys() != TABLE["tools"].keys():
    raise AssertionError("tools.toml describes other tools than there are")
