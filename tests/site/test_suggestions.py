"""Search offers the questions that a sentence of a reader asks, of the time and the things that it names."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from server_process import Server

HTML: Final = "text/html,*/*;q=0.5"
ID: Final = "https://w3id.org/wicara/id"
SOCHI: Final = "event:2016-05-19-sochi-summit"


def found(server: Server, **asked: str) -> dict[str, Any]:
    """Return what a search finds, as JSON."""
    answer = server.get(f"/search?{urlencode({'page': '1', **asked})}", accept="application/json")
    assert answer.status == 200
    told: dict[str, Any] = answer.json
    return told


def page(server: Server, **asked: str) -> str:
    """Return the page of a search."""
    return server.get(f"/search?{urlencode(asked)}", accept=HTML).text


@pytest.mark.parametrize(
    ("query", "lang", "words"),
    [
        ("who was coordinator on 2 August 2018", "en", "on 2 August 2018"),
        ("coordinator 2017-03-01", "en", "on 1 March 2017"),
        ("siapa koordinator pada 1 Maret 2017", "id", "pada 1 Maret 2017"),
    ],
)
def test_questions_that_fit(server: Server, query: str, lang: str, words: str) -> None:
    """A question that was asked in a reader's words leads to its page, about the day that was named."""
    questions = found(server, q=query, lang=lang)["questions"]
    assert words in questions[0]["label"]
    day = "2018-08-02" if "2018" in query else "2017-03-01"
    assert questions[0]["page"].startswith("/questions/coordinator-on")
    assert all(server.get(one["page"], accept=HTML).status == 200 for one in questions)
    assert f"/as-of?date={day}&amp;lang={lang}" in page(server, q=query, lang=lang)
    assert f"date={day}" in questions[0]["page"]


def test_a_day_alone(server: Server) -> None:
    """A day by itself finds what has it in its name, and leads to what held on it."""
    text = page(server, q="2018-08-02")
    assert "/as-of?date=2018-08-02" in text
    assert "No results with all of these words." not in text
    things = [one["iri"] for one in found(server, q="2018-08-02")["results"]]
    assert f"{ID}/event/2018-08-02-asean-russia-meeting" in things


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("how much is the trade", "trade-by-year"),
        ("berapa perdagangan", "trade-by-year"),
        ("what was said at the ASEAN-Russia meeting", "statements-and-answers"),
        ("apa yang disampaikan dalam pertemuan ASEAN-Rusia", "statements-and-answers"),
        ("what did Retno propose and what did Lavrov answer", "statements-and-answers"),
        ("who met whom", "who-met-whom"),
        ("siapa bertemu siapa", "who-met-whom"),
    ],
)
def test_questions_in_the_words_of_readers(server: Server, query: str, slug: str) -> None:
    """A question is found by its words in either language and by other ways to ask it."""
    assert found(server, q=query)["questions"][0]["page"].partition("?")[0] == f"/questions/{slug}"
    assert f'<a href="/questions/{slug}">' in page(server, q=query).partition('class="results"')[0]


@pytest.mark.parametrize("query", ["sources differ", "conflicts", "sumber berbeda"])
def test_where_sources_differ(server: Server, query: str) -> None:
    """The page of differences is offered by words that readers have for it, but not for figures alone."""
    assert found(server, q=query)["questions"][0]["page"] == "/conflicts"
    assert "/conflicts" not in [one["page"] for one in found(server, q="figures")["questions"]]


@pytest.mark.parametrize(
    ("query", "lang", "who"),
    [
        ("what did Lavrov say", "en", "sergey-lavrov"),
        ("apa kata Lavrov", "id", "sergey-lavrov"),
        ("what did Puttin say in Sochi", "en", "vladimir-putin"),
    ],
)
def test_what_somebody_said(server: Server, query: str, lang: str, who: str) -> None:
    """Who is asked about by what was said has the register of claims offered, with that person's alone."""
    told = found(server, q=query, lang=lang)["questions"]
    (claims,) = (one for one in told if one["page"].startswith("/claims"))
    assert claims["page"] == f"/claims?by=person/{who}&lang={lang}"
    assert server.get(claims["page"], accept=HTML).text.count("<tr") > 1


def test_no_question_fits_all(server: Server) -> None:
    """Words that no question has bring none, and choices narrow down things alone."""
    assert found(server, q="qqqqzzzz")["questions"] == []
    assert found(server)["questions"] == []
    assert found(server, q="coordinator", kind="situation")["questions"] == []


