"""What programs find the site by: robots.txt (RFC 9309), sitemaps, llms.txt, a feed of changes (RFC 4287).

A fact has a day of its own where its provenance gives one: of its making or, once it is retracted, of that.
All others entered with the version that is served, and have the time at which that was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, render_template
from pyoxigraph import Literal, NamedNode
from wicara.graph.export import EXPORTS, capable
from wicara.graph.inputs import DATASET
from wicara.graph.names import GRAPHS, GraphKind, graph_iri, set_of_facts
from wicara.graph.sparql import solutions, value
from wicara.graph.xml_text import NO_CHAR
from wicara.ontology import WIC
from wicara.server.app_state import dataset, per_version, store, watched
from wicara.server.descriptions.counts import made_at
from wicara.server.descriptions.openapi import HTML, operation, operations
from wicara.server.http.addresses import path_of, public_url, uncached_response, with_fields
from wicara.server.http.problems import Problem
from wicara.server.site.language import gettext as _
from wicara.server.site.ontology.model import ontology
from wicara.server.site.pages.home import DESCRIBED, LISTED
from wicara.server.site.pages.question import all_questions
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Response
    from wicara.graph.store import BuiltDataset

blueprint = Blueprint("feeds", __name__)

XML: Final = "application/xml"
ATOM: Final = "application/atom+xml"
TEXT: Final = "text/plain"
UNWANTED: Final = (
    "/sparql",
    "/update",
    "/store",
    "/reconcile",
    "/explain?",
    "/query?",
    "/*?infer=",
    "/*&infer=",
)
"""What crawlers are asked to leave: it holds nothing that no page has, or costs too much."""
MAX_ADDRESSES: Final = 10_000
"""How many addresses a sitemap holds; sitemaps.org allows 50,000, and a shorter one is there sooner."""
MAX_CHANGES: Final = 200
MAX_FACTS: Final = 200
"""How many facts an entry of the feed names."""
UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}".encode()
"""What stands in XML for a character that it cannot hold."""
GRAPHS_WITH_DAYS: Final = """
SELECT ?graph ?article (MIN(?made) AS ?since) (MIN(?ended) AS ?until) {
  { ?graph a wic:FactGraph OPTIONAL { ?graph wic:factOf ?article } }
  UNION { ?graph a wic:BackgroundGraph }
  UNION { ?graph prov:invalidatedAtTime ?end }
  OPTIONAL { ?graph prov:generatedAtTime|dcterms:created ?made }
  OPTIONAL { ?graph prov:invalidatedAtTime ?ended }
} GROUP BY ?graph ?article ORDER BY ?graph"""
BACKGROUND: Final = graph_iri(GraphKind.BACKGROUND)


@blueprint.get("/robots.txt")
@operation(query=(), types=(TEXT,))
def robots() -> Response:
    """Tell crawlers what to leave, and where all pages are listed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in UNWANTED)]
    return as_text("\n".join([*lines, "", f"Sitemap: {public_url('/sitemap.xml')}", ""]))


@blueprint.get("/llms.txt")
@operation(query=(), types=(TEXT,))
def for_language_models() -> Response:
    """Tell language models, in Markdown, what this is and how to query it (llmstxt.org)."""
    exports = [(part, capable(part)) for part in EXPORTS.values()]
    return as_text(
        render_template(
            "llms.txt", url=public_url, dataset=dataset(), questions=all_questions(), exports=exports
        )
    )


def as_text(text: str) -> Response:
    """Return a text as a response."""
    return uncached_response(text.encode(), f"{TEXT}; charset=utf-8")


@blueprint.get("/sitemap.xml")
@operation(query=(), types=(XML,))
def sitemap() -> Response:
    """List all pages, or the sitemaps that do where there are more than one may list (sitemaps.org)."""
    found = portions()
    return as_sitemap(len(found), found[0])


@blueprint.get("/sitemap/<number>.xml")
@operation(query=(), types=(XML,))
def part_of_sitemap(number: str) -> Response:
    """List a portion of all pages."""
    found = portions()
    if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= len(found)):
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no sitemap {number}.")
    return as_sitemap(1, found[int(number) - 1])


def as_sitemap(count: int, pages: Iterable[str]) -> Response:
    """Return a sitemap of pages, or an index of several sitemaps."""
    ours = (page if page.startswith("/") else path_of(page) for page in pages) if count == 1 else ()
    paths = dict.fromkeys(path.partition("#")[0] for path in ours if path)
    text = render_template("sitemap.xml", url=public_url, with_fields=with_fields, count=count, paths=paths)
    return uncached_response(text.encode(), XML)


