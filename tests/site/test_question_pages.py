"""Questions for readers: a page each that answers first, and parameters that matter."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from needed import long, one_of
from reader import ask, lists_of, query_of, text_of
from wicara.queries import THEMES, header, questions
from wicara.server.site.language import WORDS
from wicara.server.site.tables.answer_columns import columns_of

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html,*/*;q=0.5"
ALL = {question.slug: question for question in questions()}
ASKABLE = sorted(slug for slug, question in ALL.items() if question.parameters)
OF_EACH_KIND = {parameter.datatype: slug for slug in ASKABLE for parameter in ALL[slug].parameters}.values()
"""A question for each kind of value."""
HOSTILE = (
    '"><script>alert(1)</script>',
    "'} DROP ALL #",
    '" } . ?s ?p ?o . { "',
    "state:laos> } UNION { ?s ?p ?o",
    "\u202eevil\u0000",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "x" * 10_000,
)


def answer_of(page: str) -> str:
    """Return what a reader sees of the answer on a page, without the words of its sources."""
    found = re.search(r'<section aria-labelledby="answer">.*?</section>', page, re.DOTALL)
    assert found
    return text_of(re.sub(r'<p class="source-line">.*?</p>', "", found[0], flags=re.DOTALL))


def rows_of(page: str) -> int:
    """Return how many rows the answer on a page has."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    return body[1].count("<tr") if body else 0


@pytest.mark.parametrize(
    ("slug", "language"),
    [
        *((slug, "en") for slug in sorted(ALL)),
        *(long(slug, "id") if number % 4 else (slug, "id") for number, slug in enumerate(sorted(ALL))),
    ],
)
def test_a_question_is_answered_on_its_page(server: Server, slug: str, language: str) -> None:
    """Each page asks in the reader's language, answers first, shows its query, evidence, and statuses."""
    page = ask(server, slug, language)
    assert page.status == 200
    assert f"<h1>{ALL[slug].wording(language)}</h1>" in re.sub(r"</?em[^>]*>", "", unescape(page.text))
    assert page.text.index('id="answer"') < page.text.index("<pre")
    rows = server.ask(query_of(page.text)).rows
    assert rows
    assert rows_of(page.text) == min(len(rows), 100)
    assert query_of(page.text) == ALL[slug].body
    assert re.search('class="mark (basis|basis cited|background|inferred)"', page.text)
    sentences = re.findall(r"<li><p>(.*?)</p>", "".join(lists_of(page.text)), re.DOTALL)
    assert sentences
    assert [one for one in sentences if not re.search(r'class="mark(?! witnesses)', one)] == []


def test_an_answer_as_accept_wants_it(server: Server) -> None:
    """Where Accept prefers a format of results, a question is answered in it, without a page."""
    path, day = "/questions/coordinator-on", "?date=2016-05-19"
    assert server.get(path + day, accept=HTML).media_type == "text/html"
    for name, media_type in {"csv": "text/csv", "json": "application/sparql-results+json"}.items():
        answer = server.get(path + day, accept=media_type)
        assert (answer.status, answer.media_type) == (200, media_type)
        assert answer.body == server.get(f"{path}.{name}{day}").body
        assert "Accept" in answer.headers["Vary"].split(", ")
    faulty = server.get(f"{path}?date=2018-02-30", accept="text/csv")
    assert (faulty.status, faulty.media_type) == (400, "application/problem+json")
    assert "There is no such day." in faulty.json["detail"]
    assert server.get(path, accept="image/png").status == 406


def test_marks_lead_to_the_words(server: Server) -> None:
    """From a row of an answer one click leads to the words, on the same page, and to the proof."""
    page = ask(server, "coordinator-on").text
    marks = set(re.findall(r'class="mark basis" href="#([^"]+)"', page))
    assert marks
    assert marks <= set(re.findall(r'id="([^"]+)"', page))
    assert "Koordinator … 2015-2018”" in unescape(page)
    inferred = re.search(r'class="mark inferred" href="([^"]+)"', ask(server, "meetings-on").text)
    assert inferred
    assert "follows" in server.get(unescape(inferred[1]), accept=HTML).text


def test_the_gallery_leads_to_each_question(server: Server) -> None:
    """The gallery lists every question under its theme, in both languages."""
    for language in ("en", "id"):
        page = server.get("/questions", accept=HTML, accept_language=language)
        assert page.status == 200
        for slug, question in ALL.items():
            assert f'href="/questions/{slug}"' in page.text
            assert question.wording(language) in unescape(page.text)
    assert {question.theme for question in ALL.values()} <= set(THEMES)


