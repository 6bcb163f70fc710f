"""Names of a table are matched with things at /reconcile (Reconciliation Service API 0.2)."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest

if TYPE_CHECKING:
    from server_process import Answer, Server

LAVROV = "id/person/sergey-lavrov"
NAMES = list(csv.DictReader(Path(__file__).with_name("reconciliation.csv").read_text("utf-8").splitlines()))
"""Names in several spellings and scripts, each with a class and what it names."""


def post(server: Server, **fields: object) -> Answer:
    """Send fields of a form, each as JSON."""
    form = urlencode({name: json.dumps(value) for name, value in fields.items()})
    return server.send("POST", "/reconcile", form, content_type="application/x-www-form-urlencoded")


def results(server: Server, **query: object) -> list[dict[str, Any]]:
    """Return the candidates of one query."""
    answer = post(server, queries={"q": query})
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.json["q"]["result"]
    return found


def test_manifest(server: Server) -> None:
    """The manifest names a version, the spaces of identifiers, and services that answer."""
    manifest = server.get("/reconcile").json
    assert "0.2" in manifest["versions"]
    view = manifest["view"]["url"].replace("{{id}}", LAVROV)
    assert server.get(urlsplit(view).path).status == 303
    for kind, text in (("entity", "lavr"), ("type", "meeti"), ("property", "held")):
        service = manifest["suggest"][kind]
        url = urlsplit(service["service_url"] + service["service_path"])
        found = server.get(f"{url.path}?prefix={text}").json["result"]
        assert found
        assert all(one["id"] and one["name"] for one in found)
    proposed = server.get("/reconcile/properties?type=wic:Meeting&limit=500").json["properties"]
    assert "wic:heldAt" in {one["id"] for one in proposed}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # of the client
def test_names_in_four_spellings(server: Server) -> None:
    """A client matches fifty names, misspelled and in Cyrillic too: 48 right, no wrong one certain."""
    pandas, reconciler = pytest.importorskip("pandas"), pytest.importorskip("reconciler")
    right = 0
    for kind in sorted({row["type"] for row in NAMES}):
        rows = [row for row in NAMES if row["type"] == kind]
        url = f"http://127.0.0.1:{server.port}/reconcile"
        column = pandas.Series([row["name"] for row in rows])
        table = reconciler.reconcile(column, type_id=kind, reconciliation_endpoint=url)
        for row, found in zip(rows, table.to_dict("records"), strict=True):
            right += found["id"] == row["id"]
            assert found["id"] == row["id"] or not found["match"], (row, found)
    assert (len(NAMES), right >= 48) == (50, True)


def test_certain_only_where_one_fits(server: Server) -> None:
    """The same words in any order are a match; a part of a name, or two things of one name, are none."""
    [best, *_] = results(server, query="Лавров, Сергей")
    assert (best["id"], best["match"], best["score"]) == (LAVROV, True, 100)
    assert {"id": "wic:Person", "name": "person"} in best["type"]
    assert not any(one["match"] for one in results(server, query="Lavrov"))
    states = results(server, query="Lavrov", type="wic:State")
    assert not any(one["match"] or one["id"] == LAVROV for one in states)
    assert len(results(server, query="Singapore", limit=2)) == 2


def test_properties_decide(server: Server) -> None:
    """A value of a property that differs makes a match uncertain; one that agrees does not."""
    query = "ASEAN Regional Forum"
    [free, *_] = results(server, query=query)
    extended = post(server, extend={"ids": [free["id"]], "properties": [{"id": "skos:prefLabel"}]}).json
    own = extended["rows"][free["id"]]["skos:prefLabel"][0]["str"]
    for value, sure in ((own, True), ("something else", False)):
        [best, *_] = results(server, query=query, properties=[{"pid": "skos:prefLabel", "v": value}])
        assert (best["id"], best["match"]) == (free["id"], sure)


def test_values_for_new_columns(server: Server) -> None:
    """Values of properties come with the types that tables have; a thing with its identifier and name."""
    rows = server.ask("SELECT ?e ?place { ?e wic:heldAt ?place } LIMIT 1").rows
    event, place = (rows[0][name].partition("/wicara/")[2] for name in ("e", "place"))
    answer = post(server, extend={"ids": [event], "properties": [{"id": "wic:heldAt"}, {"id": "rdf:type"}]})
    assert [one["id"] for one in answer.json["meta"]] == ["wic:heldAt", "rdf:type"]
    assert place in {one["id"] for one in answer.json["rows"][event]["wic:heldAt"]}


def test_preview_can_be_framed(server: Server) -> None:
    """A preview may stand in a frame of another site, and it alone."""
    page = server.get(f"/reconcile/preview?id={LAVROV}")
    assert (page.status, page.media_type, "Sergey Lavrov" in page.text) == (200, "text/html", True)
    for _again in range(2):
        [policy] = server.get(f"/reconcile/preview?id={LAVROV}").headers.get_all("Content-Security-Policy")
        assert "frame-ancestors *" in policy
    [policy] = server.get("/reconcile").headers.get_all("Content-Security-Policy")
    assert "frame-ancestors 'none'" in policy
    assert server.get("/reconcile/preview?id=id/person/nobody").status == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"queries": "x"}, 400),
        ({"queries": {"q": {"query": 1}}}, 400),
        ({"queries": {"q": {"query": "x", "type": "<>"}}}, 400),
        ({"queries": {str(n): {"query": "x"} for n in range(101)}}, 413),
        ({"extend": {"ids": [], "properties": 1}}, 400),
        ({"extend": {"ids": ["< >"], "properties": []}}, 400),
    ],
)
def test_bad_input(server: Server, fields: dict[str, object], status: int) -> None:
    """What is not as the specification says is refused with a reason."""
    answer = post(server, **fields)
    assert (answer.status, answer.media_type) == (status, "application/problem+json")
