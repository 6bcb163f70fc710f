"""Names and axioms as HTML: the names are links, the axioms sentences in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape
from pyoxigraph import BlankNode, NamedNode
from wicara.graph.explain.wording import Wording
from wicara.ontology import RDF_TYPE, WIC, expand
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language
from wicara.server.site.ontology.model import OWL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.server.site.ontology.model import Ontology
    from wicara.server.site.words import Shown, Term, Words


@dataclass(frozen=True)
class Links:
    """The names of things as HTML. `inside` the document, a term's leads to its place there."""

    words: Words
    inside: bool = False
    made: dict[str, Markup] = field(default_factory=dict)

    def to(self, iri: str) -> Markup:
        """Return the name of an IRI, as a link where it leads somewhere."""
        if iri not in self.made:
            self.made[iri] = self.link(self.words.show_iri(iri))
        return self.made[iri]

    def link(self, shown: Shown) -> Markup:
        """Return what is shown of a term as HTML, with its language where it is not the reader's."""
        lang = Markup(' lang="{}"').format(shown.lang) if shown.lang not in {None, self.words.lang} else ""
        href = self.href_of(shown)
        if href is None:
            return Markup("<span{}>{}</span>").format(lang, shown.text) if lang else Markup.escape(shown.text)
        outside = Markup(' rel="external noreferrer"') if shown.outside else ""
        return Markup('<a href="{}"{}{}>{}</a>').format(href, lang, outside, shown.text)

    def href_of(self, shown: Shown) -> str | None:
        """Return where a link leads."""
        if self.inside and shown.full.startswith(WIC):
            return f"#{shown.full.removeprefix(WIC)}"
        return shown.href


SUBCLASS: Final = expand("rdfs:subClassOf")
OF_CLASSES: Final = (SUBCLASS, expand("owl:equivalentClass"))
APART: Final = (expand("owl:propertyDisjointWith"), expand("owl:disjointWith"))
CHAIN: Final = expand("owl:propertyChainAxiom")
IN_ROWS: Final = tuple(
    map(
        expand, ("rdfs:domain", "rdfs:range", "rdfs:subPropertyOf", "owl:inverseOf", "owl:equivalentProperty")
    )
)
"""The properties of axioms that the document says in rows."""
CHARACTERISTICS: Final = frozenset(
    f"{OWL}{name}Property"
    for name in (
        *("Functional", "InverseFunctional", "Transitive"),
        *("Symmetric", "Asymmetric", "Irreflexive"),
    )
)
ALL_APART: Final = NamedNode(f"{OWL}AllDisjointClasses")


@dataclass(frozen=True)
class Linked(Wording):
    """Words as HTML: a name leads to what it names, but not to the term that the page is about."""

    links: Links | None = None
    me: NamedNode | None = None

    def term(self, term: Term | None, depth: int = 0) -> str:
        """Return what a term is called; all that the dataset says is escaped."""
        text = super().term(term, depth)
        return text if term is None or isinstance(term, NamedNode | BlankNode) else str(escape(text))

    def named(self, iri: NamedNode) -> str:
        """Return the label of an IRI as a link where it leads somewhere."""
        if self.links is None or iri == self.me:
            return str(escape(self.label(iri)))
        return str(self.links.to(iri.value))

    def label(self, iri: NamedNode) -> str:
        """Return the label of an IRI, or its prefixed name."""
        return self.links.words.show_iri(iri.value).text if self.links else super().label(iri)


@dataclass(frozen=True)
class Sentences:
    """Makes the sentences of an ontology.

    `short` leaves out what the document says otherwise: domain, range, the properties around one, and lists
    of disjoint classes.
    """

    ontology: Ontology
    links: Links
    short: bool = False

    @cached_property
    def wording(self) -> Linked:
        """The words that they are made of."""
        return Linked(self.ontology.words, language(), self.links)

    def about(self, iri: str) -> list[Markup]:
        """Return the axioms of a term, each as a sentence."""
        me = NamedNode(iri)
        wording = replace(self.wording, me=me)
        found = [as_sentence(wording.statement(axiom)) for axiom in self.axioms(me)]
        for members in () if self.short else self.apart.values():
            if me in members:
                others = ", ".join(map(wording.quoted, (one for one in members if one != me)))
                text = _(
                    "Nothing that is %(e)s is also one of these: %(o)s.", e=wording.with_article(me), o=others
                )
                found.append(Markup(text))  # noqa: S704 - escaped piece by piece
        return found

    def axioms(self, me: NamedNode) -> Iterator[tuple[Term, ...]]:
        """Yield the axioms of a term: those of a class or property, its characteristics and chains."""
        for name in OF_CLASSES:
            yield from self.leaving(me, name)
        for other in self.ontology.subjects(me, SUBCLASS):
            if isinstance(other, BlankNode):
                yield other, NamedNode(SUBCLASS), me
        for name in (*(() if self.short else IN_ROWS), *APART):
            yield from self.leaving(me, name)
        for axiom in self.leaving(me, RDF_TYPE):
            if isinstance(axiom[2], NamedNode) and axiom[2].value in CHARACTERISTICS:
                yield axiom
        yield from self.leaving(me, CHAIN)

    def leaving(self, me: NamedNode, name: str) -> Iterator[tuple[Term, ...]]:
        """Yield the statements of a term with a property."""
        return ((me, NamedNode(name), other) for other in self.ontology.objects(me, name))

    def of_all(self) -> list[Markup]:
        """Return a sentence for each list of disjoint classes."""
        return [
            as_sentence(self.wording.statement((one, NamedNode(RDF_TYPE), ALL_APART))) for one in self.apart
        ]

    @cached_property
    def apart(self) -> dict[Term, list[Term]]:
        """The members of each list of disjoint classes."""
        lists = {
            one: self.ontology.objects(one, f"{OWL}members")
            for one in self.ontology.subjects(ALL_APART, RDF_TYPE)
        }
        return {
            one: list(chain.from_iterable(map(self.ontology.members, firsts)))
            for one, firsts in lists.items()
        }


def as_sentence(text: str) -> Markup:
    """Return words that are escaped piece by piece as a sentence."""
    return Markup(f"{text[:1].upper()}{text[1:]}.")  # noqa: S704 - escaped piece by piece
