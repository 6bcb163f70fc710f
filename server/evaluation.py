"""From a query operation to its results: what is refused, which graphs it sees, what its faults are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import urljoin

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)
from wicara.ontology import BASE
from wicara.server import guard, syntax
from wicara.server.problem import Problem
from wicara.server.served import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wicara.graph.store import BuiltDataset
    from wicara.server.protocol import QueryOperation
    from wicara.server.settings import Settings

Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples

FROM: Final = re.compile("from", re.IGNORECASE)
RELATIVE_TO: Final = f"{BASE}/"
"""What relative IRIs are resolved against where a query has no BASE (RFC 3986, section 5.1.4)."""
UNKNOWN_FUNCTION: Final = "The custom function"
"""How pyoxigraph begins to say that a function does not exist, or takes other arguments."""
SHOWN: Final = 60
"""How many characters of a faulty line a message shows on each side."""


@dataclass(frozen=True)
class QueryDataset:
    """The graphs that a query sees (SPARQL 1.1, section 13.2): those merged as its default, and the named."""

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]


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


def prologue(query: str, prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that hold in a query, and its base under the name `@base`.

    `prefixes` are those that it need not declare.
    """
    known = {**prefixes, "@base": RELATIVE_TO}
    found = list(guard.tokens(query))
    for before, name, iri in zip(found, found[1:], found[2:], strict=False):
        if before.text.upper() == "PREFIX" and name.kind == "name" and iri.kind == "iri":
            known[name.text.removesuffix(":")] = urljoin(known["@base"], iri.text[1:-1])
        if before.text.upper() == "BASE" and name.kind == "iri":
            known["@base"] = name.text[1:-1]
    return known


def undeclared(query: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the first prefix that a query uses and nothing declares."""
    known = prologue(query, prefixes)
    names = (token.text.partition(":")[0] for token in guard.tokens(query) if token.kind == "name")
    return next((name for name in names if name not in known), None)


def graphs_named_after_from(query: str, prefixes: Mapping[str, str]) -> Iterator[tuple[bool, NamedNode]]:
    """Yield the graph of each FROM and FROM NAMED of a query, with whether it is a named one."""
    known = prologue(query, prefixes)
    found = [*guard.tokens(query)]
    for index, token in enumerate(found):
        if token.kind == "word" and token.text.upper() == "FROM":
            named = found[index + 1].text.upper() == "NAMED"
            yield named, resolve(found[index + 1 + named], known)


def resolve(token: guard.Token, known: dict[str, str]) -> NamedNode:
    """Return the IRI that a token stands for; raises ValueError where it stands for none."""
    if token.kind == "iri":
        return NamedNode(urljoin(known["@base"], token.text[1:-1]))
    prefix, _, local = token.text.partition(":")
    return NamedNode(known.get(prefix, "") + re.sub(r"\\(.)", r"\1", local))


def dataset_of_text(query: str, prefixes: Mapping[str, str]) -> QueryDataset | None:
    """Return the dataset that FROM describes where it merges two graphs or more, else None."""
    if len(FROM.findall(query)) < 2:  # noqa: PLR2004 - one FROM merges nothing
        return None
    try:
        graphs = list(graphs_named_after_from(query, prefixes))
    except (ValueError, IndexError):
        return None
    default = tuple(dict.fromkeys(graph for named, graph in graphs if not named))
    return (
        QueryDataset(default, tuple(graph for named, graph in graphs if named)) if len(default) > 1 else None
    )


def merged(store: Store, wanted: QueryDataset) -> Store:
    """Return a store in memory whose default graph is the RDF merge of graphs.

    pyoxigraph 0.5 would answer once for each graph that a triple stands in.
    """
    merge = Store()
    for graph in wanted.default:
        merge.extend(
            Quad(quad.subject, quad.predicate, quad.object)
            for quad in store.quads_for_pattern(None, None, None, graph)
        )
    for graph in wanted.named:
        merge.extend(store.quads_for_pattern(None, None, None, graph))
    return merge


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
        return run(store, operation, dataset.prefixes)
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


def run(store: Store, operation: QueryOperation, prefixes: Mapping[str, str]) -> Results:
    """Evaluate a query over the dataset of the request, else that of its text, else the default one."""
    wanted = dataset_of_request(operation) or dataset_of_text(operation.query, prefixes)
    if wanted is None:
        return store.query(operation.query, base_iri=RELATIVE_TO, prefixes=used(prefixes, operation.query))
    merges = len(wanted.default) > 1
    default: list[NamedNode | BlankNode | DefaultGraph] = [DefaultGraph()] if merges else [*wanted.default]
    return (merged(store, wanted) if merges else store).query(
        operation.query,
        base_iri=RELATIVE_TO,
        prefixes=used(prefixes, operation.query),
        default_graph=default,
        named_graphs=[*wanted.named],
    )


def used(prefixes: Mapping[str, str], query: str) -> dict[str, str]:
    """Return the prefixes that a query may use: each one that is given costs the parser a microsecond."""
    return {prefix: iri for prefix, iri in prefixes.items() if f"{prefix}:" in query}


def dataset_of_request(operation: QueryOperation) -> QueryDataset | None:
    """Return the dataset that a request names, or None where it names none."""
    if not (operation.default_graphs or operation.named_graphs):
        return None
    return QueryDataset(tuple(dict.fromkeys(operation.default_graphs)), operation.named_graphs)
