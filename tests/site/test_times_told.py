"""What a reader is told of times: standings by grade, known days, plans, and which evidence comes first."""

from __future__ import annotations

import re
from calendar import month_name
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from reader import Reader, ask, held, page_of, text_of
from server_process import serving

if TYPE_CHECKING:
    from server_process import Server

BETWEEN = "attested before and after; no text here says otherwise"


@pytest.mark.parametrize(
    ("day", "standing", "state"),
    [
        ("2018-08-02", "Russia \N{EN DASH} ASEAN : dialogue partner status", "established at that time"),
        ("2018-11-13", "Russia \N{EN DASH} ASEAN : strategic partnership", ""),
        ("2019-06-01", "Russia \N{EN DASH} ASEAN : strategic partnership", "established at that time"),
        ("2026-06-19", "Russia \N{EN DASH} ASEAN : strategic partnership", "last known on 14 November 2023"),
        ("2021-10-26", "United States \N{EN DASH} ASEAN : strategic partnership", "established at that time"),
        ("2022-06-01", "United States \N{EN DASH} ASEAN : strategic partnership", BETWEEN),
        ("2023-09-06", "United States \N{EN DASH} ASEAN : strategic partnership", ""),
        (
            "2023-09-06",
            "United States \N{EN DASH} ASEAN : comprehensive strategic partnership",
            "established at that",
        ),
    ],
)
def test_a_standing_is_named_by_its_grade(server: Server, day: str, standing: str, state: str) -> None:
    """A standing is one row for each grade; once a text tells of a narrower one, that goes for it."""
    every = [*chain(*held(page_of(server, day), "standings").values())]
    told = [one for one in every if one.startswith(f"{standing} ")]
    assert [state in one for one in told] == [True] * bool(state)
    if state == BETWEEN:
        assert "last attested before on 26 October 2021, next on 6 September 2023" in told[0]
        assert "established" not in told[0]
        indonesian = page_of(server, day, "id")
        assert "Amerika Serikat \N{EN DASH} ASEAN : kemitraan strategis" in text_of(indonesian)


TOLD_TWICE = """
@prefix wic: <https://w3id.org/wicara/ont#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://w3id.org/wicara/id/situation/> .
:state skos:prefLabel "Atlantis"@en . :body skos:prefLabel "League"@en .
:early a wic:BodyMembership ; wic:memberState :state ; wic:memberOfBody :body ; wic:hasTimeSpan :in-2001 .
:late a wic:BodyMembership ; wic:memberState :state ; wic:memberOfBody :body ; wic:hasTimeSpan :in-2009 .
:state wic:hasDialoguePartnerStatus :partner .
:partner a wic:DialoguePartnerStatus ; wic:statusWith :body ; wic:hasTimeSpan :since-1999 , :in-2009 .
:since-1999 wic:earliestStart "1999-01-01"^^xsd:date ; wic:latestStart "1999-12-31"^^xsd:date ;
    wic:earliestEnd "2001-05-01"^^xsd:date .
:in-2001 wic:latestStart "2001-05-01"^^xsd:date ; wic:earliestEnd "2001-05-01"^^xsd:date .
:in-2009 wic:latestStart "2009-05-01"^^xsd:date ; wic:earliestEnd "2009-05-01"^^xsd:date .
"""


def test_a_membership_between_two_texts() -> None:
    """Who is a member, or a partner, by texts before and after a day is told as that, once."""
    with serving(TOLD_TWICE) as server:
        for day, state in (("2001-05-01", "certain"), ("2005-01-01", "between"), ("2010-01-01", "possible")):
            page = page_of(server, day)
            for section in ("members", "standings"):
                every = held(page, section)
                assert [len(every[state]), sum(map(len, every.values()))] == [1, 1], (day, section)
                attested = "last attested before on 1 May 2001, next on 1 May 2009"
                assert (attested in every[state][0]) == (state == "between")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "a source tells only of 19\N{EN DASH}20 May 2016"),
        ("id", "ada sumber yang hanya menyebut 19\N{EN DASH}20 Mei 2016"),
    ],
)
def test_days_that_something_is_known_for(server: Server, language: str, words: str) -> None:
    """Where nothing but days is known on which it was so, these are told, and no beginning and end."""
    page = text_of(page_of(server, "2019-06-01", language))
    assert words in page
    assert "not before 19 May 2016" not in page
    assert "paling cepat 19 Mei 2016" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "expected between 26 and 28 October 2025"), ("id", "antara 26 dan 28 Oktober 2025")],
)
def test_days_of_one_month(server: Server, language: str, words: str) -> None:
    """A time between two days of a month names the month once."""
    assert words in text_of(ask(server, "still-to-come", language).text)


