"""What an answer says at a glance: sentences, each with its status and the words of its sources."""

from __future__ import annotations

import re
from csv import DictReader
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from reader import ask, copied_from, lists_of, sentences_in, sentences_of, text_of
from wicara.ontology import BASE, WIC

if TYPE_CHECKING:
    from server_process import Server
    from wicara.graph.store import BuiltDataset


@pytest.mark.parametrize(
    ("slug", "told"),
    [
        (
            "coordinator-on",
            [
                (
                    "Laos was coordinator of the ASEAN-Russia partnership (2015\u20132018)."
                    " read from the words (medium confidence) 4 sources"
                ),
                (
                    "Indonesia was to follow as coordinator of the ASEAN-Russia partnership (2018\u20132021)."
                    " planned (it began: SINDOnews, 14 Nov 2018) 2 sources"
                ),
            ],
        ),
        (
            "coordinator-at-an-event",
            [
                "Laos may have been coordinator of the ASEAN-Russia partnership. possibly at that time 4 sources",  # noqa: E501 - as a page says it
                "Indonesia may have been coordinator of the ASEAN-Russia partnership. possibly at that time 9 sources",  # noqa: E501 - as a page says it
                (
                    "Indonesia was to be coordinator of the ASEAN-Russia partnership."
                    " planned (it began: SINDOnews, 14 Nov 2018) possibly at that time 2 sources"
                ),
            ],
        ),
        (
            "status-at-an-event",
            [
                "Yes: Russia was a dialogue partner of ASEAN, since 1996. read from the words (high confidence) sources differ at that time 5 sources",  # noqa: E501 - as a page says it
                "Yes, as no source here tells of an end: Russia was a dialogue partner of ASEAN, since 1997. reported by ASEAN Secretariat, 1999 sources differ continuing; no source here gives an end",  # noqa: E501 - as a page says it
            ],
        ),
        (
            "two-names-one-state",
            ["Yes: RRT id is a name of China (CHN), China en one of China (CHN). established"],
        ),
        (
            "end-of-a-document",
            [
                (
                    "ASEAN-Russia Plan of Action 2016-2020 runs out in 2020; the text says 2 years are left,"
                    " counted from 2 August 2018. established 5 sources"
                )
            ],
        ),
        (
            "trade-rank",
            [
                "Russia was number 13 among trading partners of ASEAN (2014). reported by ISEAS - Yusof Ishak Institute, 19 May 2016 sources differ",  # noqa: E501 - as a page says it
                "Russia was number 8 among trading partners of ASEAN (2014). reported by KursRupiah.net, May 2016 sources differ",  # noqa: E501 - as a page says it
                "Russia was number 8 among trading partners of ASEAN (2015). claimed by Jojie Samuel (medium confidence)",  # noqa: E501 - as a page says it
                "Russia was number 8 among dialogue partners of ASEAN (2017). reported by Kemlu, 2 Aug 2018",
                "Russia was number 8 among trading partners of ASEAN (2018). claimed by Retno L.P. Marsudi",
                "Russia was number 9 among dialogue partners of ASEAN (2021). reported by Xinhua, 17 Sep 2022",  # noqa: E501 - as a page says it
                "Russia was number 8 among trading partners of ASEAN (as of 29 June 2021). claimed by Hun Sen",  # noqa: E501 - as a page says it
            ],
        ),
    ],
)
def test_an_answer_is_told_at_a_glance(server: Server, slug: str, told: list[str]) -> None:
    """What a reader wants to know stands first, in a few words."""
    items = sentences_in(lists_of(ask(server, slug).text)[0])
    assert [re.sub(r"after \d+ \w+ \d{4}\)", "after DAY)", item) for item in items] == told


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            (
                "the ASEAN Summit of November 2018: expected in November 2018; made known on 2 August 2018",
                "ARF Inter-Sessional Meeting on CTTC, 2019-2020: expected from 2019 to 2020 (the time fo",
            ),
        ),
        (
            "id",
            (
                "November 2018: menurut rencana pada November 2018; disampaikan pada 2 Agu",
                "Kejahatan Lintas Negara (CTTC) 2019-2020: menurut rencana dari 2019 sampai 2020 (masa",
            ),
        ),
    ],
)
def test_when_a_plan_was_made_known_is_not_when_it_is_due(
    server: Server, language: str, sentences: tuple[str, ...]
) -> None:
    """What is still to come says when it is expected, where that is known, and when who made it known."""
    found = sentences_of(server, "still-to-come", language)
    assert [one for one in sentences if not any(one in told for told in found)] == []


