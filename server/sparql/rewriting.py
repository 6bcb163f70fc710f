"""Updates put on other graphs than their text names: the engine takes no more than a text.

pyoxigraph 0.5 has no parameter for the graphs of `using-graph-uri`; where USING names several graphs, or one
twice, it gives a triple once for each. What is made here still runs as one transaction. The texts have one
prologue, before the first operation: see the end.

The operations of an update (SPARQL 1.1 Update, grammar rules 29 to 50) are found by their tokens. Only what
stands outside braces is read: keywords, the graphs that they name, and where a block begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count, islice, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import uuid4

from wicara.graph.sparql import QueryDataset
from wicara.graph.sparql_patterns import MAY_DIFFER, mended_where
from wicara.graph.sparql_text import (
    SCHEME,
    dataset_clause,
    declared_prefixes,
    graph_iris,
    is_unclear,
    tokens,
    turn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import NamedNode
    from wicara.graph.sparql_text import DatasetClause, Token


KEYWORD: Final = re.compile("with|insert|delete|load|clear|drop|create|add|move|copy", re.IGNORECASE)
"""How the first token of an operation begins, after its prologue."""
DATASET_CLAUSE: Final = re.compile("with|using", re.IGNORECASE)
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


class Unclear(Exception):  # noqa: N818 - what the answer is, not a fault of ours
    """The update cannot be rewritten for certain; the text says why."""


class Using(NamedTuple):
    """The USING clauses of an operation: where they begin and end, and the graphs as they are written."""

    start: int
    end: int
    default: tuple[str, ...]
    named: tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """An operation: the tokens of its prologue, and its own outside braces, with the outer braces."""

    prologue: tuple[Token, ...]
    tokens: tuple[Token, ...]

    @property
    def start(self) -> int:
        """Return where the operation begins, after its prologue."""
        return self.tokens[0].start if self.tokens else self.end

    @property
    def end(self) -> int:
        """Return where the operation ends."""
        return (self.tokens or self.prologue)[-1].end

    @property
    def name(self) -> str:
        """Return its first keywords in upper case, as `INSERT DATA`, `DELETE` or `CLEAR ALL`."""
        words: list[str] = []
        for token in self.tokens:
            if token.kind != "word":
                break
            words.append(token.text.upper())
        return " ".join(words)

    @property
    def block(self) -> tuple[int, int]:
        """Return where its last block begins, and where it ends."""
        return max((token.start for token in self.tokens if token.text == "{"), default=self.end), self.end

    @property
    def where(self) -> int | None:
        """Return where the keyword WHERE begins; None for an operation without."""
        words = (token for token in self.tokens if token.kind == "word")
        ends = (token.end for token in words if token.text.upper().endswith("WHERE"))
        return next((end - len("WHERE") for end in ends), None)

    @property
    def names_dataset(self) -> bool:
        """Tell whether it has WITH or USING; a prefix that is spelled so comes after a keyword."""
        pairs = zip((None, *self.tokens), self.tokens, strict=False)
        return any(
            token.kind in {"word", "name"} and DATASET_CLAUSE.match(token.text)
            for before, token in pairs
            if before is None or before.kind != "word"
        )

    def using(self, text: str, prefixes: Iterable[str]) -> Using | None:
        """Return its USING clauses in the text; None where it has none. `prefixes` are the declared ones."""
        clauses: list[DatasetClause] = []
        for token in self.tokens:
            if not clauses or token.start >= clauses[-1].end:
                clause = dataset_clause(text, token.start, "USING", prefixes)
                clauses += [clause] if clause else []
        if not clauses:
            return None
        default = tuple(clause.graph for clause in clauses if not clause.named)
        named = tuple(clause.graph for clause in clauses if clause.named)
        return Using(clauses[0].start, clauses[-1].end, default, named)


def operations(text: str) -> list[Operation]:
    """Return the operations of a request; raises Unclear for a text that could be read in two ways."""
    parts: list[list[Token]] = [[]]
    for token in outer_tokens(text):
        if token.text == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return [operation_of(part) for part in parts if part]


def operation_of(tokens: Sequence[Token]) -> Operation:
    """Return the operation of tokens: the prologue goes up to the first keyword of an operation."""
    for index, token in enumerate(tokens):
        is_prefix = index > 0 and tokens[index - 1].text.upper() == "PREFIX"
        if KEYWORD.match(token.text) and not is_prefix:
            return Operation(tuple(tokens[:index]), tuple(tokens[index:]))
    return Operation(tuple(tokens), ())


def outer_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens outside braces, and the outer braces; raises Unclear."""
    open_marks: list[str] = []
    before: Token | None = None
    for token in tokens(text):
        if is_unclear(token, before, open_marks):
            raise Unclear(f"{token.text} can be read in two ways here: write it in full.")
        was_outside = not open_marks
        turn(open_marks, token.text)
        if was_outside or not open_marks:
            yield token
        before = token


