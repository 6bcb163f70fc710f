"""What changed between two versions of the dataset: a page, and the same as JSON."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode
from wicara.graph.names import iri_name
from wicara.graph.releases import UnknownVersion, differences, release, versions
from wicara.server.app_state import dataset, remembered, store
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import path_of
from wicara.server.http.problems import Problem
from wicara.server.linked.resources import with_query
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from wicara.graph.formats import Format
    from wicara.graph.releases import Differences
    from wicara.graph.store import BuiltDataset

blueprint = Blueprint("changes", __name__)

PATH: Final = "/changes"
JSON: Final = negotiation.PLAIN_JSON
OFFERS: Final = (negotiation.HTML, JSON)
MAX_SHOWN: Final = 150
"""Things that a page lists; the JSON has all."""


def answer(form: Format, media_type: str) -> Response:
    """List what was added, withdrawn, re-worded or changed from one version to another.

    Without `to`, it is the version that is served; without `from`, the latest release before that.
    """
    if dataset().plain:
        raise Problem(HTTPStatus.BAD_REQUEST, "This dataset is served as it is: it has no versions.")
    before = request.args.get("from", "") or latest_before(dataset().version)
    after = request.args.get("to", "") or dataset().version
    found = remembered((PATH, before, after), lambda: differences(version(before), version(after)))
    body = json.dumps(found.as_json(), ensure_ascii=False) if form is JSON else page(found)
    response = Response(body, headers={"Content-Type": form.content_type(media_type)})
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Link"] = ", ".join(
        documents.links(form, OFFERS, lambda offer: with_query(f"{PATH}.{offer.extension}"))
    )
    return response


VERSIONS: Final = (
    {"name": "from", "description": "A released version; by default the latest before the current one."},
    {"name": "to", "description": "A version; by default the one that is served."},
)
documents.publish_at(blueprint, PATH, OFFERS, answer, (*VERSIONS, "lang"))


def latest_before(current: str) -> str:
    """Return the latest release that is not the current version; raises Problem 400 without one."""
    others = [one for one in versions() if one != current]
    if not others:
        raise Problem(HTTPStatus.BAD_REQUEST, "There is no released version of the dataset.")
    return others[-1]


def version(name: str) -> BuiltDataset:
    """Return a version of the dataset: the one that is served, or a release; raises Problem 400 for none."""
    if name == dataset().version:
        return dataset()
    try:
        return release(name)
    except UnknownVersion as fault:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{fault}, and {dataset().version} is served.") from fault


def page(differing: Differences) -> str:
    """Return the page."""
    shown = differing.things[:MAX_SHOWN]
    words = Words.for_request(labels_of(store(), (NamedNode(thing.iri) for thing in shown)))
    return render_template(
        "changes.html",
        differing=differing,
        shown=[(one, iri_name(one.iri), path_of(one.iri), words.label(one.iri)) for one in shown],
        cut=len(differing.things) > MAX_SHOWN,
        versions=[*versions(), dataset().version],
    )
