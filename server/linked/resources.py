"""Linked data: every IRI of the dataset answers here, as a page or as RDF (W3C, Cool URIs, section 4.2).

An IRI that is no longer used is in `redirects.csv` with what took its place, or in `withdrawn.csv` with why
nothing did.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, g, redirect, request
from pyoxigraph import NamedNode
from wicara.ontology import BASE, PREFIXES
from wicara.server.app_state import dataset, per_version, store, watched
from wicara.server.descriptions.openapi import HTML, media_types, operation
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import (
    OWN,
    SAFE,
    forms_at,
    in_form,
    is_described,
    path_of,
    raw_path,
    readings,
    with_choices,
    with_fields,
)
from wicara.server.http.problems import Problem, bad_request
from wicara.server.linked.description import ONTOLOGY, describe, licences, serialize_descriptions
from wicara.server.linked.description import PAGE as RDF_PAGE
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language
from wicara.server.site.ontology.document import page_of
from wicara.server.site.pages.resource import Page, resource_page
from wicara.server.site.tables.reading import PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyoxigraph import QuerySolutions
    from werkzeug.wrappers import Response as BaseResponse
    from wicara.graph.formats import Format
    from wicara.graph.store import BuiltDataset

blueprint = Blueprint("resources", __name__)

VERSION_IRIS: Final = tuple(NamedNode(PREFIXES["owl"] + name) for name in ("versionIRI", "priorVersion"))
IN_LINK: Final = f"{SAFE}?#"
"""What stays as it is in an IRI that a Link header names."""


def table_rows(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table of the dataset; none where it has no such table."""
    if not table.exists():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_redirects(folder: Path) -> Mapping[str, str]:
    """Return the new IRI of each one that the dataset in a folder has retired."""
    return MappingProxyType({row["from"]: row["to"] for row in table_rows(folder / "redirects.csv")})


