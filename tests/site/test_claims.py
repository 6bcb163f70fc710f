"""The register of claims and plans: who says what, in which words, and what other texts say of it."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from io import StringIO
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from reader import Reader

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html"
FACT = "https://w3id.org/wicara/graph/fact/"
RELEASE = "kemlu-2018-08-02-asean-russia"
MAX_QUERIES, MAX_WORDS, MAX_LINKS = 6, 1500, 120


FACTS = re.compile(r"/graph/fact/([^\"#?]+)\"")
MARKS = re.compile(r'class="mark basis[^>]*>(.*?) · [FD]\d+')


@pytest.fixture(scope="module")
def rows_of_the_page(server: Server) -> list[list[str]]:
    """Return the cells of all rows that the register shows, on all its pages."""
    found: list[list[str]] = []
    number = 0
    while "<tbody" in (page := server.get(f"/claims?page={(number := number + 1)}", accept=HTML).text):
        shown = re.split(r"<tr>\s*<th scope=\"row\"", page.rpartition("</tbody>")[0])[1:]
        found += [re.split(r"(?=<td data-heading=)", f"<th {row.partition('</tr>')[0]}") for row in shown]
    return found


def rows(server: Server, **asked: str) -> dict[str, dict[str, str]]:
    """Return the rows of the register as data, by fact."""
    answer = server.get(f"/claims.csv?{urlencode(asked)}")
    assert answer.status == 200
    return {row["fact"].removeprefix(FACT): row for row in csv.DictReader(StringIO(answer.text))}


def test_what_is_listed(server: Server) -> None:
    """Claims, plans, proposals and appeals are listed; what is established is not."""
    found = rows(server)
    statuses = {re.sub(r"(, possibly)? by .*| \(.*", "", row["status"]) for row in found.values()}
    assert statuses == {"claimed", "planned", "proposed", "called for", "thought possible"}
    trade = found["mina-2019-07-31-asean-rusia/F007"]
    assert trade["saidBy"] == "Retno L.P. Marsudi"
    assert found[f"{RELEASE}/F038"]["status"] == "claimed, possibly by Retno L.P. Marsudi (medium confidence)"
    assert trade["date"] == "2019-07-31"
    assert "19.6 billion (News Front" in trade["clash"]


def test_what_is_contested_comes_first(server: Server) -> None:
    """What other texts contest comes first, what came about, what they say too, the rest; each newest first.

    What is contested stands with what is contested likewise. A plan that came about is no longer contested:
    other texts give other details of it, if any do. The page counts claims and plans by status and by what
    other texts say, as many as their data has, and each of these counts leads to these alone.
    """
    columns = ("clash", "cameAbout", "alsoToldBy")
    groups = ("differ", "otherwise", "came-about", "same", "alone")
    kinds = {(1, 0, 0): 0, (1, 0, 1): 0, (1, 1, 0): 1, (0, 1, 0): 2, (0, 0, 1): 3, (0, 0, 0): 4}
    kinds |= {(1, 1, 1): 1, (0, 1, 1): 2}
    found = [(kinds[tuple(bool(row[key]) for key in columns)], row) for row in rows(server).values()]
    places = [place for place, _row in found]
    assert places == sorted(places)
    assert set(places) == {*range(len(groups))}
    for group in range(len(groups)):
        own = [row for place, row in found if place == group and not row["clash"]]
        days = [row["date"].rpartition("/")[2] for row in own]
        assert days == sorted(days, reverse=True)
    alike = [row["clash"] == found[0][1]["clash"] for _place, row in found]
    assert alike[:7] == [True] * 7
    assert not any(alike[7:])
    assert "since 1996" in found[7][1]["statement"]
    page = server.get("/claims", accept=HTML).text
    text = Reader(page).text
    for status in ("claimed", "planned"):
        count = sum(row["status"].startswith(status) for _place, row in found)
        assert f"{status} {count}" in text
    for place, group in enumerate(groups):
        count = places.count(place)
        assert re.search(rf'<a href="/claims[?]outcome={group}">[^<]*</a> {count}\b', page), group
        assert len(rows(server, outcome=group)) == count
        portion = server.get(f"/claims?outcome={group}", accept=HTML).text
        assert "everything is shown" not in portion
        assert re.search(rf"\b{count} claims and plans", Reader(portion).text)
        heading = re.findall(r'<tr class="heading">.*?</tr>', portion, re.DOTALL)
        assert [re.sub("<[^>]+>", "", one).endswith(f" {count} claims and plans") for one in heading] == [
            True
        ]
    assert server.get("/claims?outcome=none", accept=HTML).status == 400


def test_a_plan_that_came_about_with_other_details(server: Server) -> None:
    """A plan of which any text gives other details stands with these, not where nothing differs of it."""
    otherwise = rows(server, outcome="otherwise")
    for fact, detail in (
        ("suara-2016-04-07-sochi-planned/F001", "19\N{EN DASH}20 May 2016"),
        ("antara-2017-09-asean-russia-trade/F001", "14 November 2018"),
        ("tass-2016-05-16-joko-widodo-interview/F001", "17\N{EN DASH}20 May 2016"),
    ):
        assert detail in otherwise[fact]["clash"]
    action = otherwise["mid-2015-08-05-ministerial-meeting/F005"]["clash"].replace("\N{NO-BREAK SPACE}", " ")
    length = "4 years, length of a term, but worked out from its start and end it is 5 years"
    assert f"{length} (Sputnik, 31 Jul 2019: established)" in action
    differing = rows(server, outcome="differ")["setkab-2016-05-17-sochi-summit/F001"]
    assert "19\N{EN DASH}20 May 2016" in differing["clash"]
    page = server.get("/claims?outcome=came-about", accept=HTML).text
    assert "came about" in Reader(page).text
    assert "otherwise:" not in Reader(page).text
    assert '<ul class="values">' not in page


def test_whose_words_it_may_be(server: Server) -> None:
    """What is only possibly somebody's is given to the text itself and to them, claimed or planned."""
    found = rows(server)
    for fact, who in (("F037", "Retno L.P. Marsudi"), ("F038", "Retno L.P. Marsudi"), ("F055", "Russia")):
        row = found[f"{RELEASE}/{fact}"]
        assert (row["saidBy"], row["possiblyBy"]) == ("", who)
    asked = {"of": "series/asean-russia-summit", "source": RELEASE}
    for lang, told in (
        ("en", "the text itself, possibly Russia, 2 August 2018"),
        ("id", "teks itu sendiri, mungkin menurut Rusia, 2 Agustus 2018"),
    ):
        page = Reader(server.get(f"/claims?{urlencode({**asked, 'lang': lang})}", accept=HTML).text).text
        assert told in page


