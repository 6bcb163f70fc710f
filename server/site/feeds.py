"""What programs find the site by: robots.txt (RFC 9309), sitemaps, llms.txt, a feed of changes (RFC 4287)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement

from flask import Blueprint, render_template
from wicara.graph.export import EXPORTS, FORMATS, capable
from wicara.graph.inputs import DATASET
from wicara.server.descriptions.openapi import operation
from wicara.server.problem import Problem
from wicara.server.public import public_url, said
from wicara.server.served import dataset
from wicara.server.site import sitemap
from wicara.server.site.changes import changes
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language
from wicara.server.site.questions.pages import all_questions

if TYPE_CHECKING:
    from flask import Response
    from wicara.server.site.changes import Change

blueprint = Blueprint("feeds", __name__)

XML: Final = "application/xml"
ATOM: Final = "http://www.w3.org/2005/Atom"
ATOM_TYPE: Final = "application/atom+xml"
TEXT: Final = "text/plain; charset=utf-8"
LISTED: Final = 200
"""How many facts an entry of the feed names."""
UNWANTED: Final = ("/sparql", "/update", "/store", "/explain?", "/query?", "/*?infer=", "/*&infer=")
"""What crawlers are asked to leave: it holds nothing that no page has, or costs too much."""


@blueprint.get("/robots.txt")
@operation(query=(), types=("text/plain",))
def robots() -> Response:
    """Tell crawlers what to leave, and where all pages are listed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in UNWANTED)]
    lines += ["", f"Sitemap: {public_url('/sitemap.xml')}", ""]
    return said("\n".join(lines).encode(), TEXT)


@blueprint.get("/sitemap.xml")
@operation(query=(), types=(XML,))
def whole_sitemap() -> Response:
    """List all pages, or the sitemaps that do where there are more than one may list."""
    found = sitemap.parts(sitemap.pages())
    return said(sitemap.urlset(found[0]) if len(found) == 1 else sitemap.index(len(found)), XML)


@blueprint.get("/sitemap/<number>.xml")
@operation(query=(), types=(XML,))
def part_of_sitemap(number: str) -> Response:
    """List a portion of all pages."""
    found = sitemap.parts(sitemap.pages())
    if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= len(found)):
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no sitemap {number}.")
    return said(sitemap.urlset(found[int(number) - 1]), XML)


@blueprint.get("/llms.txt")
@operation(query=(), types=("text/plain",))
def for_language_models() -> Response:
    """Tell language models, in Markdown, what this is and how to query it (llmstxt.org)."""
    text = render_template(
        "llms.txt",
        url=public_url,
        dataset=dataset(),
        questions=all_questions(),
        exports=[(part, [FORMATS[name] for name in capable(part)]) for part in EXPORTS.values()],
    )
    return said(text.encode(), TEXT)


@blueprint.get("/changes.atom")
@operation(types=(ATOM_TYPE,))
def feed_of_changes() -> Response:
    """Tell the changes of the dataset as a feed."""
    response = said(feed(changes()), ATOM_TYPE)
    response.headers["Vary"] = "Accept-Language"
    return response


def feed(found: list[Change]) -> bytes:
    """Return changes as an Atom feed in the reader's language."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": language()})
    put(root, "id", f"{DATASET}#changes")
    put(root, "title", _("Wicara: changes of the dataset"))
    put(root, "subtitle", _("Facts of which no day is known carry the time at which this dataset was made."))
    put(root, "updated", found[0].when.isoformat())
    put(root, "link", rel="self", type=ATOM_TYPE, href=public_url("/changes.atom"))
    put(root, "link", rel="alternate", type="text/html", href=public_url("/"))
    put(SubElement(root, "author"), "name", "Wicara")
    for one in found:
        add_entry(root, one)
    return sitemap.written(root)


def add_entry(root: Element, one: Change) -> None:
    """Add a change to a feed."""
    entry = SubElement(root, "entry")
    put(entry, "id", one.id)
    put(entry, "title", one.title)
    put(entry, "updated", one.when.isoformat())
    put(entry, "link", rel="alternate", type="text/html", href=public_url(one.path))
    more = ["…"] if len(one.graphs) > LISTED else []
    put(entry, "summary", "\n".join((one.title, *one.graphs[:LISTED], *more)))


def put(parent: Element, name: str, text: str = "", **attributes: str) -> None:
    """Add an element to another."""
    SubElement(parent, name, attributes).text = text or None
