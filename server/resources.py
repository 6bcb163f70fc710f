"""Linked data: every IRI of the dataset answers here, as a page or as RDF (W3C, Cool URIs, section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, current_app, redirect, request
from pyoxigraph import DefaultGraph, NamedNode, Quad
from wicara.graph.export import FORMATS, write_triples, written
from wicara.graph.terms import sorted_quads
from wicara.server import forms, negotiation
from wicara.server.addresses import SAFE, iri_of, path_of, with_choices
from wicara.server.description import PAGE as RDF_PAGE
from wicara.server.description import describe
from wicara.server.descriptions.openapi import HTML, media_types, operation
from wicara.server.problem import Problem
from wicara.server.served import store
from wicara.server.site.ontology import routes
from wicara.server.site.pages.resource import Page, resource_page
from wicara.server.site.tables.reading import PAGE

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse
    from wicara.server.description import Description
    from wicara.server.negotiation import Representation

blueprint = Blueprint("resources", __name__)

RDF: Final = tuple(offer for offer in negotiation.PAGES if offer is not negotiation.HTML)


def offers_for(iri: str) -> tuple[Representation, ...]:
    """Return the forms that an IRI is described in: a graph's also as a dataset that names it."""
    return (*negotiation.PAGES, *negotiation.DATASETS) if "/graph/" in iri else negotiation.PAGES


def with_query(path: str) -> str:
    """Return a path with the query string of this request."""
    query = request.query_string.decode("ascii", "ignore")
    place, mark, fragment = path.partition("#")
    return place + (f"?{query}" if query else "") + mark + fragment


def moved(iri: str, suffix: str) -> BaseResponse | None:
    """Return the 301 of a retired IRI to what took its place, or None."""
    new = current_app.config["REDIRECTS"].get(iri)
    if new is None:
        return None
    path = path_of(new)
    return redirect(with_query(path + suffix) if path else new, HTTPStatus.MOVED_PERMANENTLY)


def number_of_page() -> int:
    """Return the page of incoming statements that is asked for; raises Problem 400 for none."""
    given = request.args.get("page", "1")
    if not (given.isascii() and given.isdigit() and 0 < len(given) < 7 and int(given) > 0):  # noqa: PLR2004 - a million pages
        raise Problem(HTTPStatus.BAD_REQUEST, "`page` is a whole number from 1 on.")
    return int(given)


@blueprint.get("/id/<path:thing>")
@operation(types=(), answers={HTTPStatus.SEE_OTHER: HTML, HTTPStatus.MOVED_PERMANENTLY: HTML})
def identify(thing: str) -> BaseResponse:
    """Send from a thing to the document about it."""
    iri = iri_of(f"/id/{thing}")
    retired = moved(iri, "")
    if retired:
        return retired
    if not known(iri):
        raise unknown(iri)
    response = redirect(with_query(path_of(iri) or ""), HTTPStatus.SEE_OTHER)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def known(iri: str) -> bool:
    """Tell whether the dataset says anything of an IRI."""
    try:
        node = NamedNode(iri)
    except ValueError:
        return False
    patterns = ((node, None, None, None), (None, None, node, None), (None, None, None, node))
    return any(next(iter(store().quads_for_pattern(*pattern)), None) for pattern in patterns)


def unknown(iri: str) -> Problem:
    """Return the problem of an IRI that the dataset says nothing of."""
    return Problem(HTTPStatus.NOT_FOUND, f"The dataset says nothing of <{iri}>.")


DESCRIBED: Final[dict[str, Any]] = {
    "query": ("infer", "lang", "page", "texts"),
    "answers": {HTTPStatus.MOVED_PERMANENTLY: HTML},
    "faults": (HTTPStatus.NOT_FOUND,),
}


@blueprint.get("/graph/<path:graph>")
@operation(**DESCRIBED, types=media_types(*negotiation.PAGES, *negotiation.DATASETS))
def named_graph(graph: str) -> BaseResponse:
    """Describe a named graph in the form that the suffix or Accept asks for."""
    return document(graph=graph)