def test_what_is_told_by_older_texts_alone(server: Server) -> None:
    """What holds by a term that texts told of before, and none since, says when the last one came out."""
    (myanmar,) = held(page_of(server, "2026-06-19"), "coordinators")["planned"]
    assert "last known on 10 July 2025" in myanmar
    (myanmar,) = held(page_of(server, "2025-07-01"), "coordinators")["certain"]
    assert "no text here tells of it" not in myanmar
    assert not any("no text" in one for one in held(page_of(server, "2019-06-01"), "members")["possible"])


def test_the_words_that_name_who_come_first(server: Server) -> None:
    """Evidence that names the holder goes first, by then before later; what only dates it is last."""
    (indonesia,) = held(page_of(server, "2019-06-01"), "coordinators")["certain"]
    texts = ("November 2018", "14 Nov 2018", "20 Feb 2019", "31 Jul 2019", "2 Aug 2018 · D07")
    places = [indonesia.index(text) for text in texts]
    assert places == sorted(places)
    (retno,) = (one for one in held(page_of(server, "2019-06-01"), "posts")["between"] if "Retno" in one)
    assert retno.index("Kemlu, 2 Aug 2018") < retno.index("Mi'raj News Agency, 31 Jul 2019")


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2015-12-31", ""),
        ("2016-07-01", "possible"),
        ("2017-01-01", "certain"),
        ("2019-12-31", "certain"),
        ("2020-06-01", "possible"),
        ("2021-01-01", ""),
    ],
)
def test_a_plan_of_some_years(server: Server, day: str, state: str) -> None:
    """A document of 2016 to 2020 is in force for sure in the years between, and possibly in the outer two."""
    every = held(page_of(server, day), "documents")
    found = [key for key, some in every.items() for one in some if "Plan of Action 2016-2020" in one]
    assert found == [state] * bool(state)


@pytest.mark.parametrize("day", ["2018-08-02", "2018-11-14", "2019-06-01", "2023-09-05", "2025-10-27"])
def test_a_plan_does_not_hold(server: Server, day: str) -> None:
    """What is planned for a day is planned, on the page and in the data, and does not hold."""
    page = page_of(server, day)
    assert not re.search(r'<li class="held certain (?:planned|proposed)">', page)
    rows = server.get(f"/as-of.json?date={day}").rows
    planned = [row for row in rows if row["status"] in {"planned", "proposed"}]
    assert planned
    assert {row["holds"] for row in planned} <= {"planned", "possible", "to-come"}


@pytest.mark.parametrize(
    ("slug", "days"),
    [("coordinator-on", {"2018-08-02": False, "2019-06-01": True}), ("posts-on", {"2026-06-19": False})],
)
def test_established_is_explained_where_it_is_said(server: Server, slug: str, days: dict[str, bool]) -> None:
    """What established means stands below an answer that calls something so, and below no other."""
    for day, is_said in days.items():
        answer = ask(server, slug, date=day).text.partition('id="answer"')[2].partition("<details")[0]
        said, _, after = answer.partition("</ul>")
        assert ("established" in text_of(said)) == is_said
        assert ("A source reports it as a fact, or as having happened." in text_of(after)) == is_said


