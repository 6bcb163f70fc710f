"""A page for each term: all that the ontology says of it, how it is used, and with what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import render_template
from pyoxigraph import Literal, NamedNode, Triple
from wicara.graph.names import GRAPHS, GraphKind, graph_iri, iri_name
from wicara.graph.sparql import solutions, value
from wicara.ontology import PREFIXES, RDF_TYPE, WIC
from wicara.server.app_state import infer, store
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import with_choices
from wicara.server.site.language import WORDS, language
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.ontology.diagram import around
from wicara.server.site.ontology.model import ABOVE, NONE, OWL, RDFS, Use, iris_among, ontology
from wicara.server.site.ontology.sentences import CHARACTERISTICS, Links, Sentences
from wicara.server.site.words import LABELS, SKOS, Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from markupsafe import Markup
    from wicara.graph.formats import Format
    from wicara.server.site.ontology.model import Ontology
    from wicara.server.site.words import Shown, Term

DEFINITION: Final = f"{SKOS}definition"
NAMES: Final = (f"{SKOS}prefLabel", f"{RDFS}label")
NOTES: Final = tuple(
    f"{SKOS}{name}" for name in ("scopeNote", "note", "example", "editorialNote", "changeNote")
)
DEPRECATED, REPLACED_BY = f"{OWL}deprecated", f"{PREFIXES['dcterms']}isReplacedBy"
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
    (_("Led to by"), (RANGE,), True),
    (_("Replaced by"), (REPLACED_BY,), False),
    (_("Replaces"), (REPLACED_BY,), True),
)
"""What a term has to do with others: how that is called, by which properties, and whether they lead to it."""
IN_DOCUMENT: Final = 4
"""How many terms a row names in the document of the whole ontology; the page of the term names all."""
MAX_LENGTH: Final = 80
"""How many characters of a value an example shows."""
KIND_NAMES: Final = {
    "class": _("class"),
    "object": _("object property"),
    "datatype": _("datatype property"),
    "annotation": _("annotation property"),
}


@dataclass(frozen=True)
class RelatedTerms:
    """Other terms that a term has to do with, and how."""

    name: object
    terms: tuple[Markup, ...]
    left_out: int
    replacement: bool


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
    rows: tuple[RelatedTerms, ...]
    characteristics: tuple[object, ...]
    sentences: tuple[Markup, ...]
    notes: tuple[Literal, ...]
    use: Use
    examples: tuple[tuple[Markup, ...], ...]
    deprecated: bool


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
        kinds = iris_among(self.ontology.objects(NamedNode(iri), RDF_TYPE))
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
                WORDS["characteristics"][iri_name(kind)] for kind in kinds if kind in CHARACTERISTICS
            ),
            sentences=tuple(self.sentences.about(iri)),
            notes=self.literals(iri, *NOTES),
            use=use,
            examples=tuple(tuple(self.ends(example)) for example in use.examples),
            deprecated=bool(self.ontology.objects(NamedNode(iri), DEPRECATED)),
        )

    def rows(self, iri: str) -> Iterator[RelatedTerms]:
        """Yield what a term has to do with others."""
        for name, properties, reverse in ROWS:
            if self.sentences.short and not reverse and properties == (SUBCLASS,):
                continue  # the sentences say it
            find = self.ontology.subjects if reverse else self.ontology.objects
            others = [*dict.fromkeys(iris_among(find(NamedNode(iri), *properties)))]
            if reverse and properties != (REPLACED_BY,):
                others = [
                    other for other in others if not self.ontology.objects(NamedNode(other), DEPRECATED)
                ]
            if others:
                shown = others[:IN_DOCUMENT] if self.sentences.short else others
                left_out = len(others) - len(shown)
                yield RelatedTerms(
                    name, tuple(map(self.links.to, shown)), left_out, properties == (REPLACED_BY,)
                )

    def ends(self, example: tuple[Term | None, ...]) -> Iterator[Markup]:
        """Yield the ends of an example: an instance, or what a statement leads from and to."""
        for end in example:
            shown = self.links.words.show(end)
            if shown:
                yield self.links.link(replace(shown, text=beginning_of(shown.text)))

    def literals(self, iri: str, *properties: str) -> tuple[Literal, ...]:
        """Return the different literals of some properties, the reader's language first."""
        values = (
            value
            for value in self.ontology.objects(NamedNode(iri), *properties)
            if isinstance(value, Literal)
        )
        return tuple(
            sorted(dict.fromkeys(values), key=lambda value: (value.language != language(), str(value)))
        )


def beginning_of(text: str) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}…"


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


