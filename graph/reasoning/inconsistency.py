"""Contradictions as values: the OWL 2 RL/RDF rules whose conclusion is false (OWL 2 Profiles, section 4.3).

Each rule is a row: its W3C name, what it means, and the graph pattern that is never to match. They are
matched over premises and conclusions, so they do not depend on the engine; what it says where none matches
is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store
from wicara.graph.naming import called_term
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import QuerySolution, Triple
    from wicara.graph.reasoning.proofs import Proof
    from wicara.graph.reasoning.reasoner import Reasoner, Statement

PAIR: Final = "?list rdf:rest* ?here . ?here rdf:first ?a . ?here rdf:rest/rdf:rest*/rdf:first ?b ."
"""Any two members of an RDF list, in its order."""

RULES: Final = (
    ("eq-diff1", "{x} and {y} are the same and different", "?x owl:sameAs ?y ; owl:differentFrom ?y ."),
    ("eq-diff1", "{x} is different from itself", "?x owl:differentFrom ?x ."),
    *(
        (
            rule,
            "{a} and {b} are the same, but members of an AllDifferent",
            f"?all a owl:AllDifferent ; {members} ?list . {PAIR} ?a owl:sameAs ?b .",
        )
        for rule, members in (("eq-diff2", "owl:members"), ("eq-diff3", "owl:distinctMembers"))
    ),
    ("prp-irp", "{x} {p} itself, but {p} is irreflexive", "?p a owl:IrreflexiveProperty . ?x ?p ?x ."),
    (
        "prp-asyp",
        "{x} {p} {y} and back, but {p} is asymmetric",
        "?p a owl:AsymmetricProperty . ?x ?p ?y . ?y ?p ?x .",
    ),
    (
        "prp-pdw",
        "{x} {a} {y} and {x} {b} {y}, but these properties are disjoint",
        "?a owl:propertyDisjointWith ?b . ?x ?a ?y ; ?b ?y .",
    ),
    (
        "prp-adp",
        "{x} {a} {y} and {x} {b} {y}, but these properties are disjoint",
        f"?all a owl:AllDisjointProperties ; owl:members ?list . {PAIR} ?x ?a ?y ; ?b ?y .",
    ),
    (
        "prp-npa1",
        "{x} {p} {y} is stated and denied",
        """?n owl:sourceIndividual ?x ; owl:assertionProperty ?p ; owl:targetIndividual|owl:targetValue ?y .
           ?x ?p ?y .""",
    ),
    ("cls-nothing2", "{x} is an owl:Nothing", "?x a owl:Nothing ."),
    ("cls-com", "{x} is in {a} and in its complement", "?b owl:complementOf ?a . ?x a ?a , ?b ."),
    (
        "cls-maxc1",
        "{x} {p} {y}, but may have no {p}",
        "?c owl:maxCardinality ?zero ; owl:onProperty ?p . ?x a ?c ; ?p ?y . FILTER(?zero = 0)",
    ),
    (
        "cls-maxqc1",
        "{x} {p} {y}, but may have no such {p}",
        """?c owl:maxQualifiedCardinality ?zero ; owl:onProperty ?p ; owl:onClass ?d . ?x a ?c ; ?p ?y .
           FILTER(?zero = 0 && (?d = owl:Thing || EXISTS { ?y a ?d }))""",
    ),
    ("cax-dw", "{x} is {a} and {b}, which are disjoint", "?a owl:disjointWith ?b . ?x a ?a , ?b ."),
    (
        "cax-adc",
        "{x} is {a} and {b}, which are disjoint",
        f"?all a owl:AllDisjointClasses ; owl:members ?list . {PAIR} ?x a ?a , ?b .",
    ),
    *(
        (
            "dt-not-type",
            f"{{x}} {{p}} {{y}}, which is no {name}",
            f"?x ?p ?y FILTER(DATATYPE(?y) = xsd:{name}) BIND(xsd:{name}(STR(?y)) AS ?v) FILTER(!BOUND(?v))",
        )
        for name in ("boolean", "date", "dateTime", "decimal", "double", "float", "integer")
    ),
)
"""(W3C name, message, pattern): a match of the pattern is an inconsistency."""

TOLD: Final = ("x", "y", "p", "a", "b")
"""The variables of a pattern that a message names."""


@dataclass(frozen=True)
class Inconsistency:
    """A contradiction: the rule that found it, what it is, the IRIs concerned, and the rule's premises.

    owlrl tells no premises.
    """

    rule: str
    message: str
    terms: tuple[str, ...]
    premises: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Closure:
    """What follows from the premises, where they contradict each other, and the engine with its proofs."""

    conclusions: frozenset[Triple]
    inconsistencies: tuple[Inconsistency, ...]
    reasoner: Reasoner | None = None

    def proof(self, inconsistency: Inconsistency) -> Proof:
        """Return the proof of an inconsistency, down to what is asserted; ValueError if none is kept."""
        from wicara.graph.reasoning.proofs import contradiction, derivations_of  # noqa: PLC0415 - when asked

        if self.reasoner is None:
            raise ValueError("this engine keeps no proofs: materialise with the native one")
        return contradiction(derivations_of(self.reasoner), inconsistency.rule, inconsistency.premises)


def inconsistencies_of(triples: Iterable[Triple], messages: Iterable[str] = ()) -> tuple[Inconsistency, ...]:
    """Return the inconsistencies in a closure, sorted; the engine's messages only where no rule matches."""
    store = Store()
    store.extend(quads(triples))
    every = sorted(matches(store), key=lambda each: (each.rule, each.message))
    found = {(each.rule, frozenset(each.terms)): each for each in reversed(every)}
    return tuple(reversed(found.values())) or tuple(
        Inconsistency("owlrl", message, ()) for message in messages
    )


def quads(triples: Iterable[Triple]) -> Iterator[Quad]:
    """Return the triples as quads of the default graph; those with a literal as subject cannot be."""
    return (Quad(t.subject, t.predicate, t.object) for t in triples)


def matches(store: Store) -> Iterator[Inconsistency]:
    """Yield every match of every rule."""
    for rule, message, pattern in RULES:
        for solution in solutions(store, pattern):
            yield inconsistency(rule, message, solution)


def solutions(store: Store, pattern: str) -> Iterator[QuerySolution]:
    """Yield the solutions of a graph pattern, its prefixes being the dataset's."""
    found = store.query(f"SELECT * {{ {pattern} }}", prefixes=dict(PREFIXES))
    return iter(found) if isinstance(found, QuerySolutions) else iter(())


def inconsistency(rule: str, message: str, solution: QuerySolution) -> Inconsistency:
    """Return one match as a value."""
    terms = {name: term for name in TOLD if (term := value(solution, name)) is not None}
    named = {name: called_term(term) for name, term in terms.items()}
    return Inconsistency(
        rule, message.format(**named), tuple(t.value for t in terms.values() if isinstance(t, NamedNode))
    )


def value(solution: QuerySolution, name: str) -> object:
    """Return what a variable is bound to, or None where the pattern has no such variable."""
    try:
        return solution[name]
    except KeyError:
        return None
