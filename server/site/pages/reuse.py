"""What a page says to programs in schema.org's words, and how a reader reports an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from flask import request
from jinja2.utils import htmlsafe_json_dumps
from pyoxigraph import Literal, NamedNode
from wicara.graph.inputs import DATASET
from wicara.graph.terms import text_of
from wicara.server.app_state import dataset, per_version, settings
from wicara.server.http.addresses import canonical, public_url, with_choices
from wicara.server.site.citation import self_description
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.layout import PATHS, Column, Show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from markupsafe import Markup
    from wicara.server.site.tables.cells import Cells
    from wicara.server.site.words import Term

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
FORM_PATH: Final = "/report"
"""Where the form for reports is."""
MAX_ABOUT: Final = 1000
"""How many characters the form takes of what a report is about."""
PLACE: Final = "{iri}"
"""What stands in an address for the IRI that a report is about."""


def of_dataset(cells: Cells, name: str) -> str:
    """Return what the dataset says of itself by a property, in the reader's language, or nothing."""
    cell = cells.cell(NamedNode(DATASET), Column("", (name,), Show.OWN))
    return next((value.shown.text for value in cell.values), "")


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
        **{name: objects_of(cells, subject, path) for name, path in THINGS.items()},
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


def objects_of(cells: Cells, subject: Term, path: str) -> list[Mapping[str, str]]:
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
    """Return the link to report an error in what is said of an IRI; None where nobody takes reports."""
    address = settings().report_errors
    if address is None and settings().reports:
        return with_choices(f"{FORM_PATH}?about={quote(iri, safe='')}")
    if address is None or urlsplit(address).scheme != "mailto":
        return address.replace(PLACE, quote(iri, safe="")) if address else None
    subject = _("An error in Wicara")
    body = f"{iri}\n{_('dataset')} {dataset().version} ({dataset().digest[:12]})\n\n"
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}subject={quote(subject)}&body={quote(body)}"


def who_answers() -> str:
    """Return who answers the reports that the form takes, or what becomes of them; nothing without a form."""
    if settings().report_errors is not None or settings().reports is None:
        return ""
    if settings().reports_answered:
        return str(settings().reports_answered)
    told = _(
        "A report is kept with its number for those who run this site; they name nobody here, and promise no "
        "time. What proves wrong is corrected in a later version, and told among the changes of the dataset."
    )
    makers = ", ".join(text_of(maker) for maker in per_version(self_description)["creator"])
    whole = _("The dataset itself is made by %(makers)s: %(address)s", makers=makers, address=DATASET)
    return f"{told} {whole}" if makers else str(told)


def report_of_page() -> str:
    """Return the link to report an error on this page, or to where it says that nobody takes reports.

    The page of the form itself keeps what it is about.
    """
    here = request.args.get("about", "") if request.path == FORM_PATH else canonical()
    if settings().report_errors is not None:
        here = public_url(here)
    return report_href(here[:MAX_ABOUT]) or f"{with_choices('/about')}#report"
