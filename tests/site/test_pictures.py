"""The pictures: complete without scripts, right about time, and the same as their data."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from needed import needed
from server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

HTML = "text/html"
PICTURES = ("timeline", "network", "map", "figures")
MEETING = "event/2018-08-02-asean-russia-meeting"
LAOS = "situation/laos-coordinatorship-2015-2018"
INDONESIA = "situation/indonesia-coordinatorship-2018-2021"
ROOT = "https://w3id.org/wicara/id/"
HOSTILE = """
@prefix wic: <https://w3id.org/wicara/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://w3id.org/wicara/id/event/> .
:a a wic:Event ; skos:prefLabel "</title><script>alert(1)</script>"@en ; wic:hasTimeSpan :s ; wic:heldAt :p ;
  wic:hasAttendeeParticipation :part .
:part wic:participant <javascript:alert(1)> , :b .
:b a wic:Person ; skos:prefLabel "\\u202E\\"'><b onload=x>"@en .
<javascript:alert(1)> a wic:Event ; wic:hasTimeSpan :t .
:s wic:earliestStart "9999-12-31"^^xsd:date ; wic:latestEnd "0001-01-01"^^xsd:date .
:t wic:earliestStart "next week" ; wic:latestStart "2018-02-30"^^xsd:date ;
  wic:latestEnd "-0044-03-15"^^xsd:date .
[] wic:evaluates :o ; wic:claimant [] .
:p skos:prefLabel "<svg/onload=alert(1)>" ; wic:latitude "1e400" , 91 , "x" ; wic:longitude 5 .
:q skos:prefLabel "<svg/onload=alert(1)>" ; wic:latitude 90 ; wic:longitude -180.0 .
:o a wic:StatisticalObservation ; wic:value "NaN"^^xsd:double , "1e999999999" , -3.5 , "many" ;
  wic:observedIndicator "trade" ; wic:unit <javascript:alert(2)> .
wic:Person rdfs:subClassOf wic:Actor .
"""


class Found(HTMLParser):
    """What a page holds: its links, its text, its elements, and what may not be in it."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.links: list[str] = []
        self.marked: list[dict[str, str | None]] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take down an element."""
        values = dict(attrs)
        self.marked.append({"tag": tag, **values})
        self.links += [values["href"] or ""] if "href" in values else []
        self.faults += [f"{name} in <{tag}>" for name in values if name.startswith("on") or name == "style"]
        runs = tag == "script" and values.get("type") != "application/ld+json"
        self.faults += ["a script of its own"] if runs and "src" not in values else []

    def handle_data(self, data: str) -> None:
        """Take down text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """Return the text of the page, spaces made one."""
        return " ".join("".join(self.words).split())


def page(server: Server, path: str) -> Found:
    """Return a page that must be 200 and harmless."""
    answer = server.get(path, accept=HTML)
    assert (path, answer.status, answer.media_type) == (path, 200, HTML)
    found = Found(answer.text)
    assert (path, found.faults) == (path, [])
    assert not [link for link in found.links if link.lower().startswith("javascript:")]
    return found


def records(server: Server, name: str, **asked: str | list[str]) -> list[dict[str, object]]:
    """Return the data of a picture as JSON."""
    answer = server.get(f"/{name}.json?{urlencode(asked, doseq=True)}")
    assert (answer.status, answer.media_type) == (200, "application/json")
    found: list[dict[str, object]] = answer.json
    return found


@pytest.fixture(scope="module")
def hostile() -> Iterator[Server]:
    """Return a server of data that means harm, or nothing."""
    with serving(HOSTILE) as running:
        yield running


@pytest.mark.parametrize("name", PICTURES)
def test_same_data_in_all_forms(server: Server, name: str) -> None:
    """The page, its table, CSV and JSON hold the same; the page links to both, in text and in its head."""
    told = records(server, name)
    rows = list(csv.DictReader(io.StringIO(server.get(f"/{name}.csv").text)))
    flat = [
        {
            key: " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            for key, value in one.items()
        }
        for one in told
    ]
    assert rows == flat
    assert told
    found = page(server, f"/{name}")
    assert {f"/{name}.csv", f"/{name}.json"} <= set(found.links)
    for key in ("label", "fromLabel", "roleLabel", "toLabel"):
        assert not [one[key] for one in told if key in one and str(one[key])[:200] not in found.text]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("lang", ["en", "id"])