def test_the_same_speaker_in_another_text_is_called_so(server: Server) -> None:
    """Of texts that say the same, those that only have it from the same speaker are told from the others."""
    asked = {"by": "person/sergey-lavrov", "outcome": "same"}
    page = Reader(server.get(f"/claims?{urlencode(asked)}", accept=HTML).text).text
    for row, own, other in (
        ("Myanmar was coordinator in July 2025", "Mission of Russia to ASEAN, 26 Jul 2024 · F004", ""),
        ("Laos was coordinator in June 2017", "25 Jul 2016 · F001", "6 Aug 2017 · F004"),
    ):
        told = page.partition(row)[2].partition("Also told by")[2].partition("cited, not quoted")[0]
        assert f"{own} (the same speaker)" in told
        assert other in told
        assert told.count("(the same speaker)") == 1


def test_how_many_texts_say_otherwise(server: Server) -> None:
    """A row says how many texts say otherwise, and as what; the page relates its counts to differences."""
    text = Reader(server.get("/claims?outcome=differ", accept=HTML).text).text
    assert re.search(r"texts say otherwise: from 2018 on established Alamak\.io", text)
    assert re.search(r"Also told by established The Jakarta Post, 14 Nov 2023 · F002 and \d+ more", text)
    assert "One text says otherwise: from 1996 on claimed Bisnis.com" in text
    differences = Reader(server.get("/conflicts", accept=HTML).text).text
    count = re.search(r"Differences found: (\d+)", differences)
    assert count
    assert f"are counted under Where sources differ: {count[1]}." in text