@blueprint.get("/doc/<path:thing>")
@blueprint.get("/concept/<path:concept>")
@blueprint.get("/ont")
@blueprint.get("/ont.<suffix>")
@blueprint.get("/ont/<path:document>")
@operation(**DESCRIBED, types=media_types(*negotiation.PAGES))
def document(**_path: str) -> BaseResponse:
    """Describe a thing, a concept or the ontology in the form that the suffix or Accept asks for."""
    path, form = forms.split_suffix(request.path, offers_for(request.path))
    iri = iri_of(path)
    retired = moved(iri, f".{form.extension}" if form else "")
    if retired:
        return retired
    number = number_of_page()
    if wants_page(iri, form):
        return on_page(iri, path, number)
    description = describe(store(), iri, number)
    if description is None:
        raise unknown(iri)
    form, media_type = (form, form.media_type) if form else forms.chosen(offers_for(iri))
    response = Response(body_of(description, form), headers={"Content-Type": form.content_type(media_type)})
    add_links(response, iri, path, form, Place(number, RDF_PAGE, more=description.more))
    return response


def wants_page(iri: str, form: Representation | None) -> bool:
    """Tell whether an IRI is asked for as a page, by its suffix or by the Accept header."""
    return (form or forms.chosen(offers_for(iri))[0]) is negotiation.HTML


def on_page(iri: str, path: str, number: int) -> Response:
    """Return the page about an IRI; raises Problem 404 where the dataset says nothing of it."""
    own = routes.page_of(iri)
    page = Page(own, more=False) if own else resource_page(iri, number)
    if page is None:
        raise unknown(iri)
    content_type = negotiation.HTML.content_type(negotiation.HTML.media_type)
    response = Response(page.body, headers={"Content-Type": content_type})
    add_links(response, iri, path, negotiation.HTML, Place(number, PAGE, more=page.more))
    return response


@dataclass(frozen=True)
class Place:
    """Where a document stands in a list: the number and the size of its page, and whether more follow."""

    page: int
    size: int
    more: bool

    def within(self, form: Representation) -> int:
        """Return the page of another form that begins what this one shows."""
        size = PAGE if form is negotiation.HTML else RDF_PAGE
        return (self.page - 1) * self.size // size + 1


def body_of(description: Description, form: Representation) -> bytes:
    """Return a description as bytes."""
    if form in negotiation.DATASETS:
        return written(sorted_quads(quads_of(description)), FORMATS[form.name])
    return write_triples(description.triples, FORMATS[form.name])


def quads_of(description: Description) -> set[Quad]:
    """Return a description as a dataset: the graph's statements in it, all others in the default graph."""
    content = {statement.triple for statement in description.content}
    return {
        Quad(
            one.subject, one.predicate, one.object, description.subject if one in content else DefaultGraph()
        )
        for one in description.triples
    }


def add_links(response: Response, iri: str, path: str, form: Representation, place: Place) -> None:
    """Say which document this is, in which other forms it stands, and where more is (RFC 8288)."""
    here = (path_of(iri) or path).partition("#")[0]
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Location"] = with_query(f"{here}.{form.extension}")
    relation = "describes" if here.startswith("/doc/") else "canonical"
    links = [f'<{quote(iri, safe=SAFE)}>; rel="{relation}"']
    links += forms.links(
        form, offers_for(iri), lambda offer: on_number(f"{here}.{offer.extension}", place.within(offer))
    )
    if place.more:
        links.append(f'<{on_number(here, place.page + 1)}>; rel="next"')
    response.headers["Link"] = ", ".join(links)


def on_number(path: str, number: int) -> str:
    """Return a path with the choices of this request and the number of a page, where it is not the first."""
    chosen = with_choices(path)
    if number == 1:
        return chosen
    return f"{chosen}{'&' if '?' in chosen else '?'}page={number}"
