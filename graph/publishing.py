"""Publishing a built dataset to a SPARQL 1.1 store: the changed quads alone, in any number of tries.

The store keeps, in a graph of its own, the SHA-256 of each graph as it was published, and of the whole a
version, which is taken away first and written last. A graph whose hash differs is read and compared, and the
differences are sent in portions; until they are all there its hash says `unfinished`. So a try that breaks
off at any place loses nothing, and the next one sends what is left. Blank nodes have IRIs in the store
(RDF 1.1 Concepts, section 3.5): statements of blank nodes could not be taken away.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple
from wicara.graph.endpoint import ASSERTED, DEFAULT, HASH, MADE, PROOFS, STATE, STEP, VERSION
from wicara.graph.errors import RemoteFault, Unavailable
from wicara.graph.reasoning.proof_file import NAME, StoredProofs
from wicara.graph.remote_store import name_of_step, skolem
from wicara.graph.store import SENTINEL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from wicara.graph.endpoint import Endpoint
    from wicara.graph.reasoning.matching import Inference
    from wicara.graph.reasoning.rules import Fact
    from wicara.graph.store import BuiltDataset

    Graphs = Mapping[str, frozenset[Triple]]

UNFINISHED: Final = "unfinished"
PORTION: Final = 1000
"""Statements of one request."""
AGAIN: Final = "nothing is lost or twice: repeat the command once it can be reached"


@dataclass
class Report:
    """What was sent: statements that went and came, and the graphs that they are of."""

    deleted: int = 0
    inserted: int = 0
    graphs: list[str] = field(default_factory=list)


def publish(dataset: BuiltDataset, store: Endpoint) -> Report:
    """Make a store hold a dataset, by sending what differs; raises Unavailable where it breaks off."""
    try:
        return send(dataset, store)
    except RemoteFault as fault:
        raise Unavailable(f"{fault}; {AGAIN}") from fault


def send(dataset: BuiltDataset, store: Endpoint) -> Report:
    """Send what differs, the version last."""
    wanted = statements_by_graph(dataset)
    hashes = {name: hash_of(triples) for name, triples in wanted.items()}
    said = store.published()
    there = said.hashes
    report = Report()
    if said.version == dataset.digest and said.made and there == hashes:
        return report
    store.update(f"DELETE WHERE {{ GRAPH <{STATE}> {{ <{STATE}> ?p ?o }} }}")
    for name in sorted(wanted.keys() | there.keys()):
        if hashes.get(name) != there.get(name):
            bring(store, name, wanted.get(name, frozenset()), report)
    made = datetime.fromtimestamp(int((dataset.path / SENTINEL).stat().st_mtime), UTC).isoformat()
    stamp = f"<{STATE}> <{VERSION}> {Literal(dataset.digest)} ; <{MADE}> {Literal(made)}"
    store.update(f"INSERT DATA {{ GRAPH <{STATE}> {{ {stamp} }} }}")
    return report


def bring(store: Endpoint, name: str, wanted: frozenset[Triple], report: Report) -> None:
    """Make one graph of a store hold some statements, and its hash say so at the end."""
    mark(store, name, UNFINISHED)
    there = store.graph(name)
    for operation, triples in (("DELETE", there - wanted), ("INSERT", wanted - there)):
        lines = sorted(f"{triple} .\n" for triple in triples)
        for start in range(0, len(lines), PORTION):
            block = "".join(lines[start : start + PORTION])
            data = block if name == DEFAULT else f"GRAPH <{name}> {{\n{block}}}"
            store.update(f"{operation} DATA {{ {data} }}")
    mark(store, name, hash_of(wanted) if wanted else "")
    report.deleted += len(there - wanted)
    report.inserted += len(wanted - there)
    report.graphs.append(name)


def mark(store: Endpoint, name: str, value: str) -> None:
    """Note the hash of a graph in a store; an empty one takes the note away."""
    old = f"DELETE WHERE {{ GRAPH <{STATE}> {{ <{name}> <{HASH}> ?o }} }}"
    new = f"INSERT DATA {{ GRAPH <{STATE}> {{ <{name}> <{HASH}> {Literal(value)} }} }}" if value else ""
    store.update(f"{old} ;\n{new}" if new else old)


def statements_by_graph(dataset: BuiltDataset) -> Graphs:
    """Return the statements of each graph that a store is to hold, blank nodes as IRIs."""
    found: defaultdict[str, set[Triple]] = defaultdict(set)
    without = dataset.asserted.quads_for_pattern(None, None, None, DefaultGraph())
    named = ((DEFAULT if q.graph_name == DefaultGraph() else q.graph_name.value, q) for q in dataset.store)
    for name, quad in chain(named, ((ASSERTED, quad) for quad in without)):
        found[name].add(Triple(skolem(quad.subject), quad.predicate, skolem(quad.object)))
    proofs = dataset.path / NAME
    if proofs.is_file():
        found[PROOFS] = {step_of(*proof) for proof in StoredProofs(proofs).items()}
    return {name: frozenset(triples) for name, triples in found.items()}


def step_of(conclusion: Fact, inference: Inference) -> Triple:
    """Return the step of a proof as a store holds it: the rule, the conclusion and the premises."""
    facts = [[str(term) for term in fact] for fact in (conclusion, *inference.premises)]
    step = Literal(json.dumps([inference.rule, *facts], ensure_ascii=False))
    return Triple(name_of_step(conclusion), NamedNode(STEP), step)


def hash_of(triples: Collection[Triple]) -> str:
    """Return the SHA-256 (hex) of statements, whatever their order."""
    return sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()
