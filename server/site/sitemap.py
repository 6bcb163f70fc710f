"""Every canonical page of the site, for search engines: sitemaps (sitemaps.org) with hreflang alternates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from wicara.graph.solutions import solutions, value
from wicara.ontology import BASE, WIC
from wicara.server.addresses import path_of, with_fields
from wicara.server.descriptions.openapi import HTML, operations
from wicara.server.public import public_url
from wicara.server.served import per_version, watched
from wicara.server.site.language import LANGUAGES
from wicara.server.site.ontology.model import ontology
from wicara.server.site.questions.pages import all_questions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wicara.graph.store import BuiltDataset

NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML: Final = "http://www.w3.org/1999/xhtml"
MOST: Final = 10_000
"""How many addresses a sitemap holds; sitemaps.org allows 50,000, and a shorter one is there sooner."""
DESCRIBED: Final = f"""
SELECT DISTINCT ?s {{
  ?s ?p ?o
  FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{BASE}/"))
  FILTER(REGEX(SUBSTR(STR(?s), {len(BASE) + 1}), "^/(id|concept|graph)/"))
}} ORDER BY ?s"""


def fixed() -> Iterator[str]:
    """Yield the pages that every dataset has: those at routes that have no part to fill in."""
    for rule, method, told in operations():
        if method == "GET" and not rule.arguments and set(HTML) & set(told.types) and rule.rule != "/sparql":
            yield rule.rule


def described(built: BuiltDataset) -> tuple[str, ...]:
    """Return the pages of all that a dataset describes."""
    found = (path_of(value(row, "s")) for row in solutions(watched(built.store), DESCRIBED))
    return tuple(dict.fromkeys(path.partition("#")[0] for path in found if path))


def pages() -> list[str]:
    """Return the path of every page, each once."""
    terms = (
        f"/ont/term/{quote(iri.removeprefix(WIC), safe='')}"
        for iri in ontology().kinds
        if iri.startswith(WIC)
    )
    questions = (f"/questions/{question.slug}" for question in all_questions())
    return list(dict.fromkeys((*fixed(), *questions, *terms, *per_version(described))))


def parts(paths: Sequence[str]) -> list[Sequence[str]]:
    """Return the pages in portions that a sitemap may hold."""
    return [paths[start : start + MOST] for start in range(0, len(paths), MOST)]


def urlset(paths: Iterable[str]) -> bytes:
    """Return a sitemap of pages, each with its address in every language."""
    root = Element("urlset", {"xmlns": NAMESPACE, "xmlns:xhtml": XHTML})
    for path in paths:
        url = SubElement(root, "url")
        SubElement(url, "loc").text = public_url(path)
        for lang in (*LANGUAGES, "x-default"):
            query = f"lang={lang}" if lang in LANGUAGES else ""
            SubElement(
                url, "xhtml:link", rel="alternate", hreflang=lang, href=public_url(with_fields(path, query))
            )
    return written(root)


def index(count: int) -> bytes:
    """Return an index of several sitemaps."""
    root = Element("sitemapindex", xmlns=NAMESPACE)
    for number in range(1, count + 1):
        sitemap = SubElement(root, "sitemap")
        SubElement(sitemap, "loc").text = public_url(f"/sitemap/{number}.xml")
    return written(root)


def written(root: Element) -> bytes:
    """Return an XML document."""
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found