def test_a_question_that_is_asked_for_by_number_is_elsewhere(server: Server) -> None:
    """The addresses by number lead on, with what was asked."""
    moved = server.get("/questions/CQ48?date=2016-05-19&lang=id", accept=HTML)
    assert moved.status == 301
    assert moved.headers["Location"] == "/questions/coordinator-on?date=2016-05-19&lang=id"
    assert server.get("/questions/CQ999", accept=HTML).status == 404


@pytest.mark.parametrize(
    ("slug", "values", "shown", "hidden"),
    [
        (
            "coordinator-on",
            {"date": "2016-05-19"},
            ["19 May 2016", "Laos", "at that time begun 2015; ended between 2 August 2018", "established"],
            ["Indonesia", "possibl", "was to be"],
        ),
        (
            "coordinator-on",
            {"date": "2018-08-01"},
            ["Laos", "at that time"],
            ["Indonesia", "possibly"],
        ),
        (
            "coordinator-on",
            {"date": "2019-06-01"},
            [
                "Indonesia",
                "established",
                "as had been planned",
                "ended between 2 August 2021 and 31 December 2021",
            ],
            ["Laos", "certain", "possib", "coordinator to be", "no fact here"],
        ),
        ("coordinator-on", {"date": "2014-12-31"}, ["The dataset has no answer."], ["Laos", "Indonesia"]),
        ("members-of-a-body", {"date": "1996-07-01"}, ["Viet Nam", "Singapore"], ["Laos", "Cambodia"]),
        (
            "events-held-in-a-country",
            {"place": "place:singapore"},
            ["annual ASEAN-Russia meeting"],
            ["Sochi"],
        ),
        (
            "two-names-one-state",
            {"name": "Cina@id", "otherName": "Japan@en"},
            ["No : Cina", "Japan en one of Japan ( JPN )."],
            [],
        ),
        (
            "status-at-an-event",
            {"event": "event:24th-asean-ministerial-meeting"},
            ["No, only later : Russia was a dialogue partner of ASEAN , since 1996 .", "not at that time"],
            ["Yes,"],
        ),
        ("said-of-an-area", {"area": "area:trade"}, ["( about the area : trade ), in short: "], []),
        ("words-behind-a-figure", {"figure": "8", "unit": "unit:rank"}, ["ke-delapan"], ["42"]),
    ],
)
def test_another_value_has_another_answer(
    server: Server, slug: str, values: dict[str, str], shown: list[str], hidden: list[str]
) -> None:
    """The answer, the sentence and the query change with a value; the query shown gives the same rows."""
    page = ask(server, slug, **values)
    assert page.status == 200
    told = answer_of(page.text).split("Download")[0]
    heading = text_of(page.text[page.text.index("<h1") : page.text.index("</h1>")])
    assert [one for one in shown if one not in told + heading] == []
    assert [one for one in hidden if one in told] == []
    assert query_of(page.text) != ALL[slug].body
    assert rows_of(page.text) == len(server.ask(query_of(page.text)).rows)


@pytest.mark.parametrize(
    ("term", "source"),
    [
        ("Laos : coordinator , 2015\u20132018 .", "2018 , sentence S05 :"),
        ("Cambodia : coordinator , 2021\u20132024 .", "Cambodia took over as coordinator for 2021 to 2024"),
        ("Cambodia : coordinator to be , from 2021 .", "Cambodia would coordinate from August 2021"),
        ("Myanmar : coordinator , from 2024 .", "Myanmar took over on 26 July 2024"),
        ("Myanmar : coordinator to be , until 2027 .", "Myanmar was to be coordinator until 2027"),
    ],
)
def test_a_term_is_told_as_the_source_beside_it_gives_it(server: Server, term: str, source: str) -> None:
    """The years of a term are those of the text that is cited: both, or the one that it gives."""
    told = text_of(ask(server, "terms-of-the-coordinators").text)
    assert source in told[told.index(term) :][:420]


def test_what_nobody_is_named_for_is_pointed_to(server: Server) -> None:
    """An answer about who said what tells where the rest stands that was discussed."""
    page = ask(server, "statements-and-answers")
    assert "with no speaker named stands on the page of the meeting" in text_of(page.text)
    assert 'href="/questions/how-far-implemented' in page.text