class Edit(NamedTuple):
    """A change of a text: what stands from `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str


def by_place(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits by their places; those of one place stay in their order."""
    return sorted(edits, key=lambda edit: edit.start)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with all edits made."""
    parts: list[str] = []
    at = 0
    for edit in by_place(edits):
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))


def origin(edits: Iterable[Edit], place: int) -> int:
    """Return where in the text before the edits a place in the text after them comes from."""
    moved = 0
    for edit in by_place(edits):
        if place < edit.start + moved:
            break
        if place < edit.start + moved + len(edit.text):
            return edit.start
        moved += len(edit.text) - (edit.end - edit.start)
    return place - moved


def mended(text: str, prefixes: Iterable[str], graphs: Callable[[str], Sequence[str]]) -> str:
    """Return an update whose WHERE clauses the engine evaluates as SPARQL 1.1 has them.

    `graphs` returns the graphs that a query lists. Raises Unclear where those of a clause are not known yet,
    and TooManyGraphs.
    """
    try:
        updates = operations(text) if MAY_DIFFER.search(text) else []
    except Unclear:
        return text
    edits: list[Edit] = []
    for operation in updates:
        where = operation.where
        if where is None or operation.name in DELETE_WHERE:
            continue

        def named(own: Operation = operation) -> Sequence[str]:
            if own is not updates[0]:
                raise Unclear(
                    "GRAPH with a variable around a sub-select, or around that variable in an expression, "
                    "sees what operations before it make: send the update from there as a request of its own."
                )
            return graphs(listing(text, own, prefixes))

        edits.append(Edit(where, operation.end, mended_where(text, where, operation.end, named)))
    return edited(text, edits)


def listing(text: str, operation: Operation, prefixes: Iterable[str]) -> str:
    """Return the query that lists the named graphs that the WHERE of a first operation sees."""
    prologue = in_text(text, operation.prologue)
    using = operation.using(text, {*prefixes, *declared_prefixes(prologue)}) or Using(0, 0, (), ())
    clauses = [f"FROM {graph}" for graph in using.default]
    clauses += [f"FROM NAMED {graph}" for graph in using.named]
    return f"{prologue}SELECT ?graph {' '.join(clauses)} {{ GRAPH ?graph {{}} }}"


def on_dataset(text: str, dataset: QueryDataset, base: str, prefixes: Mapping[str, str]) -> list[Edit]:
    """Return the edits by which each WHERE of an update sees the graphs of the request (Protocol, 2.2.3).

    Without such graphs, several that USING names are merged; `base` and `prefixes` are those that the text
    need not declare. Raises Unclear.
    """
    if dataset.default or dataset.named:
        return seeing(text, dataset)
    updates = operations(text) if len(USING.findall(text.lower())) > 1 else []
    prologue = in_text(text, updates[0].prologue) if updates else ""
    declared = {*prefixes, *declared_prefixes(prologue)}
    several = [
        (operation, clauses)
        for operation in updates
        if (clauses := operation.using(text, declared)) and len(clauses.default + clauses.named) > 1
    ]
    graphs = [graph for _, clauses in several for graph in (*clauses.default, *clauses.named)]
    try:
        iris = iter(graph_iris(prologue, graphs, base, prefixes) if graphs else ())
    except SyntaxError:  # the engine tells it, at its place in the whole text
        return []
    edits: list[Edit] = []
    for operation, clauses in several:
        default, named = (list(islice(iris, len(part))) for part in (clauses.default, clauses.named))
        edits += using(operation, (clauses.start, clauses.end), QueryDataset.of(default, named))
    return edits


def may_have_prologues(text: str) -> bool:
    """Tell whether a text may have a prologue between operations: its tokens then tell."""
    lower = text.lower()
    places = (match.start() for pattern in DECLARATIONS for match in pattern.finditer(lower))
    return lower.find(";", 0, max(places, default=0)) >= 0


def in_text(text: str, prologue: Sequence[Token]) -> str:
    """Return a prologue as it stands in a text, with a space after it."""
    return f"{text[prologue[0].start : prologue[-1].end]} " if prologue else ""


def seeing(text: str, dataset: QueryDataset) -> list[Edit]:
    """Return the edits by which each WHERE of an update sees these graphs; raises Unclear."""
    updates = operations(text)
    if any(operation.names_dataset for operation in updates):
        raise Unclear("The update has USING or WITH, and the request names graphs as well: only one may.")
    edits: list[Edit] = []
    for operation in updates:
        edits += seeing_in(text, operation, dataset)
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


def enclosed(text: str, graph: NamedNode | None) -> list[Edit]:
    """Return the edits by which a graph is the default graph of an update; None: it is that already.

    Raises Unclear for an update that names graphs, or does anything but insert and delete triples.
    """
    if any(names_graph(token, follower) for token, follower in pairwise(tokens(text))):
        raise Unclear("A PATCH changes the graph of its URL: leave out GRAPH, or send the update to /update.")
    updates = operations(text)
    if any(operation.names_dataset for operation in updates):
        raise Unclear("A PATCH changes the graph of its URL: leave out WITH and USING.")
    edits: list[Edit] = []
    for operation in updates:
        edits += inside(operation, graph)
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


# Updates whose operations have prologues of their own (SPARQL 1.1 Update, grammar rules 29 and 4). The engine
# takes one only before the first operation, so all declarations are put there. Where one gives a prefix or
# BASE another meaning than it has in the first operation, the names and relative IRIs of the operations that
# it counts for are written otherwise: with a prefix of its own, and in full.


ABSOLUTE: Final = re.compile(f"<{SCHEME}:")


def one_prologue(text: str, base: str, prefixes: Mapping[str, str]) -> list[Edit]:
    """Return the edits by which an update has one prologue, before its first operation.

    `base` and `prefixes` are those that it need not declare. Raises Unclear where the text could be read in
    two ways.
    """
    updates = operations(text) if may_have_prologues(text) else []
    if not any(operation.prologue for operation in updates[1:]):
        return []
    if changes_meaning(updates, prefixes):
        return list(rename_edits(text, updates, Prologue(base, dict(prefixes))))
    edits = [Edit(update.prologue[0].start, update.start, "") for update in updates[1:] if update.prologue]
    hoisted = "".join(in_text(text, update.prologue) for update in updates[1:])
    return [Edit(updates[0].start, updates[0].start, hoisted), *edits]


def changes_meaning(updates: Sequence[Operation], prefixes: Mapping[str, str]) -> bool:
    """Tell whether a prologue gives a prefix, or BASE, another meaning than in the first operation."""
    known = {"BASE": ""} | {f"{prefix}:": f"<{iri}>" for prefix, iri in prefixes.items()}
    known |= dict(declared_names(updates[0].prologue))
    return any(
        known.setdefault(name, iri) != iri or (name == "BASE" and not ABSOLUTE.match(iri))
        for operation in updates[1:]
        for name, iri in declared_names(operation.prologue)
    )


def declared_names(prologue: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield the name and IRI, as written, of each declaration of a prologue; the base's name is `BASE`."""
    for keyword, name in pairwise(prologue):
        if keyword.text.upper() == "BASE":
            yield "BASE", name.text
    for keyword, name, iri in zip(prologue, prologue[1:], prologue[2:], strict=False):
        if keyword.text.upper() == "PREFIX":
            yield name.text, iri.text


