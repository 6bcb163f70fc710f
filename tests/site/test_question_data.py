"""The data of a question: what its page shows, as CSV, JSON, TSV and XML, with sources, or copied."""

from __future__ import annotations

import csv
import json
import re
from html import unescape
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store
from reader import Reader, ask, copied_from, lists_of, query_of, sentences_in, sentences_of, text_of
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from server_process import Server


@pytest.mark.parametrize(
    ("date", "language", "statuses", "when"),
    [
        (
            "2019-06-01",
            "en",
            ["established"],
            (
                "at that time; begun between 2 August 2018 and 14 November 2018; "
                "ended between 2 August 2021 and 31 December 2021"
            ),
        ),
        (
            "2019-06-01",
            "id",
            ["dilaporkan sumber"],
            (
                "berlaku pada tanggal itu; mulai antara 2 Agustus 2018 dan 14 November 2018; "
                "berakhir antara 2 Agustus 2021 dan 31 Desember 2021"
            ),
        ),
        (
            "2016-05-19",
            "en",
            ["established"],
            "at that time; begun 2015; ended between 2 August 2018 and 14 November 2018",
        ),
    ],
)
def test_downloads_hold_the_answer_with_its_status(
    server: Server, date: str, language: str, statuses: list[str], when: str
) -> None:
    """The data of a page are the rows of its query, each with status and time; `certain` stays for now."""
    page = ask(server, "coordinator-on", language, date=date)
    expected = server.ask(query_of(page.text)).rows
    for label in ("CSV", "JSON", "TSV", "XML"):
        found = re.search(rf'<a href="([^"]+)">{label}</a>', page.text)
        assert found
        answer = server.get(unescape(found[1]), accept_language=language)
        assert answer.status == 200
        if label == "JSON":
            for told, row, status in zip(answer.rows, expected, statuses, strict=True):
                assert told.items() >= (row | {"status": status, "when": when}).items()
                assert "Indonesia" in told["statement"] or "Laos" in told["statement"]
        if label == "CSV":
            found = [
                (row["status"], row["when"], row["certain"]) for row in csv.DictReader(StringIO(answer.text))
            ]
            assert found == [(status, when, "true") for status in statuses]
            first = next(csv.DictReader(StringIO(answer.text)))
            assert [*first][:6] == ["statement", "status", "when", "sourceName", "sourceUrl", "quotation"]
            assert [*first][6:8] == ["editorsWords", "cameAbout"]
            assert first["sourceUrl"].startswith("http")
            words = first["quotation"] + first["editorsWords"]
            assert "(" + first["sourceName"].partition(";")[0] in words


def test_what_is_only_cited_is_no_quotation(server: Server) -> None:
    """Of a text that is cited, not quoted, the editors say what it says, with the place in it."""
    for lang, place in (("en", "paragraph 5)"), ("id", "paragraf 5)")):
        rows = csv.DictReader(StringIO(server.get(f"/questions/trade-by-year.csv?lang={lang}").text))
        [row] = [row for row in rows if "pravda-en.com" in row["sourceUrl"] and ";" not in row["sourceUrl"]]
        assert row["quotation"] == ""
        assert row["editorsWords"].endswith(place)
        assert not row["editorsWords"].startswith("(")


def test_a_country_has_the_events_of_its_places_on_the_map(server: Server) -> None:
    """Each place of the map lies in a country; the question for it lists what the map has there, once."""
    within = """PREFIX wic: <https://w3id.org/wicara/ont#>
        SELECT ?place ?country { ?place wic:latitude ?there .
            { ?place wic:territoryOf ?state BIND(?place AS ?country) }
            UNION { ?place wic:locatedIn ?country . ?country wic:territoryOf ?state } }"""
    found = json.loads(server.ask(within).body)["results"]["bindings"]
    country_of = {row["place"]["value"]: row["country"]["value"] for row in found}
    drawn = csv.DictReader(StringIO(server.get("/map.csv").text))
    on_map = {row["item"]: row["events"].split() for row in drawn if row["kind"] == "place"}
    assert on_map.keys() <= country_of.keys()
    for country in {*country_of.values()}:
        place = country.replace(PREFIXES["place"], "place:")
        answer = server.get(f"/questions/events-held-in-a-country.csv?place={place}").text
        told = {row["event"]: row["venue"] for row in csv.DictReader(StringIO(answer))}
        assert len(told) == len(answer.splitlines()) - 1
        there = {event for one, events in on_map.items() if country_of[one] == country for event in events}
        assert there <= told.keys()
        assert not {told[event] for event in told.keys() - there} & on_map.keys()


