"""The nodes that the build adds to a data file: sentences' positions, and the evidence of facts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Quad
from wicara.graph.names import PREF_LABEL, PROV
from wicara.graph.terms import read_term
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.graph.facts.lock import Locked
    from wicara.graph.facts.short_form import WordsOfFact
    from wicara.graph.terms import Term

COUNT: Final = NamedNode(PREFIXES["xsd"] + "nonNegativeInteger")


@cache
def fixed_iri(value: str) -> NamedNode:
    """Return a prefixed name of `short_form.toml`, or of here, as an IRI."""
    prefix, _, local = value.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


@cache
def fixed(value: str) -> Term:
    """Return a term as it is written in `short_form.toml` or here."""
    return read_term(value)


def labelled(node: NamedNode, english: str, indonesian: str, graph: NamedNode) -> Iterator[Quad]:
    """Yield the names of what the build adds."""
    yield Quad(node, PREF_LABEL, Literal(english, language="en"), graph)
    yield Quad(node, PREF_LABEL, Literal(indonesian, language="id"), graph)


def position(node: NamedNode, graph: NamedNode, start: str, end: str) -> Iterator[Quad]:
    """Yield where a span stands in its text."""
    yield Quad(node, fixed_iri("oa:start"), Literal(start, datatype=COUNT), graph)
    yield Quad(node, fixed_iri("oa:end"), Literal(end, datatype=COUNT), graph)


def annotation(words: WordsOfFact, row: Locked) -> Iterator[Quad]:
    """Yield the nodes of the evidence of a fact (Web Annotation Data Model, sections 4.2.4 and 4.2.5)."""
    article = NamedNode(f"{PREFIXES['article']}{words.article}")
    name = f"{PREFIXES['evidence']}{words.article}-{words.fact.lower()}"
    node, target, place, quote = (NamedNode(name + end) for end in ("", "-target", "-position", "-quote"))

    def said(subject: NamedNode, predicate: str, term: Term) -> Quad:
        return Quad(subject, fixed_iri(predicate), term, PROV)

    yield said(NamedNode(words.graph), "wic:evidence", node)
    yield said(node, "rdf:type", fixed("wic:Evidence"))
    yield said(node, "rdf:type", fixed("oa:Annotation"))
    yield from labelled(node, f"evidence of {words.fact}", f"bukti {words.fact}", PROV)
    sentence = f"{PREFIXES['sentence']}{words.article}-{row.sentence.lower()}"
    yield said(node, "wic:inSentence", NamedNode(sentence))
    yield said(node, "oa:hasBody", NamedNode(words.graph))
    yield said(node, "oa:hasTarget", target)
    yield said(target, "rdf:type", fixed("oa:SpecificResource"))
    yield said(target, "oa:hasSource", article)
    yield said(target, "oa:hasSelector", place)
    yield said(target, "oa:hasSelector", quote)
    yield said(place, "rdf:type", fixed("oa:TextPositionSelector"))
    yield from position(place, PROV, *row.span.split("-"))
    yield said(place, "wic:spanSha256", Literal(row.sha256))
    yield said(quote, "rdf:type", fixed("oa:TextQuoteSelector"))
    yield said(quote, "oa:exact", words.quote)