def test_each_other_text_has_its_own_status(server: Server) -> None:
    """Texts that say the same, or otherwise, are told by the status of what each of them says."""
    asked = {"by": "person/sergey-lavrov", "outcome": "same"}
    page = Reader(server.get(f"/claims?{urlencode(asked)}", accept=HTML).text).text
    row = page.partition("Laos was coordinator in June 2017")[2].partition("Also told by")[2]
    assert re.match(
        r"\s+established People's Television Network, 6 Aug 2017 · F004\s*;"
        r"\s+read from the words \(medium confidence\) Kemlu, 2 Aug 2018 · F021\s*;"
        r"\s+claimed by Sergey Lavrov Ministry of Foreign Affairs of Russia, 25 Jul 2016 · F001\b",
        row,
    ), row[:300]
    counted = rows(server)["kemlu-2018-11-bertolak-ke-singapura/F001"]["clash"]
    assert "(Alamak.io, 8 Aug 2023: established; Kemlu, 2 Aug 2018: planned)" in counted


def test_texts_that_give_the_same_value(server: Server) -> None:
    """Texts that report an event alike, or give a figure or a number that is contested, say the same too.

    Each has its own status; what no other text gives, such as a share that is worked out, is told by none.
    """
    found = rows(server)
    first = found["mid-2025-07-10-lavrov-speech/F004"]["alsoToldBy"]
    assert "ASEAN Secretariat, 2009" in first
    assert "Liputan6, 24 Jul 2017" in first
    assert first.endswith(": established)")
    planned = found["mina-2019-07-31-asean-rusia/F005"]
    assert planned["alsoToldBy"].count("Viet Nam News Agency") == len(("2020", "2021"))
    assert "ANTARA, 1 Aug 2019" in planned["alsoToldBy"]
    for fact, tellers, otherwise in (
        ("mina-2019-07-31-asean-rusia/F007", "Viet Nam News Agency, 13 Mar 2020, ANTARA, 1 Aug 2019", "19.6"),
        ("mina-2019-07-31-asean-rusia/F006", "ANTARA, 1 Aug 2019", "60%"),
        (f"{RELEASE}/F055", "Alamak.io, 8 Aug 2023", "3"),
    ):
        assert found[fact]["alsoToldBy"].partition("; ")[0] == f"({tellers}: established)"
        assert otherwise in found[fact]["clash"]
        assert fact in rows(server, outcome="differ")
    growth = found["ruasean-2018-11-putin-singapore/F003"]
    assert growth["alsoToldBy"] == "(Channel NewsAsia, 14 Nov 2018: claimed by Vladimir Putin)"
    assert not found["sputnik-2019-07-31-asean-russia/F001"]["alsoToldBy"]


def test_what_is_rounded_or_has_a_bound_agrees(server: Server) -> None:
    """A figure that rounds another, or has it within its bound, stands beside no other text no longer.

    The values that agree with it are told with their texts, on the page as in its data.
    """
    found = rows(server)
    for fact, agreed in (
        ("sindonews-2018-11-14-mitra-strategis/F002", "USD 16.74 billion (Kemlu, 2 Aug 2018: established)"),
        ("antara-2019-08-01-kemitraan-strategis/F007", "17.9% (Viet Nam News Agency, 13 Mar 2020"),
        ("urdupoint-2019-11-03-medvedev-trade/F002", "USD 19.8 billion (Viet Nam News Agency, 13 Mar 2020"),
    ):
        assert agreed in found[fact]["alsoToldBy"].replace("\N{NO-BREAK SPACE}", " ")
    assert "urdupoint-2019-11-03-medvedev-trade/F002" in rows(server, outcome="same")
    said = {"en": "It agrees with: USD 19.8 billion", "id": "Sesuai dengan: USD 19,8 miliar"}
    for lang, agrees in said.items():
        asked = {"by": "person/dmitry-medvedev", "outcome": "same", "lang": lang}
        page = Reader(server.get(f"/claims?{urlencode(asked)}", accept=HTML).text).text
        assert agrees in page.replace("\N{NO-BREAK SPACE}", " ")