def test_the_page_of_a_place_lists_what_the_map_has_there(server: Server) -> None:
    """It has the events, plans among them, that the map has at the place and within it: few ones all."""
    within = f"SELECT ?place ?around {{ ?place <{WIC}locatedIn> ?around }}"
    lies: dict[str, set[str]] = {}
    for row in json.loads(server.ask(within).body)["results"]["bindings"]:
        place, around = (row[name]["value"].removeprefix(PREFIXES["place"]) for name in ("place", "around"))
        lies.setdefault(place, set()).add(around)
    on_map: dict[str, dict[str, bool]] = {}
    for card in server.get("/map", accept="text/html").text.split('<h3><a href="/doc/place/')[1:]:
        events = re.findall(
            r'<li>\s*<a href="/doc/event/([^"]+)"(.*?)</li>', card.partition("</ul>")[0], re.DOTALL
        )
        for place in {card.partition('"')[0]}.union(lies.get(card.partition('"')[0], ())):
            on_map.setdefault(place, {}).update({name: "mark planned" in told for name, told in events})
    assert sum(on_map["malaysia"].values()) >= 2
    title = "Events held or planned there"
    for place, there in on_map.items():
        page = server.get(f"/doc/place/{place}", accept="text/html").text
        assert f'{title} <small class="tag">{len(there)}<' in page, place
        assert len(Reader(page).rows(title)) == (len(there) if len(there) <= 7 else 5), place
        path = f"/doc/place/{place}?show=events-held-or-planned-there"
        every = server.get(path, accept="text/html").text.partition("<tbody>")[2].partition("</tbody>")[0]
        marked = r'data-heading="Event"><a href="/doc/event/([^"]+)".*?data-heading="Status"(.*?)</td>'
        rows = re.findall(marked, every, re.DOTALL)
        assert {name: "mark status planned" in told for name, told in rows} == there, place


@pytest.mark.parametrize("slug", ["events-held-in-a-country", "held-and-planned"])
def test_outer_bounds_are_no_days_of_an_event(server: Server, slug: str) -> None:
    """What took place somewhere within some days is not told as if it had taken all of them."""
    told = server.get(f"/questions/{slug}.csv?place=place:jakarta").text
    assert "begun not before 5 September 2023; ended by 8 September 2023" in told
    assert not re.search(r"5\W8 September 2023", told)


def test_what_only_follows_has_sources(server: Server) -> None:
    """A row that no fact states has the sources that it follows from, in the data as in the table."""
    rows = [*csv.DictReader(StringIO(server.get("/questions/attendees-of-an-event.csv?lang=en").text))]
    assert len(rows) > 2
    for row in rows:
        assert row["sourceName"], row
        assert row["sourceUrl"].startswith("http"), row
        assert row["quotation"] or row["editorsWords"], row
    page = server.get("/questions/attendees-of-an-event", accept="text/html").text
    assert "F083" in page.partition('id="as-table"')[2]


def test_what_became_of_a_plan_is_in_the_data(server: Server) -> None:
    """The row of a plan names the first text that reports that it came about; that of a fact names none."""
    rows = csv.DictReader(StringIO(server.get("/questions/coordinator-on.csv?date=2018-08-02&lang=en").text))
    after = {row["status"].partition(" (")[0]: row["cameAbout"] for row in rows}
    assert after == {"read from the words": "", "planned": "SINDOnews, 14 Nov 2018"}
    rows = csv.DictReader(StringIO(server.get("/as-of.csv?date=2018-10-01&lang=en").text))
    assert {bool(row["cameAbout"]) for row in rows if row["status"] != "planned"} == {False}


