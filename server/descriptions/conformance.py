"""How far this software conforms to the standards, by the tests of the W3C: as a page, and as EARL 1.0."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, render_template
from pyoxigraph import NamedNode, RdfFormat, Store, parse
from wicara.graph import formats
from wicara.graph.formats import serialize_triples
from wicara.ontology import BASE, LANGUAGES
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import uncached_response, with_choices
from wicara.server.linked.resources import with_query
from wicara.server.site.language import language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response
    from pyoxigraph import Quad, QuerySolutions
    from wicara.graph.formats import Format

blueprint = Blueprint("conformance", __name__)

PATH: Final = "/conformance"
OFFERS: Final = negotiation.PAGES
QUERY: Final = Path(__file__).with_name("outcomes.rq")
REPORTS: Final = tuple(
    Path(__file__).parent.with_name("conformance") / name for name in ("sparql.ttl", "owl2rl.ttl")
)
"""The reports in their order on the page."""
EARL: Final = "http://www.w3.org/ns/earl#"
HAS_PART: Final = NamedNode("http://purl.org/dc/terms/hasPart")
OUTCOMES: Final = ("passed", "failed", "cantTell", "inapplicable", "untested")
"""The outcomes of EARL, in the order of the columns."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a test of a suite, both by IRI: as EARL calls it, with its reason by language.

    `title` is that of the suite, `run_by` the file that runs it, `version` that of the software.
    """

    suite: str
    title: str
    run_by: str
    version: str
    test: str
    value: str
    reasons: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the end of the test's IRI, in which OWL's test cases write a hyphen as `-2D`."""
        return self.test.replace("-2D", "-").replace("#", "/").rpartition("/")[2]

    @property
    def reason(self) -> tuple[str, str]:
        """Return the reason and its language: English where there is none in the reader's."""
        chosen = language() if language() in self.reasons else "en"
        return self.reasons.get(chosen, ""), chosen


def turtle() -> bytes:
    """Return the reports as their files have them, one after the other."""
    return b"\n".join(report.read_bytes() for report in REPORTS)


@cache
def quads() -> tuple[Quad, ...]:
    """Return the statements of the reports, each once, in the order of the files."""
    return tuple(dict.fromkeys(parse(turtle(), RdfFormat.TURTLE)))


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Return the outcome of each test, in the order in which the suites list them."""
    store = Store()
    store.extend(quads())
    place = {quad.object: number for number, quad in enumerate(quads()) if quad.predicate == HAS_PART}
    rows = cast("QuerySolutions", store.query(QUERY.read_text("utf-8")))
    return tuple(
        Outcome(
            row["suite"].value,
            row["title"].value,
            row["runBy"].value,
            row["version"].value,
            row["test"].value,
            row["outcome"].value.removeprefix(EARL),
            {lang: row[lang].value for lang in LANGUAGES if row[lang]},
        )
        for row in sorted(rows, key=lambda row: place[row["test"]])
    )


def answer(form: Format, media_type: str) -> Response:
    """Say how far this conforms to the standards, by the tests of the W3C: as a page, or in EARL."""
    if form is negotiation.HTML:
        body = page().encode()
    elif form is formats.TURTLE:
        body = turtle()
    else:
        body = serialize_triples((quad.triple for quad in quads()), form)
    response = uncached_response(body, form.content_type(media_type))
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Location"] = with_query(f"{PATH}.{form.extension}")
    others = documents.links(form, OFFERS, lambda offer: with_query(f"{PATH}.{offer.extension}"))
    response.headers["Link"] = ", ".join((f'<{BASE}{PATH}>; rel="canonical"', *others))
    return response


documents.publish_at(blueprint, PATH, OFFERS, answer, ("lang",))


def page() -> str:
    """Return the page."""
    total = Counter(outcome.value for outcome in outcomes())
    return render_template(
        "conformance.html",
        suites=[list(group) for _, group in groupby(outcomes(), key=lambda outcome: outcome.suite)],
        total=total,
        columns=[value for value in OUTCOMES if total[value]],
        base=BASE,
        alternates=documents.as_data(OFFERS, lambda offer: with_choices(f"{PATH}.{offer.extension}")),
    )