def test_years_counted_in_two_ways_are_no_difference(server: Server) -> None:
    """A term that two texts give three years and four, as they count its ends, is not told otherwise."""
    row = rows(server)["mission-2024-07-26-lavrov-remarks/F003"]
    assert not row["clash"]
    told = "4 years, the same dates, counted otherwise (The Phnom Penh Post, August 2024: established)"
    assert row["alsoToldBy"].replace("\N{NO-BREAK SPACE}", " ") == told


def test_what_is_said_and_planned_alike(server: Server) -> None:
    """Texts that report the same words, plan the same, or give one thing the same time, say the same."""
    said = ("mid-2017-08-08-lavrov-statement/F001", "tass-2017-08-08-asean-schedule/F001")
    found = rows(server, outcome="same")
    assert "TASS, 8 Aug 2017: claimed by Sergey Lavrov" in found[said[0]]["alsoToldBy"]
    assert "8 Aug 2017: claimed by Sergey Lavrov" in found[said[1]]["alsoToldBy"]
    page = server.get("/claims?by=person/sergey-lavrov&outcome=same", accept=HTML).text
    (row,) = [one for one in re.split(r"<tr>", page) if "more than twenty joint projects" in one]
    assert all(f"/graph/fact/{fact}" in row for fact in said)
    assert found["kemlu-2018-11-bertolak-ke-singapura/F004"]["alsoToldBy"].startswith("(Kemlu, 2 Aug 2018: ")
    ends = found["asean-2019-02-21-arsom/F007"]
    assert ends["statement"] == "The plan of action was to expire at the end of 2020"
    assert "Baliekbis, 20 Feb 2019: established" in ends["alsoToldBy"]


def test_what_agrees_contests_nothing(server: Server) -> None:
    """Of the values that texts give of one thing, a row has only those that cannot be so if it is."""
    rows_of = [row["clash"] for row in rows(server).values() if "strategic in 2018" in row["statement"]]
    assert rows_of
    for clash in rows_of:
        assert "1996" in clash
        assert "from November 2018" not in clash
        assert "from 14 November 2018" not in clash


def test_claims_that_say_the_same_share_a_row(server: Server, rows_of_the_page: list[list[str]]) -> None:
    """Each claim is told once: by itself, or in the row of one that says the same of the same time."""
    found = rows(server)
    alike = [fact for fact, row in found.items() if row["statement"].endswith("strategic in 2018")]
    assert len(alike) > 1
    first = Reader(server.get("/claims", accept=HTML).text).text
    told = [FACTS.findall("".join(row[:3])) for row in rows_of_the_page]
    assert sorted({fact for row in told for fact in row}) == sorted(found)
    assert len(told) < len(found)
    assert f"{len(found)} claims and plans in {len(told)} rows, as those that say the same share one" in first
    assert re.search(rf"Rows 1 to \d+ of {len(told)}\b", first)
    assert [set(alike) <= set(row) for row in told if alike[0] in row] == [True]