def test_complete_without_scripts(server: Server, name: str, lang: str) -> None:
    """Each picture is drawn by the server, in both languages, and says in words what it draws."""
    found = page(server, f"/{name}?lang={lang}")
    assert [one for one in found.marked if one["tag"] in {"rect", "circle", "path", "line"}]
    assert [one for one in found.marked if one["tag"] in {"table", "ul"}]
    assert ("Timeline" in found.text) == (lang == "en")


def test_each_event_once(server: Server) -> None:
    """The timeline has one row for each event that some source dates; it leads to the page of the event."""
    path = "wic:during*/(wic:plannedAlongside|wic:hasProspectiveChairParticipation)?/wic:hasTime"
    asked = server.ask(f"SELECT DISTINCT ?e {{ ?e {path} ?t FILTER(STRSTARTS(STR(?e), STR(event:))) }}")
    events = {row["e"] for row in asked.rows}
    text = server.get("/timeline", accept=HTML).text
    names = re.findall(r'<span class="name"><a href="/doc/(event/[^"]*)"', text)
    assert sorted(names) == sorted(event.removeprefix(ROOT) for event in events)


def test_bounds(server: Server) -> None:
    """What is certain of a term is drawn apart from what is possible, and open ends as such."""
    text = server.get("/timeline?from=2015-01-01&to=2018-12-31", accept=HTML).text
    rows = {
        found[1]: found[0]
        for found in re.finditer(r'<li class="row".*?href="/doc/([^"?]*)".*?</li>', text, re.DOTALL)
    }
    shapes = re.findall(r'<rect class="(\w+)" x="([\d.]+)%" y="28%" width="([\d.]+)%"', rows[LAOS])
    edges = [(kind, round(float(x)), round(float(x) + float(width))) for kind, x, width in shapes]
    assert edges == [("possible", 0, 25), ("certain", 25, 90), ("possible", 90, 97)]
    assert 'class="actual"' in rows[LAOS]
    assert rows["situation/retno-marsudi-foreign-minister"].count('class="open"') == 2
    assert 'class="certain point"' in rows[MEETING]
    summit = rows["event/2018-11-asean-russia-summit"]
    assert [one for one in ("actual", "planned", "proposed") if f'class="{one}"' in summit] == ["actual"]


def test_times_in_words(server: Server) -> None:
    """Times are told as people say them, in the reader's language."""
    kinds = ["event", "standing", "coordinator", "figure"]
    english = {
        str(one["item"]).removeprefix(ROOT): one["when"] for one in records(server, "timeline", kind=kinds)
    }
    assert english[MEETING] == "2 August 2018"
    assert english["event/2016-05-19-sochi-summit"] == "19\N{EN DASH}20 May 2016"
    assert english["situation/russia-dialogue-partner"] == "from July 1996, still so on 2 August 2018"
    assert english["situation/russia-dialogue-partner-from-1997-07"] == "from July 1997 on"
    assert english["event/2018-11-asean-summit"] == "in November 2018"
    assert english["observation/asean-russia-trade-2017"] == "2017"
    assert english[LAOS] == "begun 2015; ended between 2 August 2018 and 14 November 2018"
    indonesian = {
        str(one["item"]).removeprefix(ROOT): one["when"] for one in records(server, "timeline", lang="id")
    }
    assert indonesian[MEETING] == "2 Agustus 2018"
    assert indonesian["situation/russia-dialogue-partner"].endswith("2 Agustus 2018")


def test_coordinator_on_a_day(server: Server) -> None:
    """The timeline tells who was the coordinator on 2 August 2018 and who was to follow, with the fact."""
    drawn = server.get("/timeline?date=2018-08-02&kind=coordinator", accept=HTML).text
    text = drawn.partition("<main")[2]
    certain, coming = text.index("For certain"), text.index("Still to begin on that day")
    assert certain < text.index(f"/doc/{LAOS}") < coming < text.index(f"/doc/{INDONESIA}")
    assert "/graph/fact/kemlu-2018-08-02-asean-russia/D07" in text
    before = page(server, "/timeline?date=2016-08-02&kind=coordinator").text
    assert "For certain 1 Laos" in before
    assert "2 August 2016" in before


def test_possible_and_planned_on_a_day(server: Server) -> None:
    """What a plan says of a day, and what the bounds leave open, is never called certain."""
    text = page(server, "/timeline?date=2018-10-01&kind=coordinator").text
    assert "Possibly, or by a plan 2" in text
    assert "Not shown: + Figures" in text.partition("1 October 2018")[2].partition("Possibly")[0]
    assert "For certain" not in text
    assert "Nothing is known to have held" in page(server, "/timeline?date=1900-01-01&kind=event").text


