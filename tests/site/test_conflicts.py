"""What contradicts what: a dataset of two articles that disagree, and the real one, which does not."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from server_process import serving
from wicara.queries import comparisons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

HEAD = """
@prefix b: <https://w3id.org/wicara/graph/background/pack/> .
@prefix body: <https://w3id.org/wicara/id/body/> .
@prefix c: <https://w3id.org/wicara/graph/content/> .
@prefix event: <https://w3id.org/wicara/id/event/> .
@prefix ind: <https://w3id.org/wicara/concept/indicator/> .
@prefix o: <https://w3id.org/wicara/id/observation/> .
@prefix one: <https://w3id.org/wicara/graph/fact/one/> .
@prefix partnership: <https://w3id.org/wicara/id/partnership/> .
@prefix place: <https://w3id.org/wicara/id/place/> .
@prefix s: <https://w3id.org/wicara/id/situation/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix state: <https://w3id.org/wicara/id/state/> .
@prefix t: <https://w3id.org/wicara/id/timespan/> .
@prefix two: <https://w3id.org/wicara/graph/fact/two/> .
@prefix unit: <https://w3id.org/wicara/concept/unit/> .
@prefix wic: <https://w3id.org/wicara/ont#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def figure(graph: str, name: str, parties: str, year: int, value: float) -> str:
    """Return a figure for the trade of two parties in a year, with a time span of its own."""
    return f"""{graph} {{
  o:{name} a wic:StatisticalObservation ; wic:observedIndicator ind:total-trade ; wic:unit unit:USD ;
    wic:betweenParties {parties} ; wic:hasTimeSpan t:{name} ; wic:value {value} .
  t:{name} wic:earliestStart "{year}-01-01"^^xsd:date ; wic:latestEnd "{year}-12-31"^^xsd:date .
}}
"""


def term(graph: str, name: str, begins: int, ends: int) -> str:
    """Return a term of Laos as coordinator, known to the year."""
    return f"""{graph} {{
  s:{name} wic:coordinatorshipHolder state:laos ; wic:coordinatorshipOf partnership:p .
  s:{name} wic:hasTimeSpan t:{name} .
  t:{name} wic:earliestStart "{begins}-01-01"^^xsd:date ; wic:latestStart "{begins}-12-31"^^xsd:date .
  t:{name} wic:earliestEnd "{ends}-01-01"^^xsd:date ; wic:latestEnd "{ends}-12-31"^^xsd:date .
}}
"""


