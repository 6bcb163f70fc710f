"""From premises to their closure, by one of two engines that know nothing of each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Dataset, Literal, NamedNode, Quad, Store, Triple
from wicara.graph.reasoning.matching import contradiction_text, contradictions, terms_concerned
from wicara.graph.reasoning.rules import BUILT_IN, REFLEXIVE, SAME_AS, TOP
from wicara.ontology import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rdflib import Graph
    from rdflib.term import Node
    from wicara.graph.reasoning.matching import Inference
    from wicara.graph.reasoning.proofs import Proof
    from wicara.graph.reasoning.reasoner import Reasoner
    from wicara.graph.reasoning.rules import Fact, Term

    Source = Iterable[Triple] | Iterable[tuple[Node, Node, Node]] | Iterable[Quad] | Store | Dataset | Graph

OWL: Final = PREFIXES["owl"]
ANNOTATION_TYPES: Final = frozenset(
    NamedNode(OWL + name) for name in ("AnnotationProperty", "DatatypeProperty")
)
DESCRIBING: Final = frozenset(
    {
        NamedNode(PREFIXES["rdfs"] + "isDefinedBy"),
        NamedNode(PREFIXES["rdfs"] + "seeAlso"),
        NamedNode(PREFIXES["dcterms"] + "isReplacedBy"),
    }
)
"""Properties that describe a term without being an axiom about it."""


@dataclass(frozen=True)
class Inconsistency:
    """A contradiction: the rule that found it, what it is, the IRIs concerned, and the rule's premises."""

    rule: str
    message: str
    terms: tuple[str, ...]
    premises: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Closure:
    """What follows from the premises, where they contradict each other, and the engine with its proofs."""

    conclusions: frozenset[Triple]
    inconsistencies: tuple[Inconsistency, ...]
    reasoner: Reasoner | None = None

    def proof(self, inconsistency: Inconsistency) -> Proof:
        """Return the proof of an inconsistency, down to what is asserted; ValueError if none is kept."""
        from wicara.graph.reasoning.proofs import contradiction, derivations_of  # noqa: PLC0415 - imports this

        if self.reasoner is None:
            raise ValueError("this engine keeps no proofs: materialise with the native one")
        return contradiction(derivations_of(self.reasoner), inconsistency.rule, inconsistency.premises)


def materialise(source: Source, engine: str = "native") -> Closure:
    """Return what follows from the premises and is none of them, and each inconsistency; nothing trivial.

    `source` is triples, a pyoxigraph Store or Dataset, an rdflib Graph, or tuples of its terms; all graphs in
    it are merged.
    `engine` is `native`, which also gives the reasoner with its proofs, or `owlrl`. Raises KeyError else.
    """
    return ENGINES[engine](frozenset(triples_of(source)))


def native(premises: frozenset[Triple]) -> Closure:
    """Return the closure by the engine of this package."""
    from wicara.graph.reasoning.reasoner import Reasoner  # noqa: PLC0415 - numpy is slow to import

    return closure_of(Reasoner(premises))


def closure_of(reasoner: Reasoner) -> Closure:
    """Return what a reasoner holds: its conclusions that are not trivial, and its contradictions."""
    return Closure(
        conclusions=frozenset(t for t in reasoner.conclusions() if not is_trivial(t)),
        inconsistencies=inconsistencies_of(reasoner.contradictions()),
        reasoner=reasoner,
    )


def owlrl(premises: frozenset[Triple]) -> Closure:
    """Return the closure by owlrl; contradictions are found in it by the rules of this package.

    Statements that no rule can use are not handed to it: a literal under a property that no axiom speaks of
    (labels, definitions, quotes) matches no premise but that of eq-rep, so they are held back, and it runs
    again with all of them if it finds two individuals to be the same.
    """
    from wicara.graph.reasoning import owlrl_engine  # noqa: PLC0415 - most of a second to import

    facts = owlrl_engine.close(usable(premises))
    if any(t.predicate.value == SAME_AS and not is_trivial(t) for t in owlrl_engine.rdf_facts(facts)):
        facts = owlrl_engine.close(premises)
    useful = frozenset(t for t in owlrl_engine.rdf_facts(facts) if not is_trivial(t))
    return Closure(useful - premises, inconsistencies_of(contradictions((*map(tuple, premises), *facts))))