def test_the_facts_behind_an_answer(server: Server) -> None:
    """The facts that an answer rests on are RDF with their words; formats of named graphs tell them apart."""
    page = server.get("/questions/how-far-implemented", accept="text/html").text
    assert 'href="/questions/how-far-implemented.ttl"' in page
    fact = NamedNode(f"{BASE}/graph/fact/kemlu-2018-08-02-asean-russia/F038")
    value, exact = NamedNode(f"{WIC}value"), NamedNode(f"{PREFIXES['oa']}exact")
    for name, form in (("ttl", RdfFormat.TURTLE), ("trig", RdfFormat.TRIG), ("nt", RdfFormat.N_TRIPLES)):
        answer = server.get(f"/questions/how-far-implemented.{name}")
        assert (answer.status, answer.media_type) == (200, form.media_type)
        store = Store()
        store.load(answer.body, format=form)
        graph = fact if name == "trig" else DefaultGraph()
        values = {quad.object.value for quad in store.quads_for_pattern(None, value, None, graph)}
        assert "42" in values
        quoted = {quad.object.value for quad in store.quads_for_pattern(None, exact, None, None)}
        assert any("42%" in words for words in quoted)
        assert any(store.quads_for_pattern(fact, NamedNode(f"{WIC}possiblyAttributedTo"), None, None))
    other = server.get("/questions/coordinator-on.ttl?date=2016-05-19").text
    assert "laos" in other
    assert "poa-implementation" not in other


def test_data_of_no_question(server: Server) -> None:
    """What is no question, no format or no value is told."""
    assert server.get("/questions/coordinator-on.pdf").status == 404
    assert server.get("/questions/no-such.csv").status == 404
    faulty = server.get("/questions/coordinator-on.csv?date=2018-02-30")
    assert faulty.status == 400
    assert "There is no such day." in faulty.text


@pytest.mark.parametrize(
    ("slug", "sources"), [("plans-and-the-record", {1, 2}), ("how-far-implemented", {1, 2})]
)
def test_each_sentence_of_an_answer_names_its_source(server: Server, slug: str, sources: set[int]) -> None:
    """Below each stand the words of a text that is quoted, or the place in one that is cited.

    Beside a plan, the text by which it was held is one, too; so is that of the numbers behind a share.
    """
    sentences = re.findall(r"<li>(.*?)</li>", lists_of(ask(server, slug).text)[0], re.DOTALL)
    assert sentences
    assert {each.count('class="source-line"') for each in sentences} <= sources


@pytest.mark.parametrize(
    ("slug", "values", "marks"),
    [
        ("how-far-implemented", {}, {"claimed (medium confidence)", "claimed, sources differ"}),
        ("trade-rank", {}, {"reported by ISEAS - Yusof Ishak Institute, 19 May 2016, sources differ"}),
        ("coordinator-on", {"date": "2019-06-01"}, {"established, at that time, 9 sources"}),
        (
            "plans-and-what-came",
            {},
            {"proposed (medium confidence) (it came about: Channel NewsAsia, 14 Nov 2018)"},
        ),
    ],
)
def test_a_copied_answer_says_what_the_page_marks(
    server: Server, slug: str, values: dict[str, str], marks: set[str]
) -> None:
    """Each sentence is copied with the marks that stand beside it on the page, and no others."""
    page = ask(server, slug, **values).text
    shown = sentences_in("".join(lists_of(page)))
    lines = copied_from(page).splitlines()[1:]
    said = [line for line in lines if not line.startswith("  ")][: len(shown)]
    assert [re.sub(r"[][,\s]+", " ", one).strip().casefold() for one in said] == [
        re.sub(r"[][,\s]+", " ", one).strip().casefold() for one in shown
    ]
    assert marks <= {line.rpartition(" [")[2].removesuffix("]") for line in said}


