"""What held on a day: certain and possible apart, with the bounds and the words by which it is so."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from needed import long
from reader import held, page_of, text_of
from server_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server_process import Server
    from wicara.graph.store import BuiltDataset

HTML = "text/html,*/*;q=0.5"


def names(told: list[str], *wanted: str) -> set[str]:
    """Return which names stand in what is told, each at the beginning of an item."""
    return {name for name in wanted for one in told if one.startswith(name)}


STANDING = {"status", "when", "cameAbout"}
"""The columns of the data that its query has not."""
COORDINATORS = ("Laos", "Indonesia")


@pytest.mark.parametrize(
    ("day", "certain", "possible", "to_come"),
    [
        ("2014-12-31", set(), set(), set()),
        ("2015-06-30", set(), {"Laos"}, set()),
        ("2016-05-19", {"Laos"}, set(), set()),
        ("2018-08-01", {"Laos"}, set(), set()),
        ("2018-08-02", {"Laos"}, set(), {"Indonesia"}),
        ("2018-08-03", set(), {"Laos", "Indonesia"}, set()),
        ("2019-01-01", {"Indonesia"}, set(), set()),
        ("2021-01-02", {"Indonesia"}, set(), set()),
        ("2022-01-01", set(), set(), set()),
    ],
)
def test_coordinators(
    server: Server, day: str, certain: set[str], possible: set[str], to_come: set[str]
) -> None:
    """Before, in, between and after the terms: certain where bounds or words settle the day."""
    told = held(page_of(server, day), "coordinators")
    assert names(told["certain"], *COORDINATORS) == certain
    assert names(told["possible"], *COORDINATORS) == possible
    assert names(told["to-come"], *COORDINATORS) == to_come
    said = {
        "certain": ("The words of a source are read so for this day.", "Indonesia"),
        "to-come": ("A source says that it had still to begin on this day.", "Laos"),
    }
    for state, (words, other) in said.items() if to_come else ():
        assert [words in one for one in told[state] if not one.startswith(other)] == [True]


@pytest.mark.parametrize(
    ("day", "statuses"),
    [
        ("2018-08-02", {"Laos": "read from the words (medium confidence)", "Indonesia": "planned"}),
        ("2019-06-01", {"Indonesia": "established"}),
        ("2027-01-01", {"Myanmar": "planned"}),
    ],
)
def test_a_day_and_its_question_give_one_status(server: Server, day: str, statuses: dict[str, str]) -> None:
    """The same term has the same status as of a day and in the answer about that day."""
    told = [*chain(*held(page_of(server, day), "coordinators").values())]
    asked = server.get(f"/questions/coordinator-on?date={day}", accept=HTML).text.partition('id="answer"')[2]
    answered = [text_of(one) for one in asked.split("<li>")]
    for state, status in statuses.items():
        assert [status in one for one in told if one.startswith(state)] == [True]
        assert [status in one for one in answered if one.startswith((f"{state} was ", f"{state} is "))] == [
            True
        ]
    assert len(told) == len(statuses)


def test_what_no_text_of_then_tells_of_is_planned(server: Server) -> None:
    """A plan of action for 2026 to 2030 is planned for a day of 2030, in the data too, not established."""
    page = page_of(server, "2030-01-01")
    (told,) = held(page, "documents")["planned"]
    named = "ASEAN-Russia Comprehensive Plan of Action 2026-2030"
    assert told.startswith(f"{named} planned (medium confidence) (no outcome reported")
    assert held(page, "documents")["certain"] == []
    data = csv.DictReader(StringIO(server.get("/as-of.csv?date=2030-01-01&lang=en").text))
    assert {row["holds"]: row["status"] for row in data if "2026-2030" in row["label"]} == {
        "planned": "planned (medium confidence)"
    }
    (told,) = held(page_of(server, "2018-08-02"), "documents")["certain"]
    assert "established" in told
    assert "3 sources" in told


def test_what_only_bounds_a_time_is_counted_apart(server: Server) -> None:
    """How many say that Indonesia was to come are the texts beside it; those on its time stand apart."""
    (told,) = held(page_of(server, "2018-08-02"), "coordinators")["to-come"]
    assert re.search(r"Kemlu, 2 Aug 2018 · F006 Mi'raj.{1,40} time: 4 .* 2 sources", told)
    assert " more" not in told.partition(" time: ")[0]


def test_a_plan_alone_is_planned_on_both_pages(
    one_article: BuiltDataset, server_of: Callable[[Path], Server]
) -> None:
    """Where one text tells of a term that was to come, no page says more on a day within it."""
    server = server_of(one_article.path.parent.parent)
    (told,) = chain(*held(page_of(server, "2019-06-01"), "coordinators").values())
    asked = server.get("/questions/coordinator-on?date=2019-06-01", accept=HTML).text
    answered = text_of(asked.partition('id="answer"')[2].partition("</section>")[0])
    for text in (told, answered):
        assert "Indonesia" in text
        assert "planned" in text
        assert "established" not in text
        assert "certain" not in text


def test_posts(server: Server) -> None:
    """The ministers are certain on the day that the article tells of, the President by his term.

    They may have gone on after it, as later texts say of two; of the days before the article says nothing.
    """
    ministers = {"Retno L.P. Marsudi", "Sergey Lavrov", "Saleumxay Kommasith"}
    told = held(page_of(server, "2018-08-02"), "posts")
    assert names(told["certain"], *ministers, "Joko Widodo") == {*ministers, "Joko Widodo"}
    told = held(page_of(server, "2016-05-20"), "posts")
    assert names(told["certain"], *ministers, "Joko Widodo") == {"Joko Widodo"}
    assert not names(told["possible"], *ministers)
    assert names(told["between"], *ministers) == {"Sergey Lavrov"}
    told = held(page_of(server, "2018-08-03"), "posts")
    assert names(told["possible"], *ministers) == {"Saleumxay Kommasith"}
    assert names(told["between"], *ministers) == ministers - {"Saleumxay Kommasith"}


def test_who_may_still_hold_a_post(server: Server) -> None:
    """Who is known in office up to some day may still be; one whose successor is known is not.

    That the former is so on the day, nothing establishes.
    """
    told = held(page_of(server, "2026-06-19"), "posts")
    assert names(told["possible"], "Retno L.P. Marsudi", "Sugiono", "Joko Widodo") == {"Sugiono"}
    (kommasith,) = (one for one in told["possible"] if one.startswith("Saleumxay Kommasith"))
    assert "possibly at that time last known on 2 August 2018" in kommasith
    assert "established" not in kommasith
    (lavrov,) = (one for one in told["possible"] if one.startswith("Sergey Lavrov"))
    assert "no later day is known" in lavrov
    assert "no other day" not in lavrov
    folded = re.findall(
        r"<details><summary>(last.*?)</ul>\s*</details>", page_of(server, "2026-06-19"), re.DOTALL
    )
    [posts] = [one for one in folded if "Saleumxay Kommasith" in one]
    assert posts.startswith(f"last known more than a year before: {posts.count('<li class=')}<")
    assert "Sugiono" not in posts
    asked = text_of(server.get("/questions/posts-on?date=2026-06-19", accept=HTML).text)
    assert "Sugiono held the post of Foreign Minister of Indonesia" in asked
    assert "Retno L.P. Marsudi held" not in asked


BETWEEN = "attested before and after; no text here says otherwise"


@pytest.mark.parametrize(
    ("day", "who", "state"),
    [
        ("2019-06-01", "Sergey Lavrov", BETWEEN),
        ("2019-06-01", "Retno L.P. Marsudi", BETWEEN),
        ("2019-06-01", "Saleumxay Kommasith", "possibly at that time"),
        ("2019-07-31", "Sergey Lavrov", "established at that time"),
        ("2022-01-01", "Sergey Lavrov", BETWEEN),
        ("2022-01-01", "Retno L.P. Marsudi", "possibly at that time last known on 2 August 2021"),
    ],
)
def test_an_office_between_two_texts(server: Server, day: str, who: str, state: str) -> None:
    """Who held a post by texts before and after a day is told as that; a text of the day establishes it."""
    every = held(page_of(server, day), "posts")
    (told,) = (one for some in every.values() for one in some if one.startswith(who))
    assert state in told
    asked = text_of(server.get(f"/questions/posts-on?date={day}", accept=HTML).text)
    assert state.partition(" last")[0] in asked.partition(f"{who} held")[2].partition(" held the post")[0]
    if state == BETWEEN:
        assert "established" not in told
        assert "last attested before on" in told
        rows = server.get(f"/as-of.csv?date={day}&lang=en").text
        assert re.search(rf"^posts,between,[^\n]*{who.rsplit(maxsplit=1)[-1].lower()}", rows, re.MULTILINE)


def test_members(server: Server) -> None:
    """Members are those that had joined by the day."""
    told = held(page_of(server, "1996-07-01"), "members")
    assert names(told["possible"] + told["certain"], "Laos", "Viet Nam", "Cambodia") == {"Viet Nam"}
    told = held(page_of(server, "2018-08-02"), "members")
    joined = server.ask(
        "SELECT DISTINCT ?s { ?m wic:memberOfBody body:asean ; wic:memberState ?s ;"
        ' wic:hasTimeSpan/wic:latestStart ?d FILTER(?d <= "2018-08-02"^^xsd:date) }'
    ).rows
    assert len(told["certain"]) == len(joined) > 0


LASTING = "continuing; no source here gives an end"


def test_what_goes_on_until_told_otherwise(server: Server) -> None:
    """A membership whose end no source gives is in force, as the standing of a partner is; an office is not.

    The page, its data, and the questions about the day say the same; none calls it established of the day.
    """
    page = page_of(server, "2019-06-01")
    members = held(page, "members")
    assert len(members["lasting"]) == 10
    assert not members["certain"] + members["possible"]
    (laos,) = (one for one in members["lasting"] if one.startswith("Laos"))
    assert f"{LASTING} last known on 1 December 2018" in laos
    standings = held(page, "standings")["lasting"]
    (partner,) = (one for one in standings if one.startswith("Russia") and "dialogue partner" in one)
    assert "established" not in laos + partner
    assert "told also by later texts" not in partner
    assert names(held(page, "posts")["possible"], "Saleumxay Kommasith")
    rows = csv.DictReader(StringIO(server.get("/as-of.csv?date=2019-06-01").text))
    told = {(row["section"], row["holds"]): row["status"] for row in rows if row["status"] != "planned"}
    assert told["members", "lasting"] == LASTING
    assert told["posts", "between"] == BETWEEN
    assert told["documents", "lasting"] == told["cooperation", "lasting"] == LASTING
    assert told["posts", "possible"] == "possibly at that time"
    asked = csv.DictReader(StringIO(server.get("/questions/members-of-a-body.csv?date=2019-06-01").text))
    told = {row["stateLabel_en"]: (row["status"], row["statement"]) for row in asked}
    assert {status for status, _said in told.values()} == {LASTING}
    assert told["Laos"][1].startswith(
        "Laos was a member, since 23 July 1997. Source: ASEAN Secretariat, About A"
    )
    posts = csv.DictReader(StringIO(server.get("/questions/posts-on.csv?date=2019-06-01").text))
    assert {row["status"] for row in posts} == {"established", BETWEEN, "possibly at that time"}
    event = "event:2021-10-28-asean-russia-summit"
    assert LASTING in text_of(server.get(f"/questions/status-at-an-event?event={event}", accept=HTML).text)
    assert "masih berlanjut; tidak ada sumber" in page_of(server, "2019-06-01", "id")


def test_texts_of_several_starts_are_no_silence(server: Server) -> None:
    """What one text dates otherwise is still told of by later texts that date it as others do."""
    (partner,) = (
        one
        for one in held(page_of(server, "2018-08-02"), "standings")["certain"]
        if "dialogue partner" in one
    )
    assert "told also by later texts" in partner
    assert "no text here tells of it" not in partner


def test_events_and_plans(server: Server) -> None:
    """Events under way, documents in force, and standings, each with what it rests on."""
    page = page_of(server, "2018-08-02")
    events = held(page, "events")["certain"]
    assert names(events, "annual ASEAN-Russia meeting", "PMC meeting with Japan")
    assert names(held(page, "documents")["certain"], "ASEAN-Russia Plan of Action 2016-2020")
    assert names(held(page, "standings")["certain"], "Russia", "China") == {"Russia", "China"}
    later = page_of(server, "2018-11-15")
    planned = held(later, "planned-events")["possible"]
    assert any(
        "ASEAN Summit" in one and "(no outcome reported; last text that tells of it: " in one
        for one in planned
    )
    assert not any(held(later, "events").values())


def test_what_is_only_planned_or_read_is_not_established(server: Server) -> None:
    """No meeting is under way at the end of 2019, and what is a plan or a doubtful reading says so."""
    page = page_of(server, "2019-12-31")
    assert not any(held(page, "events").values())
    (indonesia,) = held(page, "coordinators")["certain"]
    assert "established" in indonesia
    assert "planned" not in indonesia
    (scholarships,) = (one for one in held(page, "cooperation")["possible"] if "scholarships" in one)
    assert "read from the words (low confidence)" in scholarships
    rows = csv.DictReader(StringIO(server.get("/as-of.csv?date=2019-12-31").text))
    found = [(row["label"], row["status"], row["when"].partition(";")[0]) for row in rows]
    assert {status for label, status, _ in found if label == "scholarships given to ASEAN students"} == {
        "read from the words (low confidence)"
    }
    assert [told for label, *told in found if label.startswith("Indonesia as coordinator")] == [
        ["established", "at that time"],
        ["planned", "for that time"],
    ]
    assert server.get("/as-of.csv?date=2019-02-30").status == 400
    assert server.get("/as-of.pdf").status == 404


def test_reasons_and_evidence(server: Server) -> None:
    """Each item tells its bounds, and the facts that it rests on lead to the words."""
    page = page_of(server, "2018-08-01")
    (laos,) = (one for one in held(page, "coordinators")["certain"] if one.startswith("Laos"))
    assert "beginning: 2015; end: between 2 August 2018 and 14 November 2018" in laos
    assert "D07" in laos.partition("F021")[2]
    for name in ("D07", "F021"):  # it is worked out from several facts, each with its words
        mark = re.search(rf'href="([^"]+/{name})"', page)
        assert mark, name
        page = server.get(mark[1], accept=HTML).text
    assert "Koordinator … 2015-2018”" in unescape(page)
    settled = held(page_of(server, "2018-08-02"), "coordinators")["certain"]
    assert "D07" in settled[0]


def test_what_later_texts_tell(server: Server) -> None:
    """What texts of later days tell says so; a plan is no evidence of what others tell as so."""
    (indonesia,) = held(page_of(server, "2019-06-01"), "coordinators")["certain"]
    assert "told also by later texts, the last of 2 August 2021" in indonesia
    assert "F006" not in indonesia
    (planned,) = held(page_of(server, "2018-08-02"), "coordinators")["to-come"]
    assert "F006" in planned
    (laos,) = held(page_of(server, "2018-08-02"), "coordinators")["certain"]
    assert "D07" in laos
    assert "told also by later texts" not in laos  # the later one only tells by when its term had ended
    page = page_of(server, "1998-01-01")
    assert "told only by later texts, the first of 1999" in text_of(page)
    assert "hanya disebut teks sesudah tanggal itu" in page_of(server, "1998-01-01", "id")


@pytest.mark.parametrize(
    ("first", "second"), [("2016-05-19", "2019-06-01"), long("2019-06-01", "2016-05-19")]
)
def test_two_days_compared(server: Server, first: str, second: str) -> None:
    """What ended, what began and what holds on both, whichever is given first, as on the pages of each."""
    page = page_of(server, first, **{"with": second})
    told = {key: [*chain(*held(page, key).values())] for key in ("began", "ended", "both")}
    assert "19 May 2016 compared with 1 June 2019" in text_of(page)
    assert any("Indonesia" in one and "established" in one for one in told["began"])
    assert any("Laos" in one and "D07" in one for one in told["ended"])
    assert any("Commemorative Summit, Sochi 2016" in one for one in told["ended"])
    assert any("Joko Widodo" in one for one in told["both"])
    counts = [len(re.findall('<li class="held ', page_of(server, day))) for day in sorted((first, second))]
    assert [len(told["ended"] + told["both"]), len(told["began"] + told["both"])] == counts
    rows = server.get(f"/as-of.json?{urlencode({'date': first, 'with': second})}").rows
    assert {(row["change"], row["day"]) for row in rows} == {
        *(("ended", "2016-05-19"), ("both", "2016-05-19"), ("both", "2019-06-01"), ("began", "2019-06-01"))
    }
    assert all(row["status"] for row in rows if row["facts"])
    links = [unescape(link) for link in re.findall(r'href="(/as-of\.csv[^"]+)"', page)]
    assert links
    assert all(server.get(link).text.count("\n") == len(rows) + 1 for link in links)


def test_a_day_compared_with_itself_or_with_none(server: Server) -> None:
    """The same day twice is that day; a bad second day is told beside its field."""
    same = page_of(server, "2018-08-02", **{"with": "2018-08-02"})
    assert "As of 2 August 2018" in same
    faulty = server.get("/as-of?date=2018-08-02&with=2018-02-30", accept=HTML)
    assert faulty.status == 400
    assert 'aria-describedby="fault-with"' in faulty.text
    assert server.get("/as-of.csv?date=2018-08-02&with=2018-02-30").status == 400
    page = text_of(page_of(server, "2016-05-19", "id", **{"with": "2019-06-01"}))
    assert "Perbandingan 19 Mei 2016 dengan 1 Juni 2019" in page


def test_in_indonesian(server: Server) -> None:
    """The page speaks Indonesian, the months too."""
    text = text_of(page_of(server, "2018-08-02", "id"))
    assert "Keadaan per 2 Agustus 2018" in text
    assert "awal: 2015; akhir: antara 2 Agustus 2018" in text
    assert "belum mulai pada tanggal itu" in text
    later = text_of(page_of(server, "2018-11-15", "id"))
    assert "(kelanjutannya tidak dilaporkan; teks terakhir tentangnya: " in later


@pytest.mark.parametrize("first", ["2018-07-01", long("2014-10-20")])
def test_from_change_to_change(server: Server, first: str) -> None:
    """Links lead to the days before and after on which something begins or ends."""
    page = page_of(server, "2018-08-02")
    before, after = (
        re.search(rf'<a rel="{rel}" href="/as-of\?date=([\d-]+)"', page)[1]  # type: ignore[index] # it is there
        for rel in ("prev", "next")
    )
    assert before < "2018-08-02" < after == "2018-08-03"
    day, seen = first, []
    following = re.compile(r'<a rel="next" href="/as-of\?date=([\d-]+)"')
    while day < "2019-01-01" and (found := following.search(page_of(server, day))):
        day = found[1]
        seen.append(day)
    assert seen == sorted(set(seen))
    assert {day for day in ("2015-01-01", "2018-08-03", "2018-11-15") if day > first} <= set(seen)


def test_without_a_day(server: Server) -> None:
    """The page without a day shows the last one of which a report tells, and says why."""
    last = re.search(r"reach up to (\d+ \w+ \d{4})", server.get("/about", accept=HTML).text)
    assert last
    answer = server.get("/as-of", accept=HTML)
    assert answer.status == 200
    assert f"As of {last[1]}" in answer.text
    why = {"en": "the day of the newest text here", "id": "tanggal teks terbaru di sini"}
    for language, words in why.items():
        assert words in server.get("/as-of", accept=HTML, accept_language=language).text
        assert words not in page_of(server, "2018-08-02", language)


@pytest.mark.parametrize(
    "day",
    ["2018-02-30", "2018", "0000-01-01", "now", '"><script>alert(1)</script>', "x" * 10_000, '2018-08-02" }'],
)
def test_a_bad_day_is_told(server: Server, day: str) -> None:
    """What is no day is answered with 400 and a sentence beside the field."""
    answer = server.get(f"/as-of?{urlencode({'date': day})}", accept=HTML)
    assert answer.status == 400
    assert 'aria-invalid="true"' in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1996-06-15", "2018-08-02"])
def test_the_query_shown_gives_what_is_shown(server: Server, day: str) -> None:
    """The query on the page runs as it stands, and its rows are those of the page, as in the downloads."""
    page = page_of(server, day)
    found = re.search(r"<pre[^>]*><code>(.*?)</code>", page, re.DOTALL)
    assert found
    rows = server.ask(unescape(found[1])).rows
    shown = len(re.findall(r'<li class="held ', page))
    keys = ((row["section"], row.get("who", row["thing"]), row.get("what"), row.get("grade")) for row in rows)
    assert shown == len({*keys})
    download = re.search(r'<a href="([^"]+)">JSON</a>', page)
    assert download
    told = server.get(unescape(download[1])).rows
    assert [{name: row[name] for name in row if name not in STANDING} for row in told] == rows
    assert all(row["when"] for row in told)


def test_without_conclusions(server: Server) -> None:
    """What holds is stated, and stays the same without reasoning."""
    page = page_of(server, "2018-08-02", infer="off")
    assert names(held(page, "coordinators")["certain"], *COORDINATORS) == {"Laos"}
    assert len(held(page, "events")["certain"]) == len(
        held(page_of(server, "2018-08-02"), "events")["certain"]
    )


def test_with_data_of_ones_own(small: Server) -> None:
    """A server of other data says that nothing is known of a day."""
    assert "Nothing is known of this day." in page_of(small, "2018-08-02")
    assert small.get("/as-of", accept=HTML).status == 200


HOSTILE = """
@prefix wic: <https://w3id.org/wicara/ont#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://w3id.org/wicara/id/person/> .
:a skos:prefLabel "<script>alert(1)</script>"@en , "%s"@id ; a wic:Person .
<javascript:alert(1)> skos:prefLabel "\\"><b>post" .
:t wic:tenureHolder :a ; wic:tenurePost <javascript:alert(1)> ; wic:hasTimeSpan :s .
:u wic:tenureHolder "a name" ; wic:tenurePost [] ; wic:hasTimeSpan :s , :r .
:r wic:latestEnd "9999-12-31"^^xsd:date .
:s wic:earliestStart "2018-01-01Z"^^xsd:date , "no day"^^xsd:date , "-0044-03-15"^^xsd:date ;
    wic:latestEnd "12018-01-01"^^xsd:date , 7 .
"""


def test_hostile_data() -> None:
    """Scripts, IRIs that are no addresses, long texts and times that are none do no harm."""
    with serving(HOSTILE % ("x" * 100_000)) as server:
        for path in ("/as-of", "/as-of?date=2018-08-02", "/questions/posts-on", "/questions/meetings-on"):
            for language in ("en", "id"):
                page = server.get(path, accept=HTML, accept_language=language)
                assert page.status == 200
                assert "<script>alert" not in page.text
                assert 'href="javascript' not in page.text
                assert "<b>post" not in page.text
        assert "1 January 2018" in server.get("/as-of?date=2018-08-02", accept=HTML).text


def test_a_term_ends_when_the_next_one_is_told_of(server: Server) -> None:
    """Where the successor is in office, a term whose last day no text names is no longer possible."""
    standings = held(page_of(server, "2018-12-01"), "coordinators")
    assert [item.split()[0] for items in standings.values() for item in items] == ["Indonesia"]
