"""The sentence around the words of a fact, where the operator has the text of its article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import current_app
from pyoxigraph import Literal, NamedNode
from wicara.graph.facts.selector import TextAtHand
from wicara.graph.facts.source import read_sources
from wicara.ontology import WIC
from wicara.server.app_state import per_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from flask import Flask
    from pyoxigraph import Quad
    from wicara.graph.evidence import Quote
    from wicara.graph.store import BuiltDataset

HASH, SENTENCE_OF = NamedNode(f"{WIC}textSha256"), NamedNode(f"{WIC}sentenceOf")
TEXTS: Final = "TEXTS"


def install(app: Flask, texts: Mapping[str, str]) -> None:
    """Let the templates of an app show passages of texts, which come by their SHA-256."""
    app.config[TEXTS] = texts
    app.jinja_env.globals["passage"] = passage


def passage(*quotes: Quote) -> Sequence[tuple[str, str]]:
    """Return the sentence of quotes in pieces, each with what it is; nothing without the text."""
    if not current_app.config[TEXTS] or not quotes:
        return ()
    text = per_version(texts_at_hand).get(quotes[0].article)
    return text.passage((one.start, one.end, one.exact.value) for one in quotes) if text else ()


def texts_at_hand(built: BuiltDataset) -> dict[str, TextAtHand]:
    """Return the texts of the articles of a dataset that are at hand, by the IRI of the article."""
    texts = current_app.config[TEXTS]
    sources = read_sources(quad for sha256 in texts for quad in article_quads(built, sha256))
    return {source.iri: TextAtHand(source, texts[source.sha256]) for source in sources}


def article_quads(built: BuiltDataset, sha256: str) -> Iterator[Quad]:
    """Yield what a dataset says of the articles that were read from a text, and of their sentences."""
    store = built.asserted
    for article in store.quads_for_pattern(None, HASH, Literal(sha256), None):
        yield from store.quads_for_pattern(article.subject, None, None, None)
        for sentence in store.quads_for_pattern(None, SENTENCE_OF, article.subject, None):
            yield from store.quads_for_pattern(sentence.subject, None, None, None)