def test_a_copied_answer_says_each_word_once(server: Server) -> None:
    """What is said first of an answer is copied first, and a sentence of a source once."""
    plans = re.search(r'data-copy="(Which meetings [^"]*)"', unescape(ask(server, "still-to-come").text))
    assert plans
    assert plans[1].splitlines()[1].startswith("11 announced; no text here reports them as held.")
    meeting = unescape(ask(server, "statements-and-answers").text)
    (said,) = re.findall(r'data-copy="(What was said [^"]*)"', meeting)
    proposed = (
        "  “Indonesia mengusulkan tiga … prioritas” “kontra terorisme” “keamanan siber” “penanggulangan"
    )
    assert said.splitlines()[2].startswith(proposed)
    assert "editors' words" not in said


@pytest.mark.parametrize(
    ("slug", "language", "status"),
    [
        ("how-far-implemented", "en", "\N{HORIZONTAL ELLIPSIS} [claimed (medium confidence)]"),
        ("coordinator-on", "en", "[read from the words (medium confidence), "),
        ("persons-at-a-meeting", "en", "[established]"),
        ("trade-rank", "id", "[diberitakan ISEAS - Yusof Ishak Institute, 19 Mei 2016, "),
    ],
)
def test_the_preview_of_a_link_says_the_status(server: Server, slug: str, language: str, status: str) -> None:
    """What messengers show of a link to an answer are whole sentences, each with its marks."""
    page = ask(server, slug, language).text
    (shown,) = re.findall(r'<meta property="og:description" content="([^"]*)">', page)
    assert status in unescape(shown)
    assert len(unescape(shown)) <= 200
    assert shown.removesuffix(" …").endswith("]")


def test_what_a_row_is_about_is_told_first_in_the_data(server: Server) -> None:
    """The words of the fact that a row tells of stand before those that it is compared with."""
    rows = csv.DictReader(StringIO(server.get("/questions/how-far-implemented.csv?lang=en").text))
    shared = [row["editorsWords"] for row in rows if "of 139 planned" in row["statement"]]
    assert len(shared) == 4
    assert [words for words in shared if "139" in words.partition(";")[0]] == []


def test_names_in_the_data_are_in_one_language(server: Server) -> None:
    """CSV, which people open, begins with what they read, and has no names in another language."""
    for language, other in (("en", "_id"), ("id", "_en")):
        answer = server.get(f"/questions/statements-and-answers.csv?lang={language}")
        columns = next(csv.reader(StringIO(answer.text)))
        assert columns[:2] == ["statement", "status"]
        assert [name for name in columns if name.endswith(other)] == []
    assert (
        "claimantLabel_id"
        in server.get("/questions/statements-and-answers.json?lang=en").json["head"]["vars"]
    )


@pytest.mark.parametrize("lang", ["en", "id"])
@pytest.mark.parametrize(
    "slug", ["how-far-implemented", "ranks-by-year", "figures-side-by-side", "still-to-come"]
)
def test_each_thing_in_the_data_has_its_name(server: Server, slug: str, lang: str) -> None:
    """In CSV a column of things is followed by one of their names; facts stand with their words instead."""
    rows = [*csv.DictReader(StringIO(server.get(f"/questions/{slug}.csv?lang={lang}").text))]
    assert rows
    things = re.compile(f"{re.escape(BASE)}/(?:id|concept)/")
    columns = [*rows[0]]
    for place, name in enumerate(columns):
        if named := [row for row in rows if things.match(row[name])]:
            label = columns[place + 1]
            assert label == f"{name}Label_{lang}"
            assert [row[name] for row in named if not row[label] or things.match(row[label])] == []


def test_a_share_that_follows_cites_the_numbers_too(server: Server) -> None:
    """What the numbers of a day make of a share that is claimed cites the text that gives them."""
    page = ask(server, "how-far-implemented").text
    (said,) = re.findall(r"<li><p>(?:(?!</li>).)*that day it was(?:(?!</li>).)*</li>", page, re.DOTALL)
    assert all(
        f"basis-fact-{fact}" in said
        for fact in ("sputnik-2019-07-31-asean-russia-F001", "mina-2019-07-31-asean-rusia-F006")
    )


