"""What a page shows at once, folds, and where it puts names: long lists part by part, little unasked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from reader import Reader, ask

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html"


@pytest.mark.parametrize("asked", ["from=2016&to=2019", "from=2018", "about=person/sergey-lavrov"])
def test_of_what_a_reader_asks_for_only_what_is_of_one_time_is_folded(server: Server, asked: str) -> None:
    """With days, or about a thing, no years are folded in a short lane; the top tells its number."""
    drawn = server.get(f"/timeline?{asked}", accept=HTML, accept_language="en").text
    told = re.findall(r'<a href="#lane-(\w+)">[^<]+</a> (\d+)', drawn)
    assert len(told) > 1
    for lane, number in told:
        if lane == "office":
            continue
        assert len(re.findall(rf'<li class="row" id="row-\d+(?:-\d+)?-{lane}"', drawn)) == int(number)
        part = drawn.partition(f'aria-labelledby="lane-{lane}"')[2].partition("</section>")[0]
        for fold in re.findall(r'<li class="folded">.*?</details>', part, re.DOTALL):
            times = re.findall(r'<span class="times"><span class="when">(.*?)</span>', fold)
            assert len(times) > 2
            assert int(number) > 60 or len({*times}) == 1


def test_what_is_beside_an_open_timeline_is_one_click_away(server: Server) -> None:
    """The arrow at the edge of chosen days leads to the days beyond it, not to all of them."""
    drawn = server.get("/timeline?from=1991&to=2020&kind=event", accept=HTML, accept_language="en").text
    ways = dict(re.findall(r'<a href="([^"]+)">(?:← )?(\d+ (?:earlier|later))', drawn))
    assert [*ways] == [
        "/timeline?kind=event&amp;to=1990-12-31#picture",
        "/timeline?kind=event&amp;from=2021-01-01#picture",
    ]
    later = server.get("/timeline.json?from=2021-01-01&kind=event").json
    begun = {str(one["item"]) for one in later if str(one["earliestStart"] or "") > "2020"}
    assert len(begun) == int([*ways.values()][1].split()[0])


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
    """Who is first is said with a number; the table below has each line once, with its roles and sources."""
    text = server.get("/network", accept=HTML, accept_language="en").text
    first = re.search(
        r"It begins with ([^,<]+), who of all .* took part, or was to take part, in the most events: (\d+)",
        text,
    )
    assert first
    met = server.get("/doc/person/sergey-lavrov", accept=HTML, accept_language="en").text
    assert first[1] == "Sergey Lavrov"
    assert f'Meetings <small class="tag">{first[2]}</small>' in met
    name = re.escape(first[1])
    assert re.search(rf'<bdi>{name}</bdi> <small class="tag">{first[2]} events</small></a>', text)
    assert re.search(r'<bdi>[^<]*Summit[^<]*</bdi> <small class="tag">\d+ roles</small></a>', text)
    table = text.partition('<details id="as-table" open>')[2].partition("</table>")[0]
    every = server.get("/network.json").json
    lines = [tuple(one[key] for key in ("from", "to", "planned")) for one in every]
    assert len(lines) > len({*lines})
    assert table.count('<tr><th scope="row"') == len({*lines})
    rows = re.findall(r"<tr><th.*?</tr>", table, re.DOTALL)
    both = [
        row for row in rows if "ASEAN-Russia ministerial meeting, 31 July 2019" in row and "Lavrov" in row
    ]
    assert len(both) == 1
    assert ">co-chair, attendee<" in both[0]
    (chaired,) = [row for row in rows if ">co-chair, speaker<" in row]
    assert "/F022" in chaired
    assert "/F041" in chaired  # each role has its own source
    assert "It begins with" not in server.get("/network?start=person/retno-marsudi", accept=HTML).text


@pytest.mark.parametrize(("lang", "said"), [("en", "claimed by"), ("id", "diklaim oleh")])
def test_network_says_which_role_is_only_claimed(server: Server, lang: str, said: str) -> None:
    """Of two roles the one that a fact only claims is marked, in the list, the drawing and the data."""
    start = f"start=person/vladimir-putin&lang={lang}"
    text = server.get(f"/network?{start}", accept=HTML).text
    rows = [
        row for row in re.findall(r"<tr><th.*?</tr>", text, re.DOTALL) if f"({said} Sergey Lavrov)" in row
    ]
    assert len(rows) == 1
    assert rows[0].count(said) == 1
    assert "sochi-summit" in rows[0] or "Sochi" in rows[0]
    assert '<svg class="sample claimed"' in text
    bolkiah = server.get("/network?start=person/hassanal-bolkiah", accept=HTML).text
    assert 'class="line claimed"' in bolkiah
    read = server.get("/network?start=person/retno-marsudi", accept=HTML).text
    assert "read from the words" in server.get("/network.csv?start=person/retno-marsudi").text
    assert 'class="line claimed"' not in read
    found = {
        one["role"].rpartition("/")[2]: one
        for one in server.get(f"/network.json?{start}").json
        if one["from"].endswith("vladimir-putin") and one["to"].endswith("2016-05-19-sochi-summit")
    }
    assert found["chair"]["status"] == f"{said} Sergey Lavrov"
    assert found["attendee"]["status"] != found["chair"]["status"]
    assert all("lavrov-news-conference" in graph for graph in found["chair"]["sources"])
    assert "planned,status,via" in server.get(f"/network.csv?{start}").text


def test_places_are_listed_and_large_states_named(server: Server) -> None:
    """Below the map each place with its number leads to what was held there; Russia has its name on it."""
    drawn = server.get("/map", accept=HTML, accept_language="en").text
    names = re.findall(r'<text class="of-state"[^>]*>([^<]+)</text>', drawn)
    assert {"Russia", "United States", "China"} <= {*names}
    colours = re.findall(r'<a class="state (\w+)"[^>]*><title>([^:]+):', drawn)
    for kind, legend in re.findall(r'<li class="state (\w+)">.*?</svg>.*: (.*?)</li>', drawn):
        assert {name for other, name in colours if other == kind} <= {*legend.split(", ")}
        assert "Viet Nam" in legend or kind != "member"
    listed = drawn.partition('id="after-picture"')[2].partition("</p>")[0]
    places = re.findall(r'<a href="#(place-\d+)">[^<]+</a> (\d+)', listed)
    assert len(places) > 10
    for place, number in places:
        card = drawn.partition(f'id="{place}"')[2].partition('<p class="note">')[0]
        held = [one for one in re.findall(r"<li>.*?</li>", card, re.DOTALL) if "mark planned" not in one]
        assert len(held) == int(number)


@pytest.mark.parametrize("query", ["", "?from=2018&to=2021"])
@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", r"Of (\d+) events, [^<]*, (\d+) are not on it, as no place of them is recorded\."),
        ("id", r"Dari (\d+) peristiwa, [^<]*, (\d+) tidak tampak di peta karena tempatnya tidak tercatat\."),
    ],
)
def test_the_map_tells_which_events_have_no_place(server: Server, query: str, lang: str, said: str) -> None:
    """Events of which no place is told are counted, also where a filter leaves some, and listed."""
    drawn = server.get(f"/map{query}", accept=HTML, accept_language=lang).text
    (told,) = re.findall(rf'<a href="#placeless">{said}</a>', drawn)
    cards, _start, listed = drawn.partition('<div id="placeless">')
    without = {*re.findall(r'<li>\s*<a href="/doc/(event/[^"]+)"', listed.partition("</details>")[0])}
    placed = {*re.findall(r'<li>\s*<a href="/doc/(event/[^"]+)"', cards)}
    assert not without & placed
    assert [*map(int, told)] == [len(without | placed), len(without)]
    if not query:
        every = "SELECT (COUNT(DISTINCT ?it) AS ?n) { ?it a <https://w3id.org/wicara/ont#Event> }"
        answer = server.get(f"/sparql?{urlencode({'query': every})}", accept="text/csv").text
        assert answer.split() == ["n", told[0]]


@pytest.mark.parametrize(
    ("lang", "meeting", "plan"),
    [
        (
            "en",
            "24th ASEAN Ministerial Meeting, Kuala Lumpur in 1991",
            "planned: between 26 and 28 October 2025",
        ),
        (
            "id",
            "Pertemuan Tingkat Menteri ASEAN ke-24, Kuala Lumpur pada 1991",
            "antara 26 dan 28 Oktober 2025",
        ),
    ],
)
def test_what_was_held_at_a_place_stands_by_time(server: Server, lang: str, meeting: str, plan: str) -> None:
    """The events of a place stand in the order of time, each with its time where its name tells none."""
    answer = server.get(f"/map?lang={lang}", accept=HTML)
    card = answer.text.partition("<bdi>Kuala Lumpur</bdi></a>")[2].partition('<p class="note">')[0]
    events = [Reader(one).text for one in re.findall(r"<li>.*?</li>", card, re.DOTALL)]
    assert card.startswith(f' <small class="tag">{len(events) - 2} + 2 ')
    assert events[0].startswith(meeting)
    assert plan in events[-1]
    years = [re.findall(r"\b(?:19|20)\d{2}\b", one.partition("(")[0])[0] for one in events]
    assert years == sorted(years)
    assert len({*years}) > 3
    day = {"en": "10 December 2005", "id": "10 Desember 2005"}[lang]
    assert [one.count(day) for one in events if day in one] == [1]


def test_a_page_begins_with_what_is_known(server: Server) -> None:
    """The IRI and the switch of conclusions stand below what is known; that they are off comes first.

    What follows from offices stands below these, with why.
    """
    text, without = (
        server.get(f"/doc/person/sergey-lavrov{choice}", accept=HTML, accept_language="en").text
        for choice in ("", "?infer=off")
    )
    said = text.index(">What this person said ")
    below = [text.index(what) for what in ("Hide inferred", '<p class="iri">')]
    offices = text[text.index(">Offices ") : said]
    assert offices.index("</table>") < offices.index("HasBeenForeignMinister") < offices.index(">Why?</a>")
    assert text.count(">Why?</a>") == 1
    assert said < text.index(">Meetings ") < min(below)
    assert without.index("Show conclusions too") < without.index(">What this person said ")


def test_a_label_stands_where_no_line_goes(server: Server) -> None:
    """Of a node of the network from which one line goes up or down, the name stands at the other side."""
    page = server.get("/network?start=person/sergey-lavrov", accept="text/html").text
    drawn = re.findall(r'data-node="(.*?)" data-at="(\S+) (\S+)".*?<text y="(-?\d+)"', page, re.DOTALL)
    places = {iri: (float(x), float(y)) for iri, x, y, _ in drawn}
    lines = re.findall(r'data-from="(.*?)" data-to="(.*?)"', page)
    steep = 0
    for iri, x, y, label in drawn:
        ends = [other for pair in lines if iri in pair for other in pair if other != iri]
        across, down = (places[ends[0]][0] - float(x), places[ends[0]][1] - float(y)) if ends else (0, 0)
        if len(ends) == 1 and abs(down) > 2 * abs(across):
            assert (down < 0) == (int(label) > 0), iri
            steep += 1
    assert steep


@pytest.mark.parametrize("slug", ["plans-and-the-record", "trade-by-year", "plans-and-what-came"])
def test_a_long_answer_unfolds(server: Server, slug: str) -> None:
    """What an answer says of many things begins with some of them, and the rest unfolds on the page."""
    page = ask(server, slug).text
    first, _details, rest = page.partition('<details class="all rest">')
    assert "<li><p>" in first
    number = re.search(r"<summary>The first 10 of \d+ are shown: show the other (\d+)</summary>", rest)
    assert number
    assert rest.partition("</details>")[0].count("<li><p>") == int(number[1])
    shown = Reader(re.sub(r"(?s)<details.*?</details>", "", page))
    assert len(shown.text.split()) <= 1500
    assert len(shown.links) <= 120


LINE = re.compile(
    r'<line x1="([^"]*)" y1="([^"]*)" x2="([^"]*)" y2="([^"]*)"/>\s*'
    r'<text transform="translate\(([^ ]*) ([^)]*)\)" dy[^>]*>(.*?)</text>'
)


@pytest.mark.parametrize("start", ["body/asean", "person/sergey-lavrov", "person/retno-marsudi"])
def test_words_of_a_line_lie_on_no_other(server: Server, start: str) -> None:
    """No line goes through the words of another: those that have no room are told by the list alone."""
    drawn = server.get(f"/network?start={start}", accept=HTML).text
    found = [(*map(float, one[:6]), re.sub("<[^>]*>", "", one[6]).strip()) for one in LINE.findall(drawn)]
    assert [one for one in found if one[6]]
    for at, (_, _, _, _, x, y, words) in enumerate(found):
        half = 3 * len(words)
        for x1, y1, x2, y2, *_ in found[:at] + found[at + 1 :] if words else ():
            inside = [
                abs(x1 + (x2 - x1) * part / 200 - x) < half and abs(y1 + (y2 - y1) * part / 200 - y) < 6
                for part in range(201)
            ]
            assert not any(inside), words
    assert drawn.count('<td data-heading="role">') >= len(found)