def test_about(server: Server) -> None:
    """A timeline may be about one thing: a partnership has its meetings, coordinators, plan and figures."""
    for name in (
        "partnership/asean-russia",
        "/doc/partnership/asean-russia",
        f"{ROOT}partnership/asean-russia",
    ):
        items = {str(one["item"]).removeprefix(ROOT) for one in records(server, "timeline", about=name)}
        assert {
            MEETING,
            LAOS,
            INDONESIA,
            "event/2016-05-19-sochi-summit",
            "document/sochi-declaration",
        } <= items
        assert {"observation/poa-implementation-2018-08-02", "observation/asean-russia-trade-2017"} <= items
        assert "event/2018-08-02-pmc-japan" not in items
    assert "ASEAN-Russia partnership" in page(server, "/timeline?about=partnership/asean-russia").text


@pytest.mark.parametrize(
    "path",
    [
        "/timeline?date=yesterday",
        "/timeline?about=%3Cx%3E",
        "/timeline?from=2018-13-01",
        "/timeline?page=0",
        "/network?start=a%20b",
        "/figures?about=%20%22",
    ],
)
def test_what_cannot_be_asked(server: Server, path: str) -> None:
    """A day or a thing that is none is a 400 that says so."""
    assert server.get(path, accept=HTML).status == 400


def test_years_are_days(server: Server) -> None:
    """A year alone is its first day, or its last; a day is itself, and less than a year is none."""
    drawn = server.get("/timeline?from=1991&to=2020", accept=HTML).text
    assert 'data-from="1991-01-01" data-to="2020-12-31"' in drawn
    assert re.findall(r'<text class="edge"[^>]*>([^<]+)<', drawn) == ["1991", "2020"]
    days = server.get("/timeline?from=2018-07-28&to=2018-08-14", accept=HTML).text
    assert re.findall(r'<text class="edge"[^>]*>([^<]+)<', days) == ["28 Jul", "14 Aug"]
    assert records(server, "map", **{"from": "2016", "to": "2016"}) == records(
        server, "map", **{"from": "2016-01-01", "to": "2016-12-31"}
    )
    refused = server.get("/timeline?to=199", accept=HTML)
    assert (refused.status, "or a year" in refused.text) == (400, True)
    assert server.get("/timeline?date=2018", accept=HTML).status == 400


def test_what_is_beside_the_story_is_off_the_timeline(server: Server) -> None:
    """Figures, memberships and texts are left out until they are asked for; their number is said."""
    drawn = server.get("/timeline", accept=HTML).text
    lanes = re.findall(r'id="lane-(\w+)"', drawn)
    assert lanes == ["standing", "event", "coordinator", "document", "office", "act"]
    told = re.findall(r'<a href="([^"]+)">\+ ([\w ]+)</a> (\d+)', drawn.partition("Not shown:")[2])
    assert [name for _, name, _ in told] == ["Figures", "Memberships", "Press texts"]
    for (address, _, number), lane in zip(told, ("figure", "membership", "text"), strict=True):
        more = server.get(address.replace("&amp;", "&"), accept=HTML).text
        assert f'id="lane-{lane}"' in more
        assert len({str(one["item"]) for one in records(server, "timeline", kind=lane)}) == int(number)
    assert 'id="lane-membership"' in server.get("/timeline?about=state/laos", accept=HTML).text


def test_a_long_timeline_is_folded(server: Server) -> None:
    """Where there is much, a lane folds what is of one year, or all that lasts; nothing is left out."""

    def folds(kinds: str) -> tuple[list[str], list[str], int]:
        drawn = server.get(f"/timeline{kinds}", accept=HTML).text
        names = re.findall(r'<summary><span class="row"><span class="what">(.*?) <small', drawn)
        open_rows = re.findall(r'<li class="row" id="row-\d+-(\w+)"', drawn)
        return names, open_rows, len(re.findall('<li class="row"', drawn))

    names, open_rows, every = folds("")
    assert "2018" in names
    assert {"standing", "event", "coordinator", "document"} == {*open_rows} - {"act"}
    assert len(open_rows) < every / 3
    assert every >= len({one["item"] for one in records(server, "timeline") if one["latestStart"]})
    names, open_rows, every = folds("?kind=office")
    assert len(open_rows) > every / 2