@pytest.mark.parametrize(
    ("query", "lang", "asked"),
    [
        ("who was coordinator in june 2019", "en", "coordinator-on?date=2019-06-01"),
        ("siapa koordinator juni 2019", "id", "coordinator-on?date=2019-06-01"),
        ("who was foreign minister of Russia in June 2020", "en", "posts-on?date=2020-06-01"),
        ("siapa menteri luar negeri rusia pada juni 2020", "id", "posts-on?date=2020-06-01"),
        ("who did putin meet", "en", "met-whom-most?person=person:vladimir-putin"),
        ("\u041f\u0443\u0442\u0438\u043d", "id", "met-whom-most?person=person:vladimir-putin"),
        (
            "which meetings did Jokowi attend on 14 november 2018",
            "en",
            "meetings-on?person=person:joko-widodo&date=2018-11-14",
        ),
        (
            "sources of the kazan summit",
            "en",
            "sources-of-an-event?event=event:2026-06-17-asean-russia-summit",
        ),
        (
            "2021-2025 Plan of Action run out",
            "en",
            "end-of-a-document?document=document:asean-russia-cpa-2021-2025",
        ),
        ("bali", "id", "events-held-in-a-country?place=place:bali"),
    ],
)
def test_questions_of_what_is_named(server: Server, query: str, lang: str, asked: str) -> None:
    """The time and the things that a sentence names are those of the first question, which has an answer."""
    first = found(server, q=query, lang=lang)["questions"][0]
    assert first["page"] == f"/questions/{asked}&lang={lang}"
    answer = server.get(first["page"], accept=HTML).text
    assert first["label"] in unescape(answer)
    assert 'class="nothing"' not in answer
    assert first["page"].replace("&", "&amp;") in page(server, q=query, lang=lang)


@pytest.mark.parametrize(
    ("query", "lang", "asked"),
    [
        ("Who was coordinator in 2018?", "en", "coordinator-on"),
        ("siapa koordinator 2018", "id", "coordinator-on"),
        ("who was foreign minister of Russia in 2020", "en", "posts-on"),
    ],
)
def test_a_year_has_two_ends(server: Server, query: str, lang: str, asked: str) -> None:
    """What can be asked of a day is asked of both ends of a year, and of the first day of a month.

    Who were coordinators is told for a year at once, first.
    """
    year = query.strip("?")[-4:]
    pages = [one["page"] for one in found(server, q=query, lang=lang)["questions"]]
    days = [f"/questions/{asked}?date={year}-{day}&lang={lang}" for day in ("01-01", "12-31")]
    assert pages[pages.index(days[0]) :][:2] == days
    assert f"/timeline?from={year}-01-01&to={year}-12-31&lang={lang}" in pages
    assert (pages[0] == f"/questions/terms-of-the-coordinators?lang={lang}") == (asked == "coordinator-on")
    of_month = [
        one["page"] for one in found(server, q=query.replace(year, f"{year}-06"), lang=lang)["questions"]
    ]
    assert [one for one in of_month if asked in one] == [f"/questions/{asked}?date={year}-06-01&lang={lang}"]


@pytest.mark.parametrize(
    ("query", "lang", "asked"),
    [
        ("how much trade with Russia in 2017", "en", "trade-by-year"),
        ("trade with Russia 2017", "en", "trade-by-year"),
        ("berapa besar perdagangan dengan Rusia 2017", "id", "trade-by-year"),
        ("by how much did trade with Russia grow in 2017", "en", "growth-by-year"),
        ("peringkat perdagangan Rusia", "id", "ranks-by-year"),
    ],
)
def test_an_amount_of_trade_is_told_from_its_growth(
    server: Server, query: str, lang: str, asked: str
) -> None:
    """Who asks how much trade there was is led to that first, and to growth or rank only who names them."""
    assert found(server, q=query, lang=lang)["questions"][0]["page"] == f"/questions/{asked}?lang={lang}"