def test_what_is_open_on_a_day_is_not_called_established(server: Server) -> None:
    """In the table of an answer, too, what only may be so on the day has no status that says it is."""
    table = Reader(ask(server, "posts-on", date="2019-06-01").text).rows("Answer")
    assert {row[0]: row[-2] for row in table} == {
        "Joko Widodo": "established",
        "Retno L.P. Marsudi": "",
        "Saleumxay Kommasith": "",
        "Sergey Lavrov": "",
    }


ENDS = "SELECT ?day { GRAPH <%s> { ?span <https://w3id.org/wicara/ont#earliestEnd> ?day } }"


def test_a_row_of_the_timeline_is_marked_with_what_states_its_times(server: Server) -> None:
    """Where a row says on which day something was still so, a mark leads to the fact that says this."""
    page = server.get("/timeline?from=1991&to=2020", accept="text/html").text
    rows = re.findall(r'<li class="row" id="row-.*?</li>', page, re.DOTALL)
    of_russia = "Russia as dialogue partner of ASEAN"
    until = [row for row in rows if "still so on " in row]
    assert (
        sum(
            f"<bdi>{name}<" in row for row in until for name in (of_russia, "cooperation of ASEAN and Russia")
        )
        > 1
    )
    for row in until:
        ((day, month, year),) = re.findall(r"still so on (\d+) (\w+) (\d+)", row)
        asked = [
            urlencode({"query": ENDS % f"https://w3id.org/wicara{mark}"})
            for mark in re.findall(r'basis" href="(/graph/.*?)"', row)
        ]
        told = "".join(server.get(f"/sparql?{query}", accept="text/csv").text for query in asked)
        assert f"{year}-{[*month_name].index(month):02}-{int(day):02}" in told, row
    differing = [row for row in rows if ">sources differ" in row and of_russia in row]
    assert [re.findall("<bdi>(.*?)</bdi>", row) for row in differing] == [
        [of_russia],
        [f"{of_russia}, from July 1997 as one source says"],
    ]
    (signing,) = (row for row in rows if "<bdi>signing of the memorandum of ASEAN and the Eurasian" in row)
    assert re.search(r"ANTARA, September 2017.*APR Center, November 2018", signing)


def test_a_hope_is_no_plan(server: Server) -> None:
    """What somebody hoped for is called for, as what somebody aims at is, and was set by nobody."""
    (row,) = (
        row
        for row in Reader(
            server.get("/doc/person/sergey-lavrov?show=statements-of-a-person", accept="text/html").text
        ).rows("What this person said")
        if "hoped that the summit would endorse" in row[0]
    )
    assert row[4] == "called for (medium confidence)"


def test_each_saying_has_its_day_and_tells_of_its_words(server: Server) -> None:
    """A text of a known month has that as its day; what is cited is said not to be quoted; answers too."""
    page = server.get("/doc/person/sergey-lavrov?show=statements-of-a-person", accept="text/html")
    rows = Reader(page.text).rows("What this person said")
    assert [row[:2] for row in rows if not (row[1] and row[3])] == []
    days = {row[0]: (row[1], row[3]) for row in rows}
    basis = "Lavrov said that the agreement is the basis of a programme for 2005 to 2015"
    assert days[basis] == ("cited, not quoted", "December 2005")
    assert days["Lavrov welcomed the proposed priorities"][0].startswith("“Lavrov menyambut baik usulan”")


def test_documents_at_the_days_of_their_meetings(server: Server) -> None:
    """A document without a time of its own has that of the event that produced it, with its source."""
    drawn = server.get("/timeline?from=1991&to=2020", accept="text/html").text
    (declaration,) = re.findall("<bdi>Sochi Declaration</bdi>.*?</li>", drawn, re.DOTALL)
    assert "between 19 and 20 May 2016" in declaration
    assert "Kemlu, 2 Aug 2018" in declaration
    assert "<bdi>Kazan Declaration</bdi>" not in drawn
    assert re.search(r"Documents</a> \d+ ·", drawn)


