"""What a reader takes along from a page: a citation, schema.org's words, the way to report errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from jinja2.utils import htmlsafe_json_dumps
from pyoxigraph import Literal, NamedNode
from wicara.graph.inputs import DATASET
from wicara.server.app_state import dataset, settings
from wicara.server.http.addresses import public_url
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.layout import PATHS, Column, Show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from markupsafe import Markup
    from wicara.server.site.tables.cells import Cells
    from wicara.server.site.words import Term

SPECIAL: Final = re.compile(r"[\\{}$&#%_~^]")
ESCAPED: Final = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
"""What stands for the characters that mean something to TeX; a backslash before the others."""
NOT_IN_KEYS: Final = re.compile(r"[^a-z0-9]+")
MAX_TEXT_LENGTH: Final = 500
"""How many characters of a text are passed on to programs."""
TEXTS: Final = {"alternateName": "skos:altLabel", "description": "skos:definition", "text": "wic:contentText"}
THINGS: Final = {
    "sameAs": "schema:sameAs",
    "location": "wic:heldAt",
    "superEvent": "wic:occurrenceOf",
    "publisher": "dcterms:publisher",
    "about": "wic:about",
    "containedInPlace": "wic:locatedIn",
}
"""Properties of schema.org, and those of the dataset that say the same."""
PLAIN: Final = {"latitude": "wic:latitude", "longitude": "wic:longitude", "value": "wic:value"}
PLACE: Final = "{iri}"
"""What stands in an address for the IRI that a report is about."""


@dataclass(frozen=True)
class Citation:
    """A citation as a sentence and as BibTeX."""

    text: str
    bibtex: str


def cite(iri: str, title: str, cells: Cells) -> Citation:
    """Return the citation of what is said of an IRI in this version of the dataset."""
    author, whole = of_dataset(cells, "dcterms:creator"), of_dataset(cells, "dcterms:title") or "Wicara"
    version = f"{dataset().version} ({dataset().digest[:12]})"
    sentence = _(
        "“%(title)s.” In %(whole)s, version %(version)s. %(iri)s",
        title=title,
        whole=whole,
        version=version,
        iri=iri,
    )
    fields = {
        "author": f"{{{tex(author)}}}" if author else "",
        "title": f"{{{tex(title)}}}",
        "howpublished": tex(whole),
        "version": tex(version),
        "url": iri,
    }
    lines = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items() if value)
    name = "-".join(iri.rpartition("wicara")[2].split("/")[-2:])
    key = f"wicara-{slug(name).strip('-')[:60]}-{slug(dataset().version)}"
    return Citation(f"{author}. {sentence}" if author else sentence, f"@misc{{{key}{lines}\n}}")


def of_dataset(cells: Cells, name: str) -> str:
    """Return what the dataset says of itself by a property, in the reader's language, or nothing."""
    cell = cells.cell(NamedNode(DATASET), Column("", (name,), Show.OWN))
    return next((value.shown.text for value in cell.values), "")


def tex(text: str) -> str:
    """Return a text in which no character means anything to TeX."""
    return SPECIAL.sub(lambda found: ESCAPED.get(found[0], f"\\{found[0]}"), " ".join(text.split()))


def slug(text: str) -> str:
    """Return a text in small letters and digits, with hyphens between."""
    return NOT_IN_KEYS.sub("-", text.lower())


def schema_org(subject: NamedNode, schema: str, cells: Cells, here: str) -> Markup:
    """Return a thing as JSON-LD that may stand in a script element: `<`, `>` and `&` are escaped.

    The licence is that of the page, not of the thing, which may be a press text of others.
    """
    whole = {
        "@id": DATASET,
        "@type": "Dataset",
        "name": of_dataset(cells, "dcterms:title"),
        "license": of_dataset(cells, "dcterms:license"),
        "version": dataset().version,
    }
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@id": subject.value,
        "@type": schema,
        "name": in_languages(cells.words.labels.get(subject.value, ())),
        "mainEntityOfPage": {
            "@id": public_url(here),
            "@type": "WebPage",
            **({"license": whole["license"], "isPartOf": whole} if whole["name"] else {}),
        },
        **{name: in_languages(literals(cells, subject, path)) for name, path in TEXTS.items()},
        **{name: things(cells, subject, path) for name, path in THINGS.items()},
        **{
            name: next((one.value for one in literals(cells, subject, path)), "")
            for name, path in PLAIN.items()
        },
        **certain_days(cells, subject),
    }
    return htmlsafe_json_dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)


def literals(cells: Cells, subject: Term, path: str) -> list[Literal]:
    """Return the literals that a property gives."""
    return [one for one in cells.paths.follow(subject, (path,)) if isinstance(one, Literal)]


def things(cells: Cells, subject: Term, path: str) -> list[Mapping[str, str]]:
    """Return the things that a property leads to."""
    return [{"@id": one.value} for one in cells.paths.follow(subject, (path,)) if isinstance(one, NamedNode)]


def in_languages(found: Iterable[Literal]) -> list[dict[str, str] | str]:
    """Return texts, each with its language."""
    texts = [(one.value[:MAX_TEXT_LENGTH], one.language) for one in found]
    return [{"@value": text, "@language": lang} if lang else text for text, lang in texts]


def certain_days(cells: Cells, subject: Term) -> dict[str, str]:
    """Return the days on which a thing begins and ends, where the day is certain."""
    found: dict[str, str] = {}
    for span in cells.paths.follow(subject, (PATHS["time"],)):
        bounds, _statements = cells.bounds(span)
        if bounds.earliest_start and bounds.earliest_start == bounds.latest_start:
            found["startDate"] = bounds.earliest_start.isoformat()
        if bounds.earliest_end and bounds.earliest_end == bounds.latest_end:
            found["endDate"] = bounds.earliest_end.isoformat()
    return found


def report_href(iri: str) -> str | None:
    """Return the link that reports an error in what is said of an IRI, or None where no address is set up."""
    address = settings().report_errors
    if address is None or urlsplit(address).scheme != "mailto":
        return address.replace(PLACE, quote(iri, safe="")) if address else None
    subject = _("An error in Wicara")
    body = f"{iri}\n{_('dataset')} {dataset().version} ({dataset().digest[:12]})\n\n"
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}subject={quote(subject)}&body={quote(body)}"
