"""RDF terms as people read them: a label in the reader's language, a link, and the full term."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Triple, parse
from wicara.ontology import FOREIGN_LABELS, PREFIXES, UNITS, XSD_STRING
from wicara.server.http.addresses import href_of, path_of
from wicara.server.site.language import language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Store

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

SKOS: Final = PREFIXES["skos"]
RDFS: Final = PREFIXES["rdfs"]
NOTATION: Final = NamedNode(f"{SKOS}notation")
LABELS: Final = (NamedNode(f"{SKOS}prefLabel"), NamedNode(f"{RDFS}label"))
LANG_STRING: Final = f"{PREFIXES['rdf']}langString"
LONGEST_FIRST: Final = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


@dataclass(frozen=True)
class Shown:
    """A term on a page: its text, the language of that text, where its link leads, and the term in full."""

    text: str
    full: str
    lang: str | None = None
    href: str | None = None
    outside: bool = False
    note: str = ""
    foreign: bool = False
    """Whether a label is in another language than the reader's."""

    @property
    def without_link(self) -> Shown:
        """The same as words alone, with their language only where it is not the reader's."""
        return replace(self, href=None, full=self.text, lang=self.lang if self.foreign else None)


@cache
def foreign_labels() -> Mapping[str, tuple[Literal, ...]]:
    """Return the labels of terms of other vocabularies by IRI, in each language."""
    labels: dict[str, tuple[Literal, ...]] = {}
    for quad in parse(path=FOREIGN_LABELS):
        if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
            labels[quad.subject.value] = (*labels.get(quad.subject.value, ()), quad.object)
    return labels


@cache
def notations() -> Mapping[str, str]:
    """Return the signs and codes of units by IRI: `%`, `USD`."""
    return {
        quad.subject.value: quad.object.value
        for quad in parse(path=UNITS)
        if quad.predicate == NOTATION
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, Literal)
    }


def prefixed(iri: str) -> str:
    """Return an IRI shortened with one of the dataset's prefixes, or as it is."""
    for prefix, namespace in LONGEST_FIRST:
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def iris_of(terms: Iterable[Term]) -> Iterator[NamedNode]:
    """Yield the IRIs among terms and in triple terms, and the datatypes of literals are none of them."""
    for term in terms:
        if isinstance(term, NamedNode):
            yield term
        elif isinstance(term, Triple):
            yield from iris_of(term)


def labels_of(store: Store, iris: Iterable[NamedNode]) -> tuple[Triple, ...]:
    """Return the labels of IRIs, in all languages, with one query."""
    values = " ".join(map(str, sorted(set(iris), key=str)))
    preferred, other = LABELS
    query = (
        f"CONSTRUCT {{ ?x {preferred} ?l . ?x {other} ?m }}"
        f" {{ VALUES ?x {{ {values} }} {{ ?x {preferred} ?l }} UNION {{ ?x {other} ?m }} }}"
    )
    return tuple(cast("Iterable[Triple]", store.query(query))) if values else ()


@dataclass(frozen=True)
class Words:
    """The labels at hand, and the language that the reader prefers."""

    labels: Mapping[str, tuple[Literal, ...]]
    lang: str
    shown: dict[str, Shown] = field(default_factory=dict, compare=False)
    """The IRIs that were shown before: a page shows most of its IRIs many times."""

    @classmethod
    def for_request(cls, triples: Iterable[Triple]) -> Words:
        """Return the words of label statements in the language of this request; preferred labels first."""
        labels: dict[str, list[Literal]] = {}
        for triple in sorted(triples, key=lambda one: (one.predicate != LABELS[0], str(one.object))):
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal):
                labels.setdefault(triple.subject.value, []).append(triple.object)
        return cls({iri: tuple(dict.fromkeys(found)) for iri, found in labels.items()}, language())

    def label(self, iri: str) -> Literal | None:
        """Return the label of an IRI in the reader's language, else in another, else None."""
        found = self.labels.get(iri, ()) or foreign_labels().get(iri, ())
        return next((label for label in found if label.language == self.lang), next(iter(found), None))

    def show(self, term: Term | None) -> Shown | None:
        """Return a term as a page shows it; an unbound variable is None."""
        if isinstance(term, NamedNode):
            return self.show_iri(term.value)
        if isinstance(term, Literal):
            return show_literal(term)
        return None if term is None else self.show_node(term)

    def show_iri(self, iri: str) -> Shown:
        """Return an IRI as its label, or shortened, with a link where it leads somewhere."""
        if iri not in self.shown:
            label = self.label(iri)
            text, lang = (label.value, label.language) if label else (prefixed(iri), None)
            foreign = bool(lang) and lang != self.lang
            self.shown[iri] = Shown(text, iri, lang, href_of(iri), path_of(iri) is None, foreign=foreign)
        return self.shown[iri]

    def unit(self, iri: str) -> str:
        """Return what a unit is called beside a number: its sign or code, or else its label."""
        return notations().get(iri) or self.show_iri(iri).text

    def show_node(self, term: BlankNode | Triple) -> Shown:
        """Return a blank node, or a triple term as `<<( s p o )>>`."""
        if isinstance(term, BlankNode):
            return Shown(str(term), str(term))
        parts = " ".join(shown.text for shown in map(self.show, term) if shown)
        return Shown(f"<<( {parts} )>>", str(term))


def show_literal(literal: Literal) -> Shown:
    """Return a literal as its text with the language of its words, or its datatype as a note."""
    datatype = literal.datatype.value
    plain = datatype in {XSD_STRING, LANG_STRING} or literal.language
    lang = literal.language if any(map(str.isalpha, literal.value)) else None
    return Shown(literal.value, str(literal), lang, note="" if plain else prefixed(datatype))