def test_an_answer_can_be_taken_along(server: Server) -> None:
    """An answer is copied with its source, cited by its source first, at an address that pins all of it."""
    page = unescape(ask(server, "coordinator-on").text)
    version = server.get("/healthz").json["version"]
    pinned = (
        f"/questions/coordinator-on?partnership=partnership:asean-russia&date=2018-08-02&version={version}"
    )
    assert f'href="{pinned}"' in page
    copied = re.search(r'data-copy="(Who was [^"]*)"', page)
    assert copied
    lines = copied[1].splitlines()
    assert re.match(
        r"Laos was coordinator of .* \[read from the words \(medium confidence\), 4 sources\]$", lines[1]
    )
    assert re.match(
        r"  “.*” \(.*, sentence S\d+\) In short \(editors' words\): Laos was coordinator", lines[2]
    )
    assert lines[3].endswith("[planned (it began: SINDOnews, 14 Nov 2018), 2 sources]")
    indonesian = unescape(ask(server, "coordinator-on", lang="id").text)
    told = indonesian.partition('data-copy="Siapa')[2].partition("http")[0]
    assert told
    assert "Singkatnya" not in told
    assert "\nMinistry of Foreign Affairs" in copied[1]
    assert re.search(r"year = \{\d{4}\}", page)
    assert "TY  - PRESS" in page
    assert '<meta property="og:description" content="Laos was coordinator of' in page
    assert f"names version {version} of the dataset" in server.get(pinned, accept="text/html").text
    assert "names version" not in page
    elsewhere = ask(server, "coordinator-on", version="0.0.1").text
    assert "made with version 0.0.1" in elsewhere


def test_an_answer_cites_the_words_of_all_that_it_says(server: Server) -> None:
    """The years that are left are cited from the text that says so, a role from where it is told."""
    told = text_of(ask(server, "end-of-a-document").text).partition("years are left, counted")[2]
    end = told.partition("As a table")[0]
    assert "sentence S09" in end
    assert "akan berakhir 2 tahun" in end
    assert "(editors' words): The Plan of Action is to end two years on" in end
    assert "Baliekbis, 20 February 2019" in end
    assert "planned" not in end
    rows = csv.DictReader(StringIO(server.get("/questions/persons-at-a-meeting.csv?lang=en").text))
    chairs = [row for row in rows if row["roleLabel_en"] == "co-chair"]
    assert [row["fact"].rpartition("/")[2] for row in chairs] == ["F019", "F022"]
    for row, name in zip(chairs, ("Saleumxay", "Lavrov"), strict=True):
        quoted = row["quotation"].partition(" (")[0]
        assert quoted.strip("\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}").endswith(name)
        assert "dipimpin bersama" in quoted
    asked = "/questions/met-by-a-person.csv?lang=en&person=person:sergey-lavrov"
    rows = csv.DictReader(StringIO(server.get(asked).text))
    (putin,) = (row for row in rows if row["otherPersonLabel_en"] == "Vladimir Putin")
    assert putin["status"] == "established"


@pytest.mark.parametrize(
    "path",
    ["/network", *(f"/questions/{name}" for name in ("who-met-whom", "met-whom-most", "met-by-a-person"))],
)
def test_signers_are_no_meeting(server: Server, path: str) -> None:
    """Where meetings of persons are counted, a reader learns that to sign a document is not to be there."""
    for language, told in (
        ("en", "Those who signed a document count as present only"),
        ("id", "Penanda tangan"),
    ):
        assert told in server.get(f"{path}?lang={language}", accept="text/html").text


def test_texts_that_only_give_the_day_are_no_sources_of_who_met(server: Server) -> None:
    """Three texts have the day of the meeting, and one of them names both who were there."""
    for slug in ("met-by-a-person", "meetings-on"):
        page = text_of(server.get(f"/questions/{slug}?lang=en", accept="text/html").text)
        answer = page.partition("Download:")[0]
        assert "annual ASEAN-Russia meeting, 2 August 2018" in answer
        assert not re.search(r"\d sources", answer), slug


