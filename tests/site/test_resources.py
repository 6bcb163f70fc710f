"""Pages about things: each kind is laid out for what it is, in both languages, with its evidence."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from needed import one_of
from reader import Reader, text_of
from server_process import served, serving
from wicara.graph.status import ORDER
from wicara.ontology import WIC
from wicara.server.site.kinds import OF_CLASS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Command, Facts
    from server_process import Server
    from wicara.graph.store import BuiltDataset

HTML = "text/html"
ARTICLE = "kemlu-2018-08-02-asean-russia"
MEETING = "/doc/event/2018-08-02-asean-russia-meeting"
KINDS = (
    MEETING,
    "/doc/event/2018-08-02-retno-address",
    "/doc/event/2018-11-asean-russia-summit",
    "/doc/person/retno-marsudi",
    "/doc/state/russia",
    "/doc/body/asean",
    "/doc/partnership/asean-russia",
    "/doc/claim/indonesia-priority-areas",
    "/doc/observation/poa-implementation-2018-08-02",
    "/doc/document/asean-russia-poa-2016-2020",
    "/doc/series/post-ministerial-conference",
    "/doc/place/singapore",
    "/doc/post/foreign-minister-of-russia",
    "/doc/situation/laos-coordinatorship-2015-2018",
    f"/doc/article/{ARTICLE}",
    f"/doc/sentence/{ARTICLE}-s10",
    f"/doc/evidence/{ARTICLE}-f038",
    "/doc/timespan/2018-08-02",
    "/doc/group/asean-dialogue-partners",
    "/concept/area/counter-terrorism",
    f"/graph/fact/{ARTICLE}/F038",
    f"/graph/fact/{ARTICLE}/D01",
    "/graph/content/true-partners",
    "/graph/inferred",
)


def read(server: Server, path: str, **headers: str) -> Reader:
    """Return a page as its reader sees it."""
    answer = server.get(path, accept=HTML, **headers)
    assert (path, answer.status) == (path, 200)
    return Reader(answer.text)


SHOWN: dict[str, tuple[dict[str, str], dict[str, list[tuple[str, ...]]]]] = {
    MEETING: (
        {"When": "2 August 2018", "Where": "Singapore"},
        {
            "Who took part": [
                ("Saleumxay Kommasith", "co-chair", "Foreign Minister of Laos", "ASEAN", "F018"),
                ("Sergey Lavrov", "co-chair"),
            ],
            "What was said and done there": [
                ("Three areas of cooperation should have priority.", "proposed"),
                ("Retno's further remarks", "ASEAN and Russia ought to become true partners. called for"),
            ],
            "Before and after": [
                ("18 May 2018", "Senior Officials' Meeting"),
                ("this page",),
                ("14 November 2018", "ASEAN-Russia Summit"),
            ],
        },
    ),
    "/doc/event/2016-05-19-sochi-summit": (
        {"When": "19\u201320 May 2016"},
        {"Documents": [("Sochi Declaration",)]},
    ),
    "/doc/event/2018-11-asean-russia-summit": ({"When": "14 November 2018"}, {}),
    "/doc/person/sergey-lavrov": (
        {"In other data sets": "Wikidata: Q58217"},
        {
            "Offices": [("Foreign Minister of Russia", "by texts of 2015 to 2025")],
            "Meetings": [("co-chair",)],
            "At the same meetings": [
                ("31 July 2019", "Retno L.P. Marsudi", "ASEAN-Russia ministerial meeting", "co-chair")
            ],
            "Speeches and other acts": [
                ("Lavrov's welcoming of the proposed priorities", "Three areas of cooperation")
            ],
        },
    ),
    f"{MEETING}?show=before-and-after": (
        {},
        {"Before and after": [("Commemorative Summit, Sochi 2016",), ("ASEAN-Russia Summit",)]},
    ),
    "/doc/partnership/asean-russia?show=timeline": (
        {},
        {
            "Timeline": [
                ("from 1991, still so on 2 August 2018",),
                ("19\u201320 May 2016",),
                ("2 August 2018",),
            ]
        },
    ),
    "/doc/partnership/asean-russia": (
        {},
        {
            "Timeline": [("2026",)],
            "Coordinators": [("Laos", "begun 2015; ended between"), ("Indonesia", "2 August 2021")],
        },
    ),
    "/doc/partnership/asean-russia?show=figures-of-a-partnership": (
        {},
        {"Figures": [("USD 16.74 billion",)]},
    ),
    "/doc/claim/indonesia-priority-areas": (
        {"On behalf of": "Indonesia", "Modality": "proposed"},
        {"How it was answered": [("Sergey Lavrov",)]},
    ),
    "/doc/observation/poa-implementation-2018-08-02": (
        {"Figure": "42%", "When": "as of 2 August 2018", "Of": "ASEAN-Russia Plan of Action"},
        {"How it was judged": [("implemented so far",)]},
    ),
    f"/doc/article/{ARTICLE}": (
        {},
        {"Events that it reports": [("ASEAN-Russia Summit",)]},
    ),
    "/doc/series/post-ministerial-conference": ({}, {"Its events": [("PMC",)]}),
    "/doc/place/singapore": ({}, {"Events held or planned there": [("annual ASEAN-Russia meeting",)]}),
    "/doc/post/foreign-minister-of-russia": ({}, {"Who held it": [("Sergey Lavrov",)]}),
    "/concept/area/counter-terrorism": ({}, {"Events on it": [("2018",)]}),
    "/doc/timespan/2018-08-02?show=what-was-then": ({}, {"What was then": [("meeting",)]}),
    "/doc/body/asean?show=members": ({}, {"Members": [("Indonesia",), ("Laos",), ("Singapore",)]}),
    f"{MEETING}?lang=id": ({"Kapan": "2 Agustus 2018"}, {}),
}
"""What pages show: at a glance, what a line begins with; in blocks, rows that have certain words."""


@pytest.mark.parametrize("path", SHOWN)
def test_a_page_shows_what_its_kind_is_about(server: Server, path: str) -> None:
    """Each kind is laid out for what it is: what matters at a glance, and rows in blocks below it."""
    page = read(server, path)
    glance, blocks = SHOWN[path]
    for heading, beginning in glance.items():
        assert page.glance[heading].startswith(beginning), heading
    for heading, wanted in blocks.items():
        rows = [" | ".join(row) for row in page.rows(heading)]
        for words in wanted:
            assert [row for row in rows if all(word in row for word in words)], (heading, words, rows)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/doc/event/2019-2020-arf-ism-cttc", "planned (no outcome reported; last text that tells of it: "),
        (f"/graph/fact/{ARTICLE}/F006", "planned (it began: SINDOnews, 14 Nov 2018"),
        (
            "/doc/event/2018-08-02-indonesia-proposing",
            "This was proposed by Indonesia, Retno L.P. Marsudi. What it says",
        ),
        ("/doc/claim/indonesia-priority-areas", "In short (editors' words): Three areas"),
        ("/doc/claim/indonesia-priority-areas", "It was said; whether it is so is not asserted here."),
        (f"{MEETING}?lang=id", "Tiga bidang kerja sama"),
        (f"/graph/fact/{ARTICLE}/F003", "koordinator … (2/8)\u201d"),
        (f"/graph/fact/{ARTICLE}/F003", "What was derived from it 1"),
        (f"/doc/article/{ARTICLE}", "F005 Indonesia was named coordinator of the partnership"),
        (f"/graph/fact/{ARTICLE}/F003", "Unchanged since it was first recorded"),
        (f"/graph/fact/{ARTICLE}/F038", "Report an error"),
        (
            "/doc/person/sergey-lavrov",
            "is named here as Foreign Minister of Russia (by texts of 2015 to 2025)",
        ),
    ],
)
def test_a_page_says_what_it_is(server: Server, path: str, sentence: str) -> None:
    """A plan, a claim and a fact say that they are one; a fact quotes its words and tells its history."""
    assert sentence in read(server, path).text


def test_a_conclusion_from_offices_leads_to_why(server: Server) -> None:
    """Who has been foreign minister by an office is told so, with a link to why, if anything is inferred."""
    address = "/doc/person/retno-marsudi"
    told = re.search(
        r'>person who has been foreign minister<.*?href="(/explain\?[^"]+)">Why\?<',
        server.get(address, accept=HTML).text,
    )
    assert told
    assert "foreign minister" in server.get(unescape(told[1]), accept=HTML).text
    for other in (f"{address}?infer=off", "/doc/person/joko-widodo"):
        assert "has been foreign minister" not in server.get(other, accept=HTML).text


@pytest.mark.parametrize(("language", "sources"), [("en", "The sources: "), ("id", "Sumber-sumbernya: ")])
def test_what_a_post_is_needs_no_words_about_others(server: Server, language: str, sources: str) -> None:
    """Of several facts that tell what kind of post it is, those about other holders are left out."""
    asked = {"subject": "person:retno-marsudi", "predicate": "a", "object": "wic:HasBeenForeignMinister"}
    why = text_of(server.get(f"/explain?{urlencode(asked)}", accept=HTML, accept_language=language).text)
    assert "Menteri Luar Negeri RI, Retno" in why
    assert "Sugiono" not in why
    assert sources in why
    asked["subject"] = "person:sugiono"
    alone = text_of(server.get(f"/explain?{urlencode(asked)}", accept=HTML, accept_language=language).text)
    assert "disambut Menteri Luar Negeri Sugiono" in alone
    assert "Retno" not in alone
    assert sources not in alone


def test_what_a_person_said_stands_with_its_source(server: Server) -> None:
    """All texts that have a person say something are there, the newest first, with the status of that."""
    days = [row[3] for row in read(server, "/doc/person/sergey-lavrov").rows("What this person said")]
    assert days[0] == "11 July 2025"
    assert sorted(days, key=lambda day: day.split()[-1], reverse=True) == days
    (row,) = (
        row
        for row in read(server, "/doc/person/sergey-lavrov?show=statements-of-a-person").rows(
            "What this person said"
        )
        if "Laos was coordinator in June 2017" in row[0]
    )
    assert "claimed by Sergey Lavrov" in row[4]


def test_an_event_that_was_held_is_no_proposal_beside_others(server: Server) -> None:
    """What links an event to another does not weaken that it took place, even if sources differ on when."""
    (row,) = (
        row
        for row in read(server, "/doc/event/2018-11-asean-summit").rows("Before and after")
        if "ASEAN-Russia Summit, Singapore 2018" in row[1]
    )
    assert row[3] == "established sources differ"


def test_rows_are_in_order(server: Server) -> None:
    """Blocks are sorted by time, or as the words stand that they rest on."""
    times = [row[0] for row in read(server, "/doc/partnership/asean-russia?show=timeline").rows("Timeline")]
    assert times[0] == "from 1991, still so on 2 August 2018"
    assert times.index("19\u201320 May 2016") < times.index("2 August 2018")
    pages = (f"/doc/article/{ARTICLE}?show=facts-of-an-article&page={number}" for number in (1, 2))
    texts = [server.get(page, accept=HTML).text for page in pages]
    spans = [json.loads(unescape(one)) for text in texts for one in re.findall('data-spans="([^"]*)"', text)]
    starts = [min(start for start, _end, _words in one) for one in spans]
    assert len(starts) > 9
    assert starts == sorted(starts)


def test_an_article_is_read_fact_by_fact_without_its_text(server: Server, stated: Facts) -> None:
    """Its pages have all its facts, each with its own words and their place; a text to paste is an offer."""
    here = f"/doc/article/{ARTICLE}"
    first = server.get(here, accept=HTML, accept_language="en").text
    own = stated.of(ARTICLE)
    assert f"{own.count} facts, in the order of the text" in text_of(first)
    numbers = re.findall(rf'href="{here}\?show=facts-of-an-article&amp;page=(\d+)"', first)
    found: dict[str, str] = {}
    for page in dict.fromkeys(numbers):
        text = server.get(f"{here}?show=facts-of-an-article&page={page}", accept=HTML).text
        listed = text.partition('<div class="beside">')[2].partition("</section>")[0]
        for fact in re.findall(r'<li id="basis-[^"]*".*?</li>', listed, re.DOTALL):
            name = re.findall(r'<small class="tag">([DF]\d+)</small>', fact)[0]
            words = re.findall(r'<q [^>]*>([^<]+)</q> <small class="tag">characters \d+.\d+<', fact)
            assert bool(words) == name.startswith("F"), name
            found[name] = words[0] if words else ""
    assert len(found) == own.count
    assert found["F004"] == "Pertemuan \u2026 di Singapura"
    assert first.index("page=2") < first.index("Paste the text here") < first.index("F001</small>")
    assert re.search(r'<details class="paste"[^>]* hidden>', first)


def test_what_a_person_said_has_its_words(server: Server) -> None:
    """Sayings stand with the words of their source where these are quoted; what is left out is counted."""
    page = read(server, "/doc/person/retno-marsudi?show=statements-of-a-person", accept_language="en")
    words = {row[0]: row[1] for row in page.rows("What this person said")}
    assert words["Among the proposed priorities is cyber security"].startswith(
        "“mengusulkan tiga … prioritas"
    )
    overview = read(server, "/doc/person/retno-marsudi", accept_language="en")
    (office,) = overview.rows("Offices")
    assert re.search(r"and \d+ more", office[-1])
    assert any(text.startswith(("All evidence", "All 2")) for _, text in overview.links)


def test_history() -> None:
    """What the provenance records of a fact's history is told with its days."""
    text = """
        @prefix f: <https://w3id.org/wicara/graph/fact/test/> .
        @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        f:F2 { <https://w3id.org/wicara/id/state/a> <https://w3id.org/wicara/ont#partyTo> 1 }
        <https://w3id.org/wicara/graph/prov> {
          f:F2 prov:wasRevisionOf f:F1 ; prov:generatedAtTime "2026-03-04T00:00:00Z"^^xsd:dateTime }"""
    with serving(text) as one:
        page = read(one, "/graph/fact/test/F2")
    assert page.glance["Asserted on"] == "4 March 2026"
    assert page.glance["Revises"].endswith("F1")


