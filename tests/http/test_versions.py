"""Released versions stay beside the current one, and what changed between two of them is told."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from wicara.graph.names import GRAPHS, GraphKind, kind_of
from wicara.graph.releases import release, versions

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command
    from server_process import Server
    from wicara.graph.store import BuiltDataset

FIRST = versions()[0]
AT = f"/version/{FIRST}"


def facts(dataset: BuiltDataset) -> set[str]:
    """Return the IRIs of the graphs of facts."""
    names = {getattr(name, "value", "") for name in dataset.store.named_graphs()}
    return {name for name in names if kind_of(name) == GraphKind.FACT}


def test_side_by_side(server: Server, dataset: BuiltDataset) -> None:
    """The endpoint of a version has the facts of that version, the current endpoint those of today."""
    ask = "/sparql?query=SELECT(COUNT(*)AS%3Fn)%7B%3Fs+a+wic:FactGraph%7D"
    [then], [now] = server.get(AT + ask).rows, server.get(ask).rows
    assert int(then["n"]) == len(facts(release(FIRST)))
    assert int(now["n"]) == len(facts(dataset))
    for fact in facts(dataset) - facts(release(FIRST)):
        path = f"/graph/{fact.removeprefix(GRAPHS)}"
        assert (server.get(path).status, server.get(AT + path).status) == (200, 404)
        break


def test_pages_of_a_version(server: Server) -> None:
    """A page of a version says which it is, and its links stay within it; a thing leads to its document."""
    thing = server.get(f"{AT}/id/person/sergey-lavrov")
    assert (thing.status, thing.headers["Location"]) == (303, f"{AT}/doc/person/sergey-lavrov")
    page = server.get(thing.headers["Location"], accept="text/html", accept_encoding="gzip")
    assert page.status == 200
    assert f"version {FIRST}" in page.text
    links = set(re.findall(r'(?:href|action)="(/[^"]*)"', page.text))
    assert {link for link in links if not link.startswith((AT, "/static/"))} == set()
    assert 'rel="latest-version"' in ", ".join(page.headers.get_all("Link"))
    data = server.get(f"{AT}/doc/person/sergey-lavrov.ttl")
    assert (data.status, data.media_type) == (200, "text/turtle")
    assert server.get(AT).headers["Location"] == f"{AT}/"
    assert server.get("/version/99.0/").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/void",
        "/sparql",
        "/questions.ttl",
        "/llms.txt",
        "/sitemap.xml",
        "/changes.atom",
        "/openapi.json",
        "/reconcile",
        "/doc/person/sergey-lavrov",
        "/doc/person/sergey-lavrov.jsonld",
        "/questions/coordinator-on?date=2016-05-19",
    ],
)
def test_addresses_in_data_stay_within_the_version(server: Server, path: str) -> None:
    """An address of this site that the data of a version names is one of that version."""
    answer = server.get(AT + path, host="data.test", accept="text/turtle;q=0.9, text/html;q=0.8, */*;q=0.5")
    assert answer.status == 200
    named = set(re.findall(r"https?://data\.test(/[^\s\"'<>)\\]*)", answer.text))
    assert {one for one in named if not one.startswith((AT, "/static/"))} == set()


@pytest.mark.parametrize(
    "path", ["/questions", "/explain?subject=person:sergey-lavrov&predicate=a&object=wic:Person"]
)
def test_the_site_of_a_version(server: Server, path: str) -> None:
    """Questions and explanations are there too."""
    assert server.get(AT + path, accept="text/html").status == 200


def test_what_changed(server: Server, wicara: Command, data_dir: Path, dataset: BuiltDataset) -> None:
    """The command, the JSON and the page name the same facts that are new, and none that is not."""
    printed = wicara("diff", FIRST, "--data", data_dir, "--format", "json")
    told = json.loads(printed.stdout)
    assert told == server.get(f"/changes.json?from={FIRST}").json
    by_change = {
        change: {one["iri"] for one in told["changes"] if one["change"] == change and one["kind"] == "fact"}
        for change in ("added", "withdrawn")
    }
    assert by_change["added"] == facts(dataset) - facts(release(FIRST))
    assert by_change["withdrawn"] == facts(release(FIRST)) - facts(dataset)
    for one in told["changes"]:
        assert bool(one["before"]) >= (one["change"] == "withdrawn")
        assert one["before"] or one["after"]
    page = server.get(f"/changes?from={FIRST}", accept="text/html")
    assert (page.status, f"from version {FIRST}" in page.text) == (200, True)
    assert server.get(f"/changes.json?from={FIRST}&to={FIRST}").json["changes"] == []


def test_unknown_versions(server: Server, small: Server, wicara: Command) -> None:
    """A version that was not released is named as such."""
    assert server.get("/changes?from=99").status == 400
    assert small.get("/changes").status == 400
    refused = wicara("diff", "99")
    assert (refused.returncode, "no released version 99" in refused.stderr) == (2, True)
