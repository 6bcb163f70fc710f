"""How far this software conforms to the standards, by the tests of the W3C: as a page, and as EARL 1.0."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from wicara.graph.export import FORMATS, write_triples
from wicara.ontology import BASE
from wicara.server import earl, forms, negotiation
from wicara.server.addresses import with_choices
from wicara.server.public import said
from wicara.server.resources import with_query
from wicara.server.site.language import language

if TYPE_CHECKING:
    from flask import Response
    from wicara.server.negotiation import Representation

blueprint = Blueprint("conformance", __name__)

PATH: Final = "/conformance"
OFFERS: Final = negotiation.PAGES
OUTCOMES: Final = ("passed", "failed", "cantTell", "inapplicable", "untested")
"""The outcomes of EARL, in the order of the columns."""


def answer(form: Representation, media_type: str) -> Response:
    """Return the outcomes in a form, and say in which others there are."""
    response = said(body(form), form.content_type(media_type))
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Location"] = with_query(f"{PATH}.{form.extension}")
    others = forms.links(form, OFFERS, lambda offer: with_query(f"{PATH}.{offer.extension}"))
    response.headers["Link"] = ", ".join((f'<{BASE}{PATH}>; rel="canonical"', *others))
    return response


forms.publish(blueprint, PATH, OFFERS, answer)


def body(form: Representation) -> bytes:
    """Return the reports in a form; in Turtle they are as they are kept."""
    if form is negotiation.HTML:
        return page().encode()
    if form is negotiation.TURTLE:
        return earl.turtle()
    return write_triples(earl.triples(), FORMATS[form.name])


def page() -> str:
    """Return the page."""
    suites = earl.suites()
    total = Counter(outcome.value for suite in suites for outcome in suite.outcomes)
    return render_template(
        "conformance.html",
        suites=suites,
        total=total,
        outcomes=[each for each in OUTCOMES if total[each]],
        run_by=list(dict.fromkeys(suite.run_by for suite in suites)),
        version=earl.version(),
        why=why,
        is_published=lambda suite: not suite.iri.startswith(BASE),
        alternates=forms.as_data(OFFERS, lambda offer: with_choices(f"{PATH}.{offer.extension}")),
    )


def why(outcome: earl.Outcome) -> tuple[str, str]:
    """Return why a test is not passed, and the language of the text: English where there is no other."""
    chosen = language() if language() in outcome.why else "en"
    return outcome.why.get(chosen, ""), chosen