@pytest.mark.parametrize("path", one_of(2, KINDS))
@pytest.mark.parametrize("language", ["en", "id"])
def test_every_kind(server: Server, path: str, language: str) -> None:
    """Every kind of thing has a page in both languages, with few queries, of a moderate size."""
    answer = server.get(path, accept=HTML, accept_language=language)
    assert (answer.status, answer.headers["Content-Language"]) == (200, language)
    timing = re.search(r'queries;desc="(\d+)"', answer.headers["Server-Timing"])
    assert timing
    assert int(timing[1]) <= 6
    assert len(answer.body) < 250_000


def test_every_class_has_a_layout(dataset: BuiltDataset) -> None:
    """Every class of the ontology is laid out on purpose."""
    query = f'SELECT ?c {{ ?c a <http://www.w3.org/2002/07/owl#Class> FILTER(STRSTARTS(STR(?c), "{WIC}")) }}'
    assert {row["c"].value for row in dataset.store.query(query)} <= set(OF_CLASS)  # type: ignore[union-attr]


def test_without_conclusions(server: Server) -> None:
    """With `infer=off` the blocks tell what is asserted, and nothing leads to a proof."""
    page = read(server, f"{MEETING}?infer=off")
    assert len(page.rows("Who took part")) == 3
    assert not [href for href, _ in page.links if href.startswith("/explain")]