@pytest.mark.parametrize("slug", ASKABLE)
def test_each_parameter_has_a_field_of_its_kind(server: Server, slug: str) -> None:
    """Days have a date field, numbers one for numbers, things a list with the default chosen."""
    page = ask(server, slug).text
    for parameter in ALL[slug].parameters:
        field = re.search(rf'<(select|input) id="value-{parameter.name}"[^>]*>', page)
        assert field
        assert f'<label for="value-{parameter.name}">' in page
        expected = {
            "xsd:date": 'type="date"',
            "xsd:decimal": 'type="number"',
            "rdf:langString": 'type="text"',
        }
        assert expected.get(parameter.datatype, "<select") in field[0]
        if parameter.datatype not in expected:
            assert f'<option value="{parameter.default}" selected>' in page


@pytest.mark.parametrize(
    ("slug", "parameter", "without"),
    [("proposals-of-a-state", "proposer", "state:japan"), ("trade-rank", "partner", "body:brics")],
)
def test_a_form_offers_what_has_an_answer(server: Server, slug: str, parameter: str, without: str) -> None:
    """What has an answer comes first, the rest is left out or apart; an empty answer leads to full ones."""
    kind = next(one.datatype for one in ALL[slug].parameters if one.name == parameter)
    known = {row["x"] for row in server.ask(f"SELECT DISTINCT ?x {{ ?x a {kind} }}").rows}
    page = ask(server, slug).text
    field = re.search(rf'<select id="value-{parameter}".*?</select>', page, re.DOTALL)
    assert field
    offered, _label, others = field[0].partition('<optgroup label="No answer')
    options = re.findall(r'<option value="([^"]+)"', offered)
    assert 0 < len(options) < len(known)
    assert len(re.findall("<option", others)) == (
        len(known) - len(options) if len(ALL[slug].parameters) > 1 else 0
    )
    assert without not in options
    for option in options:
        assert server.get(f"/questions/{slug}.json?{parameter}={option}").rows
    assert not server.get(f"/questions/{slug}.json?{parameter}={without}").rows
    empty = ask(server, slug, **{parameter: without}).text
    assert "The dataset has no answer. The texts of this dataset reach up to" in text_of(empty)
    links = re.search(r"There is an answer for: (.*?)</p>", empty, re.DOTALL)
    assert links
    found = [unescape(link) for link in re.findall(r'href="([^"]+)"', links[1])]
    assert len(found) == len(options)
    assert all(rows_of(server.get(link, accept=HTML).text) for link in found)


@pytest.mark.parametrize(
    ("slug", "values", "meant"),
    [
        ("meetings-on", {"person": "Lavrof", "date": "2018-08-01"}, "Sergey Lavrov"),
        ("meetings-on", {"person": "person:sergei-lavrov"}, "Sergey Lavrov"),
        ("words-about-a-thing", {"thing": "Indonesa"}, "Indonesia"),
        ("meetings-on", {"person": "<script>"}, ""),
    ],
)
def test_a_misspelt_thing_leads_to_the_one_that_is_meant(
    server: Server, slug: str, values: dict[str, str], meant: str
) -> None:
    """A name that is no thing is answered with those that are spelled most like it, the other values kept."""
    answer = ask(server, slug, **values)
    assert answer.status == 400
    found = re.search(r"Did you mean: <a href=\"([^\"]+)\">([^<]+)</a>", answer.text)
    assert (found[2] if found else "") == meant
    if found:
        page = server.get(unescape(found[1]), accept=HTML)
        assert page.status == 200
        assert all(value in unescape(found[1]) for name, value in values.items() if name == "date")


def test_choices_are_in_the_language_of_the_reader(server: Server) -> None:
    """The list of a thing shows labels, in the reader's language."""
    assert ">Russia</option>" in ask(server, "coordinators-of-relations").text
    assert ">Rusia</option>" in ask(server, "coordinators-of-relations", "id").text


@pytest.mark.parametrize(
    ("slug", "name", "value", "why"),
    [
        ("coordinator-on", "date", "2018-02-30", "There is no such day."),
        ("coordinator-on", "date", "yesterday", "A date is written as"),
        ("coordinator-on", "partnership", "partnership:no-such", "nothing of this kind"),
        ("coordinator-on", "partnership", "state:laos", "nothing of this kind"),
        ("coordinator-on", "partnership", "no thing", "Give an IRI"),
        ("words-behind-a-figure", "figure", "1e999", "in digits"),
        ("two-names-one-state", "name", "RRT", "with their language"),
        ("two-names-one-state", "name", "RRT@not_a_language!", "with their language"),
        ("two-names-one-state", "name", "x" * 2000 + "@en", "longer than"),
    ],
)
def test_a_bad_value_is_told(server: Server, slug: str, name: str, value: str, why: str) -> None:
    """What cannot be a value is answered with 400 and a sentence beside its field."""
    page = ask(server, slug, **{name: value})
    assert page.status == 400
    assert why in text_of(page.text)
    assert 'aria-invalid="true"' in page.text
    assert "<tbody>" not in page.text