def test_figures_are_called_by_their_value(server: Server) -> None:
    """On a timeline a figure is called by its value, what it counts and who gives it."""
    told = {str(one["label"]) for one in records(server, "timeline", kind="figure")}
    assert {
        "79 activities \N{MIDDLE DOT} number of activities implemented (ANTARA, 1 Aug 2019)",
        "USD 6.8 billion \N{MIDDLE DOT} total trade (Dmitry Medvedev)",
    } <= told
    assert not [label for label in told if ", fact F" in label]


def test_only_what_a_row_tells_is_drawn(server: Server) -> None:
    """What was planned for a year is not drawn where the day is known; one day of a time is said so."""
    drawn = server.get("/timeline?kind=event&kind=office", accept=HTML).text
    (kuala_lumpur,) = re.findall(
        "<bdi>ASEAN-Russia Summit, Kuala Lumpur 2005</bdi>.*?</li>", drawn, re.DOTALL
    )
    assert "<circle" in kuala_lumpur
    assert "<rect" not in kuala_lumpur
    assert "planned: in November 2017; held: 14 November 2018" in drawn
    president = re.findall('title="Joko Widodo as President, by the article">([^<]*)<', drawn)
    assert president == ["known for 19\N{EN DASH}20 May 2016"]


def test_network_unfolds(server: Server) -> None:
    """A node shows those around it with their roles; a link unfolds one of them, and leaves the rest."""
    first = page(server, "/network?start=person/sergey-lavrov")
    nodes = {one["data-node"] for one in first.marked if "data-node" in one}
    assert {f"{ROOT}person/sergey-lavrov", ROOT + MEETING, f"{ROOT}state/russia"} <= nodes
    assert f"{ROOT}person/retno-marsudi" in nodes  # who took part in the same
    roles = {
        (str(one["to"]), str(one["roleLabel"]))
        for one in records(server, "network", start="person/sergey-lavrov")
    }
    assert {(ROOT + MEETING, "co-chair"), (ROOT + MEETING, "speaker")} <= roles
    assert (f"{ROOT}state/russia", "Foreign Minister of Russia") in roles
    unfold = next(link for link in first.links if "open=event" in link and "asean-russia-meeting" in link)
    second = page(server, unfold)
    more = {one["data-node"] for one in second.marked if "data-node" in one}
    assert nodes < more
    assert f"{ROOT}person/retno-marsudi" in more
    assert server.get(unfold, accept=HTML).text == server.get(unfold, accept=HTML).text


def test_network_leads_to_evidence(server: Server) -> None:
    """A role leads to the fact that it rests on; what is planned is drawn as planned."""
    found = page(server, "/network?start=event/2019-2020-arf-ism-cttc")
    assert "/graph/fact/kemlu-2018-08-02-asean-russia/F045" in found.links
    assert [one for one in found.marked if one.get("class") == "line planned"]


def test_network_counts_who_met(server: Server) -> None:
    """Who was how often at the same meetings stands below the picture, each with these and their sources."""
    drawn = server.get("/network?start=person/sergey-lavrov", accept=HTML).text
    picture, _, met = drawn.partition('<section class="met"')
    pairs = re.findall(
        r"<details><summary><bdi>([^<]+)</bdi> <small[^>]*>(\d+)</small>(.*?)</details>", met, re.DOTALL
    )
    assert [pair[:2] for pair in pairs[:2]] == [("Retno L.P. Marsudi", "5"), ("Saleumxay Kommasith", "2")]
    for _name, count, inside in pairs:
        meetings = re.findall(r"<li>(.*?)</li>", inside, re.DOTALL)
        assert len(meetings) == int(count)
        assert [one for one in meetings if "/graph/fact/" not in one] == []
    assert "/questions/met-whom-most?person=person:sergey-lavrov" in met
    words = re.findall(r'<text transform="translate\([^"]*\)" dy[^>]*>(.*?)</text>', picture, re.DOTALL)
    said = {re.sub("<[^>]*>", "", one) for one in words}
    assert {"attendee", "co-chair, speaker", "chair (claimed by Sergey Lavrov), attendee"} <= said


PARTNER = "partner of ASEAN, by these sources"