@pytest.mark.parametrize(
    ("language", "after"),
    [
        ("en", "no outcome reported; last text that tells of it: November 2018)"),
        ("id", "teks terakhir tentangnya: November 2018)"),
    ],
)
def test_a_text_known_to_a_month_alone_has_no_day(server: Server, language: str, after: str) -> None:
    """Up to when texts tell of a plan is a month where the last of them is known to a month alone."""
    (told,) = (
        one for one in sentences_of(server, "still-to-come", language) if "33, Nov" in one or "33rd" in one
    )
    assert after in told


def test_what_is_still_to_come_is_all_that_is_planned(server: Server, dataset: BuiltDataset) -> None:
    """Each event that is planned and that no text reports as held is there once, and nothing else."""
    planned = f"""PREFIX wic: <{WIC}> PREFIX status: <{BASE}/concept/status/>
        SELECT DISTINCT ?event {{
          {{ ?report wic:reports ?event ; wic:reportedStatus ?status FILTER(?status != status:held) }}
          UNION {{ ?event a wic:Event ; wic:hasPlannedTimeSpan|wic:hasProposedTimeSpan|wic:plannedAt ?when }}
          FILTER NOT EXISTS {{ ?held wic:reports ?event ; wic:reportedStatus status:held }}
          FILTER NOT EXISTS {{ ?event wic:hasTimeSpan ?actual }} }}"""
    wanted = {row["event"].value for row in dataset.store.query(planned)}  # type: ignore[union-attr]
    rows = [*DictReader(server.get("/questions/still-to-come.csv?lang=en").text.splitlines())]
    found = [row["event"] for row in rows]
    assert sorted(found) == sorted(wanted)
    assert wanted
    # The latest expected come first. What has the time of its chairs, or of what it goes with, says so.
    days = [(row["latest"] or row["madeKnownOn"], row["earliest"] or row["madeKnownOn"]) for row in rows]
    assert days == sorted(days, reverse=True)
    assert {bool(row["timeOf_en"]) for row in rows} == {True, False}
    assert all(("day of its own is named)" in row["statement"]) == bool(row["mainFact"]) for row in rows)
    assert all(row["dateFact"] or row["mainFact"] for row in rows)
    # Planned in one text, and spoken of as held in a later one.
    assert not any("us-asean-special-summit" in one for one in found)


def test_what_is_still_to_come_points_to_what_was_held(server: Server) -> None:
    """A plan shows the words that name its day, and the meeting like it, or at its side, that was held.

    That they are one, no source says: the plan stays one, and the answer says so first.
    """
    told = sentences_of(server, "still-to-come")
    (summit,) = (one for one in told if one.startswith("47th ASEAN Summit"))
    assert "26-28 Oktober 2025" in summit
    held = "a meeting proposed for its sidelines is reported as held: ASEAN-Russia Summit, Singapore 2018."
    (beside,) = (one for one in told if held in one)
    assert beside.startswith("33rd ASEAN Summit, November 2018; meetings related to the ASEAN Summit of")
    assert re.findall(r"(Source|On the related meeting): (\w+)", beside) == [
        ("Source", "Kemlu"),
        ("Source", "Bertolak"),
        ("On the related meeting", "Indonesia"),
    ]
    (series,) = (one.partition(":")[0] for one in told if "20th East Asia Summit" in one)
    assert series.count(" October 2025") == 5
    alike = {
        one.partition(":")[0]: one.partition("like it is reported as held: ")[2].partition(
            " (no source says"
        )[0]
        for one in told
        if "like it is reported as held" in one
    }
    assert alike == {
        "ASEAN-Russia summit planned for Kuala Lumpur, October 2025": (
            "ASEAN-Russia Commemorative Summit, Kazan 2026"
        ),
        "ARF Inter-Sessional Meeting on CTTC, 2019-2020": (
            "ARF meeting on counter-terrorism, Bali, 21 March 2019"
        ),
    }
    (cttc,) = (one for one in told if one.startswith("ARF Inter"))
    assert "16th ARF ISM on CTTC di Bali" in cttc
    assert not [one for one in told if "came about" in one or " planned " not in one]
    assert 'href="/questions/plans-and-what-came"' in ask(server, "still-to-come").text


