"""What pages cite and rest on: texts and facts about their own thing, no others; and what a link shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from reader import Reader, ask, copied_from, text_of
from wicara.ontology import WIC

if TYPE_CHECKING:
    from server_process import Server
    from wicara.graph.store import BuiltDataset

HTML = "text/html"
ARTICLE = "kemlu-2018-08-02-asean-russia"
MEETING = "/doc/event/2018-08-02-asean-russia-meeting"


def read(server: Server, path: str) -> Reader:
    """Return a page as its reader sees it."""
    answer = server.get(path, accept=HTML)
    assert (path, answer.status) == (path, 200)
    return Reader(answer.text)


def test_citations_come_in_the_order_of_the_answer(server: Server) -> None:
    """What a sentence shows the words of is cited first, then the other texts by the day of issue."""
    cited = ask(server, "coordinator-on").text.partition('<ol class="citations">')[2].partition("</ol>")[0]
    days = re.findall(r"[.”] (\d+ \w+ \d{4})\.", text_of(cited))
    assert days[0] == "2 August 2018"
    issued = [datetime.strptime(day, "%d %B %Y").replace(tzinfo=UTC) for day in days[1:-1]]
    assert len(issued) > 3
    assert issued == sorted(issued)


@pytest.mark.parametrize("slug", ["coordinator-on", "plans-and-what-came", "plans-and-the-record"])
def test_each_text_that_an_answer_names_is_cited(server: Server, slug: str) -> None:
    """What an answer or its table leads to, such as the text by which a plan came about, is its source."""
    page = ask(server, slug).text
    answer, _, rest = page.partition('<section aria-labelledby="answer">')[2].partition("</section>")
    sources, _, cited = rest.partition('id="cite"')
    named = {*re.findall(r'href="/doc/article/([^"#?]+)', answer)}
    assert "it began: " in text_of(answer) or "it came about: " in text_of(answer)
    assert named <= {*re.findall(r'href="/doc/article/([^"#?]+)', sources)}
    assert named <= {*re.findall(r"@\w+\{wicara-source-([^,]+),", cited)}
    texts = [text_of(one) for one in re.findall(r"<bdi>(.*?)</bdi>", cited, re.DOTALL)][:-1]
    copied = text_of(copied_from(page))
    assert [one for one in texts if one not in copied] == []
    assert len(texts) == cited.count("TY  - ") - 1 >= len(named)


def test_an_article_is_cited_before_what_it_shows(server: Server) -> None:
    """The first citation on the page of an article is its own."""
    page = server.get("/doc/article/jakartapost-2023-11-14-asean-russia", accept="text/html").text
    first = page.partition('<ol class="citations">')[2].partition("</li>")[0]
    assert "The Jakarta Post" in first


def test_citation(server: Server) -> None:
    """A page is cited with its title, the dataset's version and its IRI, after its source, also as BibTeX."""
    page = read(server, "/doc/state/russia")
    version = server.get("/healthz").json["version"]
    iri = "https://w3id.org/wicara/id/state/russia"
    whole = f"In Wicara: a knowledge graph of diplomacy, version {version}"
    assert f"Wicara contributors. \u201cRussia.\u201d {whole}" in page.text
    entry = rf"@misc{{wicara-state-russia-[^,]+, author = .*year = {{\d+}}.*url = {{{re.escape(iri)}}} }}"
    assert re.search(entry, page.text)
    cited = server.get("/doc/article/tass-2016-05-19-jubilee-summit-opens", accept=HTML).text
    assert re.search(r"url = \{https?://(?!w3id)\S+\},\s+urldate = \{[\d-]{10}\},\s+note = \{Read at", cited)
    assert re.search(r"<bdi>[^<]* Read at http\S+ on \d+ \w+ \d{4}\.</bdi>", cited)
    assert re.search(r"^N1  - Read at http", cited, re.MULTILINE)