def test_the_page_and_its_data_say_the_same(server: Server, rows_of_the_page: list[list[str]]) -> None:
    """Each row of the page has what its data have: status, speakers, who else says so or otherwise."""
    found = rows(server)
    above = ""
    for cells in rows_of_the_page:
        facts = {*FACTS.findall("".join(cells[:3]))}
        said, by, _quoted, told = (Reader(f"<td>{cell}").text for cell in cells)
        row = found[FACTS.findall(cells[2])[0]]
        assert row["statement"] in said
        assert re.sub(r"(, possibly)? by .*| \(.*", "", row["status"]) in said.removeprefix(row["statement"])
        possibly = [f"possibly {who}" for who in row["possiblyBy"].split("; ") if who]
        speakers = [row["saidBy"].replace("; ", ", ") or "the text itself", *possibly]
        assert by.startswith(", ".join(speakers)), (row["fact"], by)
        assert ("possibly" in by.partition(" and ")[0]) == bool(possibly)
        texts = {text for mark in MARKS.findall("".join((cells[1], cells[3]))) if (text := unescape(mark))}
        if "the same as in the row above" in told:
            texts |= {unescape(mark) for mark in MARKS.findall(above)}
        else:
            above = re.split("Also told by|It agrees with", cells[3])[0]
            assert ("otherwise:" in told) == bool(row["clash"] and not row["cameAbout"])
        left = "".join((row["alsoToldBy"], row["clash"]))
        assert all(text in left or len(facts) > 1 for text in texts - {row["cameAbout"]}), row["fact"]
        for text in sorted(texts, key=len, reverse=True):
            left = left.replace(text, "")
        assert not re.search(r", (?:\d+ \w+ |\w+ )\d{4}[:,]", left), (row["fact"], left)
        agrees = "Also told by" in told or "It agrees with" in told or len(facts) > 1
        assert agrees == bool(row["alsoToldBy"]), row["fact"]
        assert (row["cameAbout"] in told) if row["cameAbout"] else "came about" not in told


@pytest.mark.parametrize("language", ["en", "id"])
def test_each_row_makes_sense_alone(server: Server, language: str) -> None:
    """No row begins with a word that only the row before it explains; what names an event says which."""
    found = rows(server, lang=language)
    pronouns = ("He ", "She ", "It ", "His ", "Her ", "They ", "Their ", "Ia ", "Dia ", "Mereka ")
    assert not [row["statement"] for row in found.values() if row["statement"].startswith(pronouns)]
    about = found["kompas-2025-10-25-prabowo-ktt-asean/F018"]["about"]
    assert about == {"en": "47th ASEAN Summit, October 2025", "id": "KTT ASEAN ke-47, Oktober 2025"}[language]
    page = server.get(f"/claims?status=planned&actor=state/japan&lang={language}", accept=HTML)
    assert about in Reader(page.text).text


def test_words_of_the_source(server: Server) -> None:
    """A claim has the words that it rests on, where they are quoted, and else where it stands."""
    found = rows(server)
    assert "2018-2021" in found[f"{RELEASE}/F006"]["quotation"]
    assert found["mina-2019-07-31-asean-rusia/F007"]["editorsWords"]


def test_what_came_of_a_plan(server: Server) -> None:
    """A plan comes about by a text that reports so, never by a plan, nor by one from before it."""
    found = rows(server, status="planned")
    assert found[f"{RELEASE}/F006"]["cameAbout"] == "SINDOnews, 14 Nov 2018"
    assert found["setkab-2016-05-17-sochi-summit/F002"]["cameAbout"] == "Kemlu, 2 Aug 2018"
    assert found["whitehouse-2022-04-16-special-summit/F003"]["cameAbout"]
    assert not found["whitehouse-2022-04-16-special-summit/F004"]["cameAbout"]
    assert not found["whitehouse-2023-09-06-us-asean-summit/F009"]["cameAbout"]
    assert not found[f"{RELEASE}/F037"]["cameAbout"]


def test_a_count_does_not_come_about(server: Server) -> None:
    """That an event was held makes no count of it right: of how a plan is counted nothing comes about."""
    found = rows(server)
    counted = found[f"{RELEASE}/F055"]
    assert counted["statement"] == "The planned ASEAN-Russia summit is counted as the 4th"
    assert counted["clash"].startswith("3, ASEAN-Russia Summits")
    assert not counted["cameAbout"]
    assert found["cna-2018-11-13-putin-banquet/F001"]["cameAbout"]