def test_a_value_that_is_given_twice_is_told(server: Server) -> None:
    """A parameter has one value."""
    page = server.get("/questions/coordinator-on?date=2018-08-02&date=2018-08-03", accept=HTML)
    assert page.status == 400


@pytest.mark.parametrize("slug", [slug if slug in OF_EACH_KIND else long(slug) for slug in ASKABLE])
def test_hostile_values_are_harmless(server: Server, slug: str) -> None:
    """No value breaks the page or leaves its place in the query."""
    for hostile in HOSTILE:
        for parameter in ALL[slug].parameters:
            for value in (hostile, f"{hostile}@en"):
                page = ask(server, slug, **{parameter.name: value})
                assert page.status in {200, 400}, (parameter.name, value)
                assert "<script>alert" not in page.text
                if page.status == 200:
                    assert rows_of(page.text) == min(100, len(server.ask(query_of(page.text)).rows))


def test_words_stay_words(server: Server) -> None:
    """Quotes and braces in a name are part of the name, in the query as in the answer."""
    name = 'a" } ?s ?p ?o { \\ \n"'
    page = ask(server, "two-names-one-state", name=f"{name}@en")
    assert page.status == 200
    assert answer_of(page.text).startswith("Answer The dataset has no answer.")
    assert server.ask(query_of(page.text)).rows == []


@pytest.mark.parametrize("slug", sorted(ALL))
def test_a_query_with_its_defaults_is_the_file(slug: str) -> None:
    """The defaults, written as values, make the query of the file, so that nothing else is ever replaced."""
    question = ALL[slug]
    ways = {"xsd:date": '"{}"^^xsd:date'}
    values = {each.name: ways.get(each.datatype, "{}").format(each.default) for each in question.parameters}
    assert question.with_values(values) == question.body
    for language in ("en", "id"):
        assert {name for name, _words in question.parts(language) if name} == set(values)


@pytest.mark.parametrize("slug", sorted(ALL))
def test_columns_have_names(slug: str) -> None:
    """Each column of an answer and each parameter is called something in the reader's language."""
    selected = re.search(r"SELECT(?: DISTINCT)?\s+((?:\?\w+\s+)+)WHERE", ALL[slug].body)
    assert selected
    names = {column.name for column in columns_of(re.findall(r"\w+", selected[1]))}
    assert {*ALL[slug].answer} <= names
    names |= {parameter.name for parameter in ALL[slug].parameters}
    for sentences in ALL[slug].own("says"):
        assert len(sentences) == 2
        assert {name for one in sentences for name in re.findall(r"\{(\w+)\}", one)} <= names
    assert names - set(WORDS["columns"]) == set()


@pytest.mark.parametrize("slug", one_of(2, sorted(ALL)))
def test_each_row_has_a_status(server: Server, slug: str) -> None:
    """Each row of an answer says whether it is established, read, claimed, planned or otherwise."""
    rows = server.get(f"/questions/{slug}.json").rows
    assert rows
    assert [row for row in rows if not row.get("status")] == []


def test_without_conclusions(server: Server) -> None:
    """What follows by reasoning can be left out, and the page says so."""
    whole, without = ask(server, "meetings-on"), ask(server, "meetings-on", infer="off")
    assert rows_of(whole.text) > rows_of(without.text)
    assert 'class="mark inferred"' not in without.text
    assert ask(server, "meetings-on", infer="maybe").status == 400


def test_addresses_are_told_apart() -> None:
    """Questions have a slug and a theme each, and no two have one address."""
    assert len(ALL) == len(questions())
    assert all(re.fullmatch(r"[a-z0-9-]+", slug) for slug in ALL)
    assert not {slug.lower() for slug in ALL} & {question.id.lower() for question in ALL.values()}


def test_with_data_of_ones_own(small: Server) -> None:
    """A server of other data has the questions too; it answers none of them and does not fail."""
    assert small.get("/questions", accept=HTML).status == 200
    page = ask(small, "coordinator-on")
    assert page.status == 200
    assert "The dataset has no answer." in page.text


def test_the_guide_shows_a_question_as_it_is(server: Server) -> None:
    """The header in the guide is that of its file but for the facts, and the query there runs."""
    guide = (Path(__file__).parents[2] / "docs" / "add-a-question.md").read_text(encoding="utf-8")
    shown, real = header(guide.split("```")[1]), header(ALL["meetings-on"].text)
    assert {*shown.pop("facts")[0].split()} <= {*ALL["meetings-on"].facts}
    assert [key for key in shown if shown[key] != real[key][: len(shown[key])]] == []
    assert [key for key in real if f"`{key}`" not in guide] == []
    query = re.search(r"```sparql\n(.*?)```", guide, re.DOTALL)
    assert query
    assert server.ask(query[1]).rows