@pytest.mark.parametrize(
    ("language", "note"),
    [
        (
            "en",
            "11 announced; no text here reports them as held. The texts reach up to 19 June 2026. All times ",
        ),
        ("id", "11 diumumkan; tidak ada teks di sini yang melaporkannya terlaksana. Teks terbaru di"),
    ],
)
def test_what_is_overdue_is_called_so(server: Server, language: str, note: str) -> None:
    """How many are due, and that their times have passed, an answer says first; other answers do not."""
    page = text_of(ask(server, "still-to-come", language).text)
    assert note in page
    told = sentences_of(server, "still-to-come", language)
    events = [re.split("[:;]", one)[0] for one in told]
    assert page.index(note) < min(page.index(event) for event in events)
    assert f'<meta property="og:description" content="{note}' in ask(server, "still-to-come", language).text
    other = ask(server, "plans-and-the-record", language).text
    assert note not in text_of(other)
    assert re.search(r': <a href="/questions/still-to-come[^"]*">', other)


def test_a_plan_for_a_month_is_for_no_days(server: Server) -> None:
    """What was planned for a month or a year is told so, not as lasting from its first day to its last."""
    told = [one.partition(";")[0] for one in sentences_of(server, "plans-and-what-came")]
    assert "ASEAN-Russia Summit, Singapore 2018: proposed to take place, November 2018" in told
    assert "ASEAN-Russia Summit, Kuala Lumpur 2005: planned to take place, 2005" in told
    assert "Commemorative Summit, Sochi 2016: planned to take place, 18\N{EN DASH}20 May 2016" in told


@pytest.mark.parametrize(
    ("slug", "sentence", "mark", "texts"),
    [
        (
            "trade-by-year",
            "2021: USD 20 billion",
            "reported by ASEAN Briefing, September 2022 (medium confidence) and 1 more",
            2,
        ),
        ("trade-by-year", "2018: USD 19.8 billion", "reported by ANTARA, 1 Aug 2019 and 1 more", 2),
        ("trade-by-year", "2017: USD 16.7 billion", "claimed by Joko Widodo", 2),
        (
            "how-far-implemented",
            "92 activities launched",
            "reported by Viet Nam News Agency, 13 Mar 2020 (medium confidence)",
            1,
        ),
    ],
)
def test_a_value_names_each_text_and_how_sure_it_is(
    server: Server, slug: str, sentence: str, mark: str, texts: int
) -> None:
    """One sentence cites all texts that give its value, here and copied, and how sure the editors are."""
    page = ask(server, slug)
    told = next(one for one in sentences_of(server, slug) if sentence in one)
    assert mark in told
    assert told.count("Source: ") == texts
    copied = copied_from(page.text).replace("\xa0", " ")
    (lines,) = re.findall(f"{sentence}.*{re.escape(mark)}.*((?:\n  .*)+)", copied)
    assert lines.count("\n") == texts


def test_a_copied_answer_says_what_is_only_related(server: Server) -> None:
    """The words on a meeting like a planned one are labelled so in the copied text, as on the page."""
    page = ask(server, "still-to-come").text
    label = "On the related meeting: "
    assert copied_from(page).count(label) == page.count(f">{label}") > 0


