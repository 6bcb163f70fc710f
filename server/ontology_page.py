"""The ontology as one readable page, each term at its own anchor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import render_template
from pyoxigraph import BlankNode, NamedNode
from wicara.ontology import PREFIXES, WIC
from wicara.server.statements import in_sections
from wicara.server.terms import SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Triple
    from wicara.server.description import Description
    from wicara.server.statements import Section, Statement
    from wicara.server.terms import Term, Words

RDF: Final = PREFIXES["rdf"]
OWL: Final = PREFIXES["owl"]
RDFS: Final = PREFIXES["rdfs"]
TYPE: Final = f"{RDF}type"
CLASSES: Final = frozenset({f"{OWL}Class"})
PROPERTIES: Final = frozenset(
    f"{OWL}{kind}"
    for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty", "TransitiveProperty")
)
SAID_ABOVE: Final = frozenset(
    {TYPE, f"{RDFS}label", f"{SKOS}prefLabel", f"{SKOS}definition", f"{RDFS}isDefinedBy"}
)
DEFINITION: Final = f"{SKOS}definition"


@dataclass(frozen=True)
class Entry:
    """A term: its local name, its labels and definitions in all languages, and its axioms."""

    name: str
    iri: str
    labels: tuple[Term, ...]
    definitions: tuple[Term, ...]
    axioms: tuple[tuple[Section, tuple[str, ...]], ...]


def by_subject(statements: Iterable[Statement]) -> dict[Term, list[Statement]]:
    """Return the statements of each subject."""
    found: dict[Term, list[Statement]] = {}
    for statement in statements:
        found.setdefault(statement.triple.subject, []).append(statement)
    return found


def expression(node: Term, about: Mapping[Term, list[Statement]], words: Words) -> str:
    """Return a term of an axiom in words: `( a b )` for a list, `[ property value ]` for a blank node."""
    if not isinstance(node, BlankNode):
        shown = words.show(node)
        return shown.text if shown else ""
    triples = [statement.triple for statement in about.get(node, [])]
    if any(triple.predicate.value == f"{RDF}first" for triple in triples):
        return f"( {' '.join(members(node, about, words))} )"
    parts = (
        f"{expression(triple.predicate, about, words)} {expression(triple.object, about, words)}"
        for triple in triples
        if triple.predicate.value != TYPE
    )
    return f"[ {' ; '.join(parts)} ]"


def members(node: Term, about: Mapping[Term, list[Statement]], words: Words) -> Iterator[str]:
    """Yield the members of an RDF list in words."""
    while isinstance(node, BlankNode):
        links = {one.triple.predicate.value: one.triple.object for one in about.get(node, [])}
        yield expression(links[f"{RDF}first"], about, words)
        node = links.get(f"{RDF}rest", NamedNode(f"{RDF}nil"))


def objects(statements: Iterable[Statement], *properties: str) -> tuple[Term, ...]:
    """Return the different objects of some properties, sorted."""
    found = {one.triple.object for one in statements if one.triple.predicate.value in properties}
    return tuple(sorted(found, key=lambda term: (getattr(term, "language", None) or "", str(term))))


def entry(term: NamedNode, about: Mapping[Term, list[Statement]], words: Words) -> Entry:
    """Return the entry of a term."""
    rest = [one for one in about[term] if one.triple.predicate.value not in SAID_ABOVE]
    sections = in_sections(rest, words)
    return Entry(
        name=term.value.removeprefix(WIC),
        iri=term.value,
        labels=objects(about[term], f"{SKOS}prefLabel", f"{RDFS}label"),
        definitions=objects(about[term], DEFINITION),
        axioms=tuple((section, axioms(section, about, words)) for section in sections),
    )


def axioms(section: Section, about: Mapping[Term, list[Statement]], words: Words) -> tuple[str, ...]:
    """Return the values of a property that are blank nodes in words; empty for the others."""
    return tuple(
        expression(one.triple.object, about, words) if isinstance(one.triple.object, BlankNode) else ""
        for _, one in section.rows
    )


def types_of(triples: Iterable[Triple]) -> frozenset[str]:
    """Return the classes that triples give their subject."""
    return frozenset(
        triple.object.value
        for triple in triples
        if triple.predicate.value == TYPE and isinstance(triple.object, NamedNode)
    )


def entries(about: Mapping[Term, list[Statement]], words: Words, kinds: frozenset[str]) -> tuple[Entry, ...]:
    """Return the entries of the terms of some kinds, sorted by name."""
    terms = (term for term in about if isinstance(term, NamedNode) and term.value.startswith(WIC))
    wanted = [term for term in terms if types_of(one.triple for one in about[term]) & kinds]
    return tuple(entry(term, about, words) for term in sorted(wanted, key=lambda term: term.value))


def ontology_page(description: Description, words: Words) -> str:
    """Return the page of the whole ontology."""
    from wicara.server.pages import frame  # noqa: PLC0415 - pages choose this one among them

    about = by_subject(description.content)
    return render_template(
        "ontology.html",
        description=description,
        words=words,
        header=in_sections(description.outgoing, words),
        classes=entries(about, words, CLASSES),
        properties=entries(about, words, PROPERTIES),
        **frame(description),
    )