def read_withdrawn(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Return of each withdrawn IRI the last version that has it (`version`), and why in `en` and `id`."""
    return MappingProxyType({row["iri"]: row for row in table_rows(folder / "withdrawn.csv")})


def with_query(path: str) -> str:
    """Return a path with the query string of this request, without what is part of the IRI."""
    fields = request.query_string.decode("ascii", "ignore").split("&")
    return with_fields(
        path, "&".join(field for field in fields if "?" not in path or field.partition("=")[0] in OWN)
    )


def moved(iri: str, form: Format | None) -> BaseResponse | None:
    """Return the 301 of a retired IRI to what took its place, or None."""
    new = current_app.config["REDIRECTS"].get(iri)
    if new is None:
        return None
    path = path_of(new)
    if path is None:
        return redirect(new, HTTPStatus.MOVED_PERMANENTLY)
    return redirect(with_query(in_form(path, form.extension) if form else path), HTTPStatus.MOVED_PERMANENTLY)


def number_of_page() -> int:
    """Return the page of incoming statements that is asked for; raises Problem 400 for none."""
    given = request.args.get("page", "1")
    if not (given.isascii() and given.isdigit() and 0 < len(given) < 7 and int(given) > 0):  # noqa: PLR2004 - a million pages
        raise bad_request("Parameter `page` must be an integer of at least 1.")
    return int(given)


def read_address(offers: tuple[Format, ...]) -> tuple[str, Format | None]:
    """Return the IRI that this request asks for, and the form that a suffix of its path stands for.

    A reading that is known, or was, comes before those that take a suffix, a query string or escapes for
    something else than a part of the IRI; where none is, one that has known parts does.
    """
    path, query = raw_path(), request.query_string.decode("ascii", "ignore")
    addresses: list[tuple[str, Format | None]] = [(iri, None) for iri in readings(path, query)]
    stem, form = documents.split_suffix(path, offers)
    if form:
        addresses += [(iri, form) for iri in readings(stem, query)]
    retired = current_app.config["REDIRECTS"]
    *others, last = addresses

    def is_known(iri: str) -> bool:
        return iri in retired or is_described(iri) or ("?" in iri and bool(parts_within(iri)))

    of_one = next((address for address in others if is_known(address[0])), None)
    return of_one or next((address for address in others if parts_within(address[0])), last)


HASHES: Final = f"""
SELECT DISTINCT ?x {{ ?x ?p ?o
  FILTER(isIRI(?x) && CONTAINS(STR(?x), "#") && STRSTARTS(STR(?x), "{BASE}/"))
  FILTER(!STRSTARTS(STR(?x), "{ONTOLOGY}#")) }} ORDER BY ?x"""


def by_document(built: BuiltDataset) -> dict[str, list[str]]:
    """Return the IRIs with a fragment that a dataset describes, by the document that they are in."""
    fragments: dict[str, list[str]] = {}
    rows = cast("QuerySolutions", built.store.query(HASHES, use_default_graph_as_union=True))
    for row in rows:
        iri = row["x"].value
        fragments.setdefault(iri.partition("#")[0], []).append(iri)
    return fragments


def parts_within(iri: str) -> list[str]:
    """Return the things with a fragment that are described in a document (Cool URIs, section 4.1)."""
    return per_version(by_document).get(iri, [])


@blueprint.get("/id/<everything:thing>", merge_slashes=False)
@operation(types=(), answers={HTTPStatus.SEE_OTHER: HTML, HTTPStatus.MOVED_PERMANENTLY: HTML})
def identify(**_path: str) -> BaseResponse:
    """Send from a thing to the document about it."""
    iri, _ = read_address(())
    retired = moved(iri, None)
    if retired:
        return retired
    if not is_described(iri) and not parts_within(iri):
        raise unknown(iri)
    response = redirect(with_query(path_of(iri) or ""), HTTPStatus.SEE_OTHER)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def unknown(iri: str) -> Problem:
    """Return the problem of an IRI that the dataset says nothing of: 410 with the reason if it once did."""
    withdrawn = current_app.config["WITHDRAWN"].get(iri)
    if withdrawn:
        reason = withdrawn.get(language()) or withdrawn["en"]
        earlier = f"/version/{withdrawn['version']}{path_of(iri) or ''}"
        links = {"Link": f'<{earlier}>; rel="predecessor-version"'}
        return Problem(HTTPStatus.GONE, f"{reason} ({earlier})", links, version=withdrawn["version"])
    return Problem(HTTPStatus.NOT_FOUND, str(_("The dataset has no statements about <%(iri)s>.", iri=iri)))


DESCRIBED: Final[dict[str, Any]] = {
    "query": ("infer", "lang", "page", "show", "texts", "version"),
    "answers": {HTTPStatus.MOVED_PERMANENTLY: HTML},
    "faults": (HTTPStatus.NOT_FOUND, HTTPStatus.GONE),
}


@blueprint.get("/graph/<everything:graph>", merge_slashes=False)
@operation(**DESCRIBED, types=media_types(*negotiation.DOCUMENTS))
def named_graph(graph: str) -> BaseResponse:
    """Describe a named graph in the form that the suffix or Accept asks for."""
    return document(graph=graph)


@blueprint.get("/doc/<everything:thing>", merge_slashes=False)
@blueprint.get("/concept/<everything:concept>", merge_slashes=False)
@blueprint.get("/ont")
@blueprint.get("/ont.<suffix>")
@blueprint.get("/ont/<everything:document>", merge_slashes=False)
@operation(**DESCRIBED, types=media_types(*negotiation.DOCUMENTS))
def document(**_path: str) -> BaseResponse:
    """Describe a thing, a concept or the ontology in the form that the suffix or Accept asks for."""
    if request.path == "/ont/":
        return redirect(with_query("/ont"), HTTPStatus.PERMANENT_REDIRECT)
    iri, form = read_address(negotiation.DOCUMENTS)
    retired = moved(iri, form)
    if retired:
        return retired
    here = (path_of(iri) or raw_path()).partition("#")[0]
    if "?" in here:
        g.place = here
    number = number_of_page()
    if iri in per_version(versions_of_ontology):
        iri = ONTOLOGY
    form, media_type = (form, form.media_type) if form else documents.form_for(negotiation.DOCUMENTS)
    if form is negotiation.HTML:
        return on_page(iri, here, number)
    source = watched(dataset().asserted) if iri == ONTOLOGY and "infer" not in request.args else store()
    whole = describe(source, iri, number)
    found = (
        [whole] if whole else [own for part in parts_within(iri) if (own := describe(source, part, number))]
    )
    if not found:
        raise unknown(iri)
    body = serialize_descriptions(found, iri if iri == ONTOLOGY else BASE + here, form)
    response = Response(body, headers={"Content-Type": form.content_type(media_type)})
    place = ListPage(number, RDF_PAGE, more=any(description.more for description in found))
    add_links(response, [description.subject.value for description in found], here, form, place)
    return response


def versions_of_ontology(built: BuiltDataset) -> frozenset[str]:
    """Return the IRIs of the versions of the ontology, which lead to the one that is served."""
    ontology = NamedNode(ONTOLOGY)
    links = chain.from_iterable(
        built.asserted.quads_for_pattern(ontology, link, None, None) for link in VERSION_IRIS
    )
    return frozenset(quad.object.value for quad in links if isinstance(quad.object, NamedNode))


def on_page(iri: str, here: str, number: int) -> Response:
    """Return the page about an IRI; raises Problem 404 where the dataset says nothing of it."""
    own = page_of(iri)
    described = [iri]
    page = Page(own, more=False) if own else resource_page(iri, number)
    if page is None:
        described = parts_within(iri)
        page = resource_page(described[0], number, described) if described else None
    if page is None:
        raise unknown(iri)
    content_type = negotiation.HTML.content_type(negotiation.HTML.media_type)
    response = Response(page.body, headers={"Content-Type": content_type})
    add_links(response, described, here, negotiation.HTML, ListPage(number, PAGE, more=page.more))
    return response


@dataclass(frozen=True)
class ListPage:
    """Where a document stands in a list: the number and the size of its page, and whether more follow."""

    page: int
    size: int
    more: bool

    def within(self, form: Format) -> int:
        """Return the page of another form that begins what this one shows."""
        size = PAGE if form is negotiation.HTML else RDF_PAGE
        return (self.page - 1) * self.size // size + 1


def add_links(response: Response, iris: list[str], here: str, form: Format, place: ListPage) -> None:
    """Say which document this is, in which other forms it stands, and where more is (RFC 8288).

    And what to cite, and under which licence (signposting.org/FAIR).
    """
    offers = forms_at(here, negotiation.DOCUMENTS)
    response.headers["Vary"] = "Accept, Accept-Language"
    if form in offers:
        response.headers["Content-Location"] = with_query(in_form(here, form.extension))
    relation = "describes" if here.startswith("/doc/") else "canonical"
    links = [f'<{quote(iri, safe=IN_LINK)}>; rel="{relation}"' for iri in iris]
    links += [f'<{quote(iri, safe=IN_LINK)}>; rel="cite-as"' for iri in iris if len(iris) == 1]
    links += [f'<{licence.value}>; rel="license"' for licence in licences()]
    links += documents.links(
        form, offers, lambda offer: on_number(in_form(here, offer.extension), place.within(offer))
    )
    if place.more:
        links.append(f'<{on_number(here, place.page + 1)}>; rel="next"')
    response.headers["Link"] = ", ".join(links)


def on_number(path: str, number: int) -> str:
    """Return a path with the choices of this request and the number of a page, where it is not the first."""
    return with_fields(with_choices(path), f"page={number}" if number > 1 else "")