@pytest.mark.parametrize(
    ("path", "author", "day", "url"),
    [
        (f"/doc/article/{ARTICLE}", "Ministry of Foreign Affairs of Indonesia", "2018/08/02", "http"),
        ("/doc/article/tass-2016-05-19-jubilee-summit-opens", "TASS", "2016/05/19", "http"),
        (
            "/doc/article/kemlu-2018-11-bertolak-ke-singapura",
            "Ministry of Foreign Affairs of Indonesia",
            "2018/11",
            "http",
        ),
        (
            "/doc/person/sergey-lavrov",
            "Wicara contributors",
            "2",
            "https://w3id.org/wicara/id/person/sergey-lavrov",
        ),
        (
            MEETING,
            "Wicara contributors",
            "2",
            "https://w3id.org/wicara/id/event/2018-08-02-asean-russia-meeting",
        ),
    ],
)
def test_what_programs_cite(server: Server, path: str, author: str, day: str, url: str) -> None:
    """Programs are told of the page of a text who published it, when and where; of others, who made the page.

    A text of which only the month is known is given the month; the day of reading a copy is none of issue.
    """
    text = server.get(path, accept=HTML).text
    told = dict(re.findall(r'<meta name="citation_(\w+)" content="([^"]*)">', text))
    assert told["author"] == author
    assert told["public_url"].startswith(url)
    assert told.get("publication_date", "").startswith(day)
    assert ("publication_date" in told) == bool(day)
    if "/article/" in path:
        of_source = text.partition("<summary>RIS")[2].partition("ER  -")[0]
        assert re.findall("^DA  - (.*)$", of_source, re.MULTILINE) == ([day] if day else [])


@pytest.mark.parametrize(
    ("article", "schema", "ris", "bibtex"),
    [
        (ARTICLE, "Article", ("PRESS", "AU  - Ministry of Foreign Affairs of Indonesia"), "misc"),
        ("tass-2016-05-19-jubilee-summit-opens", "NewsArticle", ("NEWS", "T2  - TASS"), "article"),
        (
            "cambridge-2015-russia-asean-foreword",
            "Article",
            ("GEN", "AU  - Cambridge University Press"),
            "misc",
        ),
    ],
)
def test_the_kind_of_a_text_is_cited(
    server: Server, article: str, schema: str, ris: tuple[str, str], bibtex: str
) -> None:
    """What a news organization publishes stands in it, what an authority does is a press release of it."""
    text = server.get(f"/doc/article/{article}", accept=HTML).text
    record = text.partition("<summary>RIS")[2].partition("<code>")[2].partition("ER  -")[0]
    assert record.startswith(f"TY  - {ris[0]}\n")
    assert f"\n{ris[1]}\n" in record
    assert len(re.findall("^(?:AU|T2)  - ", record, re.MULTILINE)) == 1
    entry = re.search(rf"@{bibtex}\{{wicara-source-{article},\n([^@]*)", text)
    assert entry
    assert ("journal = {TASS}" in entry[1], "author =" in entry[1]) == (bibtex == "article", bibtex == "misc")
    assert f'"@type": "{schema}"' in text


REPORTED = ("mid-2018-08-02-lavrov-news-conference", "mid-2018-08-03-russia-asean-meeting")
CITED = {
    MEETING: {ARTICLE, *REPORTED},
    "/doc/event/2018-11-asean-summit": {ARTICLE, "kemlu-2018-11-bertolak-ke-singapura"},
    "/doc/observation/poa-implementation-2018-08-02": {ARTICLE},
    f"/graph/fact/{ARTICLE}/F038": {ARTICLE},
    f"/doc/sentence/{ARTICLE}-s10": {ARTICLE},
    f"/doc/evidence/{ARTICLE}-f038": {ARTICLE},
    "/doc/article/metrotv-2017-08-09-misi-rusia": {"metrotv-2017-08-09-misi-rusia"},
}
"""What pages cite: all texts, and no others, whose facts are about their things."""