def test_map(server: Server) -> None:
    """The map lists each place with what was held there, and each state with its standing."""
    found = page(server, "/map").text
    assert "Commemorative Summit, Sochi 2016" in found
    assert "membership of Viet Nam in ASEAN" in found
    told = {str(one["label"]): one for one in records(server, "map")}
    assert told["Sochi"]["events"] == [f"{ROOT}event/2016-05-19-sochi-summit"]
    singapore, hall = told["Singapore (city)"]["planned"], told["Kuala Lumpur"]["planned"]
    assert f"{ROOT}event/2018-11-asean-summit" in singapore  # type: ignore[operator] # a list
    assert f"{ROOT}event/2025-10-26-asean-summit" in hall  # type: ignore[operator] # a list
    assert told["Viet Nam"]["code"] == "VNM"
    assert f"{ROOT}situation/russia-strategic-of-asean" in str(told["Russia"]["standing"])
    assert "comprehensive strategic partnership of United States and ASEAN" in found
    drawn = server.get("/map", accept=HTML).text
    kinds = re.findall(r'<a class="state (\w+)"[^>]*><title>([^<:]+): ([^<]+)</title>', drawn)
    assert ("member", "Viet Nam", "member of ASEAN") in kinds
    partners = {name for kind, name, told in kinds if (kind, told) == ("partner", PARTNER)}
    assert {"Russia", "United States"} <= partners  # by a status, and by a partnership
    for card in drawn.split('<div class="card-place"')[1:]:
        events = re.findall(r'<li>\s*<a href="(/doc/event/[^"]+)"', card.partition("</div>")[0])
        assert len(events) == len(set(events))  # once, as held where a source reports it so


def test_a_place_says_how_much_was_held_there(server: Server) -> None:
    """The card of a place has its events, its coordinates and a way back; the mark has their number."""
    drawn = server.get("/map", accept=HTML).text
    mark = r'<title>([^<:]+): \d+</title>.*?<tspan class="count">(\d+)<'
    counts = dict(re.findall(mark, drawn))
    needed(bool(counts), "the scripts of the pages are not built: `make test` does it")
    assert (counts["Sochi"], int(counts["Vientiane"]) > 1) == ("1", True)
    card = drawn.partition("<bdi>Sochi</bdi></a>")[2].partition('<div class="card-place"')[0]
    assert re.search(r">Coordinates: 43\.599", card)
    assert 'href="#drawn">Back to the map' in card
    parts = drawn.split("<h3>")
    assert not [one for one in parts if "Russia (territory)" in one[:200] and "Sochi 2016" in one]


def test_the_number_of_a_place_leaves_out_plans(server: Server) -> None:
    """The mark of a place counts what took place; plans are told apart; with plans alone it is hollow."""
    drawn = server.get("/map", accept=HTML).text
    spots = re.findall(r'<a class="spot( hollow)?".*?<title>([^<]*)</title>(.*?)</a>', drawn)
    needed(bool(spots), "the scripts of the pages are not built: `make test` does it")
    marks = {
        title.partition(": ")[0]: (title.partition(": ")[2], hollow, mark) for hollow, title, mark in spots
    }
    for one in (one for one in records(server, "map") if one["kind"] == "place"):
        held = {*one["events"]}  # type: ignore[misc] # a list
        planned = {*one["planned"]} - held  # type: ignore[misc] # a list
        parts = [str(len(held))] * bool(held) + [f"{len(planned)} planned"] * bool(planned)
        told, hollow, mark = marks[str(one["label"])]
        assert (told, bool(hollow)) == (" + ".join(parts), bool(planned and not held)), one["label"]
        assert re.findall(r'class="count">(\d+)<', mark) == [str(len(held))] * bool(held)
    card = drawn.partition("<bdi>Kuala Lumpur</bdi></a>")[2].partition("</h3>")[0]
    assert re.search(r">[1-9][0-9]* \+ [1-9][0-9]* planned<", card)


def test_places_lie_where_they_are(server: Server) -> None:
    """Sochi lies in the south-west of Russia, and Singapore between Sumatra and Borneo."""
    answer = server.get("/static/built/outlines.json")
    needed(answer.status == 200, "the scripts of the pages are not built: `make test` does it")
    boxes = {code: state["box"] for code, state in answer.json["states"].items()}
    text = server.get("/map", accept=HTML).text
    spots = re.findall(r'data-at="([\d.]+) ([\d.]+)".*?<title>(.*?)(?:: [^<]*)?</title>', text)
    places = {name: (float(x), float(y)) for x, y, name in spots}
    (left, top, right, bottom), (x, y) = boxes["RUS"], places["Sochi"]
    assert left < x < left + (right - left) / 4 < boxes["USA"][0]  # no part of which is at the other edge
    assert (top + bottom) / 2 < y < bottom
    (left, top, right, bottom), (x, y) = boxes["IDN"], places["Singapore (city)"]
    assert left < x < left + (right - left) / 3
    assert top < y < (top + bottom) / 2