FIGURES = (
    figure("one:F1", "trade-one", "body:asean , state:russia", 2017, 16.7)
    + figure("two:F1", "trade-two", "state:russia , body:asean", 2017, 18.2)
    + figure("two:F2", "trade-of-others", "state:china , body:asean", 2017, 99)
    + figure("two:F3", "trade-of-2016", "state:russia , body:asean", 2016, 12)
)
AGREEING = """
one:F1 { event:e wic:heldAt place:hall ; wic:hasTimeSpan t:day ; wic:ordinalAsClaimed 3 .
    t:day wic:earliestStart "2018-01-01"^^xsd:date ; wic:latestStart "2018-12-31"^^xsd:date . }
two:F1 { event:e wic:heldAt place:city ; wic:hasTimeSpan t:day ; wic:ordinalAsClaimed 3.0 .
    t:day wic:earliestStart "2018-08-02"^^xsd:date ; wic:latestStart "2018-08-02"^^xsd:date . }
b:F1 { place:hall wic:locatedIn place:city ; wic:latitude 1.3 . }
b:F2 { place:hall wic:latitude 1.2967 . }
"""
AGREEING += (
    figure("one:F2", "exact", "body:asean , state:russia", 2017, 16.74)
    + figure("two:F2", "rounded", "body:asean , state:russia", 2017, 16.7)
    + figure("one:F3", "more-than", "body:asean , state:russia", 2017, 15)
    + "one:F3 { o:more-than wic:valueBound <https://w3id.org/wicara/concept/value-bound/more-than> }"
)
COUNTED = """
one:F1 { event:e wic:occurrenceOf <https://w3id.org/wicara/id/series/a> ; wic:ordinalAsClaimed 3 . }
two:F1 { event:e wic:occurrenceOf <https://w3id.org/wicara/id/series/b> ; wic:ordinalAsClaimed 4 . }
"""
OTHERS = """
one:F1 { event:e wic:heldAt place:sochi ; wic:hasTimeSpan t:a ; wic:ordinalAsClaimed 3 .
    t:a wic:latestStart "2018-08-02"^^xsd:date . place:sochi wic:longitude 39.7 . }
b:F1 { event:e wic:heldAt place:kazan ; wic:hasTimeSpan t:a ; wic:ordinalAsClaimed 4 .
    t:a wic:earliestStart "2018-08-03"^^xsd:date . place:sochi wic:longitude 49.1 . }
c:said { event:e wic:ordinalAsClaimed 5 . }
"""
CLAIMED = """
one:F1 { event:e wic:hasTimeSpan t:a .
    t:a wic:earliestStart "2010-10-01"^^xsd:date ; wic:latestStart "2010-10-31"^^xsd:date . }
two:F1 { t:b wic:earliestStart "2012-01-01"^^xsd:date ; wic:latestStart "2012-12-31"^^xsd:date .
    <urn:claim> wic:contentText "The summit was in 2012."@en . }
two:F9 { o:other wic:hasTimeSpan t:a .
    t:a wic:earliestStart "2010-10-01"^^xsd:date ; wic:latestStart "2010-10-31"^^xsd:date . }
c:said { event:e wic:hasTimeSpan t:b . }
<https://w3id.org/wicara/graph/prov> { c:said wic:contentOf <urn:claim> . }
"""
FOLLOWING = """
one:F1 { o:rate wic:observedIndicator ind:implementation-rate ; wic:unit unit:percent ; wic:value 60 ;
    wic:observedDocument <urn:plan> ; wic:hasTimeSpan t:a ;
    wic:valueBound <https://w3id.org/wicara/concept/value-bound/more-than> . }
two:F1 { o:done wic:observedIndicator ind:activities-implemented ; wic:unit unit:activities ; wic:value 79 ;
    wic:observedDocument <urn:plan> ; wic:hasTimeSpan t:a .
    t:a wic:latestStart "2019-07-31"^^xsd:date . }
two:F2 { o:all wic:observedIndicator ind:activities-planned ; wic:unit unit:activities ; wic:value 139 ;
    wic:observedDocument <urn:plan> . }
two:F3 { o:length wic:observedIndicator ind:length-of-term ; wic:unit unit:years ; wic:value 4 ;
    wic:observedActor state:laos ; wic:hasTimeSpan t:s . }
""" + term("two:F4", "s", 2021, 2023)
YEARS = """
one:F1 { o:three a wic:StatisticalObservation ; wic:observedIndicator ind:length-of-term ; wic:value 3 ;
    wic:unit unit:years ; wic:observedActor state:laos ; wic:hasTimeSpan t:s . }
two:F1 { o:four a wic:StatisticalObservation ; wic:observedIndicator ind:length-of-term ; wic:value 4 ;
    wic:unit unit:years ; wic:observedActor state:laos ; wic:hasTimeSpan t:s . }
two:F2 { s:s wic:coordinatorshipHolder state:laos ; wic:hasTimeSpan t:s .
    t:s wic:earliestStart "2021-08-01"^^xsd:date ; wic:latestStart "2021-08-31"^^xsd:date ;
        wic:earliestEnd "2024-07-01"^^xsd:date ; wic:latestEnd "2024-07-31"^^xsd:date . }
"""
TERMS = (
    term("one:F1", "a", 2015, 2018) + term("two:F1", "b", 2014, 2018) + term("two:F2", "later", 2024, 2027)
)