@pytest.mark.parametrize(
    ("query", "lang", "asked"),
    [
        ("who chaired the meeting in Sochi", "en", f"persons-at-a-meeting?meeting={SOCHI}&lang=en"),
        ("siapa yang memimpin pertemuan di Sochi", "id", f"persons-at-a-meeting?meeting={SOCHI}&lang=id"),
        ("siapa yang hadir di Sochi", "id", f"persons-at-a-meeting?meeting={SOCHI}&lang=id"),
        ("siapa yang hadir di Sochi", "id", "attendees-of-an-event?lang=id"),
        ("acara di Rusia", "id", "events-held-in-a-country?lang=id"),
        ("when does the plan of action expire", "en", "end-of-a-document?lang=en"),
        ("pelaksanaan rencana aksi", "id", "how-far-implemented?lang=id"),
        ("number of activities implemented", "en", "activities-carried-out?lang=en"),
        ("next summit", "en", "still-to-come?lang=en"),
        ("koordinator setelah Laos", "id", "terms-of-the-coordinators?lang=id"),
        ("siapa koordinator sekarang", "id", "terms-of-the-coordinators?lang=id"),
        ("nilai perdagangan 2018", "id", "trade-by-year?lang=id"),
        ("trade growth", "en", "growth-by-year?lang=en"),
    ],
)
def test_questions_lead_to_an_answer(server: Server, query: str, lang: str, asked: str) -> None:
    """What asks in other words leads to an answer; a place where one meeting was held leads to that too."""
    told = found(server, q=query, lang=lang)["questions"]
    assert f"/questions/{asked}" in [one["page"] for one in told[:2]]
    named = [one["page"].partition("?")[0] for one in told]
    assert ("/doc/event/2016-05-19-sochi-summit" in named) == ("Sochi" in query)
    assert server.get(f"/questions/{asked}", accept=HTML).status == 200


@pytest.mark.parametrize(
    ("query", "never"),
    [
        ("Kazan", "said-of-an-event"),
        ("minister", "person="),
        ("the ASEAN-Russia meeting", "event="),
        ("who was coordinator in june 1950", "coordinator-on?date"),
        ("as of may 2020", "/questions/"),
    ],
)
def test_nothing_that_was_not_asked(server: Server, query: str, never: str) -> None:
    """What names several things names none, and no question is offered that has no answer or is of others."""
    assert not [one["page"] for one in found(server, q=query)["questions"] if never in one["page"]]


def test_a_month_or_a_year_leads_to_its_timeline(server: Server) -> None:
    """A month has its first day and the timeline, a year the timeline."""
    pages = [one["page"] for one in found(server, q="meetings of June 2019", lang="en")["questions"]]
    assert pages[-2:] == [
        "/as-of?date=2019-06-01&lang=en",
        "/timeline?from=2019-06-01&to=2019-06-30&lang=en",
    ]
    last = found(server, q="KTT 2016", lang="id")["questions"][-1]
    assert (last["label"], last["kind_name"], last["page"]) == (
        "Lini masa: 2016",
        "",
        "/timeline?from=2016-01-01&to=2016-12-31&lang=id",
    )
    assert server.get(last["page"], accept=HTML).status == 200


@pytest.mark.parametrize(
    ("query", "first", "after"),
    [
        ("jokowi putin", {"person/joko-widodo", "person/vladimir-putin"}, "article/"),
        ("retno lavrov 2018", {"person/retno-marsudi", "person/sergey-lavrov"}, "article/"),
        ("presiden AS", {"post/president-of-the-united-states", "person/joe-biden"}, "person/kamala-harris"),
        ("siapa presiden AS", {"post/president-of-the-united-states", "person/joe-biden"}, "person/kamala"),
    ],
)
def test_who_is_named_comes_first(server: Server, query: str, first: set[str], after: str) -> None:
    """Persons whom words name stand before texts that have all words, a whole name before a longer one."""
    results = [one["iri"].removeprefix(f"{ID}/") for one in found(server, q=query)["results"]]
    assert {*results[:2]} == first
    assert results[2].startswith(after)


def test_as_many_words_as_anything_has(server: Server) -> None:
    """Where nothing has all the words, what has most of them is found, and not all that has any."""
    told = found(server, q="lavrov scholarships singapore")
    assert told["some"] is True
    assert told["results"][0]["iri"] == f"{ID}/person/sergey-lavrov"
    kazan = {one["iri"] for one in found(server, q="kazan")["results"]}
    assert {one["iri"] for one in found(server, q="pertemuan kazan", limit="50")["results"]} <= kazan
    assert told["total"] < min(found(server, q=word)["total"] for word in ("lavrov", "singapore"))


@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_name_is_not_hidden_by_a_definition(server: Server, lang: str) -> None:
    """A misspelled name is found though a word of a definition begins like it; a whole word there stays."""
    told = found(server, q="Puttin", lang=lang)
    assert told["instead"] == {"puttin": "putin"}
    assert told["results"][0]["iri"] == f"{ID}/person/vladimir-putin"
    assert found(server, q="Putting", lang=lang)["instead"] == {}


@pytest.mark.parametrize(
    "query", ["who chaired the meeting in Sochi", "siapa yang memimpin pertemuan di Sochi"]
)
def test_a_place_that_is_named_is_kept(server: Server, query: str) -> None:
    """Where nothing has all the words, what is found has to do with the place among them."""
    results = found(server, q=query)["results"]
    assert results
    assert all("Sochi" in one["label"] for one in results)