@dataclass
class Prologue:
    """What names mean at an operation: the base, and the IRIs of prefixes, all absolute."""

    base: str
    prefixes: dict[str, str]

    def enter(self, text: str, operation: Operation) -> None:
        """Take the declarations of an operation; raises SyntaxError where they are faulty."""
        names = list(dict.fromkeys(name for name, _ in declared_names(operation.prologue) if name != "BASE"))
        prologue = f"BASE <{self.base}> {in_text(text, operation.prologue)}"
        base, *iris = graph_iris(prologue, ["<>", *names], None, {})
        self.base = base.value
        self.prefixes |= {name[:-1]: iri.value for name, iri in zip(names, iris, strict=True)}


def rename_edits(text: str, updates: Sequence[Operation], scope: Prologue) -> Iterator[Edit]:
    """Yield the edits by which later operations mean what they do, after the prologue of the first.

    A fault in a prologue leaves the rest as it is: the engine tells it. Raises Unclear.
    """
    fresh = (label for label in map("wicara{}".format, count()) if label not in text)
    labels: dict[str, str] = {}
    declared: list[str] = []
    edits: list[Edit] = []
    try:
        scope.enter(text, updates[0])
        first = Prologue(scope.base, dict(scope.prefixes))
        for operation in updates[1:]:
            if operation.prologue:
                scope.enter(text, operation)
                edits.append(Edit(operation.prologue[0].start, operation.start, ""))
            relative: list[Token] = []
            for token in tokens(text[operation.start : operation.end]):
                prefix, _, local = token.text.partition(":")
                if token.kind == "iri" and scope.base != first.base and not ABSOLUTE.match(token.text):
                    relative.append(token)
                elif token.kind == "name" and prefix not in scope.prefixes:
                    raise Unclear(
                        f"The prefix of {token.text} is not declared, or a keyword stands before it."
                    )
                elif token.kind == "name" and scope.prefixes[prefix] != first.prefixes.get(prefix):
                    iri = scope.prefixes[prefix]
                    if iri not in labels:
                        labels[iri] = next(fresh)
                        declared.append(f"PREFIX {labels[iri]}: <{iri}> ")
                    edits.append(edit_of(operation, token, f"{labels[iri]}:{local}"))
            if relative:
                iris = graph_iris(f"BASE <{scope.base}>", [token.text for token in relative], None, {})
                edits += (
                    edit_of(operation, token, str(iri)) for token, iri in zip(relative, iris, strict=True)
                )
    except SyntaxError:
        return
    yield Edit(updates[0].start, updates[0].start, "".join(declared))
    yield from edits


def edit_of(operation: Operation, token: Token, text: str) -> Edit:
    """Return the edit by which a token of an operation becomes another text."""
    return Edit(operation.start + token.start, operation.start + token.end, text)
