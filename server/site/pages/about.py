"""About the site: how it is made, what its limits are, and the texts that it rests on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from flask import Blueprint, render_template
from pyoxigraph import NamedNode
from wicara.graph.sparql import solutions
from wicara.queries import page_query
from wicara.server.app_state import per_version, store
from wicara.server.descriptions.openapi import operation
from wicara.server.http.addresses import canonical
from wicara.server.site.language import WORDS, name_of_language
from wicara.server.site.pages.reuse import report_href, who_answers
from wicara.server.site.tables.texts import Texts
from wicara.server.site.times import format_period
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from wicara.server.site.words import Shown

blueprint = Blueprint("about", __name__)
UNKNOWN: Final = (date.min, date.min)
"""What a text without a day of issue is sorted by: it comes last."""
WAYS: Final = {"quoted": "hash", "cited": "read"}
"""How a text was read, by the variable that is bound where it was read so."""


class ListedText(NamedTuple):
    """A text that facts are taken from: publisher, day, language, copy, how it was read, how many facts."""

    article: Shown
    publisher: Shown | None
    issued: str
    year: str
    language: str
    copy: str
    ways: tuple[object, ...]
    facts: int


def sources() -> list[ListedText]:
    """Return the texts that the dataset rests on, the newest first, with two queries."""
    rows = list(solutions(store(), page_query("sources").body))
    named = [one for row in rows for one in (row["article"], row["publisher"]) if isinstance(one, NamedNode)]
    words = Words.for_request(labels_of(store(), named))
    issued = {row["article"]: per_version(Texts).issued(row["article"]) for row in rows}
    rows.sort(key=lambda row: issued[row["article"]] or UNKNOWN, reverse=True)
    return [
        ListedText(
            words.show_iri(row["article"].value),
            words.show_iri(row["publisher"].value) if row["publisher"] else None,
            format_period(*days) if (days := issued[row["article"]]) else "",
            str(days[1].year) if days else "",
            name_of_language(row["language"].value) if row["language"] else "",
            row["copy"].value if row["copy"] else "",
            tuple(WORDS["ways-of-reading"][way] for way, name in WAYS.items() if row[name]),
            int(row["facts"].value),
        )
        for row in rows
    ]


@blueprint.get("/sources")
@operation(query=("lang",))
def all_sources() -> str:
    """List the texts that the dataset rests on, each with its publisher, day, language and facts."""
    return render_template("sources.html", sources=sources())


@blueprint.get("/about")
@operation(query=("lang",))
def about() -> str:
    """Tell how the dataset is made, what its limits are, and how to report an error."""
    return render_template(
        "about.html",
        report=report_href(canonical()),
        answered=who_answers(),
    )