CLASS: Final = {
    "uses": "?s a <{iri}>",
    "out": "?s ?with ?value FILTER(?with != rdf:type)",
    "in": "?value ?with ?s",
}
PROPERTY: Final = {
    "uses": "?s <{iri}> ?o",
    "out": "?s a ?with FILTER(STRSTARTS(STR(?with), STR(wic:)))",
    "in": "?o a ?with FILTER(STRSTARTS(STR(?with), STR(wic:)))",
}
"""What is counted of a class or property: its uses, and with which other terms, on either side."""
COUNTS: Final = """
SELECT ?what ?with (COUNT(*) AS ?n) {{
  {{ {uses} BIND("uses" AS ?what) }}
  UNION {{ GRAPH <{inferred}> {{ {uses} }} BIND("inferred" AS ?what) }}
  UNION {{ GRAPH ?g {{ {uses} }} FILTER(STRSTARTS(STR(?g), "{contents}")) BIND("content" AS ?what) }}
  UNION {{ {{ SELECT ?s ?o {{ {uses} }} LIMIT {sample} }} {out} BIND("out" AS ?what) }}
  UNION {{ {{ SELECT ?s ?o {{ {uses} }} LIMIT {sample} }} {in} BIND("in" AS ?what) }}
}} GROUP BY ?what ?with ORDER BY ?what DESC(?n) ?with"""
EXAMPLES: Final = """
SELECT ?s ?o ?inferred {{
  {{ SELECT ?s ?o {{ {{ SELECT ?s ?o {{ {uses} }} LIMIT {sample} }} }} ORDER BY ?s ?o LIMIT {shown} }}
  BIND(EXISTS {{ GRAPH <{inferred}> {{ {uses} }} }} AS ?inferred)
}} ORDER BY ?s ?o"""
SAMPLE: Final = 2000
"""Among how many of its uses is counted what a term is used with."""
CONTENTS: Final = f"{GRAPHS}{GraphKind.CONTENT}/"
MAX_EXAMPLES: Final = 10
INFERRED: Final = graph_iri(GraphKind.INFERRED)
SIDES: Final = {
    "class": {"out": _("What is said of them"), "in": _("What is said with them from elsewhere")},
    "object": {"out": _("What has it"), "in": _("What it leads to")},
    "datatype": {"out": _("What has it")},
    "annotation": {"out": _("What has it")},
}
"""The headings of what a term is used with."""


@dataclass(frozen=True)
class Example:
    """A use of a term: an instance, or both ends of a statement; and the statement."""

    subject: Shown | None
    object: Shown | None
    triple: Triple
    inferred: bool


def patterns(iri: str, kind: str) -> dict[str, str]:
    """Return the patterns of a term's uses."""
    return {name: text.format(iri=iri) for name, text in (CLASS if kind == "class" else PROPERTY).items()}


def counts(places: dict[str, str]) -> dict[str, list[tuple[str, int]]]:
    """Return how often a term is used, in which graphs, and with which other terms."""
    totals: dict[str, list[tuple[str, int]]] = {}
    for row in solutions(
        store(), COUNTS.format(inferred=INFERRED, contents=CONTENTS, sample=SAMPLE, **places)
    ):
        other = row["with"].value if isinstance(row["with"], NamedNode) else ""
        totals.setdefault(value(row, "what"), []).append((other, int(value(row, "n"))))
    return totals


def use_of(totals: dict[str, list[tuple[str, int]]]) -> Use:
    """Return how often a term is used."""
    total, inferred, claimed = (
        sum(n for _, n in totals.get(what, ())) for what in ("uses", GraphKind.INFERRED, GraphKind.CONTENT)
    )
    return Use(total, inferred if infer() else 0, claimed)


def examples(iri: str, places: dict[str, str]) -> list[tuple[Triple, bool]]:
    """Return some uses of a term, and whether each only follows."""
    query = EXAMPLES.format(shown=MAX_EXAMPLES, sample=SAMPLE, inferred=INFERRED, **places)
    return [
        (Triple(row["s"], *ends(iri, row["o"])), value(row, "inferred") == "true")
        for row in solutions(store(), query)
    ]


def ends(iri: str, target: Term | None) -> tuple[NamedNode, Term]:
    """Return the predicate and object of a use."""
    return (NamedNode(RDF_TYPE), NamedNode(iri)) if target is None else (NamedNode(iri), target)


def label_triples(model: Ontology, terms: Iterable[Term]) -> Iterator[Triple]:
    """Yield the labels of the ontology's terms and of some others, with one query."""
    yield from (one for one in model.triples if one.predicate in LABELS)
    yield from model.labels
    yield from labels_of(store(), (iri for iri in iris_of(terms) if not iri.value.startswith(WIC)))


def formats(path: str, offers: Sequence[Format] = negotiation.DOCUMENTS) -> list[tuple[Format, str]]:
    """Return the forms that a document is offered in as data, and where."""
    return documents.as_data(offers, lambda offer: with_choices(f"{path}.{offer.extension}"))


def offers_for(name: str) -> list[Format]:
    """Return the forms of a term's description: those whose suffix makes it no other term."""
    kinds = ontology().kinds
    return [offer for offer in negotiation.DOCUMENTS if f"{WIC}{name}.{offer.extension}" not in kinds]


def page(name: str) -> str | None:
    """Return the page of a term of the ontology, or None where there is none of that name."""
    model, iri = ontology(), f"{WIC}{name}"
    kind = model.kinds.get(iri)
    if kind is None:
        return None
    places = patterns(iri, kind)
    counted, some = counts(places), examples(iri, places)
    others = (NamedNode(other) for rows in counted.values() for other, _ in rows if other)
    mentioned = [part for triple, _ in some for part in triple]
    words = Words.for_request(label_triples(model, [*others, *mentioned]))
    links = Links(words)
    entry = Describer(model, links, Sentences(model, links), {}).entry(iri)
    return render_template(
        "term.html",
        entry=entry,
        links=links,
        use=use_of(counted),
        examples=[
            Example(words.show(triple.subject), words.show(triple.object), triple, inferred)
            for triple, inferred in some
        ],
        sample=SAMPLE,
        is_class=kind == "class",
        drawing=around(model, words, iri) if kind == "class" else None,
        used_with=[(heading, counted[side]) for side, heading in SIDES[kind].items() if side in counted],
        mapped=[
            (words.show_iri(how).text, other)
            for how, targets in model.mapped.get(f"<{iri}>", {}).items()
            for other in iris_among(targets)
        ],
        query=query_for(iri, kind),
        alternates=formats(f"/ont/term/{quote(name, safe='')}", offers_for(name)),
        infer=infer(),
    )
