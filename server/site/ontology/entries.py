"""What a page shows of a term: its names, its place among the others, its axioms in words, its use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.names import called
from wicara.ontology import WIC
from wicara.server.site.language import WORDS, language
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.ontology.model import ABOVE, OWL, RDFS, TYPE, names
from wicara.server.site.ontology.sentences import CHARACTERISTICS
from wicara.server.site.ontology.usage import NONE
from wicara.server.site.words import SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from markupsafe import Markup
    from wicara.server.site.ontology.links import Links
    from wicara.server.site.ontology.model import Ontology
    from wicara.server.site.ontology.sentences import Sentences
    from wicara.server.site.ontology.usage import Use
    from wicara.server.site.words import Shown, Term

DEFINITION: Final = f"{SKOS}definition"
NAMES: Final = (f"{SKOS}prefLabel", f"{RDFS}label")
NOTES: Final = tuple(
    f"{SKOS}{name}" for name in ("scopeNote", "note", "example", "editorialNote", "changeNote")
)
DOMAIN, RANGE, INVERSE = f"{RDFS}domain", f"{RDFS}range", f"{OWL}inverseOf"
SUBCLASS, SUBPROPERTY = ABOVE
ROWS: Final = (
    (_("Wider"), (SUBCLASS,), False),
    (_("Wider"), (SUBPROPERTY,), False),
    (_("Narrower"), ABOVE, True),
    (_("Domain"), (DOMAIN,), False),
    (_("Range"), (RANGE,), False),
    (_("Inverse"), (INVERSE,), False),
    (_("Inverse"), (INVERSE,), True),
    (_("Has properties"), (DOMAIN,), True),
    (_("Is led to by"), (RANGE,), True),
)
"""What a term has to do with others: how that is called, by which properties, and whether they lead to it."""
LONGEST: Final = 80
"""How many characters of a value an example shows."""
KIND_NAMES: Final = {
    "class": _("class"),
    "object": _("object property"),
    "datatype": _("datatype property"),
    "annotation": _("annotation property"),
}


@dataclass(frozen=True)
class Row:
    """Other terms that a term has to do with, and how."""

    name: object
    terms: tuple[Markup, ...]


@dataclass(frozen=True)
class Entry:
    """A term as a page shows it."""

    name: str
    iri: str
    kind: object
    label: Shown
    labels: tuple[Literal, ...]
    definition: Literal | None
    definitions: tuple[Literal, ...]
    rows: tuple[Row, ...]
    characteristics: tuple[object, ...]
    sentences: tuple[Markup, ...]
    notes: tuple[Literal, ...]
    use: Use
    examples: tuple[tuple[Markup, ...], ...]


@dataclass(frozen=True)
class Describer:
    """Makes the entries of terms."""

    ontology: Ontology
    links: Links
    sentences: Sentences
    uses: Mapping[str, Use]

    def entry(self, iri: str) -> Entry:
        """Return the entry of a term."""
        use = self.uses.get(iri, NONE)
        definitions = self.literals(iri, DEFINITION)
        kinds = names(self.ontology.objects(NamedNode(iri), TYPE))
        return Entry(
            name=iri.removeprefix(WIC),
            iri=iri,
            kind=KIND_NAMES[self.ontology.kinds[iri]],
            label=self.links.words.show_iri(iri),
            labels=self.literals(iri, *NAMES),
            definition=preferred(definitions),
            definitions=definitions,
            rows=tuple(self.rows(iri)),
            characteristics=tuple(
                WORDS["characteristics"][called(kind)] for kind in kinds if kind in CHARACTERISTICS
            ),
            sentences=tuple(self.sentences.about(iri)),
            notes=self.literals(iri, *NOTES),
            use=use,
            examples=tuple(tuple(self.ends(example)) for example in use.examples),
        )

    def rows(self, iri: str) -> Iterator[Row]:
        """Yield what a term has to do with others."""
        for name, properties, reverse in ROWS:
            if self.sentences.short and not reverse and properties == (SUBCLASS,):
                continue  # the sentences say it
            find = self.ontology.subjects if reverse else self.ontology.objects
            found = names(find(NamedNode(iri), *properties))
            if found:
                yield Row(name, tuple(map(self.links.to, dict.fromkeys(found))))

    def ends(self, example: tuple[Term | None, ...]) -> Iterator[Markup]:
        """Yield the ends of an example: an instance, or what a statement leads from and to."""
        for end in example:
            shown = self.links.words.show(end)
            if shown:
                yield self.links.written(replace(shown, text=shortened(shown.text)))

    def literals(self, iri: str, *properties: str) -> tuple[Literal, ...]:
        """Return the different literals of some properties, the reader's language first."""
        found = (
            one for one in self.ontology.objects(NamedNode(iri), *properties) if isinstance(one, Literal)
        )
        return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.language != language(), str(one))))


def shortened(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def preferred(literals: tuple[Literal, ...]) -> Literal | None:
    """Return the first of literals that are sorted by preference, or None."""
    return next(iter(literals), None)


def shown_in(uses: Iterable[Use]) -> set[NamedNode]:
    """Return the IRIs that the examples of some uses mention."""
    terms: Iterable[Term | None] = chain.from_iterable(chain.from_iterable(use.examples for use in uses))
    return {term for term in terms if isinstance(term, NamedNode)}


def query_for(iri: str, kind: str) -> str:
    """Return a query for all uses of a term."""
    name = f"wic:{iri.removeprefix(WIC)}" if iri.startswith(WIC) else f"<{iri}>"
    if kind == "class":
        return f"SELECT ?thing {{ ?thing a {name} }} ORDER BY ?thing"
    return f"SELECT ?from ?to {{ ?from {name} ?to }} ORDER BY ?from ?to"
