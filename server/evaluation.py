"""From a query operation to its results: what is refused, which graphs it sees, what its faults are."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.graph import sparql
from wicara.graph.sparql import QueryDataset
from wicara.graph.sparql_text import declared_prefixes
from wicara.ontology import BASE
from wicara.server import guard, syntax
from wicara.server.app_state import count
from wicara.server.http.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wicara.graph.sparql import Results
    from wicara.graph.store import BuiltDataset
    from wicara.server.protocol import QueryOperation
    from wicara.server.settings import Settings

RELATIVE_TO: Final = f"{BASE}/"
"""What relative IRIs are resolved against where a query has no BASE (RFC 3986, section 5.1.4)."""
UNKNOWN_FUNCTION: Final = "The custom function"
"""How pyoxigraph begins to say that a function does not exist, or takes other arguments."""
SHOWN: Final = 60
"""How many characters of a faulty line a message shows on each side."""


def syntax_problem(query: str, fault: SyntaxError, prefixes: Mapping[str, str]) -> Problem:
    """Return the problem of a query that does not parse: line, column, and the place in the text."""
    match = syntax.POSITION.match(str(fault))
    if match is None:
        return Problem(HTTPStatus.BAD_REQUEST, f"The query is not SPARQL: {fault}")
    line, column = int(match[1]), int(match[2])
    lines = [*query.split("\n"), ""]
    text = lines[min(line, len(lines)) - 1]
    near = text[max(0, column - 1 - SHOWN) : column - 1] + "⟨here⟩" + text[column - 1 : column - 1 + SHOWN]
    unknown = undeclared(query, prefixes)
    hint = f" The prefix {unknown}: is not declared." if unknown else f" The parser {match[3].strip()}."
    detail = f"The query is not SPARQL 1.1 at line {line}, column {column}.{hint}"
    return Problem(HTTPStatus.BAD_REQUEST, detail, line=line, column=column, near=near)


def undeclared(query: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the first prefix that a query uses and nothing declares."""
    known = {*prefixes, *declared_prefixes(query)}
    names = (token.text.partition(":")[0] for token in guard.tokens(query) if token.kind == "name")
    return next((name for name in names if name not in known), None)


def admit(query: str, settings: Settings) -> None:
    """Raise Problem where a query asks for what the settings do not allow."""
    try:
        guard.check(query, settings, guard.IN_QUERIES)
    except guard.Refused as fault:
        raise Problem(fault.status, str(fault)) from fault


def evaluate(dataset: BuiltDataset, operation: QueryOperation, settings: Settings) -> Results:
    """Return the results of a query, to be read in this thread; raises Problem for a faulty one."""
    admit(operation.query, settings)
    store = dataset.for_inference(operation.infer)
    count()
    try:
        return sparql.query(
            store,
            operation.query,
            prefixes=used(dataset.prefixes, operation.query),
            base=RELATIVE_TO,
            dataset=dataset_of_request(operation),
        )
    except SyntaxError as fault:
        parse = partial(syntax.query, prefixes=used(dataset.prefixes, operation.query))
        placed = syntax.located(operation.query, fault, parse)
        raise syntax_problem(operation.query, placed, dataset.prefixes) from fault
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault) from fault


def failed(fault: Exception) -> Problem:
    """Return the problem of a query that parses and cannot be evaluated; some are the query's own fault."""
    if UNKNOWN_FUNCTION in str(fault):
        return Problem(HTTPStatus.BAD_REQUEST, f"{fault}.")
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"The query could not be evaluated: {fault}")


def used(prefixes: Mapping[str, str], query: str) -> dict[str, str]:
    """Return the prefixes that a query may use: each one that is given costs the parser a microsecond."""
    return {prefix: iri for prefix, iri in prefixes.items() if f"{prefix}:" in query}


def dataset_of_request(operation: QueryOperation) -> QueryDataset | None:
    """Return the dataset that a request names, or None where it names none."""
    if not (operation.default_graphs or operation.named_graphs):
        return None
    return QueryDataset.of(operation.default_graphs, operation.named_graphs)
