"""The axioms of a term as sentences in the reader's language, as HTML: the names in them are links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape
from pyoxigraph import BlankNode, NamedNode
from wicara.graph.explain.wording import Wording
from wicara.server.site.language import language
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.ontology.model import OWL, RDFS, TYPE, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.server.site.ontology.links import Links
    from wicara.server.site.ontology.model import Ontology
    from wicara.server.site.words import Term

SUBCLASS: Final = f"{RDFS}subClassOf"
SAME_CLASS: Final = f"{OWL}equivalentClass"
CHAIN: Final = f"{OWL}propertyChainAxiom"
STATED: Final = {
    f"{RDFS}domain": _("Whatever has %(s)s is %(a)s."),
    f"{RDFS}range": _("Whatever %(s)s leads to is %(a)s."),
    f"{RDFS}subPropertyOf": _("Where %(s)s holds, %(o)s holds too."),
    f"{OWL}inverseOf": _("%(s)s is %(o)s seen from the other end."),
    f"{OWL}equivalentProperty": _("%(s)s and %(o)s are the same property."),
    f"{OWL}propertyDisjointWith": _("%(s)s and %(o)s never join the same two things."),
    f"{OWL}disjointWith": _("Nothing is both %(s)s and %(o)s."),
}
"""Property of an axiom to its sentence: `s` and `o` are its two ends, `a` the second with an article."""
IN_ROWS: Final = frozenset(STATED) - {f"{OWL}disjointWith", f"{OWL}propertyDisjointWith"}
CLASSES: Final = {
    (SUBCLASS, False, False): _("Every %(s)s is %(a)s."),
    (SUBCLASS, False, True): _("Every %(s)s meets this: %(o)s."),
    (SUBCLASS, True, False): _("Whatever meets this is %(a)s: %(s)s."),
    (SAME_CLASS, False, False): _("%(s)s and %(o)s are the same class."),
    (SAME_CLASS, False, True): _("Whatever meets this is %(e)s, and the other way round: %(o)s."),
}
"""The same for classes, by whether the ends are expressions; `e` is the first end with an article."""
CHARACTERISTICS: Final = {
    f"{OWL}FunctionalProperty": (_("functional"), _("Everything has at most one %(s)s.")),
    f"{OWL}InverseFunctionalProperty": (
        _("inverse functional"),
        _("No two things have the same %(s)s."),
    ),
    f"{OWL}TransitiveProperty": (
        _("transitive"),
        _("What %(s)s leads to in several steps, it leads to at once."),
    ),
    f"{OWL}SymmetricProperty": (_("symmetric"), _("%(s)s holds both ways round.")),
    f"{OWL}AsymmetricProperty": (_("asymmetric"), _("%(s)s never holds both ways round.")),
    f"{OWL}IrreflexiveProperty": (_("irreflexive"), _("Nothing has %(s)s to itself.")),
}
"""Class of properties to its name, and to the sentence that puts a property into it."""
APART: Final = _("Nothing that is %(e)s is also one of these: %(o)s.")
ALL_APART: Final = _("Nothing is two of these at once: %(o)s.")
FROM_CHAIN: Final = _("%(s)s follows where these lead on from each other: %(o)s.")
VOWELS: Final = tuple("aeiouAEIOU")


@dataclass(frozen=True)
class Linked(Wording):
    """Words as HTML: a name leads to what it names, and all that the dataset says is escaped."""

    links: Links | None = None

    def term(self, term: Term | None, depth: int = 0) -> str:
        """Return what a term is called."""
        told = super().term(term, depth)
        return told if term is None or isinstance(term, NamedNode | BlankNode) else str(escape(told))

    def label(self, iri: NamedNode) -> str:
        """Return the label of an IRI as a link where it leads somewhere."""
        return str(self.links.to(iri.value) if self.links else escape(super().label(iri)))


@dataclass(frozen=True)
class Sentences:
    """Makes the sentences of an ontology.

    `short` leaves out what the document tells otherwise: domain, range, the properties around one, and lists
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
        told = chain(self.of_class(me), self.of_property(me))
        return [Markup(one) for one in told]  # noqa: S704 - escaped piece by piece

    def of_class(self, me: NamedNode) -> Iterator[str]:
        """Yield the sentences of a class: what it is part of, what is part of it, what it is apart from."""
        for name in (SUBCLASS, SAME_CLASS):
            for other in self.ontology.objects(me, name):
                yield self.told(CLASSES[name, False, isinstance(other, BlankNode)], me, other, me)
        for other in self.ontology.subjects(me, SUBCLASS):
            if isinstance(other, BlankNode):
                yield self.told(CLASSES[SUBCLASS, True, False], other, me, me)
        for others in () if self.short else self.apart_from(me):
            names_of_them = ", ".join(self.named(other, me) for other in others)
            yield str(APART) % {"e": self.with_article(me, me), "o": names_of_them}

    def of_property(self, me: NamedNode) -> Iterator[str]:
        """Yield the sentences of a property."""
        for name, sentence in STATED.items():
            if not (self.short and name in IN_ROWS):
                for other in self.ontology.objects(me, name):
                    yield self.told(sentence, me, other, me)
        for kind in names(self.ontology.objects(me, TYPE)):
            if kind in CHARACTERISTICS:
                yield str(CHARACTERISTICS[kind][1]) % {"s": self.named(me, me)}
        for other in self.ontology.objects(me, CHAIN):
            yield str(FROM_CHAIN) % {"s": self.named(me, me), "o": self.wording.chain(other)}

    def apart_from(self, me: NamedNode) -> Iterator[list[Term]]:
        """Yield the other members of each list of disjoint classes that a class is in."""
        for members in self.apart:
            if me in members:
                yield [other for other in members if other != me]

    def of_all(self) -> list[Markup]:
        """Return a sentence for each list of disjoint classes."""
        lists = (", ".join(map(self.wording.term, members)) for members in self.apart)
        return [Markup(str(ALL_APART) % {"o": told}) for told in lists]  # noqa: S704 - escaped piece by piece

    @cached_property
    def apart(self) -> list[list[Term]]:
        """The lists of disjoint classes."""
        lists = self.ontology.subjects(NamedNode(f"{OWL}AllDisjointClasses"), TYPE)
        return [
            list(self.ontology.members(first))
            for one in lists
            for first in self.ontology.objects(one, f"{OWL}members")
        ]

    def told(self, sentence: object, one: Term, other: Term, me: NamedNode) -> str:
        """Return a sentence about a term with its two ends put in."""
        return str(sentence) % {
            "s": self.named(one, me),
            "o": self.named(other, me),
            "e": self.with_article(one, me),
            "a": self.with_article(other, me),
        }

    def named(self, term: Term, me: NamedNode) -> str:
        """Return a name in quotation marks, and an expression as it is; a term does not lead to itself."""
        if not isinstance(term, NamedNode):
            return self.wording.term(term)
        return (
            f"“{escape(self.links.words.show_iri(me.value).text) if term == me else self.wording.term(term)}”"
        )

    def with_article(self, term: Term, me: NamedNode) -> str:
        """Return a name with the article that its language wants, if any."""
        if language() != "en" or not isinstance(term, NamedNode):
            return self.named(term, me)
        name = self.links.words.show_iri(term.value).text
        return f"{'an' if name.startswith(VOWELS) else 'a'} {self.named(term, me)}"