def test_who_acted_for_whom_is_as_sure_as_its_own_fact(server: Server) -> None:
    """Who acted for a body that was involved is a reading, with words that name the person."""
    told = {one.partition(" was")[0]: one for one in sentences_of(server, "states-and-bodies-involved")}
    of_asean, _, source = told["ASEAN"].partition(" Source: ")
    assert of_asean.endswith("Saleumxay Kommasith acted for it. read from the words (medium confidence)")
    assert "dipimpin bersama \u2026 Saleumxay" in source
    assert "not quoted" not in source


def test_a_count_is_as_sure_as_what_it_counts(server: Server) -> None:
    """Who was at five meetings that are established was so often there; it cites that both were at each."""
    (retno,) = (one for one in sentences_of(server, "met-whom-most") if one.startswith("Retno"))
    counted = "Retno L.P. Marsudi: meetings and other events that both attended, counted here: 5. establ"
    assert retno.startswith(counted)
    assert retno.count("Lavrov opened the mission") == retno.count("Retno was at the opening") == 1
    assert retno.count("Lavrov co-chaired") == retno.count("Retno co-chaired") == 2
    rows = server.get("/questions/met-whom-most.csv?lang=en").text.splitlines()
    assert sum("Retno" in row.partition(",")[0] for row in rows) == 5
    (putin,) = (one for one in sentences_of(server, "met-whom-most") if one.startswith("Vladimir"))
    assert "claimed" not in putin
    assert "Putin spoke at the reception of the summit" in putin


def test_how_far_a_plan_was_implemented(server: Server) -> None:
    """The sentences name the plan, its status and the judgement, and go on to the last numbers.

    A share with which numbers of its day do not agree says what these make of it.
    """
    first, second, *counted = sentences_of(server, "how-far-implemented")
    assert first.startswith(
        "ASEAN-Russia Plan of Action 2016-2020: 42% implemented (as of 2 August 2018), poss"
    )
    assert "How it is judged there, in short: Only 42 percent has been implemented so far." in first
    for told in (first, second):
        assert "claimed" in told.partition("Source:")[0]
        assert "established" not in told
    assert ": more than 60% implemented (as of 31 July 2019), said by Retno L.P. Marsudi." in second
    assert "By the numbers of activities that the second source gives for that day it was 56.8%." in second
    assert (
        "79 activities implemented of 139 planned, that is 56.8% (as of 31 July 2019), said by R"
        in counted[0]
    )
    launched, shared, last = counted[2:]
    assert "99 activities implemented of 139 planned, that is 71.2% (as of 30 March 2021)" in shared
    assert "99 activities implemented (as of 2 April 2021). reported by Viet Nam News Agency, 2 Apr" in last
    assert all("reported by" in one or "claimed" in one for one in counted)
    assert [one for one in counted if "established" in one] == []
    assert "In short (editors' words): 99 activities" in last
    assert "92 activities launched (not said to be implemented) of 139 planned, that is 66.2%" in launched
    page = ask(server, "how-far-implemented").text
    assert re.search(r'See also: <a href="/questions/activities-carried-out[^"]*">', page)
    home = server.get("/", accept="text/html").text
    assert home.count('class="source-line"') == 4
    assert re.search(r'<a href="/questions/how-far-implemented">and 4 more</a>', home)


@pytest.mark.parametrize(
    ("language", "when"), [("en", "as of 1 November 2010"), ("id", "per 1 November 2010")]
)
def test_a_yearly_figure_is_of_no_month(server: Server, language: str, when: str) -> None:
    """Trade "a year" whose year the words do not tell is as of its text, not of the month of the summit."""
    told = sentences_of(server, "trade-by-year", language)
    assert [one for one in told if one.lower().startswith(f"{when.lower()}: ")]
    assert not [one for one in told if "oktober 2010" in one.lower() or "october 2010" in one.lower()]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "as it stood in November 2016: USD 13.3 billion."),
        ("id", "sebagaimana tercatat pada November 2016: USD 13,3 miliar."),
    ],
)
def test_what_stood_so_in_a_month_is_no_trade_of_that_month(server: Server, language: str, told: str) -> None:
    """A figure of which the words say in which month it stood so is not told like one of a year."""
    assert [one for one in sentences_of(server, "trade-by-year", language) if one.startswith(told)]