def portions() -> list[list[str]]:
    """Return what has a page, each once, in portions that a sitemap may hold: paths, and IRIs of things."""
    fixed = (
        rule.rule
        for rule, method, documented in operations()
        if method == "GET"
        and not rule.arguments
        and HTML[0] in documented.types
        and not rule.rule.startswith(UNWANTED)
    )
    questions = (f"/questions/{question.slug}" for question in all_questions())
    own_terms = (iri.removeprefix(WIC) for iri in ontology().kinds if iri.startswith(WIC))
    terms = (f"/ont/term/{quote(name, safe='')}" for name in own_terms)
    pages = list(dict.fromkeys((*fixed, *questions, *terms, *per_version(described_iris))))
    return [pages[start : start + MAX_ADDRESSES] for start in range(0, len(pages), MAX_ADDRESSES)]


def described_iris(built: BuiltDataset) -> tuple[str, ...]:
    """Return the IRIs of all that a dataset describes, sorted: to make their paths takes far longer."""
    found = (value(row, "x") for row in solutions(watched(built.store), DESCRIBED))
    return tuple(sorted({iri for iri in found if iri.startswith(LISTED)}))


@blueprint.get("/changes.atom")
@operation(types=(ATOM,))
def feed_of_changes() -> Response:
    """List the changes of the dataset as a feed, the newest first."""
    text = render_template(
        "changes.xml", url=public_url, dataset=DATASET, changes=changes(), max_facts=MAX_FACTS
    )
    response = uncached_response(NO_CHAR.sub(UNKNOWN, text.encode()), ATOM)
    response.headers["Vary"] = "Accept-Language"
    return response


@dataclass(frozen=True)
class Change:
    """Something that entered the dataset or left it: an IRI for it, its name, where to read of it, when."""

    id: str
    title: str
    path: str
    when: datetime
    graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is known of a fact or background graph: the source it belongs to, its beginning and its end."""

    graph: str
    article: str | None
    since: datetime | None
    until: datetime | None

    @property
    def group(self) -> str:
        """The article that it is of, or its pack of background."""
        return self.article or set_of_facts(self.graph)


def instant(day: object) -> datetime | None:
    """Return a date or a time as an instant; None for what is neither."""
    try:
        found = datetime.fromisoformat(day.value) if isinstance(day, Literal) else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def known_graphs(built: BuiltDataset) -> list[Known]:
    """Return what is known of each fact and background graph of a dataset, with one query."""
    return [
        Known(
            value(row, "graph"),
            value(row, "article") if row["article"] else None,
            instant(row["since"]),
            instant(row["until"]),
        )
        for row in solutions(watched(built.asserted), GRAPHS_WITH_DAYS)
    ]


def changes() -> list[Change]:
    """Return the latest changes, the newest first: one query for the graphs, one for what they are called."""
    found = per_version(known_graphs)
    dated = {one.graph for one in found if one.since or one.until}
    articles = {one.article for one in found if one.article}
    words = Words.for_request(labels_of(store(), map(NamedNode, dated | articles)))
    title = _(
        "Version %(version)s of the dataset (%(digest)s)",
        version=dataset().version,
        digest=dataset().digest[:12],
    )
    version = Change(f"{DATASET}#{dataset().digest}", title, "/", per_version(made_at))
    every = [version, *grouped_by_source(found, words), *by_day(found, words)]
    return sorted(every, key=lambda one: one.when, reverse=True)[:MAX_CHANGES]


def grouped_by_source(found: Iterable[Known], words: Words) -> Iterator[Change]:
    """Yield the facts that have no day of their own, those of a source together."""
    groups: dict[str, list[str]] = {}
    for one in found:
        if one.since is None and one.until is None:
            groups.setdefault(one.group, []).append(one.graph)
    for group, graphs in groups.items():
        count = len(graphs)
        if group.startswith(BACKGROUND):
            title = _("Background “%(name)s”: %(n)s facts", name=group.rpartition("/")[2], n=count)
        else:
            title = _("“%(name)s”: %(n)s facts", name=words.show_iri(group).text, n=count)
        path = path_of(graphs[0] if group.startswith(GRAPHS) else group) or "/"
        yield Change(f"{group}#facts", title, path, per_version(made_at), tuple(graphs))


def by_day(found: Iterable[Known], words: Words) -> Iterator[Change]:
    """Yield the facts that have a day of their own, and those that were retracted."""
    for one in found:
        name, path = words.show_iri(one.graph).text, path_of(one.graph) or "/"
        if one.since:
            yield Change(one.graph, _("New: %(name)s", name=name), path, one.since, (one.graph,))
        if one.until:
            title = _("Retracted: %(name)s", name=name)
            yield Change(f"{one.graph}#retracted", title, path, one.until, (one.graph,))