@pytest.mark.parametrize(
    ("path", "block", "known_by"),
    [
        (MEETING, "Who took part", "Sergey Lavrov"),
        ("/doc/person/sergey-lavrov?show=meetings", "Meetings", "annual ASEAN-Russia meeting, 2 August 2018"),
        (
            "/doc/person/retno-marsudi?show=met",
            "At the same meetings",
            "Lavrov annual ASEAN-Russia meeting",
        ),
    ],
)
def test_a_person_at_an_event_is_one_row(server: Server, path: str, block: str, known_by: str) -> None:
    """Who took part in two roles is told once, with both."""
    rows = [" ".join(row) for row in read(server, path).rows(block)]
    [row] = [row for row in rows if known_by in row]
    assert "co-chair speaker" in row
    assert [row for row in rows if "18\N{EN DASH}20 May 2016" in row] == []  # as planned; it was held


def test_marks_lead_on(server: Server) -> None:
    """Marks lead to the words on the page, to a proof, to the legend; all of them are explained there."""
    page = read(server, MEETING)
    hrefs = {href for href, _ in page.links}
    assert any(href.startswith("#basis-fact-kemlu-2018-08-02-asean-russia-F") for href in hrefs)
    assert any(href.startswith("/explain?") for href in hrefs)
    assert {"/legend", "/legend#status-planned", "/legend#status-claimed"} <= hrefs
    answer = server.get("/legend", accept=HTML)
    assert answer.status == 200
    for key in ("basis", "inferred", "background", "editorial", "content"):
        assert f'id="mark-{key}"' in answer.text
    for key in ORDER:
        assert f'id="status-{key}"' in answer.text