@pytest.mark.parametrize(
    ("language", "mark", "first"),
    [("en", "sources differ", "number 13"), ("id", "keterangan sumber berbeda", "peringkat ke-13")],
)
def test_sentences_whose_values_clash_are_marked(
    server: Server, language: str, mark: str, first: str
) -> None:
    """They lead to where sources differ, in place of the usual status; what only rounds does not."""
    told = sentences_of(server, "trade-rank", language)
    marked = [one for one in told if mark in one]
    assert len(marked) == 2
    assert {"2014" in one for one in marked} == {True}
    assert [one for one in marked if first in one]
    page = ask(server, "trade-rank", language).text
    assert re.search(rf'<a class="mark claim" href="/conflicts(?:\?[^"#]*)?#figures">{mark}</a>', page)
    assert 'id="figures"' in server.get("/conflicts").text
    years = [one.partition(":")[0] for one in sentences_of(server, "trade-by-year", language) if mark in one]
    assert {*years} == {"2013", "2014", "2015", "2017", "2018"}
    assert years.count("2018") == 3
    assert not [one for one in sentences_of(server, "summits-as-counted", language) if mark in one]


def test_what_a_text_tells_itself_is_no_saying(server: Server) -> None:
    """In the editors' words, a figure that a text gives in its own voice is not one that somebody put."""
    told = next(one for one in sentences_of(server, "trade-by-year", "id") if one.startswith("2023: "))
    assert "Perdagangan ASEAN dan Rusia mencapai hampir 22 miliar dolar AS pada 2023" in told


@pytest.mark.parametrize("slug", ["trade-rank", "trade-by-year", "growth-by-year", "ranks-by-year"])
def test_figures_lead_to_where_they_stand_side_by_side(server: Server, slug: str) -> None:
    """An answer with figures of several sources leads to the one that sets those of a year side by side."""
    assert re.search(r'See also: <a href="/questions/figures-side-by-side[^"]*">', ask(server, slug).text)
    assert ask(server, "figures-side-by-side").status == 200


def test_what_was_proposed_and_answered_comes_first(server: Server) -> None:
    """All that was said at a meeting is there: proposals with their answers, requests, calls, then the rest.

    The sentences are the editors' words: what a source says is not told again beside its words.
    """
    found = sentences_of(server, "statements-and-answers")
    beginnings = (
        "Retno L.P. Marsudi on behalf of Indonesia proposed, in short: Three areas",
        "Russia asked for, in short: The plan to hold an ASEAN-Russia summit should be supported.",
        "Retno L.P. Marsudi called for, in short: ASEAN and Russia should promote a comprehensive strategy",
        "Retno L.P. Marsudi said, in short: She and those she speaks to (“kita”) face security threats now.",
        "Sergey Lavrov told of what is planned, in short: Indonesia and Russia will",
    )
    places = [next(place for place, one in enumerate(found) if one.startswith(it)) for it in beginnings]
    assert places == sorted(places)
    assert places[:2] == [0, 1]
    assert "sidelines of: 33rd ASEAN Summit, November 2018, in Singapore (city). called for" in found[1]
    assert any("face security threats now. claimed (medium confidence) Source" in one for one in found)
    proposal, quoted, answer = found[0].split("Source: ")
    assert (
        "Named: counter-terrorism, cyber security, natural disaster management. Sergey Lavrov welcomed that"
        in proposal
    )
    assert "tiga … prioritas kontra terorisme keamanan siber penanggulangan bencana alam" in quoted
    assert [one for one in found if "editors' words" in one] == []
    assert "S11: Lavrov menyambut baik usulan" in answer
    order = "Pertama yang diusulkan atau diminta beserta tanggapannya, lalu yang diserukan"
    assert order in text_of(ask(server, "statements-and-answers", "id").text)
    assert "and 7 more" not in ask(server, "statements-and-answers").text


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("jumlah perdagangan 2017", "/questions/trade-by-year"),
        ("plans that did not happen", "/questions/still-to-come"),
        ("what is still to come", "/questions/still-to-come"),
        ("upcoming summit", "/questions/still-to-come"),
        ("pertemuan mendatang", "/questions/still-to-come"),
        ("42%", "/questions/how-far-implemented"),
        ("claims vs facts", "/conflicts"),
    ],
)
def test_an_answer_is_found_by_other_words(server: Server, asked: str, page: str) -> None:
    """What readers type leads to the question that answers it first."""
    found = server.get(f"/search.json?{urlencode({'q': asked})}").json["questions"]
    assert found[0]["page"].partition("?")[0] == page