@pytest.mark.parametrize("path", CITED)
def test_what_is_cited_is_about_the_thing(server: Server, path: str) -> None:
    """A page cites the texts that tell of its thing, and none of its neighbours, in words, BibTeX and RIS."""
    text = server.get(path, accept=HTML).text
    keys = re.findall(r"@\w+\{wicara-source-([^,]+),", text)
    assert {*keys} == CITED[path]
    assert len(re.findall("^TY  - (?:PRESS|NEWS)$|>TY  - (?:PRESS|NEWS)$", text, re.MULTILINE)) == len(keys)
    assert text.partition('<ol class="citations">')[2].partition("</ol>")[0].count("<li>") == len(keys) + 1


@pytest.mark.parametrize("lang", ["en", "id"])
def test_all_texts_to_cite(server: Server, lang: str) -> None:
    """A page says how many texts it does not cite, and leads to where all of them are cited."""
    page = read(server, f"/doc/person/sergey-lavrov?lang={lang}")
    href, text = next(one for one in page.links if "show=citations" in one[0])
    number = re.fullmatch(r"and (\d+) more" if lang == "en" else r"dan (\d+) lainnya", text)
    assert number
    every = server.get(href.partition("#")[0], accept=HTML).text
    keys = re.findall(r"@\w+\{wicara-source-([^,]+),", every)
    assert len({*keys}) == len(keys) == 3 + int(number[1]) > 15
    assert "<table" not in every
    assert f'href="/doc/person/sergey-lavrov?lang={lang}"' in every


@pytest.mark.parametrize("lang", ["en", "id"])
def test_what_is_worked_out_names_its_text(server: Server, lang: str) -> None:
    """Facts that no one place of a text gives are told apart by their texts: each text numbers its own."""
    page = server.get(f"/doc/situation/laos-coordinatorship-2015-2018?lang={lang}", accept=HTML).text
    names = re.findall(r'<li id="basis-[^>]*><small class="tag">([^<]*D01)</small>', page)
    assert len({*names}) == len(names) == 2
    assert {one.partition(",")[0] for one in names} == {"Kemlu", "SINDOnews"}


@pytest.mark.parametrize("path", ["place/malaysia", "place/russia", "state/malaysia", "state/laos"])
def test_what_rows_rest_on_is_cited(server: Server, path: str) -> None:
    """Each text that the evidence of a row on a page names is one of those that it says how to cite."""
    page = server.get(f"/doc/{path}", accept=HTML).text
    known = {*re.findall(r'href="/doc/article/([^"#?]+)', page.partition("<h2>Sources")[2])}
    every = server.get(f"/doc/{path}?show=citations", accept=HTML).text
    assert known
    assert known <= {*re.findall(r"@\w+\{wicara-source-([^,]+),", every)}


@pytest.mark.parametrize(
    "path", ["person/sergey-lavrov", "state/russia", "body/asean", "document/asean-russia-poa-2016-2020"]
)
def test_cited_texts_have_facts_about_the_thing(server: Server, dataset: BuiltDataset, path: str) -> None:
    """Whatever a page cites has facts that name its thing; an institution's text comes first."""
    keys = re.findall(r"@\w+\{wicara-source-([^,]+),", server.get(f"/doc/{path}", accept=HTML).text)
    assert len(keys) == 3
    for key in keys:
        asked = f"""PREFIX wic: <{WIC}> ASK {{
            ?graph wic:factOf <https://w3id.org/wicara/id/article/{key}> .
            BIND(<https://w3id.org/wicara/id/{path}> AS ?thing)
            {{ ?graph wic:attributedTo ?thing }} UNION {{ GRAPH ?graph {{ ?thing ?p ?o }} }}
            UNION {{ GRAPH ?graph {{ ?s ?p ?thing }} }} }}"""
        assert dataset.store.query(asked), key
    assert keys[0] == ARTICLE


def test_a_copy_is_cited_as_one(server: Server) -> None:
    """A text that is a copy or a translation of another is cited as that."""
    cited = server.get("/doc/article/tass-2017-08-08-asean-schedule", accept=HTML).text
    assert re.search(r"<bdi>TASS\. [^<]* Copy or translation of: [^<]*Lavrov[^<]* Read at http", cited)


def test_the_words_of_several_texts_are_shown(server: Server) -> None:
    """Among the sources of a person are the newest texts too, not one alone."""
    sources = server.get("/doc/person/sergey-lavrov", accept=HTML).text.partition(">Sources</h2>")[2]
    shown = sources.partition('<section class="use">')[0]
    assert "10 July 2025" in shown
    assert "2 August 2018" in shown


