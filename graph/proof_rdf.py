"""Explanations as RDF 1.2: a reifier for each statement of a proof, with its rule and premises in PROV-O.

A conclusion's reifier `prov:wasDerivedFrom` those of its premises and `prov:wasGeneratedBy` an activity that
has the rule as its plan; an asserted statement's reifier `prov:wasDerivedFrom` its graphs. In TriG asserted
statements stand in their graphs, too (RDF 1.2 Concepts, section 1.5; PROV-O, sections 3.1 and 3.3).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from wicara.graph.evidence import WITH_BASIS, described
from wicara.graph.export import FORMATS, written
from wicara.graph.terms import sorted_quads
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store
    from wicara.graph.evidence import Basis
    from wicara.graph.explain import Explanation
    from wicara.graph.reasoning.proofs import Proof
    from wicara.graph.reasoning.rules import Fact

PROV: Final = PREFIXES["prov"]
REIFIES: Final = NamedNode(PREFIXES["rdf"] + "reifies")
TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
LABEL: Final = NamedNode(PREFIXES["rdfs"] + "label")
DERIVED_FROM, GENERATED_BY, USED, ASSOCIATION, PLAN, ACTIVITY = (
    NamedNode(PROV + name)
    for name in (
        "wasDerivedFrom",
        "wasGeneratedBy",
        "used",
        "qualifiedAssociation",
        "hadPlan",
        "Activity",
    )
)
RULES: Final = f"{BASE}/rules#"
HASH_DIGITS: Final = 16


def rule_iri(rule: str) -> NamedNode:
    """Return the IRI of a rule: its place on the page of all rules."""
    return NamedNode(RULES + rule)


def write_explanation(explanation: Explanation, store: Store, form: str) -> bytes:
    """Return an explanation as `turtle`, `trig`, `ntriples` or `nquads`."""
    chosen = FORMATS[form]
    quads = set(quads_of(explanation, store))
    if not chosen.datasets:
        quads = {Quad(quad.subject, quad.predicate, quad.object) for quad in quads if is_default(quad)}
    return written(sorted_quads(quads), chosen)


def is_default(quad: Quad) -> bool:
    """Tell whether a quad is of the default graph."""
    return not isinstance(quad.graph_name, NamedNode | BlankNode)


def quads_of(explanation: Explanation, store: Store) -> Iterator[Quad]:
    """Yield what there is to tell of a statement, its proofs, and the evidence that these end in."""
    for proof in explanation.proofs:
        for node in proof.nodes():
            yield from step(node)
    for fact, grounds in explanation.grounds.items():
        for ground in grounds:
            yield from grounded(fact, ground)
            yield from evidence(ground, store)
    triple = triple_of(explanation.fact)
    if triple is not None and (explanation.proofs or explanation.fact in explanation.grounds):
        yield Quad(name_of(explanation.fact, "s"), REIFIES, triple)


def step(proof: Proof) -> Iterator[Quad]:
    """Yield the last step of a proof."""
    fact = proof.conclusion
    triple = fact and triple_of(fact)
    if fact is None or triple is None:
        return
    name = name_of(fact, "s")
    yield Quad(name, REIFIES, triple)
    if not proof.rule:
        return
    premises = [name_of(premise.conclusion, "s") for premise in proof.premises if premise.conclusion]
    activity, plan = name_of(fact, proof.rule, *premises), name_of(fact, f"{proof.rule}-plan")
    yield Quad(name, GENERATED_BY, activity)
    yield Quad(activity, TYPE, ACTIVITY)
    yield Quad(activity, ASSOCIATION, plan)
    yield Quad(plan, PLAN, rule_iri(proof.rule))
    yield Quad(rule_iri(proof.rule), LABEL, Literal(proof.rule))
    for premise in premises:
        yield Quad(name, DERIVED_FROM, premise)
        yield Quad(activity, USED, premise)


def grounded(fact: Fact, ground: Basis) -> Iterator[Quad]:
    """Yield that a statement comes from a graph, and the statement in that graph."""
    triple = triple_of(fact)
    if triple is not None and ground.graph:
        graph = NamedNode(ground.graph)
        yield Quad(name_of(fact, "s"), REIFIES, triple)
        yield Quad(name_of(fact, "s"), DERIVED_FROM, graph)
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def evidence(ground: Basis, store: Store) -> Iterator[Quad]:
    """Yield what the dataset says of a fact's or background's graph, of its evidence and of its origins."""
    if ground.kind in WITH_BASIS:
        told = described(store, NamedNode(ground.graph))
        yield from (Quad(quad.subject, quad.predicate, quad.object) for quad in told)
    for origin in ground.derived_from:
        yield from evidence(origin, store)


def triple_of(fact: Fact) -> Triple | None:
    """Return a fact as an RDF triple; None where a literal is the subject or no IRI the predicate."""
    subject, predicate, target = fact
    if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
        return None
    return Triple(subject, predicate, target)


def name_of(fact: Fact, *parts: object) -> BlankNode:
    """Return the blank node for something about a fact: always the same one."""
    text = " ".join(map(str, (*fact, *parts)))
    return BlankNode(f"{parts[0]}-{sha256(text.encode()).hexdigest()[:HASH_DIGITS]}")
