"""Statements in plain words, in English and Indonesian: labels, class expressions and axioms as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.names import called
from wicara.graph.reasoning.matching import FIRST, NIL, REST
from wicara.graph.reasoning.rules import LANGUAGES, RDF_TYPE
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store
    from wicara.graph.reasoning.rules import Fact, Term

OWL, RDFS, SKOS = (PREFIXES[name] for name in ("owl", "rdfs", "skos"))
LABELS: Final = (NamedNode(f"{SKOS}prefLabel"), NamedNode(f"{RDFS}label"))
DEEPEST: Final = 8
"""How deep a class expression is told; deeper ones, and circular ones, end in an ellipsis."""

SENTENCES: Final = {
    RDF_TYPE: ("{s} counts as “{o}”", "{s} tergolong “{o}”"),
    f"{OWL}differentFrom": ("{s} is not {o}", "{s} bukan {o}"),
    f"{OWL}disjointWith": ("nothing is both “{s}” and “{o}”", "tidak ada yang “{s}” dan juga “{o}”"),
    f"{OWL}equivalentClass": ("“{s}” and “{o}” are the same class", "“{s}” dan “{o}” kelas yang sama"),
    f"{OWL}equivalentProperty": (
        "“{s}” and “{o}” are the same property",
        "“{s}” dan “{o}” properti yang sama",
    ),
    f"{OWL}inverseOf": (
        "“{s}” is “{o}” seen from the other end",
        "“{s}” adalah “{o}” dilihat dari ujung sebaliknya",
    ),
    f"{OWL}propertyChainAxiom": ("“{s}” follows from {o}", "“{s}” mengikuti dari {o}"),
    f"{OWL}sameAs": ("{s} is the same as {o}", "{s} sama dengan {o}"),
    f"{RDFS}domain": ("whatever has “{s}” counts as “{o}”", "apa pun yang memiliki “{s}” tergolong “{o}”"),
    f"{RDFS}range": ("whatever “{s}” leads to counts as “{o}”", "apa pun yang dituju “{s}” tergolong “{o}”"),
    f"{RDFS}subClassOf": (
        "whatever counts as “{s}” counts as “{o}”",
        "apa pun yang tergolong “{s}” tergolong “{o}”",
    ),
    f"{RDFS}subPropertyOf": (
        "“{s}” is a special case of “{o}”",
        "“{s}” adalah kasus khusus dari “{o}”",
    ),
}
"""Property to the sentence that a statement with it is; any other is told as subject, property, object."""

KINDS: Final = {
    f"{OWL}TransitiveProperty": ("“{s}” is transitive", "“{s}” transitif"),
    f"{OWL}SymmetricProperty": ("“{s}” holds both ways round", "“{s}” berlaku dua arah"),
    f"{OWL}AsymmetricProperty": ("“{s}” never holds both ways round", "“{s}” tidak berlaku dua arah"),
    f"{OWL}IrreflexiveProperty": (
        "nothing has “{s}” to itself",
        "tidak ada yang memiliki “{s}” terhadap dirinya",
    ),
    f"{OWL}FunctionalProperty": ("“{s}” leads to one thing only", "“{s}” hanya menuju satu hal"),
    f"{OWL}InverseFunctionalProperty": (
        "“{s}” comes from one thing only",
        "“{s}” hanya berasal dari satu hal",
    ),
}
"""Class of properties to the sentence that puts a property into it."""

EXPRESSIONS: Final = (
    ("intersectionOf", ("{members}", "{members}"), (" and ", " dan ")),
    ("unionOf", ("{members}", "{members}"), (" or ", " atau ")),
    ("oneOf", ("one of {members}", "salah satu dari {members}"), (", ", ", ")),
    ("members", ("{members}", "{members}"), (", ", ", ")),
    ("complementOf", ("not {value}", "bukan {value}"), None),
    ("hasValue", ("{property} {value}", "{property} {value}"), None),
    ("someValuesFrom", ("{property} some {value}", "{property} suatu {value}"), None),
    ("allValuesFrom", ("{property} nothing but {value}", "{property} hanya {value}"), None),
    ("maxCardinality", ("{property} at most {value}", "{property} paling banyak {value}"), None),
    (
        "maxQualifiedCardinality",
        ("{property} at most {value} {of}", "{property} paling banyak {value} {of}"),
        None,
    ),
)
"""What makes a class expression, how it is told, and what stands between the members of its list."""

PART: Final = ("part of the definition of “{s}”", "bagian dari definisi “{s}”")
THEN: Final = (", then ", ", lalu ")
ANYTHING: Final = ("something", "sesuatu")
STRUCTURE: Final = frozenset(
    {FIRST.value, REST.value, f"{OWL}onProperty", *(f"{OWL}{name}" for name, *_ in EXPRESSIONS)}
)
"""The properties that only build lists and class expressions: what they build tells them."""


def is_structure(fact: Fact) -> bool:
    """Tell whether a statement only builds a list or a class expression."""
    return isinstance(fact[0], BlankNode) and getattr(fact[1], "value", "") in STRUCTURE


@dataclass(frozen=True)
class Wording:
    """Words for the terms and statements of a store, in a language of LANGUAGES."""

    store: Store
    language: str = "en"

    @property
    def column(self) -> int:
        """The place of the language in a table."""
        return LANGUAGES.index(self.language)

    def statement(self, fact: tuple[Term | None, ...]) -> str:
        """Return a statement as a sentence without a full stop; a place that is open is `something`."""
        subject, predicate, target = fact
        name = predicate.value if isinstance(predicate, NamedNode) else ""
        kind = KINDS.get(target.value) if isinstance(target, NamedNode) and name == RDF_TYPE else None
        told = kind or SENTENCES.get(name)
        if isinstance(subject, BlankNode) and name in STRUCTURE:
            return PART[self.column].format(s=self.term(subject))
        if told is None:
            return f"{self.term(subject)}: {self.term(predicate)} {self.term(target)}"
        shown = self.chain(target) if name == f"{OWL}propertyChainAxiom" and target else self.term(target)
        return told[self.column].format(s=self.term(subject), o=shown)

    def term(self, term: Term | None, depth: int = 0) -> str:
        """Return what a term is called."""
        if isinstance(term, NamedNode):
            return self.label(term)
        if isinstance(term, BlankNode):
            return self.expression(term, depth)
        if isinstance(term, Literal):
            return f"“{term.value}”" if term.language else term.value
        return ANYTHING[self.column] if term is None else str(term)

    def label(self, iri: NamedNode) -> str:
        """Return a label of an IRI in the language, else in another, else its prefixed name."""
        for predicate in LABELS:
            quads = self.store.quads_for_pattern(iri, predicate, None, None)
            labels = sorted(
                {q.object for q in quads if isinstance(q.object, Literal)},
                key=lambda label: (label.language != self.language, str(label)),
            )
            if labels:
                return labels[0].value
        return called(iri.value)

    def expression(self, node: BlankNode, depth: int) -> str:
        """Return a class expression, or a list, in words."""
        if depth > DEEPEST:
            return "…"
        for name, told, between in EXPRESSIONS:
            for value in self.values(node, f"{OWL}{name}"):
                members = between and between[self.column].join(self.members(value, depth + 1))
                prop, of = ("".join(self.named(node, name)) for name in ("onProperty", "onClass"))
                return told[self.column].format(
                    members=members, value=self.term(value, depth + 1), property=prop, of=of
                )
        members = ", ".join(self.members(node, depth + 1))
        return members or ANYTHING[self.column]

    def named(self, node: BlankNode, name: str) -> Iterator[str]:
        """Yield what a restriction is on, if that has a name."""
        found = self.values(node, f"{OWL}{name}")
        return (self.label(term) for term in found[:1] if isinstance(term, NamedNode))

    def chain(self, node: Term) -> str:
        """Return a property chain in words."""
        return THEN[self.column].join(f"“{member}”" for member in self.members(node, 0))

    def members(self, node: Term, depth: int) -> Iterator[str]:
        """Yield the members of a list in words."""
        seen: set[Term] = set()
        while node != NIL and node not in seen:
            seen.add(node)
            for member in self.values(node, FIRST.value)[:1]:
                yield self.term(member, depth)
            node = next(iter(self.values(node, REST.value)), NIL)

    def values(self, node: Term, predicate: str) -> list[Term]:
        """Return what the store says of a node, sorted."""
        if isinstance(node, Literal | Triple):
            return []
        quads = self.store.quads_for_pattern(node, NamedNode(predicate), None, None)
        return sorted({quad.object for quad in quads}, key=str)
