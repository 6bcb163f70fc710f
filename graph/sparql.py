"""Queries over a store, each on its dataset, and the place where a text stops being SPARQL.

The dataset of a query is what a request, or FROM in the text, describes. pyoxigraph's parser reports how far
it has looked, not where the fault is: it looks for a keyword by its length, so the place that it reports lies
up to 14 characters behind the one where no token fits. The first faulty token is found by halving: tokens can
begin a text if the parser, given them, many blanks and a character that fits nowhere, gets to that character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias, cast

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
from wicara.graph.sparql_patterns import TooManyGraphs, may_differ, mended_query
from wicara.graph.sparql_text import (
    declared_prefixes,
    from_clauses,
    graph_iris,
    query_start,
    tokens,
)
from wicara.graph.terms import text_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyoxigraph import QuerySolution
    from wicara.graph.sparql_text import Token

Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples

FROM: Final = re.compile("from", re.IGNORECASE)
POSITION: Final = re.compile(r"error at (\d+):(\d+)")
REASON: Final = re.compile(r"[A-Z][a-z]+ [A-Za-z][^,\"\[]*")
"""What the parser says in words, among what it expects: that a variable is not bound, for instance."""
NOWHERE: Final = "\n" + " " * 40 + "\0"
MAX_SHOWN: Final = 60
"""Characters of a faulty token that a message shows, and of its line on either side."""


class SparqlSyntaxError(SyntaxError):
    """A text is not SPARQL; `line` and `column`, from 1 and in characters, are where its first fault is.

    `token` is the faulty token, None where the text ends too early, or where the parser objects to the whole.
    """

    def __init__(self, text: str, place: int, reason: str, token: Token | None = None) -> None:
        """Take the text, the index of the fault in it, and what is wrong there."""
        self.whole, self.place, self.reason, self.token = text, place, reason, token
        self.line, self.column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
        super().__init__(f"line {self.line}, column {self.column}: {reason}")

    @property
    def source(self) -> str:
        """Return the line of the text that has the fault."""
        return [*self.whole.split("\n"), ""][self.line - 1]

    @property
    def near(self) -> str:
        """Return the fault marked in what stands around it on its line."""
        at = self.column - 1
        return f"{self.source[max(0, at - MAX_SHOWN) : at]}⟨here⟩{self.source[at : at + MAX_SHOWN]}"


def parse_query(text: str, prefixes: Mapping[str, str], base: str | None) -> object:
    """Parse a text as a query over nothing; raises SyntaxError."""
    return Store().query(text, prefixes=dict(prefixes), base_iri=base)


def parse_update(text: str, prefixes: Mapping[str, str], base: str | None) -> None:
    """Parse a text as an update of nothing; raises SyntaxError."""
    Store().update(text, prefixes=dict(prefixes), base_iri=base)


def is_beginning(text: str, parse: Callable[[str], object]) -> bool:
    """Return whether the parser reads a text to its end: it may go on from there. Nothing is evaluated."""
    try:
        parse(text + NOWHERE)
    except SyntaxError as fault:
        place = POSITION.match(str(fault))
        end = text.count("\n") + 2, len(NOWHERE) - 1
        return place is not None and (int(place[1]), int(place[2])) >= end
    raise AssertionError("there is no text that NUL may end")


def first_faulty_token(text: str, parse: Callable[[str], object]) -> Token | None:
    """Return the first token that cannot stand where it stands; None where the text may go on as it is."""
    found = list(tokens(text))
    index = bisect_left(range(len(found)), 1, key=lambda at: not is_beginning(text[: found[at].end], parse))
    return found[index] if index < len(found) else None


def locate(
    text: str, fault: SyntaxError, parse: Callable[[str], object], prefixes: Mapping[str, str]
) -> SparqlSyntaxError:
    """Return a fault that the parser found in a text with its place and reason."""
    token = first_faulty_token(text, parse)
    if token:
        prefix = token.text.partition(":")[0]
        known = token.kind != "name" or prefix in {*prefixes, *declared_prefixes(text[: token.start])}
        if known:
            reason = f"unexpected `{token.text[:MAX_SHOWN]}`"
        else:
            near = get_close_matches(prefix, {*prefixes, *PREFIXES}, 1)
            instead = f", did you mean {near[0]}:?" if near else ""
            reason = f"the prefix {prefix}: is not declared{instead}"
        return SparqlSyntaxError(text, token.start, reason, token)
    end = max((token.end for token in tokens(text)), default=0)
    rest = text[end:].lstrip()
    words = REASON.search(str(fault))
    reason = words[0].strip() if words else "the text ends too early"
    return SparqlSyntaxError(text, len(text) - len(rest), reason)


@dataclass(frozen=True)
class QueryDataset:
    """The graphs that a query sees (SPARQL 1.1 Query, section 13.2): its default ones, and the named.

    The default graph is the merge of `default`. Both are sets: a graph stands in each of them once.
    """

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]

    @classmethod
    def of(cls, default: Iterable[NamedNode], named: Iterable[NamedNode]) -> QueryDataset:
        """Return the dataset of graphs that may be given more than once."""
        return cls(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named)))


def dataset_of_text(
    text: str, base: str | None, prefixes: Mapping[str, str], *, least: int = 2
) -> QueryDataset | None:
    """Return the dataset that a query describes by so many FROM clauses or more, else None.

    One clause merges nothing. Neither does a query that is not SPARQL: the parser tells its fault.
    """
    form = query_start(text) if len(FROM.findall(text)) >= least else None
    if form is None:
        return None
    prologue = text[: form.start()]
    clauses = list(from_clauses(text, form, {*prefixes, *declared_prefixes(prologue)}))
    if len(clauses) < least:
        return None
    try:
        iris = graph_iris(prologue, [clause.graph for clause in clauses], base, prefixes)
    except SyntaxError:
        return None
    graphs = list(zip(clauses, iris, strict=True))
    return QueryDataset.of(
        (iri for clause, iri in graphs if not clause.named), (iri for clause, iri in graphs if clause.named)
    )


def merged(store: Store, dataset: QueryDataset) -> Store:
    """Return a store in memory whose default graph is the RDF merge of graphs.

    pyoxigraph 0.5 would answer once for each graph that a triple stands in.
    """
    merge = Store()
    for graph in dataset.default:
        merge.extend(
            Quad(quad.subject, quad.predicate, quad.object)
            for quad in store.quads_for_pattern(None, None, None, graph)
        )
    for graph in dataset.named:
        merge.extend(store.quads_for_pattern(None, None, None, graph))
    return merge


def graphs_listed(solutions: Results) -> list[str]:
    """Return the graphs that a query lists, as SPARQL writes them; raises TooManyGraphs for a blank node."""
    found = [solution["graph"] for solution in cast("QuerySolutions", solutions)]
    if any(isinstance(graph, BlankNode) for graph in found):
        raise TooManyGraphs(
            "GRAPH with a variable and a sub-select: a graph here is a blank node, not an IRI"
        )
    return sorted(map(str, found))


def query(
    store: Store,
    text: str,
    *,
    prefixes: Mapping[str, str],
    base: str | None = None,
    dataset: QueryDataset | None = None,
) -> Results:
    """Evaluate a query over a dataset, else that of its text, else the whole store.

    `prefixes` need no declaration. Raises SparqlSyntaxError, and what pyoxigraph raises while it evaluates.
    """
    dataset = dataset or dataset_of_text(text, base, prefixes)
    known = dict(prefixes)
    evaluate = partial(store.query, base_iri=base, prefixes=known)
    if dataset is not None:
        merges = len(dataset.default) > 1
        graphs: list[NamedNode | BlankNode | DefaultGraph] = (
            [DefaultGraph()] if merges else [*dataset.default]
        )
        evaluate = partial(
            (merged(store, dataset) if merges else store).query,
            base_iri=base,
            prefixes=known,
            default_graph=graphs,
            named_graphs=[*dataset.named],
        )
    form = query_start(text) if may_differ(text) else None
    try:
        if form is None:
            return evaluate(text)
        clauses = " ".join(
            f"FROM {'NAMED ' if clause.named else ''}{clause.graph}"
            for clause in from_clauses(text, form, {*known, *declared_prefixes(text[: form.start()])})
        )
        listing = f"{text[: form.start()]}\nSELECT ?graph {clauses} {{ GRAPH ?graph {{}} }}"
        mended = mended_query(text, form.start(), lambda: graphs_listed(evaluate(listing)))
        if mended != text:
            parse_query(text, known, base)
        return evaluate(mended)
    except SyntaxError as fault:
        raise locate(text, fault, partial(parse_query, prefixes=known, base=base), known) from fault


def solutions(store: Store, query: str, *, union: bool = False) -> QuerySolutions:
    """Return the solutions of a SELECT over the default graph, or with `union` over all graphs as one."""
    results = store.query(query, prefixes=dict(PREFIXES), use_default_graph_as_union=union)
    return cast("QuerySolutions", results)


def value(row: QuerySolution, name: str) -> str:
    """Return the text of a variable that is bound to an IRI or a literal."""
    return text_of(row[name])