def test_a_day_leads_to_its_questions_and_back(server: Server) -> None:
    """The page of a day asks about it, and a question about a day leads to what else held on it."""
    day = server.get("/as-of?date=2016-05-19", accept=HTML).text
    assert 'href="/questions/coordinator-on?date=2016-05-19"' in day
    assert "At which meetings was Retno on 19 May 2016?" in text_of(day)
    assert 'href="/as-of?date=2016-05-19"' in ask(server, "coordinator-on", date="2016-05-19").text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/questions/coordinator-on", "date=2018-08-02"),
        ("/questions/coordinator-on?date=2016-05-19&infer=off&lang=id", "date=2016-05-19"),
        ("/as-of", "date=20"),
        ("/as-of?with=2018-08-02&date=2016-05-19", "with=2018-08-02"),
    ],
)
def test_the_address_for_sharing_gives_what_is_shown(server: Server, path: str, value: str) -> None:
    """What is told of a page to those that share it leads to the same, with all that was left to defaults."""
    page = server.get(path, accept=HTML).text
    told = re.search(r'<meta property="og:url" content="([^"]+)">', page)
    canonical = re.search(r'<link rel="canonical" href="([^"]+)">', page)
    assert told
    assert canonical
    address = unescape(canonical[1])
    assert unescape(told[1]).endswith(address)
    assert value in address
    assert ("infer=off" in address) == ("infer=off" in path)
    again = server.get(address + ("&lang=id" if "lang=id" in path else ""), accept=HTML).text
    assert re.findall("<h1>.*</h1>", again) == re.findall("<h1>.*</h1>", page)
    assert query_of(again) == query_of(page)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/", "/"),
        ("/about?lang=id", "/about?lang=id"),
        ("/timeline?from=2010&to=&source=&actor=state/laos", "/timeline?from=2010&actor=state/laos"),
        ("/search?q=Lavrov&kind=person", "/search?q=Lavrov&kind=person"),
        ("/as-of?date=2016-05-19&lang=id", "/as-of?date=2016-05-19&lang=id"),
        (
            "/questions/coordinator-on?lang=id",
            "/questions/coordinator-on?partnership=partnership:asean-russia&date=2018-08-02&lang=id&version=",
        ),
        ("/doc/person/sergey-lavrov", "/doc/person/sergey-lavrov"),
        ("/sparql?query=ASK{}", "/sparql?query="),
        ("/no-such-page", ""),
    ],
)
def test_a_page_ends_with_its_address(server: Server, path: str, address: str) -> None:
    """Each page says by which address it is found again, with all its values and none that is empty."""
    page = server.get(path, accept=HTML).text
    told = re.search(r'<a id="this-page" href="([^"]+)" rel="nofollow">([^<]+)</a>', page)
    assert bool(told) == bool(address)
    if told:
        href, shown = map(unescape, told.groups())
        assert href.startswith(address)
        assert href == address or address.endswith("=")
        assert shown == f"127.0.0.1:{server.port}{href}"
        again = server.get(href, accept=HTML).text
        assert re.findall("<h1>.*</h1>", again) == re.findall("<h1>.*</h1>", page)
        assert re.search('<html lang="(..)">', again)[1] == ("id" if "lang=id" in path else "en")  # type: ignore[index]


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", "The newest text here is of "), ("id", "Teks terbaru di sini bertanggal ")],
)
@pytest.mark.parametrize("path", ["/questions/coordinator-on", "/as-of"])
def test_a_day_after_the_newest_text_is_called_so(
    server: Server, path: str, language: str, note: str
) -> None:
    """An answer for a day that no text here reaches says of which day the newest is; other days do not."""
    newest = re.search(r'value="(\d{4}-\d\d-\d\d)"', server.get("/as-of", accept=HTML).text)
    assert newest
    after = date.fromisoformat(newest[1]) + timedelta(days=1)
    for day, said in ((after, 1), (newest[1], 0)):
        page = server.get(f"{path}?date={day}", accept=HTML, accept_language=language).text
        assert text_of(page).count(note) == said, day
    assert (
        newest[1][:4]
        in text_of(server.get(f"{path}?date={after}", accept=HTML, accept_language=language).text).partition(
            note
        )[2][:40]
    )
