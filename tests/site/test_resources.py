"""Pages about things: each kind is laid out for what it is, in both languages, with its evidence."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from reader import Reader
from server_process import served
from wicara.ontology import WIC
from wicara.server.site.kinds import OF_CLASS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command
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


def test_event(server: Server) -> None:
    """An event tells when, where, who took part in which role, what was said, what came before and after."""
    page = read(server, MEETING)
    assert page.glance["When"].startswith("2 August 2018")
    assert page.glance["Where"].startswith("Singapore")
    chairs = [row for row in page.rows("Who took part") if "co-chair" in row[1]]
    assert [row[0] for row in chairs] == ["Saleumxay Kommasith", "Sergey Lavrov"]
    assert "Foreign Minister of Laos" in chairs[0][2]
    assert "ASEAN" in chairs[0][3]
    assert "F019" in chairs[0][4]
    said = " ".join(" ".join(row) for row in page.rows("What was said and done there"))
    assert "Three areas of cooperation should have priority. proposed" in said
    order = [row[1] for row in page.rows("Before and after")]
    assert order[0].startswith("Commemorative Summit, Sochi 2016")
    assert order[-1].startswith("ASEAN-Russia Summit")


def test_documents_of_an_event(server: Server) -> None:
    """An event shows the documents that came out of it."""
    page = read(server, "/doc/event/2016-05-19-sochi-summit")
    assert page.rows("Documents")[0][1] == "Sochi Declaration"
    assert page.glance["When"].startswith("19\u201320 May 2016")


def test_planned_event(server: Server) -> None:
    """An event to come says that it is planned, at its head and at each fact of it."""
    page = read(server, "/doc/event/2018-11-asean-russia-summit")
    assert "Not a fact about the world: it is" in page.text
    assert "some time in November 2018" in page.glance["When"]


def test_person(server: Server) -> None:
    """A person has offices with their terms, meetings with roles, and acts with what was said in them."""
    page = read(server, "/doc/person/sergey-lavrov")
    assert page.rows("Offices")[0][:2] == ["Foreign Minister of Russia", "as of 2 August 2018"]
    assert {row[2] for row in page.rows("Meetings")} == {"co-chair", "speaker"}
    acts = {row[0]: row for row in page.rows("Speeches and other acts")}
    assert "Three areas of cooperation" in acts["Lavrov's welcoming of the proposed priorities"][3]


def test_partnership(server: Server) -> None:
    """A partnership has a timeline in order of time, its coordinators and figures."""
    page = read(server, "/doc/partnership/asean-russia")
    times = [row[0] for row in page.rows("Timeline")]
    assert times[0] == "from 1991 on"
    assert times.index("19\u201320 May 2016") < times.index("2 August 2018")
    assert [row[:2] for row in page.rows("Coordinators")] == [
        ["Laos", "from 2015 to 2018"],
        ["Indonesia", "from 2018 to 2021"],
    ]
    assert {row[0] for row in page.rows("Figures")} == {"16,740,000,000 USD", "8", "42 %"}


def test_claim(server: Server) -> None:
    """A claim tells what was said, by whom, for whom, where, with which modality, and how it was answered."""
    page = read(server, "/doc/claim/indonesia-priority-areas")
    assert "This is a claim" in page.text
    assert "Retno L.P. Marsudi" in page.glance["Said by"]
    assert page.glance["On behalf of"].startswith("Indonesia")
    assert page.glance["Modality"].startswith("proposed")
    assert page.rows("How it was answered")[0][1] == "Sergey Lavrov"


def test_observation(server: Server) -> None:
    """A figure tells value and unit, of what, when, and how it was judged."""
    page = read(server, "/doc/observation/poa-implementation-2018-08-02")
    assert page.glance["Figure"].startswith("42 %")
    assert page.glance["When"].startswith("as of 2 August 2018")
    assert page.glance["Of"].startswith("ASEAN-Russia Plan of Action")
    assert "only this far" in page.rows("How it was judged")[0][0]


def test_article(server: Server) -> None:
    """An article has all its facts in reading order, with sentence, offsets and words."""
    page = read(server, f"/doc/article/{ARTICLE}")
    facts = page.rows("Its facts in reading order")
    assert len(facts) > 110
    starts = [int(found[1]) for row in facts if (found := re.search(r"(\d+)\u2013\d+", row[0]))]
    assert len(starts) >= 99
    assert starts == sorted(starts)
    assert any("1434\u20131477" in row[0] and "42%" in row[1] for row in facts)


def test_other_kinds(server: Server) -> None:
    """Series, places, offices, concepts and time spans list what belongs to them."""
    assert len(read(server, "/doc/series/post-ministerial-conference").rows("Its events")) == 5
    assert read(server, "/doc/place/singapore").rows("Events held or planned there")
    assert read(server, "/doc/post/foreign-minister-of-russia").rows("Who held it")[0][0] == "Sergey Lavrov"
    assert read(server, "/concept/area/counter-terrorism").rows("Events on it")
    assert read(server, "/doc/timespan/2018-08-02").rows("What was then")
    assert len(read(server, "/doc/body/asean").rows("Members")) == 10


def test_fact(server: Server) -> None:
    """A fact shows its statements, the words, that nothing changed since, and what was derived from it."""
    page = read(server, f"/graph/fact/{ARTICLE}/F003")
    assert "\u201c(2/8)\u201d" in page.text
    assert "neither a change nor a retraction" in page.text
    assert "The meeting was in 2018" in " ".join(page.rows("What was derived from it")[0])


def test_history(tmp_path: Path) -> None:
    """What the provenance records of a fact's history is told with its days."""
    file = tmp_path / "facts.trig"
    file.write_text("""
        @prefix f: <https://w3id.org/wicara/graph/fact/test/> .
        @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        f:F2 { <https://w3id.org/wicara/id/state/a> <https://w3id.org/wicara/ont#partyTo> 1 }
        <https://w3id.org/wicara/graph/prov> {
          f:F2 prov:wasRevisionOf f:F1 ; prov:generatedAtTime "2026-03-04T00:00:00Z"^^xsd:dateTime }""")
    with served(file) as one:
        page = read(one, "/graph/fact/test/F2")
    assert page.glance["Asserted on"] == "4 March 2026"
    assert page.glance["Revises"].endswith("F1")


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize("language", ["en", "id"])
def test_every_kind(server: Server, path: str, language: str) -> None:
    """Every kind of thing has a page in both languages, with few queries, of a moderate size."""
    answer = server.get(path, accept=HTML, accept_language=language)
    assert (answer.status, answer.headers["Content-Language"]) == (200, language)
    timing = re.search(r'queries;desc="(\d+)"', answer.headers["Server-Timing"])
    assert timing
    assert int(timing[1]) <= 6
    assert len(answer.body) < 200_000