def test_the_newest_are_first(server: Server) -> None:
    """Of many meetings of a person the newest are shown, and first; the page of all goes in order of time."""
    days = [row[0] for row in read(server, "/doc/person/sergey-lavrov").rows("Meetings")]
    years = [int(day.split()[-1]) for day in days]
    assert years == sorted(years, reverse=True)
    every = read(server, "/doc/person/sergey-lavrov?show=meetings").rows("Meetings")
    years = [int(row[0].split()[-1]) for row in every]
    assert years == sorted(years)
    assert len(every) > len(days)


def test_a_meeting_is_counted_once(server: Server) -> None:
    """Meetings told of together and one by one count one by one, on the page and in the network."""
    rows = read(server, "/doc/person/retno-marsudi?show=meetings").rows("Meetings")
    told = [row[1] for row in rows]
    assert "PMC meeting with China, 2 August 2018" in told
    assert "other PMC meetings of 2 August 2018" not in told
    assert len(told) == len({*told})
    network = read(server, "/network").text
    assert f"Retno L.P. Marsudi {len(told)} " in network


def test_a_state_has_what_was_held_there(server: Server) -> None:
    """The page of a state lists the events that involve it apart from those held there, as its place does."""
    page = read(server, "/doc/state/singapore")
    assert len(page.rows("Events involving it")) == 2
    there, show = "Events held or planned there", "?show=events-held-or-planned-there"
    own = {row[1] for row in read(server, f"/doc/state/singapore{show}").rows(there)}
    assert own == {row[1] for row in read(server, f"/doc/place/singapore{show}").rows(there)}
    assert {row[1] for row in page.rows(there)} < own
    assert "PMC meeting with Russia, 28 July 1999" in own


def test_no_office_rests_on_words_about_another(server: Server, dataset: BuiltDataset) -> None:
    """What an office of a person rests on names that person, and is no fact of another's office."""
    holders: dict[str, set[str]] = {}
    query = f"SELECT ?graph ?who {{ GRAPH ?graph {{ ?office <{WIC}tenureHolder> ?who }} }}"
    for row in dataset.store.query(query):  # type: ignore[union-attr]
        holders.setdefault(row["graph"].value.partition("/graph/")[2], set()).add(row["who"].value)
    persons = {who for those in holders.values() for who in those}
    assert len(persons) > 10
    for who in sorted(persons):
        for path in (f"/doc/person/{who.rpartition('/')[2]}{tail}" for tail in ("?show=offices", "")):
            page = server.get(path, accept=HTML).text
            row = page.partition("<tbody>")[2].partition("</tbody>")[0]
            named = {unquote(one) for one in re.findall(r"/graph/([^\"#?]+)", row)}
            named |= {one.replace("-", "/", 1) for one in re.findall(r"#basis-([^\"]+)", row)}
            found = {graph for graph in holders if any(alike(graph, one) for one in named)}
            assert found, path
            assert all(who in holders[graph] for graph in found), (path, found)


def alike(graph: str, named: str) -> bool:
    """Tell whether an address or a fragment names a graph."""
    return graph.replace("/", "-") == named.replace("/", "-")


def test_texts_are_listed_and_cited_by_their_month(server: Server) -> None:
    """Of a text whose day is not stated the month or year is told: in the list, when cited, as data."""
    page = server.get("/sources", accept=HTML, accept_language="en").text
    (path,) = re.findall(r'<a href="(/doc/article/[^"]+)"[^>]*>(?:<bdi>)?[^<]*July 1996', page)
    assert "July 1996</td>" in page
    cited = server.get(path, accept=HTML, accept_language="en").text
    assert '<meta name="citation_publication_date" content="1996/07">' in cited
    assert "date = {1996-07}" in cited
    assert "year = {1996}" in cited
    unknown = "/doc/article/phnompenhpost-2024-08-russian-envoy"
    assert "(The Phnom Penh Post, August 2024).” Read at" in unescape(server.get(unknown, accept=HTML).text)


