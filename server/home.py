"""The home page, and the list of all that has a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from wicara.graph.export import EXPORTS, FORMATS, capable
from wicara.graph.solutions import solutions, value
from wicara.ontology import BASE, WIC
from wicara.server.browse import things
from wicara.server.served import store
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.language import ngettext
from wicara.server.site.layout import PARTS
from wicara.server.site.questions.pages import all_questions

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("home", __name__)

COUNTED: Final[dict[str, Callable[[int], str]]] = {
    "SourceArticle": lambda n: ngettext("article", "articles", n),
    "FactGraph": lambda n: ngettext("fact", "facts", n),
    "Event": lambda n: ngettext("event", "events", n),
    "Person": lambda n: ngettext("person", "persons", n),
    "State": lambda n: ngettext("state", "states", n),
    "Document": lambda n: ngettext("document", "documents", n),
}
"""The classes that the first page counts."""
FEATURED: Final = (
    "coordinator-on",
    "meetings-on",
    "still-to-come",
    "areas-proposed-by-a-state",
    "trade-rank",
    "end-of-a-document",
    "words-behind-a-figure",
    "two-names-one-state",
)
"""The questions that the first page asks, by their slugs."""
WAYS: Final = {
    "/timeline": _("Meetings, terms of office, documents and figures, one above the other."),
    "/network": _("Who took part in what, with whom. Start from anyone and unfold."),
    "/map": _("Where they met, and who came."),
    "/figures": _("Trade and other figures, and who gave them."),
    "/as-of": _("Who held which office, what was in force: on any day you choose, certainly or possibly."),
    "/ont": _("What each word of the graph means."),
    "/query": _("Ask anything, in SPARQL."),
}
"""What a reader finds in the parts of the site."""


def figures() -> list[tuple[int, str]]:
    """Return how many things of each counted class the dataset has, with one query."""
    classes = " ".join(f"<{WIC}{name}>" for name in COUNTED)
    query = f"SELECT ?c (COUNT(DISTINCT ?x) AS ?n) {{ VALUES ?c {{ {classes} }} ?x a ?c }} GROUP BY ?c"
    found = {value(row, "c").removeprefix(WIC): int(value(row, "n")) for row in solutions(store(), query)}
    return [(found.get(name, 0), told(found.get(name, 0))) for name, told in COUNTED.items()]


@blueprint.get("/")
def home() -> str:
    """Say what this is, how much it holds, and what can be asked."""
    return render_template(
        "home.html",
        figures=figures(),
        ways=[(path, PARTS[path], text) for path, text in WAYS.items()],
        featured=[one for slug in FEATURED for one in all_questions() if one.slug == slug],
        count=len(all_questions()),
        exports=[(part, [FORMATS[name] for name in capable(part)]) for part in EXPORTS.values()],
        base=BASE,
    )


@blueprint.get("/browse")
def browse() -> str:
    """List what has a page: things by kind, concepts by scheme, and graphs."""
    return render_template("browse.html", groups=things(store()))