@pytest.mark.parametrize(
    "asked",
    [
        {"by": "person/retno-marsudi"},
        {"area": "counter-terrorism"},
        {"status": "proposed"},
        {"source": RELEASE},
        {"actor": "state/russia"},
        {"of": "event/2018-11-asean-russia-summit"},
        {"from": "2021", "to": "2021"},
    ],
    ids=str,
)
def test_choices(server: Server, asked: dict[str, str]) -> None:
    """Each choice narrows the register, on the page as in its data, and the page says so."""
    found, every = rows(server, **asked), rows(server)
    assert 0 < len(found) < len(every)
    assert found.keys() < every.keys()
    reader = Reader(server.get(f"/claims?{urlencode(asked)}", accept=HTML).text)
    assert re.search(rf"\b{len(found)} claims? (?:and|or) plans?", reader.text)
    if "by" in asked:
        assert {row["saidBy"] for row in found.values()} == {"Retno L.P. Marsudi"}


def test_where_it_is_reached(server: Server) -> None:
    """Every page leads to the register, and those of a claim, a speaker and an event to their part of it."""
    assert "/claims" in dict(Reader(server.get("/", accept=HTML).text).links)
    for words in ("claims", "klaim"):
        found = json.loads(server.get(f"/search.json?q={words}").text)
        assert found["questions"][0]["page"] == "/claims"
    for page, part in (
        ("claim/arf-ism-co-chairs", "of=claim/arf-ism-co-chairs"),
        ("person/retno-marsudi", "by=person/retno-marsudi"),
        ("event/2018-11-asean-russia-summit", "of=event/2018-11-asean-russia-summit"),
    ):
        links = dict(Reader(server.get(f"/doc/{page}", accept=HTML).text).links)
        assert f"/claims?{part}" in links, page
        assert rows(server, **dict([part.split("=")]))


@pytest.mark.parametrize("address", ["/claims", "/claims?status=claimed&page=3&lang=id", "/claims?page=12"])
def test_small(server: Server, address: str) -> None:
    """The register has at most six queries a page, and beside the folded filter 1,500 words, 120 links."""
    answer = server.get(address, accept=HTML)
    reader = Reader(re.sub(r"(?s)<details.*?</details>", "", answer.text))
    assert len(reader.text.split()) <= MAX_WORDS
    assert len(reader.links) <= MAX_LINKS
    queries = re.findall(r'queries;desc="(\d+)"', answer.headers.get("Server-Timing", ""))
    assert int(queries[0] if queries else 0) <= MAX_QUERIES


def test_nothing_and_faults(server: Server) -> None:
    """Where nothing fits the page says so; a thing that is none is refused, as is a day."""
    text = server.get("/claims?by=place/singapore", accept=HTML).text
    assert "There are no claims or plans here." in text
    assert server.get("/claims?of=no+thing", accept=HTML).status == 400
    assert server.get("/claims?from=2018-02-30", accept=HTML).status == 400


def test_a_time_that_is_worked_out(server: Server) -> None:
    """A time that the words of a source do not name is told with the words that it is worked out from."""
    text = server.get("/conflicts", accept=HTML).text
    assert "from 1999 on (worked out from “20th anniversary”)" in text
    assert "dihitung dari “20th anniversary”" in server.get("/conflicts?lang=id", accept=HTML).text


def test_what_is_told_without_words_of_its_source_says_so(server: Server) -> None:
    """Of two sources of a conclusion the one that is not quoted is said to be told in the editors' words."""
    asked = {"subject": "person:sergey-lavrov", "predicate": "a", "object": "wic:HasBeenForeignMinister"}
    why = Reader(server.get(f"/explain?{urlencode(asked)}", accept=HTML).text).text
    assert why.partition("The sources: ")[0].count(" in the editors' words") == 1


@pytest.mark.parametrize(
    "path", ["/claims", "/as-of", "/map", "/search", "/query", "/questions/coordinator-on"]
)
def test_an_address_of_another_version_is_told_once(server: Server, path: str) -> None:
    """A view of the dataset whose address names another version says so, once; without one it does not."""
    told = "This address was made with version 0.9 of the dataset"
    assert server.get(f"{path}?version=0.9", accept=HTML).text.count(told) == 1
    assert told not in server.get(path, accept=HTML).text
