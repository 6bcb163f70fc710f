"""The form for reports of errors: what it takes is kept for the operator, within bounds."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode

import pytest
from server_process import served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Answer, Server

pytestmark = pytest.mark.first_article

FORM = "application/x-www-form-urlencoded"
ABOUT = "https://w3id.org/wicara/id/state/laos"
AN_HOUR = 30


@pytest.fixture(scope="module")
def data(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of builds of its own, with the build that all tests share."""
    folder = tmp_path_factory.mktemp("reports")
    for one in data_dir.iterdir():
        if one.name != "reports.jsonl":  # of other tests
            (folder / one.name).symlink_to(one)
    return folder


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    """Return a server that keeps reports there."""
    with served("--data", data) as running:
        yield running


def send(server: Server, text: str, **headers: str) -> Answer:
    """Send a report."""
    body = urlencode({"about": ABOUT, "text": text, "contact": ""})
    return server.send("POST", "/report?lang=id", body, content_type=FORM, accept="text/html", **headers)


@pytest.mark.parametrize(
    ("about", "name"),
    [
        *(("/", "Home"), ("/sources", "Texts"), ("/browse/event", "Browse"), ("/about", "About Wicara")),
        *(("/ont/term/Person", "person"), ("/legend", "What the marks mean")),
    ],
)
def test_what_a_report_is_about(server: Server, about: str, name: str) -> None:
    """The form names each page that leads to it, with a link."""
    form = server.get(f"/report?about={quote(about, safe='')}", accept="text/html").text
    assert re.search(f"<strong><a href=[^>]*><bdi>{name}</bdi></a></strong>", form)


def test_a_report_is_kept(server: Server, data: Path) -> None:
    """A page leads to the form, which names it; a report is a line of the file, until there are too many."""
    page = server.get("/doc/state/laos", accept="text/html").text
    assert f'href="/report?about={quote(ABOUT, safe="")}"' in page
    assert f'value="{ABOUT}"' in server.get(f"/report?about={ABOUT}", accept="text/html").text
    here = "/questions/has-been-foreign-minister?state=state/laos"
    footer = f'href="/report?about={quote(here, safe="")}" rel="nofollow"'
    assert footer in server.get(here, accept="text/html").text
    form = server.get(f"/report?about={quote(here, safe='')}", accept="text/html").text
    assert f'value="{here}"' in form
    assert "they name nobody here, and promise no time" in form
    assert 'is made by Wicara contributors: <a href="https://w3id.org/wicara/dataset"' in form
    assert footer in form
    answer = send(server, "Line one\nline <two>")
    told = re.fullmatch(r"/report\?lang=id&sent=(\d{8}-[0-9a-f]{6})", answer.headers["Location"])
    assert answer.status == 303
    assert told
    thanks = server.get(told[0], accept="text/html").text
    assert "Terima kasih" in thanks
    assert f"Nomornya {told[1]}:" in thanks
    assert "Terima kasih" not in server.get("/report?lang=id&sent=%3Cb%3E", accept="text/html").text
    kept = [json.loads(line) for line in (data / "reports.jsonl").read_text("utf-8").splitlines()]
    names = ("number", "about", "title", "text", "language")
    assert [[one[name] for name in names] for one in kept] == [
        [told[1], ABOUT, "Laos", "Line one\nline <two>", "id"]
    ]
    assert send(server, "").status == 400
    assert send(server, "x" * 4001).status == 400
    assert send(server, "from elsewhere", sec_fetch_site="cross-site").status == 403
    assert {send(server, "again").status for _ in range(AN_HOUR - 1)} == {303}
    assert send(server, "one too many").status == 429
    assert len((data / "reports.jsonl").read_text("utf-8").splitlines()) == AN_HOUR


@pytest.mark.parametrize(
    ("about", "name"),
    [
        (ABOUT, "Laos"),
        ("/doc/state/laos", "Laos"),
        ("/graph/fact/kemlu-2018-08-02-asean-russia/F016", "Retno was foreign minister of Indonesia"),
        (
            "/questions/posts-on?date=2017-06-01",
            "Who held which post on 1 June 2017, for certain or possibly?",
        ),
        (
            "/explain?subject=person:retno-marsudi&predicate=a&object=wic:HasBeenForeignMinister",
            "Retno L.P. Marsudi has been a foreign minister",
        ),
        ("/map", "Map"),
    ],
)
def test_what_is_reported_has_its_name(server: Server, about: str, name: str) -> None:
    """The form names the thing, the fact, the question as it was asked, with a link; else it is typed."""
    form = server.get(f"/report?about={quote(about, safe='')}", accept="text/html").text
    named = re.search(r"<strong>(.*?)</strong> <small[^>]*>dataset&nbsp;", form, re.DOTALL)
    assert named
    assert re.sub("<[^>]*>", "", named[1]).strip() == name
    assert "href=" in named[1]
    assert 'type="hidden" name="about"' in form
    nameless = server.get("/report?about=/nowhere", accept="text/html").text
    assert '<input id="about" name="about" value="/nowhere"' in nameless


def test_who_answers(data: Path) -> None:
    """The form and /about say who answers and when; a page leads straight to another address."""
    address = "https://example.org/report?about={iri}"
    with served("--data", data, "--reports-answered", "The desk of X, in two days.") as server:
        for path in ("/report?about=%2Fmap", "/about"):
            page = server.get(path, accept="text/html").text
            assert "The desk of X, in two days." in page
            assert "name nobody here" not in page
    with served("--data", data, "--report-errors", address) as server:
        assert "name nobody here" not in server.get("/about", accept="text/html").text
        page = server.get("/as-of?date=2018-08-02", accept="text/html").text
        href = re.findall(r'<a href="([^"]+)" rel="nofollow">Report an error', page)
        assert unquote(href[0]).endswith("/as-of?date=2018-08-02")
        assert href[0].startswith("https://example.org/report?about=http")


def test_served_files_take_no_reports() -> None:
    """Where files are served there is no folder to keep reports in, and the form is not there."""
    with serving("<urn:x:a> <urn:x:b> <urn:x:c> .\n") as server:
        assert server.get("/report", accept="text/html").status == 404
        page = server.get("/about", accept="text/html").text
        assert "/report?" not in page
        assert 'href="/about#report"' in page
