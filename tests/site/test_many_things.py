"""Pages of a dataset with more than they can list: what is left out is told, and nothing false is said."""

from __future__ import annotations

import re
import time
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from growth import ATTEMPTS, FACTOR, SLACK, processor_time
from prepared import PATIENCE
from server_process import served, serving
from wicara.graph.store import from_files
from wicara.server import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from server_process import Answer, Server

BASE = "https://w3id.org/wicara/id"
PLACES = ("bangkok", "geneva", "jakarta", "singapore")
EVENTS = 1_500
"""More than a page lists, and more than the map once counted."""
MEETINGS = 420
DAYS = ("2020-01-01", "2021-01-01")
"""The days of the last two events: all others have none."""
FIGURES = 501
HTML, TURTLE = "text/html", "text/turtle"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a server of many events at four places, most of them met by one person."""
    lines = [
        "@prefix wic: <https://w3id.org/wicara/ont#> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
    ]
    for number, place in enumerate(PLACES):
        lines.append(
            f'<{BASE}/place/{place}> a wic:Place ; skos:prefLabel "{place}"@en ; '
            f"wic:latitude {number} ; wic:longitude {number} ."
        )
    for number in range(EVENTS):
        place = PLACES[number * len(PLACES) // EVENTS]
        lines.append(
            f'<{BASE}/event/{number:04}> a wic:Event ; skos:prefLabel "Meeting {number}"@en ; '
            f"wic:heldAt <{BASE}/place/{place}> ."
        )
    lines += [
        f"<{BASE}/event/{number:04}> wic:hasTimeSpan <{BASE}/timespan/{day}> . "
        f'<{BASE}/timespan/{day}> wic:latestEnd "{day}"^^xsd:date .'
        for number, day in zip((EVENTS - 2, EVENTS - 1), DAYS, strict=True)
    ]
    lines += [
        f"<{BASE}/participation/{number}> a wic:Participation ; wic:participant <{BASE}/person/x> ; "
        f"wic:participatedIn <{BASE}/event/{number:04}> . "
        f"<{BASE}/event/{number:04}> wic:hasParticipation <{BASE}/participation/{number}> ."
        for number in range(MEETINGS)
    ]
    lines.append(f'<{BASE}/person/x> a wic:Person ; skos:prefLabel "X"@en .')
    lines += [
        f"<{BASE}/observation/{number}> a wic:StatisticalObservation ; wic:value {number} ."
        for number in range(FIGURES)
    ]
    with serving("\n".join(lines)) as running:
        yield running


def test_the_map_counts_all_events(server: Server) -> None:
    """No place with events is said to have none; the page says how many it leaves out, the data has all."""
    text = server.get("/map").text
    assert "No events recorded" not in text
    listed = text.count("/doc/event/")
    more = [int(number) for number in re.findall(r"and (\d+) more", text)]
    assert (len(more), listed + sum(more)) == (len(PLACES), EVENTS)
    last = text.rpartition('<div class="card-place"')[2]
    assert re.findall(r"/doc/event/(\d+)", last)[:2] == [f"{EVENTS - 2:04}", f"{EVENTS - 1:04}"]
    assert last.count("without a day") == last.count("/doc/event/") - 2
    rows = server.get("/map.json").json
    assert sum(len(row["events"]) for row in rows) == EVENTS


def test_what_is_listed_is_read_alone(tmp_path: Path) -> None:
    """The map of some events costs about the same, however many others have a time."""
    clients = []
    for others in (2_000, 2_000 * FACTOR):
        file = tmp_path / f"{others}.ttl"
        lines = [f"@prefix wic: <https://w3id.org/wicara/ont#> . @prefix : <{BASE}/> ."]
        lines += [f":c{place} wic:latitude {place} ; wic:longitude {place} ." for place in range(10)]
        lines += [f":e{number} wic:heldAt :c{number % 10} ." for number in range(300)]
        lines += [f":e{number} wic:hasTimeSpan :t{number % 99} ." for number in range(300 + others)]
        file.write_text("\n".join(lines))
        clients.append(create_app(from_files([file])).test_client())
    pages = [client.get("/map").text for client in clients]
    listed = [page.count("/doc/e") for page in pages]
    assert listed[0] == listed[1] > 299
    few, many = (
        [processor_time(partial(client.get, "/map")) for _attempt in range(ATTEMPTS)] for client in clients
    )
    assert min(many) < SLACK * min(few)


def test_browse_lists_portions(server: Server) -> None:
    """A group is listed in portions, which together hold all of it; there is no other group."""
    found: set[str] = set()
    path: str | None = "/browse"
    while path:
        text = server.get(path).text
        found.update(re.findall(r"/doc/event/\d+", text))
        following = re.search(r'href="(/browse\?group=id/event&amp;page=\d+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else None
    assert len(found) == EVENTS
    beyond = server.get("/browse?group=id/event&page=99").text
    assert "none on this page" in beyond
    assert server.get("/browse?group=id/nothing").status == 404


def test_the_network_counts_what_it_leaves_out(server: Server) -> None:
    """The network says how many nodes hang on those expanded, and how many of them it does not draw."""
    text = server.get("/network?start=person/x").text
    drawn = text.count(" data-node=")
    assert f"{MEETINGS + 1 - drawn} more are linked to these" in text
    assert f'<small class="tag">{MEETINGS}</small>' in text


def test_figures_in_portions(server: Server) -> None:
    """Portions of the figures hold each of them once, and say of how many."""
    assert f"of {FIGURES}" in server.get("/figures").text
    found: list[str] = []
    number = 1
    while rows := server.get(f"/figures.json?page={number}").json:
        found += [row["item"] for row in rows]
        number += 1
    assert len(found) == len(set(found)) == FIGURES


def test_blocks_of_many_rows(server: Server) -> None:
    """A page shows the newest rows of a block and how many there are; its pages hold each of them once."""
    text = server.get("/doc/person/x", accept=HTML).text
    assert f'<small class="tag">{MEETINGS}</small>' in text
    assert "The newest 5." in text
    found: list[str] = []
    path: str | None = "/doc/person/x?show=meetings"
    while path:
        text = server.get(path, accept=HTML).text
        found += re.findall(r"<tr[^>]*>\s*<td[^>]*>.*?/doc/event/(\d+)", text)
        following = re.search(r'href="(/doc/person/x\?[^"]*)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else None
    assert sorted(found) == [f"{number:04}" for number in range(MEETINGS)]


def once_there(send: Callable[[], Answer]) -> Answer:
    """Return the first answer that is not 503: half a second is little on a busy machine."""
    until = time.monotonic() + PATIENCE
    while (answer := send()).status == HTTPStatus.SERVICE_UNAVAILABLE:
        assert time.monotonic() < until
        assert answer.headers["Retry-After"] or "index" not in answer.json["detail"]
        time.sleep(0.2)
    return answer


def test_a_search_does_not_wait_for_the_index() -> None:
    """An index that takes longer than a request may is made all the same: 503 until it is there."""
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    text = "".join(f'<{BASE}/person/p{n}> {label} "name {n}" .\n' for n in range(20_000))
    with serving(text, "--writable", "--token", "t", "--timeout", 0.6, suffix="nt") as server:
        for number in range(2):
            answer = once_there(lambda: server.get("/search.csv?q=19999"))
            assert answer.status == 200
            written = once_there(
                partial(
                    server.send,
                    "PUT",
                    f"/store?graph=urn:x:{number}",
                    "<urn:x> <urn:p> 1 .",
                    content_type=TURTLE,
                    authorization="Bearer t",
                )
            )
            assert written.status == 201


def test_the_index_of_a_large_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next server of the same file takes the index of the one before; without a folder it makes one."""
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    file = tmp_path / "large.nt"
    file.write_text(
        f'<{BASE}/person/p> {label} "Quito" .\n'
        + "".join(f"<x:s> <x:p> <x:o{n}> .\n" for n in range(100_000))
    )
    monkeypatch.delenv("WICARA_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / "wicara" / "files"

    def searched() -> list[tuple[str, int]]:
        with served(file) as server:
            answer = once_there(lambda: server.get("/search.csv?q=quito"))
            assert answer.status == 200
            assert f"{BASE}/person/p" in answer.text
        return [(path.name, path.stat().st_mtime_ns) for path in kept.glob("*")]

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = searched()
    assert len(found) == 1
    assert searched() == found
    (tmp_path / "none").write_text("no folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    assert searched() == found


def test_control_characters_in_xml() -> None:
    """Feeds, sitemaps and pictures of labels that XML cannot hold are well-formed."""
    fact = "https://w3id.org/wicara/graph/fact/odd/F001"
    label = r"a\u0001b\uFFFEc"
    with serving(
        f"<{fact}> a <https://w3id.org/wicara/ont#FactGraph> ; "
        f'<http://www.w3.org/2004/02/skos/core#prefLabel> "{label}"@en ; '
        "<http://www.w3.org/ns/prov#generatedAtTime> "
        '"2018-08-02"^^<http://www.w3.org/2001/XMLSchema#date> .\n'
        f'<{BASE}/person/{quote("é")}> <http://www.w3.org/2004/02/skos/core#prefLabel> "{label}"@en .\n'
    ) as server:
        for address in ("/changes.atom", "/sitemap.xml"):
            ET.fromstring(server.get(address).text)  # noqa: S314 - our own server
        assert "a\N{REPLACEMENT CHARACTER}b" in server.get("/changes.atom").text
