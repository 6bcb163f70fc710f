"""What a page is about in the words of schema.org, for the script element that holds it as JSON-LD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2.utils import htmlsafe_json_dumps
from pyoxigraph import Literal, NamedNode
from wicara.graph.inputs import DATASET
from wicara.server.public import public_url
from wicara.server.served import dataset
from wicara.server.site.resource.citation import of_dataset
from wicara.server.site.resource.layouts import TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from markupsafe import Markup
    from wicara.server.site.resource.cells import Cells
    from wicara.server.site.words import Term

LONGEST: Final = 500
"""How many characters of a text are told."""
TEXTS: Final = {"alternateName": "skos:altLabel", "description": "skos:definition", "text": "wic:contentText"}
THINGS: Final = {
    "sameAs": "schema:sameAs",
    "location": "wic:heldAt",
    "superEvent": "wic:occurrenceOf",
    "publisher": "dcterms:publisher",
    "about": "wic:about",
    "containedInPlace": "wic:locatedIn",
}
"""Properties of schema.org, and those of the dataset that tell the same."""
PLAIN: Final = {"latitude": "wic:latitude", "longitude": "wic:longitude", "value": "wic:value"}


def described(subject: NamedNode, schema: str, cells: Cells, here: str) -> Markup:
    """Return a thing as JSON-LD that may stand in a script element: `<`, `>` and `&` are escaped."""
    words = cells.words
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@id": subject.value,
        "@type": schema,
        "name": in_languages(words.labels.get(subject.value, ())),
        "mainEntityOfPage": public_url(here),
        **{name: in_languages(texts(cells, subject, path)) for name, path in TEXTS.items()},
        **{name: things(cells, subject, path) for name, path in THINGS.items()},
        **{name: plain(cells, subject, path) for name, path in PLAIN.items()},
        **times(cells, subject),
        "isPartOf": whole(cells),
    }
    return htmlsafe_json_dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def whole(cells: Cells) -> Mapping[str, str]:
    """Return the dataset, which a thing is described in."""
    told = {
        "@id": DATASET,
        "@type": "Dataset",
        "name": of_dataset(cells, "dcterms:title"),
        "license": of_dataset(cells, "dcterms:license"),
        "version": dataset().version,
    }
    return told if told["name"] else {}


def texts(cells: Cells, subject: Term, path: str) -> Iterable[Literal]:
    """Return the literals that a property gives."""
    return [one for one in cells.facts.follow(subject, (path,)) if isinstance(one, Literal)]


def in_languages(literals: Iterable[Literal]) -> list[dict[str, str] | str]:
    """Return texts, each with its language."""
    return [
        {"@value": one.value[:LONGEST], "@language": one.language} if one.language else one.value[:LONGEST]
        for one in literals
    ]


def things(cells: Cells, subject: Term, path: str) -> list[Mapping[str, str]]:
    """Return the things that a property leads to."""
    return [{"@id": one.value} for one in cells.facts.follow(subject, (path,)) if isinstance(one, NamedNode)]


def plain(cells: Cells, subject: Term, path: str) -> str:
    """Return the first value of a property; nothing where it has none."""
    return next((one.value for one in texts(cells, subject, path)), "")


def times(cells: Cells, subject: Term) -> Mapping[str, str]:
    """Return the days on which a thing begins and ends, where the day is certain."""
    found: dict[str, str] = {}
    for span in cells.facts.follow(subject, (TIME,)):
        bounds, _ = cells.bounds(span)
        if bounds.earliest_start and bounds.earliest_start == bounds.latest_start:
            found["startDate"] = bounds.earliest_start.isoformat()
        if bounds.earliest_end and bounds.earliest_end == bounds.latest_end:
            found["endDate"] = bounds.earliest_end.isoformat()
    return found
