"""Where the ontology answers: the pages of its terms, its diagram, the vocabularies."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, Response, render_template
from wicara.graph.formats import serialize_triples
from wicara.ontology import CONCEPT_SCHEMES, PREFIXES, WIC
from wicara.server.app_state import store
from wicara.server.descriptions.openapi import media_types, operation
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import SAFE, public_url, said
from wicara.server.http.problems import Problem
from wicara.server.linked.description import describe
from wicara.server.site.ontology import document, term_page, vocabularies
from wicara.server.site.ontology.diagram import drawn, tree
from wicara.server.site.ontology.model import ONTOLOGY, ontology

if TYPE_CHECKING:
    from wicara.graph.formats import Format

blueprint = Blueprint("ontology", __name__)

SVG: Final = "image/svg+xml"
SCHEMES: Final = frozenset(PREFIXES["scheme"] + name for name in CONCEPT_SCHEMES.values())


def page_of(iri: str) -> str | None:
    """Return the page of the ontology or of a concept scheme, or None for any other IRI."""
    if iri == ONTOLOGY:
        return document.page()
    return vocabularies.scheme_page(iri) if iri in SCHEMES else None


@blueprint.get("/ont/term/<path:term>")
@operation(types=media_types(*negotiation.PAGES))
def describe_term(term: str) -> Response:
    """Describe a term of the ontology in the form that the suffix or the Accept header asks for."""
    whole = f"{WIC}{term}" in ontology().kinds
    stem, form = (term, None) if whole else documents.split_suffix(term, negotiation.PAGES)
    form, media_type = (form, form.media_type) if form else documents.chosen(negotiation.PAGES)
    body = page(stem) if form is negotiation.HTML else data(stem, form)
    if body is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"The ontology has no term {stem}.")
    here = f"/ont/term/{quote(stem, safe='')}"
    offers = term_page.offers_for(stem)
    others = documents.links(form, offers, lambda offer: f"{here}.{offer.extension}")
    headers = {
        "Content-Type": form.content_type(media_type),
        "Link": ", ".join((f'<{WIC}{quote(stem, safe=SAFE)}>; rel="describes"', *others)),
        "Vary": "Accept, Accept-Language",
    }
    if form in offers:
        headers["Content-Location"] = f"{here}.{form.extension}"
    return Response(body, headers=headers)


def page(name: str) -> bytes | None:
    """Return the page of a term, or None."""
    found = term_page.page(name)
    return found.encode() if found else None


def data(name: str, form: Format) -> bytes | None:
    """Return what the dataset says of a term, or None."""
    description = describe(store(), f"{WIC}{name}") if f"{WIC}{name}" in ontology().kinds else None
    return serialize_triples(description.triples, form) if description else None


@blueprint.get("/ont/diagram.svg")
@operation(query=("lang",), types=(SVG,))
def diagram() -> Response:
    """Draw the classes as a tree."""
    told = ontology()
    drawing = drawn(tree(told, document.words_for(told, ())))
    picture = render_template("_diagram.html", drawing=drawing, root=public_url("/ont"))
    response = said(picture.encode(), SVG)
    response.headers["Vary"] = "Accept-Language"
    return response


@blueprint.get("/vocabularies")
def all_vocabularies() -> str:
    """List the concept schemes with all their concepts."""
    return vocabularies.page()