def test_how_many_were_announced_is_said_with_the_words(server: Server) -> None:
    """One sentence lists the areas and says how many there were to be; each has its words, once each."""
    (found,) = sentences_of(server, "areas-proposed-by-a-state")
    said, quoted = found.split("Source: ")
    assert said.startswith(
        "Indonesia put forward as priorities: counter-terrorism, cyber security, natural disaster management."
        " It said that there are 3."
    )
    words = (
        "mengusulkan tiga … prioritas",
        "kontra terorisme",
        "keamanan siber",
        "penanggulangan bencana alam",
    )
    assert [quoted.partition(" In short")[0].count(one) for one in words] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("slug", "sentence", "words"),
    [
        (
            "met-by-a-person",
            "Sergey Lavrov and Retno L.P. Marsudi both took part in: an",
            ("Lavrov", "Retno"),
        ),
        ("has-been-foreign-minister", "Retno L.P. Marsudi is", ("Menteri Luar Negeri RI, Retno",)),
        ("has-been-foreign-minister", "Sugiono is", ("Menteri Luar Negeri Sugiono",)),
    ],
)
def test_the_words_that_are_shown_name_the_persons(
    server: Server, slug: str, sentence: str, words: tuple[str, ...]
) -> None:
    """Of all that a sentence rests on, those words are shown that name whom it is about."""
    (found,) = (one for one in sentences_of(server, slug) if one.startswith(sentence))
    said, *quoted = found.split("Source:")
    assert [word for word in words if not any(word in one for one in quoted)] == []
    assert "claimed by" not in said


def test_each_number_of_the_home_page_leads_to_as_many_things(server: Server) -> None:
    """What the first page counts is listed where its number leads, and counted alike there."""
    home = server.get("/", accept="text/html").text
    counted = re.findall(r'<li><strong>([\d,]+)</strong> <a href="([^"]+)">', home)
    assert len(counted) == 6
    for number, path in counted:
        listed = text_of(server.get(path, accept="text/html").text)
        assert re.search(rf"\b{number} (results|texts)\b", listed), path


def test_who_says_it_is_said_once(server: Server) -> None:
    """A sentence that names who says it has no status that does so again; a doubt has its reason."""
    found = sentences_of(server, "how-far-implemented")
    assert any("said by Retno L.P. Marsudi. claimed sources differ Source" in one for one in found)
    assert any("Only the sentences around it suggest who says it" in one for one in found)
    assert "A source reports it as a fact" in ask(server, "held-and-planned").text
    assert "A source reports it as a fact" not in ask(server, "trade-by-year").text


def test_each_sentence_shows_its_words_or_leads_to_them(server: Server) -> None:
    """It shows the words of its source, or says that these are not quoted, and where they were read."""
    page = ask(server, "trade-by-year").text
    told = re.findall(r'<p class="source-line">(.*?)</p>', page, re.DOTALL)
    assert len(told) > 15
    assert [one for one in told if "<q" not in one and "cited, not quoted" not in one] == []
    assert any(re.search(r'<a href="http[^"]*"[^>]*>the copy read on ', one) for one in told)
    home = server.get("/", accept="text/html").text
    assert "cited, not quoted" in home
