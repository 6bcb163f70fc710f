"""Who was coordinator and when: what texts report, what they only planned, and which of them says so."""

from __future__ import annotations

import re
from csv import DictReader
from typing import TYPE_CHECKING

import pytest
from reader import ask, copied_from, sentences_of, text_of

if TYPE_CHECKING:
    from server_process import Server


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (
            "2019-06-01",
            (
                "Indonesia was coordinator of the ASEAN-Russia partnership (2018\u20132021),"
                " as had been planned by 2 August 2018; no text of that time here says who was to follow."
                " established at that time 9 sources"
                " Source: Indonesia sepakat KTT ASEAN-Rusia digelar Oktober 2021 (Bisnis.com, 7 July 2021)"
            ),
        ),
        (
            "2015-01-01",
            (
                "Laos may have been coordinator of the ASEAN-Russia partnership (2015\u20132018);"
                " no text of that time here says who was to follow. possibly at that time"
            ),
        ),
        (
            "2021-07-10",
            (
                "Indonesia was coordinator of the ASEAN-Russia partnership (2018\u20132021),"
                " as had been planned by 2 August 2018; Cambodia was to follow. established"
            ),
        ),
        (
            "2025-01-01",
            (
                "Myanmar was coordinator of the ASEAN-Russia partnership (from 2024),"
                " as had been planned by 1 March 2024; no source"
            ),
        ),
        (
            "2026-06-01",
            (
                "Myanmar was to be coordinator of the ASEAN-Russia partnership (until 2027);"
                " last told of as coordinator on 10 July 2025; no source here names a successor. planned"
            ),
        ),
        (
            "2027-01-01",
            (
                "Myanmar is to be coordinator of the ASEAN-Russia partnership (until 2027);"
                " last told of as coordinator on 10 July 2025; no source here names a successor. planned"
                " (it began: Mission of Russia to ASEAN, 26 Jul 2024) for that time"
                " Source: Statement on Myanmar as coordinator of Russia-ASEAN relations"
                " (Progressive Voice, 1 March 2024)"
            ),
        ),
    ],
)
def test_who_was_coordinator_is_a_sentence(server: Server, day: str, told: str) -> None:
    """A sentence tells who it was, who was to follow, and a text whose words reach the day; else a plan."""
    (found,) = sentences_of(server, "coordinator-on", date=day)
    assert found.startswith(told)


@pytest.mark.parametrize(
    ("day", "texts"),
    [
        ("2018-12-01", ["14 November 2018", "20 February 2019", "2 August 2018"]),
        ("2015-01-01", ["2 August 2018"]),
        ("2015-09-01", ["2 August 2018", "5 August 2015"]),
        ("2019-06-01", ["7 July 2021", "2 August 2018"]),
        ("2021-07-10", ["5 July 2021", "2 August 2021", "2 August 2018", "29 June 2021"]),
        ("2024-09-01", ["26 July 2024", "1 March 2024"]),
        ("2026-06-01", ["1 March 2024", "10 July 2025"]),
    ],
)
def test_each_clause_has_its_source(server: Server, day: str, texts: list[str]) -> None:
    """Who it was, the plan, the last text on it and who was to follow: each is cited, copied and in the data.

    Where no text tells of a time with the day in it, the last before and the first after it are cited.
    """
    (found,) = sentences_of(server, "coordinator-on", date=day)
    assert re.findall(r"Source: [^:]*?(\d{1,2} [A-Z][a-z]+ \d{4})\)?,", found) == texts
    page = server.get(f"/questions/coordinator-on?date={day}", accept="text/html").text
    listed = text_of(page.partition(">Sources<")[2])
    (row,) = DictReader(server.get(f"/questions/coordinator-on.csv?date={day}").text.splitlines())
    told = (copied_from(page), listed, row["sourceName"])
    assert [(text, found) for found in told for text in texts if text not in found] == []


@pytest.mark.parametrize("day", ["2026-06-01", "2026-09-01", "2027-01-01", "2027-06-01"])
def test_a_plan_makes_no_later_day_certain(server: Server, day: str) -> None:
    """After the last text on a term, its planned end makes no day certain, in the data too."""
    data = DictReader(server.get(f"/questions/coordinator-on.csv?date={day}").text.splitlines())
    assert [(row["certain"], row["status"], row["lastTold"]) for row in data] == [
        ("false", "planned", "2025-07-10")
    ]


def test_the_terms_of_the_coordinators(server: Server) -> None:
    """Each term has its years, and the status that other questions give it."""
    told = [one.partition("Source:")[0].strip() for one in sentences_of(server, "coordinators-of-relations")]
    assert told == [
        "Laos: coordinator, 2015\u20132018. read from the words (medium confidence)",
        "Indonesia: coordinator, 2018\u20132021. established",
        "Cambodia: coordinator, 2021\u20132024. established",
        "Myanmar: coordinator, from 2024. claimed by Sergey Lavrov",
    ]
    terms = " ".join(sentences_of(server, "terms-of-the-coordinators"))
    assert [one for one in told if one not in terms] == []
    assert ">2015-2018</" in ask(server, "coordinators-of-relations").text


def test_until_when_somebody_was_to_be_coordinator_is_a_plan(server: Server) -> None:
    """A text of 2015 that tells until when Laos was to coordinate tells of a plan."""
    found = [one for one in sentences_of(server, "coordinators-by-source") if "5 August 2015" in one]
    assert [one.partition(" (")[0] for one in found] == ["Laos: coordinator to be, until 2018. planned"]


def test_a_plan_that_came_about_has_its_day(server: Server) -> None:
    """Of who was coordinator as had been planned, the answer says by when a text told of the plan."""
    (told,) = sentences_of(server, "coordinator-on", "id", date="2019-06-01")
    assert "sebagaimana direncanakan sebelumnya (per 2 Agustus 2018); tidak ada teks" in told
    rows = DictReader(server.get("/questions/coordinator-on.csv?date=2024-09-01").text.splitlines())
    assert [row["plannedOn"] for row in rows] == ["2024-03-01"]


def test_a_term_that_was_held_is_no_plan(server: Server) -> None:
    """A term that texts tell of has the status that these give it, beside the plan that was made for it."""
    page = server.get("/doc/situation/myanmar-coordinatorship-2024-2027", accept="text/html").text
    told = text_of(page.partition("<h1")[2])
    assert re.search(r"from 2024 .{0,90} claimed by Sergey Lavrov Claims and plans", told)


@pytest.mark.parametrize("thing", ["state/laos", "partnership/asean-russia"])
def test_a_term_is_no_surer_than_its_years(server: Server, thing: str) -> None:
    """That a term began in 2015 is only read from words: tables of pages say so, as the answer does."""
    page = server.get(f"/doc/{thing}", accept="text/html").text
    (laos,) = (row for row in rows_of(page) if "begun 2015" in row)
    assert " read from the words (medium confidence) " in laos
    assert "established" not in laos
    told = sentences_of(server, "terms-of-the-coordinators")
    assert told[0].startswith("Laos: coordinator, 2015\u20132018. read from the words (medium confidence)")
    page = server.get("/doc/partnership/asean-russia", accept="text/html").text
    assert any("begun between 2 August 2018" in row and " established " in row for row in rows_of(page))


def rows_of(page: str) -> list[str]:
    """Return the rows of the tables of a page as text."""
    return [text_of(row) for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]
