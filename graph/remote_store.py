"""A published dataset in a store elsewhere, as if it were a pyoxigraph store that is only read.

`wicara publish` has sent the named graphs, and in a graph of its own the default graph without conclusions:
each query names the graphs of its dataset (SPARQL 1.1 Protocol, section 2.1.4), so that it does not matter
what the store takes for its default graph. Blank nodes are IRIs in the store, and are blank nodes again here.
An answer counts where it is whole, and the store still holds the same version after it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryTriples, Store
from wicara.graph.endpoint import ASSERTED, DEFAULT, GENID, PROOFS, STATE, STEP, VERSION
from wicara.graph.errors import RemoteFault, Unavailable
from wicara.graph.inputs import DATASET, version_in
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.reasoning.matching import Inference
from wicara.graph.reasoning.proof_file import parsed_term
from wicara.graph.reasoning.rules import Fact
from wicara.graph.sparql import dataset_of_text, parse_query
from wicara.graph.sparql_text import tokens
from wicara.graph.store import BuiltDataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from pyoxigraph import QuerySolutions, RdfFormat
    from wicara.graph.endpoint import Endpoint
    from wicara.graph.sparql import Results

    GraphName = NamedNode | BlankNode | DefaultGraph
    Pattern = NamedNode | BlankNode | Literal | None

OWN: Final = frozenset({STATE, DEFAULT, ASSERTED, PROOFS})
"""The names of graphs that are the store's, and not the dataset's."""
INFERRED: Final = graph_iri(GraphKind.INFERRED)
TESTS: Final = {
    "ISBLANK": "(isIRI({0}) && {1})",
    "ISIRI": "(isIRI({0}) && !{1})",
    "ISURI": "(isIRI({0}) && !{1})",
}
"""What stands for a test of an operand where IRIs stand for blank nodes: `{1}` tells whether its IRI does."""


def open_published(endpoint: Endpoint) -> BuiltDataset:
    """Return the dataset that a store holds; raises RemoteFault, and Unavailable where none is whole."""
    said = endpoint.published()
    if not said.version:
        raise Unavailable(
            f"{endpoint.named} holds no whole dataset: run `wicara publish`, or wait until it has ended"
        )
    if ASSERTED not in said.hashes or not said.made:
        raise Unavailable(
            f"{endpoint.named} was filled by another version of wicara: run `wicara publish` again"
        )
    graphs = frozenset(said.hashes) - OWN
    stores = {
        infer: RemoteStore(endpoint, said.version, graphs if infer else graphs - {INFERRED})
        for infer in (True, False)
    }
    described = stores[True].quads_for_pattern(NamedNode(DATASET), None, None, None)
    return BuiltDataset(
        Path(os.devnull),
        lambda infer: cast("Store", stores[infer]),
        version_in(described),
        said.version,
        made=datetime.fromisoformat(said.made),
        proofs=RemoteProofs(stores[True]) if PROOFS in said.hashes else None,
    )


@dataclass(frozen=True)
class RemoteStore:
    """What a pyoxigraph Store offers to those who read, answered by a store elsewhere; see the module.

    All of it raises RemoteFault where the store does not answer as it should.
    """

    endpoint: Endpoint
    version: str
    graphs: frozenset[str]

    @property
    def default(self) -> tuple[str, ...]:
        """The graphs of the store that make the default graph; they share no triple."""
        return (ASSERTED, INFERRED) if INFERRED in self.graphs else (ASSERTED,)

    def query(  # noqa: PLR0913 - as pyoxigraph has it
        self,
        query: str,
        *,
        base_iri: str | None = None,
        prefixes: Mapping[str, str] | None = None,
        use_default_graph_as_union: bool = False,
        default_graph: GraphName | Sequence[GraphName] | None = None,
        named_graphs: Sequence[NamedNode | BlankNode] | None = None,
    ) -> Results:
        """Evaluate a query; raises SyntaxError for what is none."""
        known = {prefix: iri for prefix, iri in (prefixes or {}).items() if f"{prefix}:" in query}
        form = parse_query(query, known, base_iri)
        if default_graph is None and named_graphs is None and "from" in query.lower():
            described = dataset_of_text(query, base_iri, known, least=1)
            if described is not None:
                default_graph, named_graphs = described.default, described.named
        if use_default_graph_as_union:
            default_graph = tuple(map(NamedNode, sorted(self.graphs)))
        graphs = self.dataset_fields(default_graph, named_graphs, names="graph" in query.lower())
        head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in known.items())
        text = f"BASE <{base_iri}>\n{head}{with_nodes(query)}" if base_iri else head + with_nodes(query)
        if isinstance(form, QueryTriples):
            made = Store()
            made.extend(Quad(*map(node_of, triple)) for triple in self.endpoint.triples(text, graphs))
            self.check_version()
            return made.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        found = self.endpoint.select(text, graphs)
        self.check_version()
        return found

    def dataset_fields(
        self,
        default: GraphName | Sequence[GraphName] | None,
        named: Sequence[NamedNode | BlankNode] | None,
        *,
        names: bool,
    ) -> list[tuple[str, str]]:
        """Return the fields of the protocol that describe a dataset; `names`: the query may ask for graphs.

        A dataset of no graph is one of a graph that is not there.
        """
        wanted = DefaultGraph() if default is None else default
        graphs = [wanted] if isinstance(wanted, NamedNode | BlankNode | DefaultGraph) else wanted
        merged = chain.from_iterable(
            self.default if isinstance(graph, DefaultGraph) else self.visible([graph]) for graph in graphs
        )
        listed = sorted(self.graphs) if named is None else self.visible(named)
        fields = [("default-graph-uri", graph) for graph in merged] or [("default-graph-uri", DEFAULT)]
        return fields + [("named-graph-uri", graph) for graph in listed if names]

    def visible(self, graphs: Sequence[GraphName]) -> list[str]:
        """Return those of some graphs that the dataset has."""
        return [
            graph.value for graph in graphs if isinstance(graph, NamedNode) and graph.value in self.graphs
        ]

    def check_version(self) -> None:
        """Raise RemoteFault where the store no longer holds the version of this dataset as a whole."""
        ask = f"ASK {{ GRAPH <{STATE}> {{ <{STATE}> <{VERSION}> {Literal(self.version)} }} }}"
        if not self.endpoint.select(ask):
            raise RemoteFault(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{self.endpoint.named} is being changed, or holds another version now",
            )

    def quads_for_pattern(
        self,
        subject: Pattern,
        predicate: Pattern,
        target: Pattern,
        graph_name: GraphName | None = None,
    ) -> Iterator[Quad]:
        """Return the quads that match; None matches any term or graph."""
        given = {"s": subject, "p": predicate, "o": target}
        bound = {name: skolem(term) for name, term in given.items() if term is not None}
        if any(isinstance(term, Literal) for name, term in bound.items() if name != "o"):
            return iter(())
        pattern = " ".join(str(bound.get(name, f"?{name}")) for name in given)
        default = " UNION ".join(f"{{ GRAPH <{graph}> {{ {pattern} }} }}" for graph in self.default)
        if isinstance(graph_name, NamedNode):
            if graph_name.value not in self.graphs:
                return iter(())
            where = f"GRAPH {graph_name} {{ {pattern} }} BIND({graph_name} AS ?g)"
        elif graph_name is None:
            where = f"{{ GRAPH ?g {{ {pattern} }} }} UNION {default}"
        else:
            where = default
        rows = cast("QuerySolutions", self.endpoint.select(f"SELECT * {{ {where} }}"))
        found = []
        for row in rows:
            graph = value_in(row, "g")
            if graph is None or graph.value in self.graphs:
                found.append(self.quad(row, given))
        self.check_version()
        return iter(found)

    def quad(self, row: Any, given: Mapping[str, Any]) -> Quad:  # noqa: ANN401 - a solution
        """Return the quad of a row: what was not given is in it."""
        subject, predicate, target = (row[name] if term is None else term for name, term in given.items())
        return Quad(subject, predicate, target, value_in(row, "g") or DefaultGraph())

    def named_graphs(self) -> Iterator[NamedNode]:
        """Yield the names of the graphs."""
        return map(NamedNode, sorted(self.graphs))

    def contains_named_graph(self, graph: NamedNode) -> bool:
        """Tell whether there is a graph of a name."""
        return graph.value in self.graphs

    def dump(
        self,
        output: IO[bytes],
        format: RdfFormat,  # noqa: A002 - as pyoxigraph has it
        *,
        from_graph: GraphName | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        """Write a graph, or all."""
        whole = Store()
        whole.extend(self.quads_for_pattern(None, None, None, from_graph))
        whole.dump(output, format, from_graph=from_graph, prefixes=dict(prefixes or {}))

    def __iter__(self) -> Iterator[Quad]:
        """Yield all quads."""
        return self.quads_for_pattern(None, None, None, None)

    def __len__(self) -> int:
        """Return how many quads there are."""
        count = "SELECT (COUNT(*) AS ?n) { { GRAPH ?g { ?s ?p ?o } } UNION { ?s ?p ?o } }"
        [row] = cast("QuerySolutions", self.query(count))
        return int(row["n"].value)


class RemoteProofs(Mapping[Fact, Inference]):
    """Each conclusion with its first inference, looked up in a store when it is asked for."""

    def __init__(self, store: RemoteStore) -> None:
        """Know none yet."""
        self.store = store
        self.known: dict[Fact, Inference | None] = {}

    def steps(self, subject: str) -> Iterator[tuple[Fact, Inference]]:
        """Yield one conclusion, or all with a variable in its place, each with its inference."""
        query = f"SELECT ?step {{ GRAPH <{PROOFS}> {{ {subject} <{STEP}> ?step }} }}"
        rows = list(cast("QuerySolutions", self.store.endpoint.select(query)))
        self.store.check_version()
        for row in rows:
            rule, *texts = json.loads(row["step"].value)
            conclusion, *premises = (cast("Fact", tuple(map(parsed_term, fact))) for fact in texts)
            yield conclusion, Inference(rule, tuple(premises), conclusion)

    def __getitem__(self, fact: Fact) -> Inference:
        """Return the first inference of a conclusion."""
        if fact not in self.known:
            self.known[fact] = dict(self.steps(str(name_of_step(fact)))).get(fact)
        inference = self.known[fact]
        if inference is None:
            raise KeyError(fact)
        return inference

    def __iter__(self) -> Iterator[Fact]:
        """Yield the conclusions; all are looked up at once."""
        self.known.update(self.steps("?s"))
        return iter([fact for fact, inference in self.known.items() if inference])

    def __len__(self) -> int:
        """Return how many conclusions there are."""
        return sum(1 for _ in self)


def name_of_step(conclusion: Fact) -> NamedNode:
    """Return what stands for the proof of a conclusion in a store."""
    return NamedNode(f"{PROOFS}:{sha256(' '.join(map(str, conclusion)).encode()).hexdigest()}")


def value_in(row: Any, name: str) -> Any:  # noqa: ANN401 - a solution, and an RDF term
    """Return the term of a variable, None where it is not bound or the query has none of the name."""
    try:
        return row[name]
    except KeyError:
        return None


def skolem(term: Any) -> Any:  # noqa: ANN401 - any RDF term
    """Return a term, a blank node as an IRI that is the same for the same data (RDFC-1.0 names it)."""
    return NamedNode(GENID + term.value) if isinstance(term, BlankNode) else term


def node_of(term: Any) -> Any:  # noqa: ANN401 - any RDF term
    """Return a term, an IRI that stands for a blank node as that."""
    is_node = isinstance(term, NamedNode) and term.value.startswith(GENID)
    return BlankNode(term.value.removeprefix(GENID)) if is_node else term


def with_nodes(query: str) -> str:
    """Return a query whose tests for blank nodes and IRIs know of the IRIs that stand for blank nodes."""
    parts, done, depth = [], 0, 0
    test, start = "", 0
    for token in tokens(query):
        if not test:
            if token.kind == "word" and token.text.upper() in TESTS:
                parts.append(query[done : token.start])
                test, start, depth = token.text.upper(), token.end, 0
            continue
        depth += (token.text == "(") - (token.text == ")")
        if not depth:
            operand = query[start : token.end].strip()[1:-1]
            parts.append(TESTS[test].format(operand, f'STRSTARTS(STR({operand}), "{GENID}")'))
            test, done = "", token.end
    return "".join([*parts, query[done:]])