def test_json_ld(server: Server) -> None:
    """A page says what it is about in schema.org's words."""
    text = server.get(MEETING, accept=HTML).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found
    told = json.loads(found[1])
    assert told["@type"] == "Event"
    assert told["startDate"] == "2018-08-02"
    assert told["location"] == [{"@id": "https://w3id.org/wicara/id/place/singapore"}]
    assert {"@value": "annual ASEAN-Russia meeting, 2 August 2018", "@language": "en"} in told["name"]
    assert "isPartOf" not in told
    page = told["mainEntityOfPage"]
    assert page["isPartOf"]["version"] == server.get("/healthz").json["version"]
    assert page["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_reports(data_dir: Path, wicara: Command) -> None:
    """Errors can be reported where an address is set up."""
    path = f"/graph/fact/{ARTICLE}/F038"
    with served("--data", data_dir, "--report-errors", "mailto:desk@example.org") as mail:
        href = next(href for href, text in read(mail, path).links if text == "Report an error")
    assert href.startswith("mailto:desk@example.org?subject=")
    assert "F038" in href
    refused = wicara("serve", "--report-errors", "javascript:alert(1)")
    assert refused.returncode == 2
    assert "mailto:" in refused.stderr


def test_text_at_hand(
    one_article: BuiltDataset, server_of: Callable[[Path], Server], shared: Path, tmp_path: Path
) -> None:
    """With the text, a fact shows its sentence with the words marked; nothing else holds the text."""
    text = (shared / "sources" / f"{ARTICLE}.txt").read_text("utf-8")
    (tmp_path / "any name.txt").write_text(text, encoding="utf-8")
    (tmp_path / "other.txt").write_text("Another text.", encoding="utf-8")
    path, data = f"/graph/fact/{ARTICLE}/F038", one_article.path.parent.parent
    with served("--data", data, "--texts", tmp_path) as with_text:
        page = with_text.get(path, accept=HTML)
        ((passage,),) = (re.findall(r'<p class="passage"[^>]*>(.*?)</p>', page.text, re.DOTALL),)
        assert unescape(re.sub("<[^>]+>", "", passage)) == text[1425:1478]
        assert "42%" in "".join(re.findall("<mark>(.*?)</mark>", passage))
        secret = text[1425:1460]
        for other in ("/export/all.trig", f"{path}.ttl", "/search.json?q=implementasi", "/.well-known/void"):
            assert secret not in with_text.get(other).text
        tag = page.headers["ETag"]
    plain = server_of(data).get(path, accept=HTML)
    assert plain.headers["ETag"] != tag
    assert "<mark>" not in plain.text
    assert "42%" in plain.text


def test_many_links() -> None:
    """A thing with very many links counts and pages them both ways, without those that only a claim makes."""
    base, wic = "https://w3id.org/wicara", "https://w3id.org/wicara/ont#"
    hub = f"<{base}/id/place/hub>"
    told = [f"<{base}/id/event/e{number}> <{wic}heldAt> {hub}" for number in range(5_000)]
    told += [f"{hub} <{wic}p> <{base}/id/event/e{number}>" for number in range(250)]
    lines = [f"{each} ." for each in told]
    lines += [f"{each} <{base}/graph/fact/a/F{index % 9}> ." for index, each in enumerate(told[:4_000])]
    lines += [
        f"<{base}/id/event/only{number}> <{wic}heldAt> {hub} <{base}/graph/content/c> ."
        for number in range(9)
    ]
    with serving("\n".join(lines), suffix="nq") as many:
        first = many.get("/doc/place/hub", accept=HTML)
        assert "1 to 100 of 5,000" in first.text
        assert "1 to 100 of 250" in first.text
        assert '"4"' in first.headers["Server-Timing"] or '"5"' in first.headers["Server-Timing"]
        assert len(first.body) < 200_000
        pages = [many.get(f"/doc/place/hub?page={number}", accept=HTML).text for number in (1, 2, 50)]
        found = [
            set(re.findall(r'href="/doc/event/(e\d+)"', text.partition('id="incoming"')[2])) for text in pages
        ]
        assert [len(each) for each in found[2:]] == [100]
        assert not found[0] & found[1] & found[2]
        assert "1 to 100 of 5,000" not in pages[2]
        assert many.get("/doc/place/hub?page=51", accept=HTML).text.count("/doc/event/e") == 0
        rdf = [many.get(f"/doc/place/hub.nt?page={number}").text for number in range(1, 6)]
    subjects = re.findall(r"^<[^>]*/id/event/(\w+)> <[^>]*heldAt>", "".join(rdf), re.MULTILINE)
    assert len(subjects) == len(set(subjects)) == 5_000
    assert not [name for name in subjects if name.startswith("only")]


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        ("/about", ["How it is made", "of this dataset reach up to ", "corrected or withdrawn"]),
        ("/about?lang=id", ["Cara pembuatannya", "diperbaiki atau ditarik"]),
        ("/sources", ["Press text of the Indonesian foreign ministry", "Indonesian"]),
    ],
)
def test_what_the_site_says_of_itself(server: Server, path: str, sentences: list[str]) -> None:
    """The pages about the site say how it is made and what it rests on."""
    assert [one for one in sentences if one not in read(server, path).text] == []


