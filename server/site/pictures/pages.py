"""The addresses of the pictures: each a page, and its data in the form of a suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint
from wicara.server.descriptions.openapi import operation, several
from wicara.server.site.pictures import figures_page, map_page, network_page, timeline_page
from wicara.server.site.pictures.links import pictures_of

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("pictures", __name__)
blueprint.add_app_template_global(pictures_of)

DATA: Final = ("text/csv", "application/json")
LANES: Final = several("kind", "The kinds that are shown; all of them without.", timeline_page.timeline.NAMED)
NODES: Final = several("kind", "The kinds of nodes; all of them without.", network_page.NAMED)


@blueprint.get("/timeline")
@operation(query=("about", "date", LANES, "from", "to", "page", "infer", "lang"))
def timeline() -> str:
    """Show what happened and what held when, and what held on a day."""
    return timeline_page.picture().page()


@blueprint.get("/timeline.<any(csv, json):form>")
@operation(query=("about", "date", LANES, "from", "to", "page", "infer", "lang"), types=DATA)
def timeline_data(form: str) -> Response:
    """Give the data of the timeline."""
    return timeline_page.picture().data(form)


@blueprint.get("/network")
@operation(query=("start", "open", NODES, "infer", "lang"))
def network() -> str:
    """Show who took part in what with whom."""
    return network_page.picture().page()


@blueprint.get("/network.<any(csv, json):form>")
@operation(query=("start", "open", NODES, "infer", "lang"), types=DATA)
def network_data(form: str) -> Response:
    """Give the data of the network."""
    return network_page.picture().data(form)


@blueprint.get("/map")
def map_() -> str:
    """Show the places and the states."""
    return map_page.picture().page()


@blueprint.get("/map.<any(csv, json):form>")
@operation(types=DATA)
def map_data(form: str) -> Response:
    """Give the data of the map."""
    return map_page.picture().data(form)


@blueprint.get("/figures")
@operation(query=("about", "infer", "lang"))
def figures() -> str:
    """Show the statistical observations."""
    return figures_page.picture().page()


@blueprint.get("/figures.<any(csv, json):form>")
@operation(query=("about", "infer", "lang"), types=DATA)
def figures_data(form: str) -> Response:
    """Give the data of the figures."""
    return figures_page.picture().data(form)