def inconsistencies_of(clashes: Iterable[Inference]) -> tuple[Inconsistency, ...]:
    """Return contradictions in words, sorted; of those by one rule of the same terms only the first."""
    described = [
        Inconsistency(clash.rule, contradiction_text(clash), terms_concerned(clash), clash.premises)
        for clash in clashes
    ]
    described.sort(key=lambda each: (each.rule, each.message))
    first = {(found.rule, frozenset(found.terms)): found for found in reversed(described)}
    return tuple(reversed(first.values()))


def is_trivial(triple: Triple) -> bool:
    """Tell whether a conclusion is true, useless and one of many: it is neither stored nor shown.

    These are literals as subjects (RDF has none), anonymous classes (blank nodes), everything equal to or
    below itself, everything an owl:Thing or rdfs:Resource, and statements about the vocabularies of RDF,
    RDFS, OWL and XSD.
    """
    is_anonymous = not isinstance(triple.subject, NamedNode) or isinstance(triple.object, BlankNode)
    return is_anonymous or is_universal(triple)


def is_universal(triple: Triple) -> bool:
    """Tell whether a conclusion is of the vocabularies, of everything, or reflexive."""
    subject, predicate, target = triple.subject, triple.predicate, triple.object
    if isinstance(target, NamedNode) and target.value in TOP:
        return True
    is_vocabulary = isinstance(subject, NamedNode) and subject.value.startswith(BUILT_IN)
    return is_vocabulary or (subject == target and predicate.value in REFLEXIVE)


def usable(premises: frozenset[Triple]) -> frozenset[Triple]:
    """Return the premises without literals under properties that no axiom speaks of."""
    subjects = {t.subject for t in premises if not describes(t)}
    known = subjects | {t.object for t in premises if not isinstance(t.object, Literal)}
    return frozenset(
        t
        for t in premises
        if not isinstance(t.object, Literal) or t.predicate in known or t.predicate.value.startswith(OWL)
    )


def describes(triple: Triple) -> bool:
    """Tell whether a statement only declares or describes its subject."""
    if triple.predicate.value == RDF_TYPE:
        return triple.object in ANNOTATION_TYPES
    return isinstance(triple.object, Literal) or triple.predicate in DESCRIBING


ENGINES: Final[dict[str, Callable[[frozenset[Triple]], Closure]]] = {"native": native, "owlrl": owlrl}
"""The engines by their names."""


# What can be reasoned over: triples, quads, pyoxigraph's stores and datasets, rdflib's graphs.


def triples_of(source: Source) -> Iterator[Triple]:
    """Yield the triples of a source; named graphs are merged. Raises TypeError for what is no triples."""
    if isinstance(source, str | PurePath):
        raise TypeError(
            f"premises are triples, not {source!r}: wicara.graph.reasoning.files.read parses files"
        )
    if not isinstance(source, Store | Dataset) and type(source).__module__.startswith("rdflib."):
        for row in source.quads() if hasattr(source, "quads") else source:
            yield Triple(*map(to_oxigraph, row[:3]))  # type: ignore[arg-type] # rows of rdflib
        return
    for statement in source:
        if isinstance(statement, tuple):  # of rdflib
            yield Triple(*map(to_oxigraph, statement[:3]))  # type: ignore[arg-type] # three terms
        else:
            yield statement.triple if isinstance(statement, Quad) else statement


def to_oxigraph(term: Term | Node) -> Term:
    """Return a term of rdflib as one of pyoxigraph, and any other as it is."""
    if not type(term).__module__.startswith("rdflib."):
        return term  # type: ignore[return-value] # it is none of rdflib's
    from wicara.graph.rdflib_terms import term_of  # noqa: PLC0415 - imports rdflib, which is there already

    return term_of(term)