def test_in_indonesian(server: Server) -> None:
    """Headings, dates and contents are in the reader's language."""
    page = read(server, MEETING, accept_language="id")
    assert page.glance["Kapan"].startswith("2 Agustus 2018")
    assert "Tiga bidang kerja sama" in page.text


def test_every_class_has_a_layout(dataset: BuiltDataset) -> None:
    """Every class of the ontology is laid out on purpose."""
    query = f'SELECT ?c {{ ?c a <http://www.w3.org/2002/07/owl#Class> FILTER(STRSTARTS(STR(?c), "{WIC}")) }}'
    assert {row["c"].value for row in dataset.store.query(query)} <= set(OF_CLASS)  # type: ignore[union-attr]


def test_without_conclusions(server: Server) -> None:
    """With `infer=off` the blocks tell what is asserted, and nothing leads to a proof."""
    page = read(server, f"{MEETING}?infer=off")
    assert len(page.rows("Who took part")) == 4
    assert not [href for href, _ in page.links if href.startswith("/explain")]


def test_marks_lead_on(server: Server) -> None:
    """Marks lead to the words on the page, to a proof, to the legend; all of them are explained there."""
    page = read(server, MEETING)
    hrefs = {href for href, _ in page.links}
    assert "#basis-fact-kemlu-2018-08-02-asean-russia-F019" in hrefs
    assert any(href.startswith("/explain?") for href in hrefs)
    assert {"/legend", "/legend#mark-planned", "/legend#mark-claim"} <= hrefs
    answer = server.get("/legend", accept=HTML)
    assert answer.status == 200
    for key in ("basis", "inferred", "background", "claim", "planned", "editorial", "content"):
        assert f'id="mark-{key}"' in answer.text


def test_citation(server: Server) -> None:
    """A page is cited with its title, the dataset's version and its IRI, and as BibTeX."""
    page = read(server, "/doc/state/russia")
    version = server.get("/healthz").json["version"]
    iri = "https://w3id.org/wicara/id/state/russia"
    whole = f"In Wicara: a knowledge graph of diplomacy, version {version}"
    assert f"Wicara contributors. \u201cRussia.\u201d {whole}" in page.text
    assert re.search(
        rf"@misc{{wicara-state-russia-[^,]+, author = .*url = {{{re.escape(iri)}}} }}", page.text
    )


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
    assert told["isPartOf"]["version"] == server.get("/healthz").json["version"]


def test_reports(server: Server, data_dir: Path, wicara: Command) -> None:
    """Errors can be reported where an address is set up; otherwise the page says what to do."""
    path = f"/graph/fact/{ARTICLE}/F038"
    assert "This server has no address for reports" in read(server, path).text
    with served("--data", data_dir, "--report-errors", "mailto:desk@example.org") as mail:
        href = next(href for href, text in read(mail, path).links if text == "Report an error")
    assert href.startswith("mailto:desk@example.org?subject=")
    assert "F038" in href
    refused = wicara("serve", "--report-errors", "javascript:alert(1)")
    assert refused.returncode == 2
    assert "mailto:" in refused.stderr


def test_many_links(tmp_path: Path) -> None:
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
    file = tmp_path / "many.nq"
    file.write_text("\n".join(lines))
    with served(file) as many:
        first = many.get("/doc/place/hub", accept=HTML)
        assert "1 to 100 of 5,000" in first.text
        assert "1 to 100 of 250" in first.text
        assert '"4"' in first.headers["Server-Timing"] or '"5"' in first.headers["Server-Timing"]
        assert len(first.body) < 200_000
        pages = [many.get(f"/doc/place/hub?page={number}", accept=HTML).text for number in (1, 2, 50)]
        found = [
            set(re.findall(r'href="/doc/event/(e\d+)"', text.partition("<details")[2])) for text in pages
        ]
        assert [len(each) for each in found[2:]] == [100]
        assert not found[0] & found[1] & found[2]
        assert "1 to 100 of 5,000" not in pages[2]
        assert many.get("/doc/place/hub?page=51", accept=HTML).text.count("/doc/event/e") == 0
        rdf = [many.get(f"/doc/place/hub.nt?page={number}").text for number in range(1, 6)]
    subjects = re.findall(r"^<[^>]*/id/event/(\w+)> <[^>]*heldAt>", "".join(rdf), re.MULTILINE)
    assert len(subjects) == len(set(subjects)) == 5_000
    assert not [name for name in subjects if name.startswith("only")]
