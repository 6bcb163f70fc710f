"""What a page shows at once and what it folds: long lists part by part, and little that was asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from reader import Reader

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html"


@pytest.mark.parametrize("asked", ["from=2016&to=2019", "from=2018", "about=person/sergey-lavrov"])
def test_what_a_reader_asks_for_is_not_folded(server: Server, asked: str) -> None:
    """With days, or about a thing, each lane that is not long stands whole; the top tells its number."""
    drawn = server.get(f"/timeline?{asked}", accept=HTML, accept_language="en").text
    told = re.findall(r'<a href="#lane-(\w+)">[^<]+</a> (\d+)', drawn)
    assert len(told) > 1
    for lane, number in told:
        if lane == "office":
            continue
        rows = re.findall(rf'<li class="row" id="row-\d+(-\d+)?-{lane}"', drawn)
        assert len(rows) == int(number)
        assert not any(rows) or int(number) > 60


def test_terms_of_one_post_are_one_row(server: Server) -> None:
    """What several texts tell of one person in one post is one row, in which each of them is folded."""
    drawn = server.get("/timeline?about=person/sergey-lavrov", accept=HTML, accept_language="en").text
    lane = drawn.partition('aria-labelledby="lane-office"')[2].partition("</section>")[0]
    (name,) = re.findall(r'<span class="what">(.*?) <small class="tag">(\d+)</small>', lane)
    assert name[0] == "Sergey Lavrov: Foreign Minister of Russia, by texts of 2015 to 2025"
    assert len(re.findall('<li class="row"', lane)) == int(name[1])
    assert lane.count('<li class="folded">') == 1


@pytest.mark.parametrize("path", ["/sources", "/browse", "/vocabularies", "/rules", "/map"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_lists_are_short_as_they_are_shown(built: Server, path: str, language: str) -> None:
    """A page that lists much shows at most 1,500 words and 120 links, and unfolds the rest part by part."""
    page = built.get(path, accept=HTML, accept_language=language)
    parts = re.findall(r"<details(?![^>]* open)[^>]*>.*?</summary>", page.text, re.DOTALL)
    assert len(parts) > 1
    reader = Reader(re.sub(r"(?s)<details(?![^>]* open).*?</details>", "", page.text))
    assert len(reader.text.split()) <= 1500
    assert len(reader.links) <= 120


def test_network_says_why_it_begins_so_and_lists_its_lines(server: Server) -> None:
    """Who is first is said with a number, and each line is in a table below with its role and source."""
    text = server.get("/network", accept=HTML, accept_language="en").text
    first = re.search(
        r"It begins with ([^,<]+), who of all persons here had the most roles at events: (\d+)", text
    )
    assert first
    assert re.search(rf'<bdi>{re.escape(first[1])}</bdi> <small class="tag">{first[2]}</small></a>', text)
    table = text.partition('<details id="as-table" open>')[2].partition("</table>")[0]
    assert table.count('<tr><th scope="row"') == len(server.get("/network.json").json)
    assert "It begins with" not in server.get("/network?start=person/retno-marsudi", accept=HTML).text