def test_a_text_that_is_only_cited_promises_no_words(server: Server) -> None:
    """The page of an article says that its facts have its words only where they are quoted."""
    for article, has_words in ((ARTICLE, True), ("sputnik-2019-07-31-asean-russia", False)):
        text = server.get(f"/doc/article/{article}", accept=HTML).text
        assert "facts, in the order of the text" in text
        assert ("with the words of the text" in text) == has_words, article


@pytest.mark.parametrize("person", ["sergey-lavrov", "retno-marsudi"])
def test_the_sources_of_a_person_begin_with_who_it_is(server: Server, person: str) -> None:
    """The cards below the tables are of what the tables say first: of a person, the office."""
    text = server.get(f"/doc/person/{person}", accept=HTML).text
    card = text.partition("<h2>Sources</h2>")[2].partition("</article>")[0]
    assert "Menteri Luar Negeri" in card
    assert "was foreign minister of" in card


def test_a_link_to_an_answer_has_a_preview(server: Server) -> None:
    """Other sites show of a link its full address, and what fits of the answer, with its status."""
    text = ask(server, "statements-and-answers").text
    told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', text))
    assert len(told["description"]) <= 200
    whole = re.search(r'<meta name="description" content="([^"]*)">', text)
    assert whole
    said, _cut, marks = told["description"].partition("…")
    assert marks == " [proposed] …"
    assert whole[1].startswith(said)
    assert re.fullmatch(r"http://[^/]+/questions/statements-and-answers\?meeting=event:[\w-]+", told["url"])


@pytest.mark.parametrize(
    ("path", "title", "told"),
    [
        ("/timeline?from=1991&to=2020", "Timeline, 1991.2020", r"^1991.2020: Partnership .* Events \d+, "),
        ("/timeline?date=2018-08-02", "Timeline, 2 August 2018", "^For certain: Laos as coordinator"),
        (
            "/network?start=person/sergey-lavrov",
            "Network: Sergey",
            r"as Sergey Lavrov, and at how many: Retno L\.P\. Marsudi \d",
        ),
        ("/map", "Map", r"Jakarta \d+, Kuala Lumpur \d+"),
        ("/figures", "Figures", r"^total trade [^;]*USD\s[\d.]+ \w+ \([^;]*\d{4}[^;]*\);"),
        (
            "/as-of?date=2018-08-02",
            "As of 2 August 2018",
            r"^Coordinators: Laos . .*; Indonesia . .*, planned ",
        ),
        ("/search?q=lavrov", "lavrov . Search", r"^\d+ results: Sergey Lavrov;"),
        ("/claims", "Claims and plans", r"^\d+ claims and plans: .* \((claimed|planned|called for|proposed)"),
        ("/conflicts", "Where sources differ", r"^Differences found: \d+\. "),
        ("/doc/person/retno-marsudi", "Retno L.P. Marsudi", "is named here as Foreign Minister of Indonesia"),
        ("/graph/fact/kemlu-2018-08-02-asean-russia/F038", "42%|percent", "“.*42%.*” . .*, sentence S10$"),
    ],
)
def test_a_link_to_any_page_has_its_answer_in_the_preview(
    server: Server, path: str, title: str, told: str
) -> None:
    """What others show of a link to a view, a day, a search or a fact says what is to be seen there."""
    text = server.get(path, accept="text/html", accept_language="en").text
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', text))
    assert re.search(title, unescape(found["title"]))
    assert re.search(told, unescape(found["description"]))


def test_facts_that_are_cited_stand_in_the_order_of_the_text(server: Server) -> None:
    """The facts of a text that is not quoted are listed by its paragraphs, and not by their numbers."""
    text = server.get("/doc/article/tass-2016-05-19-putin-declaration", accept=HTML).text
    listed = text.partition('id="block-1"')[2].partition('id="block-2"')[0]
    assert re.findall(r", paragraph (\d+)<", listed) == ["2", "4", "9"]
    assert re.findall(r"F00\d</", listed) == ["F002</", "F003</", "F001</"]