def test_a_text_leads_to_its_page(server: Server) -> None:
    """The list of texts links each of them."""
    assert f'href="/doc/article/{ARTICLE}"' in server.get("/sources", accept=HTML).text


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize(
    "name",
    [
        *("body/asean", "state/indonesia", "state/russia", "person/retno-marsudi", f"article/{ARTICLE}"),
        *("partnership/asean-russia", "document/asean-russia-poa-2016-2020", MEETING.removeprefix("/doc/")),
    ],
)
def test_pages_of_much_are_short(server: Server, name: str, language: str) -> None:
    """What the first article says most of has at most 1,500 words and 120 links on its page."""
    page = server.get(f"/doc/{name}", accept=HTML, accept_language=language).text
    content = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert content
    reader = Reader(content[0])
    assert 100 < len(reader.text.split()) <= 1500
    assert 10 < len(reader.links) <= 120


def test_marks_that_do_not_show_unfold_on_the_page_of_a_block(server: Server) -> None:
    """A page counts what a row rests on beyond its mark, and leads to a page of the block that has it all."""
    page = server.get("/doc/event/2018-08-02-asean-russia-meeting", accept=HTML).text
    assert re.search(r'<span class="also">and \d+ more</span>', page)
    assert '<details class="more">' not in page
    [path] = re.findall(r'href="([^"]*show=[^"]*)">All [^<]*: Who took part<', page)
    block = server.get(unescape(path), accept=HTML).text
    unfolded = re.findall(r'<details class="more">.*?</details>', block, re.DOTALL)
    assert unfolded
    assert all(re.search(r'class="mark [^"]*" href="[^"]+"', one) for one in unfolded)
