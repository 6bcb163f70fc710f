"""Updates put on other graphs than their text names: the engine takes no more than a text.

pyoxigraph 0.5 has no parameter for the graphs of `using-graph-uri`; where USING names several graphs, or one
twice, it gives a triple once for each; and it takes a prologue only before the first operation. What is made
here still runs as one transaction.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from wicara.graph.sparql import QueryDataset
from wicara.graph.sparql_text import declared_prefixes, graph_iris
from wicara.server import guard
from wicara.server.update_text import Operation, Unclear, operations, start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import NamedNode
    from wicara.server.guard import Token

USING: Final = re.compile(r"using\s*+(?:named\s*+)?(?:[<#]|[^\s<>{}]{0,99}:)")
DECLARATIONS: Final = (
    re.compile(r"prefix\s{0,99}[^\s<>]{0,99}:\s{0,99}<"),
    re.compile(r"base\s{0,99}<"),
    re.compile(r"version\s{0,99}[\"']"),
)
"""What clauses look like in lower case; a pattern that begins with a word is found fast in a long text."""
GRAPH: Final = re.compile("graph", re.IGNORECASE)
DELETE_WHERE: Final = frozenset({"DELETE WHERE", "DELETEWHERE"})
ON_ONE_BLOCK: Final = frozenset({"INSERT DATA", "INSERTDATA", "DELETE DATA", "DELETEDATA"}) | DELETE_WHERE


class Edit(NamedTuple):
    """A change of a text: what stands from `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits by their places; those of one place stay in their order."""
    return sorted(edits, key=lambda edit: edit.start)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with all edits made."""
    parts: list[str] = []
    at = 0
    for edit in in_order(edits):
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))


def origin(edits: Iterable[Edit], place: int) -> int:
    """Return where in the text before the edits a place in the text after them comes from."""
    moved = 0
    for edit in in_order(edits):
        if place < edit.start + moved:
            break
        if place < edit.start + moved + len(edit.text):
            return edit.start
        moved += len(edit.text) - (edit.end - edit.start)
    return place - moved


def on_dataset(text: str, dataset: QueryDataset, base: str, prefixes: Mapping[str, str]) -> list[Edit]:
    """Return the edits by which each WHERE of an update sees the graphs of the request (Protocol, 2.2.3).

    Without such graphs, the edits mend what pyoxigraph does not do; `base` and `prefixes` are those that the
    text need not declare. Raises Unclear.
    """
    if dataset.default or dataset.named:
        return seeing(text, dataset)
    found = operations(text) if may_need_mending(text) else []
    edits = list(one_prologue(text, found))
    prologue = ""
    for each in found:
        prologue += in_text(text, each.prologue)
        edits += merged(text, each, prologue, base, prefixes)
    return edits


def may_need_mending(text: str) -> bool:
    """Tell whether a text may merge graphs, or have a prologue between operations: its tokens then tell."""
    lower = text.lower()
    found = (match.start() for pattern in DECLARATIONS for match in pattern.finditer(lower))
    return lower.find(";", 0, max(found, default=0)) >= 0 or len(USING.findall(lower)) > 1


def one_prologue(text: str, found: Sequence[Operation]) -> Iterator[Edit]:
    """Yield the edits by which all declarations stand before the first operation.

    Raises Unclear where one of them gives a prefix, or BASE, another meaning than it had.
    """
    known = {"BASE": ""}
    for operation in found:
        for name, iri in declarations(operation.prologue):
            if operation is found[0]:
                known[name] = iri
            elif known.setdefault(name, iri) != iri:
                raise Unclear(
                    f"{name} changes its meaning within the update: declare it once, at the beginning."
                )
    for operation in found[1:]:
        if operation.prologue:
            yield Edit(found[0].start, found[0].start, in_text(text, operation.prologue))
            yield Edit(start(operation.prologue[0]), operation.start, "")


def in_text(text: str, prologue: Sequence[Token]) -> str:
    """Return a prologue as it stands in a text, with a space after it."""
    return f"{text[start(prologue[0]) : prologue[-1].end]} " if prologue else ""


def declarations(prologue: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield the name and IRI, as written, of each declaration of a prologue; the base's name is `BASE`."""
    for keyword, name in pairwise(prologue):
        if keyword.text.upper() == "BASE":
            yield "BASE", name.text
    for keyword, name, iri in zip(prologue, prologue[1:], prologue[2:], strict=False):
        if keyword.text.upper() == "PREFIX":
            yield name.text, iri.text


def seeing(text: str, dataset: QueryDataset) -> list[Edit]:
    """Return the edits by which each WHERE of an update sees these graphs; raises Unclear."""
    found = operations(text)
    if any(each.names_dataset for each in found):
        raise Unclear("The update has USING or WITH, and the request names graphs as well: only one may.")
    edits = list(one_prologue(text, found))
    for each in found:
        edits += seeing_in(text, each, dataset)
    return edits


def seeing_in(text: str, operation: Operation, dataset: QueryDataset) -> Iterator[Edit]:
    """Yield the edits by which the WHERE of an operation sees these graphs.

    `DELETE WHERE {…}` takes no USING, so it becomes `DELETE {…} USING … WHERE {…}`.
    """
    where = operation.where
    if where is None:
        return
    if operation.name in DELETE_WHERE:
        begin, end = operation.block
        yield Edit(where, where + len("WHERE"), "")
        yield from using(operation, (end, end), dataset, f"WHERE {text[begin:end]}")
    else:
        yield from using(operation, (where, where), dataset)


def merged(
    text: str, operation: Operation, prologue: str, base: str, prefixes: Mapping[str, str]
) -> Iterator[Edit]:
    """Yield the edits by which an operation with two USING clauses or more sees each graph once."""
    clauses = operation.using(text, {*prefixes, *declared_prefixes(prologue)})
    if clauses is None or len(clauses.default + clauses.named) < 2:  # noqa: PLR2004 - one USING merges nothing
        return
    try:
        iris = graph_iris(prologue, clauses.default + clauses.named, base, prefixes)
    except SyntaxError:  # the engine tells it, at its place in the whole text
        return
    count = len(clauses.default)
    dataset = QueryDataset.of(iris[:count], iris[count:])
    yield from using(operation, (clauses.start, clauses.end), dataset)


def using(
    operation: Operation, place: tuple[int, int], dataset: QueryDataset, rest: str = ""
) -> Iterator[Edit]:
    """Yield the edits that put USING clauses in a place, and `rest` after them.

    Several default graphs are copied into one for as long as the operation runs.
    """
    merge = f"<urn:uuid:{uuid4()}>"
    merges = len(dataset.default) > 1
    if merges:
        copies = "".join(f"ADD SILENT GRAPH {graph} TO GRAPH {merge} ; " for graph in dataset.default)
        yield Edit(operation.start, operation.start, copies)
    clauses = [f"USING {graph}" for graph in ([merge] if merges else dataset.default)]
    clauses += [f"USING NAMED {graph}" for graph in dataset.named]
    yield Edit(*place, f" {' '.join(clauses)} {rest}")
    if merges:
        yield Edit(operation.end, operation.end, f" ; DROP SILENT GRAPH {merge}")


def within(text: str, graph: NamedNode | None) -> list[Edit]:
    """Return the edits by which a graph is the default graph of an update; None: it is that already.

    Raises Unclear for an update that names graphs, or does anything but insert and delete triples.
    """
    if any(names_graph(token, follower) for token, follower in pairwise(guard.tokens(text))):
        raise Unclear("A PATCH changes the graph of its URL: leave out GRAPH, or send the update to /update.")
    found = operations(text)
    if any(each.names_dataset for each in found):
        raise Unclear("A PATCH changes the graph of its URL: leave out WITH and USING.")
    edits = list(one_prologue(text, found))
    for each in found:
        edits += inside(each, graph)
    return edits


def names_graph(token: Token, follower: Token) -> bool:
    """Tell whether a token is the keyword GRAPH, also where it is written together with others."""
    if token.kind == "word":
        return GRAPH.search(token.text) is not None
    is_name = token.kind == "name" and follower.text == "{"
    return is_name and GRAPH.search(token.text.partition(":")[0]) is not None


def inside(operation: Operation, graph: NamedNode | None) -> Iterator[Edit]:
    """Yield the edits that put an operation inside a graph; raises Unclear where that has no meaning."""
    on_one_block = operation.name in ON_ONE_BLOCK
    if operation.tokens and not on_one_block and operation.where is None:
        raise Unclear("A PATCH inserts and deletes triples. Other operations go to /update.")
    if graph is None or not operation.tokens:
        return
    if on_one_block:
        begin, end = operation.block
        yield Edit(begin, begin, f"{{ GRAPH {graph} ")
        yield Edit(end, end, " }")
    else:
        yield Edit(operation.start, operation.start, f"WITH {graph} ")