@pytest.fixture
def contradictory(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return a server of a small dataset."""
    with serving(HEAD + request.param) as running:
        yield running


def table(server: Server) -> dict[str, tuple[int, int, int]]:
    """Return how many things, pairs and conflicts each comparison has."""
    answer = server.get("/conflicts", accept="text/html")
    assert answer.status == 200
    row = re.compile(r'<tr><th scope="row">(.*?)</th>.*?((?:<td class="number"[^>]*>[\d,.]+</td>){3})')
    return {
        re.sub("<.*?>", "", name): tuple(map(int, re.findall(r">(\d+)<", numbers.replace(",", ""))))  # type: ignore[misc]
        for name, numbers in row.findall(answer.text)
    }


@pytest.mark.parametrize("contradictory", [FIGURES], indirect=True)
def test_figures(contradictory: Server) -> None:
    """Two figures of the same thing and time conflict, however they are called and list their parties."""
    assert table(contradictory)["Figures"] == (4, 1, 1)
    text = contradictory.get("/conflicts", accept="text/html").text
    assert "16.7" in text
    assert "18.2" in text
    row = text.partition("16.7")[2].partition("</tr>")[0]
    assert re.sub(r"<.*?>|\s", "", row.rpartition("<td")[2].partition(">")[2]) == "1:1"


@pytest.mark.parametrize("contradictory", [AGREEING], indirect=True)
def test_what_agrees(contradictory: Server) -> None:
    """A year and a day in it, a hall and its city, 3 and 3.0, what is rounded or in a bound: no conflicts."""
    found = table(contradictory)
    assert sum(conflicts for _, _, conflicts in found.values()) == 0
    assert found["Places"][:2] == found["Coordinates"][:2] == (1, 1)
    assert found["Single values"][1] == 1
    assert found["Figures"][1] == 3
    assert "Nothing that was compared is in conflict." in contradictory.get("/conflicts").text


@pytest.mark.parametrize("contradictory", [COUNTED], indirect=True)
def test_two_ways_of_counting_are_two_series(contradictory: Server) -> None:
    """An event that is the third of one series and the fourth of another is told as counted differently."""
    found = table(contradictory)
    assert (found["Single values"][2], found["Countings"][2]) == (0, 1)
    assert "two ways of counting are two series" in contradictory.get("/conflicts").text


@pytest.mark.parametrize("contradictory", [OTHERS], indirect=True)
def test_other_values(contradictory: Server) -> None:
    """Places, times, single values and coordinates conflict, also with the background and with claims."""
    found = table(contradictory)
    for name in ("Places", "Times", "Single values", "Coordinates"):
        assert found[name][2] == 1, name
    assert found["Claims and the record"] == (1, 2, 2)
    text = contradictory.get("/conflicts", accept="text/html").text
    assert "between a text and the background" in text
    assert "Claimed, and by whom" in text


@pytest.mark.parametrize("contradictory", [TERMS], indirect=True)
def test_terms(contradictory: Server) -> None:
    """Two terms that share a day have to be one: bounds that cannot be conflict; a later term is another."""
    assert table(contradictory)["Terms"] == (3, 4, 1)


@pytest.mark.parametrize(
    ("contradictory", "name", "counted", "shown"),
    [
        (
            CLAIMED,
            "Claims and the record",
            (1, 2, 1),
            ["from 2012 on</strong>", "from October 2010 on</strong>"],
        ),
        (FOLLOWING, "Shares and lengths", (2, 2, 2), ["56.8"]),
    ],
    ids=["a time in a claim", "79 of 139 activities, and a term of three years at most"],
    indirect=["contradictory"],
)
def test_what_is_read_from_others(
    contradictory: Server, name: str, counted: tuple[int, ...], shown: list[str]
) -> None:
    """What a claim contains, and what follows from other figures and terms, conflicts with what is stated."""
    assert table(contradictory)[name] == counted
    text = contradictory.get("/conflicts", accept="text/html").text
    assert [words for words in shown if words not in text] == []


@pytest.mark.parametrize("contradictory", [YEARS], indirect=True)
def test_years_of_a_term_are_counted_in_two_ways(contradictory: Server) -> None:
    """A term from 2021 to 2024 is three years or four: these conflict neither with each other nor with it."""
    found = table(contradictory)
    assert (found["Figures"], found["Shares and lengths"]) == ((2, 1, 0), (2, 2, 0))


def test_figures_name_who_gives_them_and_of_whom(server: Server) -> None:
    """A figure that differs has its speaker and its parties beside it; parts are folded with their number."""
    text = server.get("/conflicts", accept="text/html").text
    part = text.partition('<h2 id="name-figures">')[2].partition("</details>")[0]
    growth = next(one for one in part.split("<tr>") if "Joko Widodo" in one)
    assert "Vladimir Putin" in growth
    head = re.sub("<.*?>", "", growth.partition("</th>")[0])
    assert {"ASEAN", "Russia"} <= set(re.split(r",\s*", head.strip()))
    assert re.search(
        r'<details class="all">\s*<summary><h2 id="name-figures">Figures</h2> <small[^>]*>\d+</small>', text
    )
    assert "Side by side" not in text


def test_what_is_worked_out_says_of_what(server: Server) -> None:
    """No two rows of a comparison are called the same; what no source gives says how it was worked out."""
    text = server.get("/conflicts", accept="text/html").text
    for part in text.split("<tbody>")[1:]:
        names = [
            re.sub(r"<.*?>|\s+", " ", row.partition("</th>")[0])
            for row in part.partition("</tbody>")[0].split("<tr>")[1:]
        ]
        assert len(names) == len(set(names))
    part = text.partition('<h2 id="name-derived">')[2].partition("</details>")[0]
    assert "worked out from its start and end" in part
    assert "has time span" not in part
    assert "ASEAN-Russia Plan of Action 2016-2020" in part


def test_the_real_dataset(server: Server) -> None:
    """The page says what was compared of the real dataset, and each number is what its query counts."""
    found = table(server)
    assert [*found] == [one.wording("en") for one in comparisons()]
    assert found["Figures"][0] > 0
    assert sum(pairs for _, pairs, _ in found.values()) > 0
    answer = server.get("/conflicts", accept="text/html").text
    queries = re.findall(r'href="(/query\?query=[^"]*)"', answer)
    for link, (_, _, conflicts) in zip(queries, found.values(), strict=True):
        result = server.get(link.replace("/query?", "/sparql?").replace("&amp;", "&"))
        assert (link, result.status, len(result.rows)) == (link, 200, conflicts)


def test_a_figure_says_where_sources_differ_and_how_many_say_it(server: Server) -> None:
    """Figures are marked where another source, or their own dates and numbers, give another value."""
    page = server.get("/figures", accept="text/html").text
    bars = [
        re.sub(r"<[^>]*>|\s+", " ", one) for one in re.findall(r'<li class="bar.*?</li>', page, re.DOTALL)
    ]

    def marked(amount: str, of: str) -> list[tuple[bool, bool]]:
        told = (re.sub(" +", " ", one) for one in bars)
        own = [one for one in told if one.strip().lower().startswith(amount.lower()) and of in one]
        return [("sources differ" in one, "2 sources" in one) for one in own]

    assert marked("USD 19.6 billion", "2018") == [(True, False)]
    assert (True, True) in marked("USD 19.8 billion", "2018")
    assert marked("USD 20 billion", "2021") == [(False, True)]
    assert marked("More than 60%", "Plan of Action") == [(True, False)]
    assert marked("4 years", "Plan of Action") == [(True, False)]
    assert marked("4 years", "Cambodia") == marked("3 years", "Cambodia") == [(False, False)]
    assert marked("42%", "Plan of Action") == [(False, False)]


BOUND = "https://w3id.org/wicara/ont#(?:earliest|latest)(?:Start|End)"


def test_all_pages_say_where_sources_differ(server: Server) -> None:
    """What is in conflict has the mark that leads there: on its page, in the timeline, on days between."""
    told = server.get("/conflicts", accept="text/html").text
    parts = re.findall(r'<div id="(\w+)">.*?href="(/sparql[^"]*format=csv)"', told, re.DOTALL)
    lanes = ("event", "standing", "coordinator", "office", "document")
    drawn = server.get(f"/timeline?{urlencode({'kind': lanes}, doseq=True)}", accept="text/html").text
    in_lanes = re.findall(r'<li class="row" id="row-.*?</li>', drawn, re.DOTALL)
    timed = of_days = 0
    for key, address in parts:
        found = [*csv.DictReader(StringIO(server.get(address.replace("&amp;", "&")).text))]
        sides = [
            (row[name], row[link], row["left"]) for row in found for name, link in (("x", "p"), ("y", "q"))
        ]
        days = {thing: left for thing, link, left in sides if re.fullmatch(BOUND, link)}
        assert sides, key
        for thing in {thing for thing, _link, _left in sides}:
            path = thing.replace("https://w3id.org/wicara/id/", "/doc/")
            assert f'href="/conflicts#{key}"' in server.get(path, accept="text/html").text, (key, path)
            if thing not in days:
                continue
            own = [row for row in in_lanes if f'href="{path}"' in row]
            page = server.get(f"/as-of?date={days[thing]}", accept="text/html").text
            on_day = [
                item for item in re.findall(r'<li class="held.*?</li>', page, re.DOTALL) if path in item
            ]
            assert all('href="/conflicts#' in one for one in (*own, *on_day)), (key, path)
            timed, of_days = timed + len(own), of_days + len(on_day)
    assert timed > 8
    assert of_days > 2


def test_no_two_sources_are_called_the_same(server: Server) -> None:
    """No other source has the short label of a source, or without one its publisher and its day."""
    twice = """PREFIX wic: <https://w3id.org/wicara/ont#> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?one ?other {
          ?one a wic:SourceArticle . ?other a wic:SourceArticle . FILTER(STR(?one) < STR(?other))
          { ?one wic:shortLabel ?short . ?other wic:shortLabel ?short } UNION {
            ?one dcterms:publisher ?publisher ; dcterms:issued ?day .
            ?other dcterms:publisher ?publisher ; dcterms:issued ?day .
            FILTER NOT EXISTS { ?one wic:shortLabel ?a } FILTER NOT EXISTS { ?other wic:shortLabel ?b } } }"""
    answer = server.get(f"/sparql?{urlencode({'query': twice})}", accept="text/csv")
    assert answer.text.split() == ["one,other"]


def test_a_length_that_is_counted_otherwise_is_called_so(server: Server) -> None:
    """Three and four years of the same dates are each said to be counted otherwise; a plan's differ."""
    text = server.get("/figures", accept="text/html").text
    rows = [row.partition("</li>")[0] for row in text.split('<li class="bar')[1:]]
    lengths = [row for row in rows if "\xa0years</a>" in row]
    counted = [row for row in lengths if "the same dates, counted otherwise" in row]
    assert [sum(f"{years}\xa0years</a>" in row for row in counted) for years in (3, 4)] == [1, 1]
    assert all("from August 2021 to July 2024" in row and "sources differ" not in row for row in counted)
    assert any("sources differ" in row for row in lengths)
    assert text.count("the same dates, counted otherwise") == len(counted)