def test_a_figure_alone_is_no_bar(server: Server) -> None:
    """The indicator of most figures comes first; a figure with nothing beside it is not drawn as a bar."""
    text = server.get("/figures", accept=HTML).text
    drawn = [section.partition("</section>")[0] for section in text.split('<section class="chart')[1:]]
    counts = [section.count('<li class="bar') for section in drawn]
    assert counts == sorted(counts, reverse=True)
    alone = [section for section in drawn if section.count('<li class="bar') == 1]
    assert [one for one in alone if 'width="100.0%"' in one] == []
    same = next(section for section in drawn if "number of activities planned" in section)
    assert len(re.findall(r">139\sactivities<", same)) > 1
    assert '<svg class="track"' not in same


def test_what_most_figures_are_about_comes_first(server: Server) -> None:
    """A chart begins with those of whom most figures are, the latest first; what is claimed is not solid."""
    text = server.get("/figures", accept=HTML).text
    trade = text.split('<section class="chart')[1].partition("</section>")[0]
    told_of = re.findall(r'<p class="of">(.*?)<span class="when">, (.*?)</span>', trade, re.DOTALL)
    of, years = zip(*((re.sub("<.*?>", "", whose), year) for whose, year in told_of), strict=True)
    assert [*dict.fromkeys(of)] == [f"{one} \N{EN DASH} Russia" for one in ("ASEAN", "Indonesia")]
    own = [int(year[-4:]) for whose, year in zip(of, years, strict=True) if whose == of[0]]
    assert own == sorted(own, reverse=True)
    assert "perdagangan ASEAN-Rusia … 2017 … US$16.74 miliar" in trade
    putin = next(bar for bar in trade.split('<li class="bar') if "possibly by" in bar)
    assert re.findall(r'class="(possible|certain)"', putin) == ["possible"]
    told = [one for one in records(server, "figures") if one["indicator"] == "total trade"]
    table = [int(str(one["when"])[-4:]) for one in told]
    assert table == sorted(table, reverse=True)


def test_figures(server: Server) -> None:
    """A figure is told with unit, time, who said it and the judgement on it, and leads to its fact."""
    found = page(server, "/figures")
    assert "42%" in "".join(found.words)
    assert [told for told in ("16.74 billion", "No. 8") if told not in found.text] == []
    assert "possibly by Retno L.P. Marsudi (medium confidence)" in found.text
    assert "judged: Only 42 percent has been implemented so far. (possibly Retno L.P. Marsudi)" in found.text
    assert "/graph/fact/kemlu-2018-08-02-asean-russia/F038" in found.links
    assert 'width="42.0%"' in server.get("/figures", accept=HTML).text
    indonesian = page(server, "/figures?lang=id").text
    judged = "dinilai: Baru 42 persen yang terlaksana. (mungkin menurut Retno L.P. Marsudi)"
    assert all(told in indonesian for told in ("16,74 miliar", judged))


def test_pages_lead_to_pictures(server: Server) -> None:
    """The page of a partnership leads to its timeline, network and figures, in the chosen language."""
    links = page(server, "/doc/partnership/asean-russia?lang=id").links
    for path in ("timeline?about", "network?start", "figures?about"):
        link = f"/{path}=partnership/asean-russia&lang=id"
        assert link in links
        assert "ASEAN-Rusia" in page(server, link).text


@pytest.mark.parametrize("path", ["", "?date=2018-08-02", "?start=event/a", "?about=event/b", "?lang=id"])
def test_hostile_data(hostile: Server, path: str) -> None:
    """Labels, IRIs, days and numbers that mean harm are shown harmlessly, or not drawn."""
    for name in PICTURES:
        found = page(hostile, f"/{name}{path}")
        assert "alert(1)" not in " ".join(str(one) for one in found.marked if one["tag"] == "script")
        assert "onload" not in {key for one in found.marked for key in one}
        assert hostile.get(f"/{name}.csv{path}").status == 200
    assert records(hostile, "figures")[0]["value"] == "-3.5"
    assert [one["latitude"] for one in records(hostile, "map")] == [90.0]


def test_nothing_to_draw(small: Server) -> None:
    """Where nothing has a time, a place or a number, the pages say so."""
    assert "Nothing here has a time." in page(small, "/timeline").text
    assert "There are no links to draw here." in page(small, "/network").text
    assert "There are no figures here." in page(small, "/figures").text
    assert page(small, "/map")
