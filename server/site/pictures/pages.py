"""The addresses of the pictures: each a page, and its data in the form of a suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from wicara.server.site.pictures import figures_page, map_page, network_page, timeline_page
from wicara.server.site.pictures.links import pictures_of

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("pictures", __name__)
blueprint.add_app_template_global(pictures_of)


@blueprint.get("/timeline")
def timeline() -> str:
    """Show what happened and what held when, and what held on a day."""
    return timeline_page.picture().page()


@blueprint.get("/timeline.<any(csv, json):form>")
def timeline_data(form: str) -> Response:
    """Give the data of the timeline."""
    return timeline_page.picture().data(form)


@blueprint.get("/network")
def network() -> str:
    """Show who took part in what with whom."""
    return network_page.picture().page()


@blueprint.get("/network.<any(csv, json):form>")
def network_data(form: str) -> Response:
    """Give the data of the network."""
    return network_page.picture().data(form)


@blueprint.get("/map")
def map_() -> str:
    """Show the places and the states."""
    return map_page.picture().page()


@blueprint.get("/map.<any(csv, json):form>")
def map_data(form: str) -> Response:
    """Give the data of the map."""
    return map_page.picture().data(form)


@blueprint.get("/figures")
def figures() -> str:
    """Show the statistical observations."""
    return figures_page.picture().page()


@blueprint.get("/figures.<any(csv, json):form>")
def figures_data(form: str) -> Response:
    """Give the data of the figures."""
    return figures_page.picture().data(form)