@pytest.mark.parametrize(
    ("lang", "said", "kinds"),
    [
        ("en", "Of no known day, and so in no range of days: ", ["Events", "Documents"]),
        (
            "id",
            "Harinya tidak diketahui sehingga tidak masuk rentang mana pun: ",
            ["Peristiwa", "Dokumen"],
        ),
    ],
)
def test_what_has_no_day_is_in_no_range(server: Server, lang: str, said: str, kinds: list[str]) -> None:
    """How much has no known day is said beside a range, as what is in none: it is the same for each range."""
    kind = "?kind=event&kind=document"
    told = []
    for days in ("&from=1991&to=2020", "&from=2025&to=2025"):
        drawn = server.get(f"/timeline{kind}{days}", accept="text/html", accept_language=lang).text
        (numbers,) = re.findall(rf"<span>{said}(.*?)</span>", drawn)
        told.append(dict(re.findall(r"(\w+) (\d+)", numbers)))
    assert told[0] == told[1]
    assert [*told[0]] == kinds
    rows = server.get(f"/timeline.json{kind}").json
    undated = Counter(row["lane"] for row in rows if not (row["earliestStart"] or row["latestEnd"]))
    assert [*map(int, told[0].values())] == [undated["event"], undated["document"]]
    assert said not in server.get("/timeline", accept="text/html", accept_language=lang).text


def test_a_plan_without_a_day_has_that_of_what_it_goes_with(server: Server) -> None:
    """The timeline and the answer give a plan the same time: its own, its chairs', or the main event's."""
    answer = server.get("/questions/still-to-come.json").json["results"]["bindings"]
    lent = {
        row["event"]["value"]: (row["earliest"]["value"], row["latest"]["value"])
        for row in answer
        if "timeOf_en" in row
    }
    assert len(lent) > 4
    rows = {row["item"]: row for row in server.get("/timeline.json?kind=event").json}
    for event, bounds in lent.items():
        assert (rows[event]["earliestStart"], rows[event]["latestEnd"]) == bounds
        assert rows[event]["manner"] == "planned"
    drawn = server.get("/timeline?from=2025&to=2025", accept="text/html", accept_language="en").text
    (summit,) = re.findall("<bdi>28th ASEAN Plus Three Summit, October 2025</bdi>.*?</li>", drawn, re.DOTALL)
    assert "planned: between 26 and 28 October 2025, no day of its own is named" in summit


def test_a_report_is_as_sure_as_its_fact(server: Server) -> None:
    """What a speaker says at a news conference is claimed in the table too; its day is that of its text."""
    page = Reader(server.get("/doc/event/2018-08-02-asean-russia-meeting", accept="text/html").text)
    told = {
        row[1].partition(" (")[0]: (row[0], row[2]) for row in page.rows("What each source reports of it")
    }
    assert told["Press release on the Russia-ASEAN meeting"] == ("3 August 2018", "established")
    lavrov = told["Lavrov at the news conference after the Russia-ASEAN Foreign Ministers' Meeting"]
    assert lavrov == ("2 August 2018", "claimed by Sergey Lavrov")
    acts = [row[0] for row in page.rows("What was said and done there")]
    assert "presentation of priority areas" in acts[0]
    assert acts[1:3] == ["Retno's address", "Retno's further remarks"]
    page = Reader(
        server.get("/doc/event/2018-08-02-asean-russia-meeting?show=acts-there", accept="text/html").text
    )
    discussed = {row[0].partition(" at")[0]: row for row in page.rows("What was said and done there")}
    named, others = (
        discussed[f"discussion of {what}"] for what in ("the issues named before", "other matters")
    )
    assert (named[3], named[6]) == ("", "read from the words (medium confidence)")
    assert ("thought possible" in others[4], others[6]) == (True, "established")


@pytest.mark.parametrize(
    ("name", "leads"), [("2019-2020-arf-ism-cttc", True), ("2016-05-19-sochi-summit", False)]
)
def test_a_planned_event_leads_to_those_like_it(server: Server, name: str, leads: bool) -> None:  # noqa: FBT001
    """The page of what no text reports as held leads to where meetings like it stand; no other page does."""
    page = server.get(f"/doc/event/{name}", accept="text/html").text
    assert ('href="/questions/still-to-come"' in page) == leads