def test_a_minister_acts_for_the_state_wherever_it_is_told(server: Server) -> None:
    """Who took part in an office of a state did so for it, whatever else says for whom it was."""
    told = {one.partition(" was")[0]: one for one in sentences_of(server, "states-and-bodies-involved")}
    of_indonesia, _, source = told["Indonesia"].partition(" Source: ")
    assert of_indonesia.endswith("Retno L.P. Marsudi acted for it. established")
    assert "Retno \u2026 sambutannya" in source
    for path in ("event/2018-08-02-asean-russia-meeting", "person/retno-marsudi"):
        page = text_of(server.get(f"/doc/{path}", accept="text/html").text)
        assert "Foreign Minister of Indonesia Indonesia established" in page
    page = text_of(server.get("/doc/state/indonesia?show=events", accept="text/html").text)
    assert "annual ASEAN-Russia meeting, 2 August 2018 meeting PMC session established" in page


def test_what_is_established_with_a_doubt_says_so_everywhere(server: Server) -> None:
    """The editors are not sure of a number: sentence, table and page say how sure."""
    page = text_of(ask(server, "how-far-implemented").text)
    assert "reported by Viet Nam News Agency, 13 Mar 2020 (medium confidence)" in page
    assert re.search(r"as of 13 March 2020 established \(medium confidence\) Viet Nam News Agency", page)
    path = "/doc/document/asean-russia-poa-2016-2020?show=figures-of-a-document"
    page = text_of(server.get(path, accept="text/html").text)
    assert re.search(r"as of 13 March 2020: .{0,120} established \(medium confidence\)", page)


@pytest.mark.parametrize(("language", "both"), [("en", "were both at"), ("id", "sama-sama hadir dalam")])
def test_who_met_whom(server: Server, language: str, both: str) -> None:
    """All pairs of persons have the meetings that both were at, most first; the network leads to them."""
    told = sentences_of(server, "who-met-whom", language)
    rows = [*csv.DictReader(server.get("/questions/who-met-whom.csv?lang=en").text.splitlines())]
    pairs = [(row["person"], row["otherPerson"]) for row in rows]
    assert len({*pairs}) > 50
    assert told[0].startswith("Retno L.P. Marsudi ")
    assert all(both in one for one in told)
    assert "(counted here: 5)" in told[0] or language == "id"
    assert not [pair for pair in pairs if pair[::-1] in pairs]
    assert all(int(row["meetings"]) == pairs.count(pair) for row, pair in zip(rows, pairs, strict=True))
    assert all(row["meeting"] and row["ownFact"] and row["fact"] for row in rows)
    assert 'href="/questions/who-met-whom"' in server.get("/network", accept="text/html").text


def test_rows_whose_values_clash_are_marked_in_the_data(server: Server) -> None:
    """As data, an answer says of each row whether other sources give another value."""
    rows = [*csv.DictReader(StringIO(server.get("/questions/trade-rank.csv?lang=en").text))]
    assert {(row["year"], row["clash"]) for row in rows if row["clash"]} == {("2014", "sources differ")}
    assert {row["clash"] for row in rows if row["year"] != "2014"} == {""}
    plain = server.get("/questions/coordinator-on.csv?lang=en").text
    assert "clash" not in plain.partition("\n")[0]


def test_who_has_been_in_office_has_the_years(server: Server) -> None:
    """Who has been foreign minister has the first and the last year that texts have them in that office."""
    for lang, said in (
        ("en", "Lavrov is or has been Foreign Minister of Russia, by texts about 2015\N{EN DASH}2025."),
        (
            "id",
            "Sugiono adalah atau pernah menjadi Menteri Luar Negeri Indonesia, menurut teks tentang 2025.",
        ),
    ):
        found = sentences_of(server, "has-been-foreign-minister", lang)
        assert any(said in one for one in found)
