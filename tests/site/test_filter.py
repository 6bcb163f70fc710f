"""The filter: one choice of source, actor, area, status and days holds in the list and in every picture."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html"
MAX_QUERIES = 6
VIEWS = ("search", "timeline", "map", "network", "figures")
SOURCE = "kemlu-2018-08-02-asean-russia"
DAYS = {"from": "2016", "to": "2016-12-15"}
ID = "https://w3id.org/wicara/id/"
SOCHI, MEETING = f"{ID}event/2016-05-19-sochi-summit", f"{ID}event/2018-08-02-asean-russia-meeting"


def shown(server: Server, view: str, **asked: str) -> set[str]:
    """Return the events and the figures that a view shows with a filter, by its CSV."""
    text = server.get(f"/{view}.csv?{urlencode(asked)}").text
    return set(re.findall(rf"{ID}(?:event|observation)/[^\s,\"]+", text))


@pytest.mark.parametrize("view", ["search", "timeline", "map"])
def test_days(server: Server, view: str) -> None:
    """Days choose what lies in them: the summit of 2016, not the meeting of 2018."""
    kind = {"kind": "event"} if view != "map" else {}
    assert SOCHI in shown(server, view, **DAYS, **kind)
    assert MEETING not in shown(server, view, **DAYS, **kind)


@pytest.mark.parametrize("view", VIEWS[1:])
def test_an_actor(server: Server, view: str) -> None:
    """What concerns an actor is the same in whichever way it is named, and no more than search finds."""
    found = shown(server, view, actor="state/russia")
    assert found == shown(server, view, state="russia")
    assert found
    if view != "network":
        assert found <= shown(server, "search", state="russia")


def test_the_address(server: Server) -> None:
    """Every view has the filter in words with a way to take it away, and leads to the others with it."""
    asked = {"person": "sergey-lavrov", "source": SOURCE, **DAYS}
    for view in VIEWS:
        answer = server.get(f"/{view}?{urlencode(asked)}", accept=HTML)
        links = [unescape(link) for link in re.findall(r'href="([^"]*)"', answer.text)]
        for other in VIEWS:
            assert f"/{other}?{urlencode(asked)}" in links, (view, other)
        without_days = {key: value for key, value in asked.items() if key not in DAYS}
        assert f"/{view}?{urlencode(without_days)}" in links
        queries = re.findall(r'queries;desc="(\d+)"', answer.headers.get("Server-Timing", ""))
        assert int(queries[0] if queries else 0) <= MAX_QUERIES, view


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_established_and_what_is_planned(server: Server, view: str) -> None:
    """Each view tells apart by the same filter what is established, claimed and planned."""
    kind = {"kind": "event"} if view in {"search", "timeline"} else {}
    known, planned = (shown(server, view, status=status, **kind) for status in ("established", "planned"))
    assert known
    assert not known & planned
    if view in {"search", "timeline"}:
        assert f"{ID}event/2018-11-asean-summit" in planned
    text = server.get(f"/{view}?status=planned", accept=HTML).text
    assert re.search(r"Status: (?:<span>)?planned", text)


def test_one_status_each(server: Server) -> None:
    """A thing has one status; no claim is established, and each result has the status it is chosen by."""

    def found(**asked: str) -> dict[str, Any]:
        return json.loads(server.get(f"/search.json?{urlencode(asked)}").text)  # type: ignore[no-any-return]

    values = [one["value"] for one in found()["facets"]["status"]]
    by_status = [{one["iri"] for one in found(status=key)["results"]} for key in values]
    assert sum(map(len, by_status)) == len(set().union(*by_status)) > 1000
    claimed = {one["value"] for one in found(kind="claim")["facets"]["status"]}
    assert "claimed" in claimed
    assert "established" not in claimed
    assert {tuple(one["status"]) for one in found(status="planned")["results"]} == {("planned",)}


@pytest.mark.parametrize("view", VIEWS)
def test_years_stay_years(server: Server, view: str) -> None:
    """A year stays a year in its field and in the links; an empty field shows nothing that may be a day."""

    def fields(address: str) -> tuple[str, list[str]]:
        text = server.get(address, accept=HTML).text
        return text, re.findall(r'<input type="text" id="(?:from|to)"[^>]*>', text)

    text, asked = fields(f"/{view}?from=1991&to=2020")
    assert [re.findall(r' value="([^"]*)"', one) for one in asked] == [["1991"], ["2020"]]
    assert f'href="/{view}?from=1991&amp;to=2020"' in text
    _text, empty = fields(f"/{view}")
    assert len(empty) == len(asked)
    assert not any(re.search(r'(?:value|placeholder)="[^"]*[0-9]', one) for one in empty)


def test_what_cannot_be_filtered(server: Server) -> None:
    """A view whose things have nothing of a part of the filter leaves that out, and says so."""
    text = server.get("/figures?area=counter-terrorism", accept=HTML).text
    assert "this part of the filter is left out: Area" in text
    assert shown(server, "figures", area="counter-terrorism") == shown(server, "figures")


def test_faulty_days(server: Server) -> None:
    """A day that is none is refused in every view."""
    for view in VIEWS:
        assert server.get(f"/{view}?from=2018-02-30", accept=HTML).status == 400
