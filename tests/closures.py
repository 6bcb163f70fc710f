"""Small random ontologies with lists and literals, and the closure of the real dataset, to test proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.assembly import merged
from wicara.graph.candidate import Candidate
from wicara.graph.inputs import read_inputs
from wicara.graph.names import PREMISES
from wicara.graph.reasoning.proofs import Derivations, derivations_of
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

RDF, RDFS, OWL, XSD = (PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd"))
EXAMPLE: Final = "http://example.org/"
TYPE: Final = NamedNode(f"{RDF}type")
NIL: Final = NamedNode(f"{RDF}nil")
FRESH: Final = NamedNode(f"{EXAMPLE}fresh")
"""A term that no random ontology uses."""


def term(name: str) -> NamedNode:
    """Return a term of the examples or of a vocabulary: `i1`, `rdfs:domain`."""
    prefix, mark, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local if mark else EXAMPLE + name)


def triple(text: str) -> Triple:
    """Return `s p o` of names as a triple."""
    subject, predicate, target = ("rdf:type" if name == "a" else name for name in text.split())
    return Triple(term(subject), term(predicate), term(target))


def listed(members: list[NamedNode], name: str) -> Iterator[Triple]:
    """Yield the cells of a list; the first is `_:{name}0`."""
    for place, member in enumerate(members):
        here, last = BlankNode(f"{name}{place}"), place == len(members) - 1
        yield Triple(here, NamedNode(f"{RDF}first"), member)
        yield Triple(here, NamedNode(f"{RDF}rest"), NIL if last else BlankNode(f"{name}{place + 1}"))


def with_list(subject: NamedNode, predicate: str, members: list[NamedNode]) -> list[Triple]:
    """Return an axiom about a list, with the list."""
    name = f"l{abs(hash((subject.value, predicate, tuple(one.value for one in members))))}x"
    return [Triple(subject, term(predicate), BlankNode(f"{name}0")), *listed(members, name)]


def some(kind: str, count: int) -> st.SearchStrategy[NamedNode]:
    """One of a few names of a kind."""
    return st.sampled_from([term(f"{kind}{n}") for n in range(count)])


def one_of(*names: str) -> st.SearchStrategy[NamedNode]:
    """One of some terms."""
    return st.sampled_from([term(name) for name in names])


def alone(strategy: st.SearchStrategy[Triple]) -> st.SearchStrategy[list[Triple]]:
    """One triple, as a list."""
    return strategy.map(lambda each: [each])


THING, PROPERTY, CLASS = some("i", 5), some("p", 3), some("C", 3)
KINDS: Final = one_of(
    "owl:TransitiveProperty",
    "owl:SymmetricProperty",
    "owl:FunctionalProperty",
    "owl:InverseFunctionalProperty",
    "owl:IrreflexiveProperty",
    "owl:AsymmetricProperty",
)
LITERALS: Final = st.sampled_from(
    [Literal("1", datatype=term("xsd:integer")), Literal("no", datatype=term("xsd:integer")), Literal("a")]
)
AXIOMS: Final = st.one_of(
    alone(st.builds(Triple, THING, PROPERTY, THING)),
    alone(st.builds(Triple, THING, PROPERTY, THING)),
    alone(st.builds(Triple, THING, PROPERTY, LITERALS)),
    alone(st.builds(Triple, THING, st.just(TYPE), CLASS)),
    alone(st.builds(Triple, PROPERTY, one_of("rdfs:subPropertyOf", "owl:inverseOf"), PROPERTY)),
    alone(
        st.builds(Triple, PROPERTY, one_of("owl:equivalentProperty", "owl:propertyDisjointWith"), PROPERTY)
    ),
    alone(
        st.builds(Triple, CLASS, one_of("rdfs:subClassOf", "owl:equivalentClass", "owl:disjointWith"), CLASS)
    ),
    alone(st.builds(Triple, PROPERTY, one_of("rdfs:domain", "rdfs:range"), CLASS)),
    alone(st.builds(Triple, PROPERTY, st.just(TYPE), KINDS)),
    alone(st.builds(Triple, THING, one_of("owl:sameAs", "owl:differentFrom"), THING)),
    alone(st.builds(Triple, CLASS, one_of("owl:someValuesFrom", "owl:allValuesFrom"), CLASS)),
    alone(st.builds(Triple, CLASS, st.just(term("owl:hasValue")), THING)),
    alone(st.builds(Triple, CLASS, st.just(term("owl:onProperty")), PROPERTY)),
    st.builds(
        with_list, PROPERTY, st.just("owl:propertyChainAxiom"), st.lists(PROPERTY, min_size=1, max_size=3)
    ),
    st.builds(
        with_list,
        CLASS,
        st.sampled_from(["owl:intersectionOf", "owl:unionOf"]),
        st.lists(CLASS, min_size=1, max_size=2),
    ),
    st.builds(with_list, CLASS, st.just("owl:oneOf"), st.lists(THING, min_size=1, max_size=2)),
    st.builds(with_list, CLASS, st.just("owl:hasKey"), st.lists(PROPERTY, min_size=1, max_size=2)),
)
ONTOLOGIES: Final = st.lists(AXIOMS, min_size=1, max_size=14).map(
    lambda axioms: {each for axiom in axioms for each in axiom}
)


def real_premises() -> frozenset[Triple]:
    """Return the premises of the real dataset."""
    return merged(Candidate(read_inputs()).quads, PREMISES)


def real_closure() -> tuple[Reasoner, Derivations]:
    """Return the closure of the real dataset's premises."""
    reasoner = Reasoner(real_premises())
    return reasoner, derivations_of(reasoner)
