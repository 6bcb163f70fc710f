"""Search finds what readers write, however they spell it; facets count exactly; downloads hold the same."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat, parse
from server_process import served, serving, wait_until
from wicara.graph.store import from_files
from wicara.server import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Server

HTML: Final = "text/html,*/*;q=0.5"
ID: Final = "https://w3id.org/wicara/id"
LAVROV: Final = f"{ID}/person/sergey-lavrov"
SALEUMXAY: Final = f"{ID}/person/saleumxay-kommasith"
FACT: Final = "https://w3id.org/wicara/graph/fact/kemlu-2018-08-02-asean-russia"


def address(path: str = "/search", **asked: str | list[str]) -> str:
    """Return the address of a search."""
    return f"{path}?{urlencode(asked, doseq=True)}"


def found(server: Server, **asked: str | list[str]) -> dict[str, Any]:
    """Return what a search finds, as JSON."""
    answer = server.get(address("/search.json", **asked))
    assert answer.status == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def iris(server: Server, **asked: str | list[str]) -> list[str]:
    """Return the IRIs that a search finds, in order."""
    return [one["iri"] for one in found(server, **asked)["results"]]


def page(server: Server, **asked: str | list[str]) -> str:
    """Return the page of a search."""
    answer = server.get(address(**asked), accept=HTML)
    assert (answer.status, answer.media_type) == (200, "text/html")
    return answer.text


SPELLINGS: Final = (
    *("Lavrov", "lavrov", "LAVROV", "Лавров", "лавров", "Сергей", "Lávrov", "lavr"),
    "\u041b\u0430\u0301\u0432\u0440\u043e\u0432",
)


@pytest.mark.parametrize("query", SPELLINGS)
def test_person_in_any_spelling(server: Server, query: str) -> None:
    """A person is found first in either script, with marks or without, in any case, and as one types."""
    assert iris(server, q=query)[0] == LAVROV


@pytest.mark.parametrize(
    "query",
    [
        *("Russian foreign minister", "foreign minister of Russia", "Menlu Rusia", "Russian FM"),
        "министр иностранных дел России",
    ],
)
@pytest.mark.parametrize("lang", ["en", "id"])
def test_person_by_office(server: Server, query: str, lang: str) -> None:
    """Whoever is named in an office is found by it, as readers call it, before articles and claims."""
    results = found(server, q=query, lang=lang)["results"]
    assert {LAVROV, f"{ID}/post/foreign-minister-of-russia"} <= {one["iri"] for one in results[:3]}
    lavrov = next(one for one in results if one["iri"] == LAVROV)
    assert "office" in {text["in"] for text in lavrov["found"]}
    shown = page(server, q=query, lang=lang)
    assert ("named here as:" if lang == "en" else "disebut di sini sebagai:") in shown


def test_office_has_no_others(server: Server) -> None:
    """A person is not found by an office that no text names them in."""
    assert iris(server, q="Foreign Minister of Laos", kind="person") == [SALEUMXAY]
    assert iris(server, q="Foreign Minister of Laos")[0] == f"{ID}/post/foreign-minister-of-laos"


def test_persons_of_a_search_that_nothing_meets(server: Server) -> None:
    """Where only some of the words are found, the persons who are named come first."""
    told = found(server, q="Retno Lavrov meeting")
    assert told["some"]
    assert {one["iri"] for one in told["results"][:2]} == {LAVROV, f"{ID}/person/retno-marsudi"}


def test_claims_by_what_they_say(server: Server) -> None:
    """Claims and figures are called by what they say, not by a number; their source stands beside them."""
    answer = server.get(address("/search.csv", kind=["claim", "observation"]))
    labels = [row["label"] for row in csv.DictReader(StringIO(answer.text))]
    assert len(labels) > 100
    assert not [label for label in labels if re.search("fact F[0-9]", label)]
    jakarta_post = "jakartapost-2023-11-14-asean-russia"
    told = page(server, q="foreign ministers", kind="claim", source=jakarta_post)
    assert re.search(r"Source:</span>\s*<a[^>]*>[^<]*(<bdi>)?[^<]*The Jakarta Post, 14 November 2023", told)


def test_what_several_texts_say_is_said_once(server: Server) -> None:
    """Facts of one name stand under it, each by its text, with a link; they are counted one by one."""
    told = found(server, q="Lavrov was foreign minister of Russia", kind="fact")
    same = [one for one in told["results"] if one["label"] == "Lavrov was foreign minister of Russia"]
    text = page(server, q="Lavrov was foreign minister of Russia", kind="fact")
    assert len(same) > 3
    assert text.count('<span class="tag">Also in:</span>') == len(same) - 1
    assert all(f'href="{one["page"]}"' in text for one in same)


@pytest.mark.parametrize("query", ["Saleumsay", "Saleumxay", "Salermxay", "saleumsay kommasith"])
def test_variants(server: Server, query: str) -> None:
    """A person is found by each spelling that is known of the name, and the page shows which it was."""
    assert iris(server, q=query)[0] == SALEUMXAY
    assert "<mark>" in page(server, q=query)


def test_shows_where_it_was_found(server: Server) -> None:
    """What was found by another spelling shows that spelling, with the words marked."""
    assert '<span lang="en"><mark>Saleumsay</mark>' in page(server, q="saleumsay")
    assert "also written" in page(server, q="saleumsay")
    assert "Sergey <mark>Lavrov</mark>" in page(server, q="Лавров")


def test_labels_in_both_languages(server: Server) -> None:
    """A thing is found by its label in either language, whichever the reader reads."""
    for query in ("Deklarasi Sochi", "Sochi Declaration"):
        for lang in ("en", "id"):
            assert iris(server, q=query, lang=lang)[0] == f"{ID}/document/sochi-declaration"
    assert "<mark>Deklarasi</mark> <mark>Sochi</mark>" in page(server, q="deklarasi sochi", lang="id")


@pytest.mark.parametrize("query", ["42%", "baru mencapai", "baru mencapai 42%", '"mencapai 42"'])
def test_words_of_a_quote(server: Server, query: str) -> None:
    """A fact is found by the words that it rests on; the page shows them, and the sentence they stand in."""
    assert f"{FACT}/F038" in iris(server, q=query)
    text = page(server, q=query)
    assert "/graph/fact/kemlu-2018-08-02-asean-russia/F038" in text
    if "baru" in query:
        assert "<mark>baru</mark> <mark>mencapai</mark>" in text
        assert "/doc/sentence/kemlu-2018-08-02-asean-russia-s10" in text


def test_definitions(server: Server) -> None:
    """A term of the ontology is found by the words of its definition."""
    assert "https://w3id.org/wicara/ont#inCapacityOf" in iris(server, q="taken holder post", kind="ontology")


def test_label_comes_before_the_rest(server: Server) -> None:
    """What is called so comes before what has it in its label, and that before what only has it elsewhere."""
    results = found(server, q="Singapore")["results"]
    assert results[0]["iri"] == f"{ID}/state/singapore"
    assert iris(server, q="rusia", lang="en")[0] == f"{ID}/state/russia"
    figures = iris(server, q="42%")
    assert figures.index(f"{FACT}/F038") < figures.index(f"{ID}/observation/poa-implementation-2018-08-02")


def test_words_together(server: Server) -> None:
    """Words in quotation marks are found only where they stand together."""
    loose, together = set(iris(server, q="Russia ASEAN")), set(iris(server, q='"Russia ASEAN"'))
    assert f"{ID}/partnership/asean-russia" in loose - together
    assert f"{ID}/partnership/asean-russia" in iris(server, q='"ASEAN-Russia"')


def test_typing_errors(server: Server) -> None:
    """A word that nobody uses gives way to the nearest one that somebody does, and the page says so."""
    told = found(server, q="lavrof")
    assert told["results"][0]["iri"] == LAVROV
    assert told["instead"] == {"lavrof": "lavrov"}
    text = page(server, q="lavrof")
    assert "No results for “lavrof”. Showing “lavrov”." in text
    assert told["questions"]  # looked up by the corrected word
    assert iris(server, q="Indonesai")[0] == f"{ID}/state/indonesia"
    assert found(server, q="qqqqzzzz")["total"] == 0
    assert found(server, q="putni")["instead"] == {"putni": "putin"}  # a name goes before other words
    assert found(server, q="beaking")["instead"] != {"beaking": "speaking"}  # two letters, and the first


def test_short_names_that_nobody_has(server: Server) -> None:
    """A short name that nobody here has is not that of another; one that lacks a letter is found."""
    assert found(server, q="Wang Yi")["instead"] == {}
    assert found(server, q="Kazn")["instead"] == {"kazn": "kazan"}


@pytest.mark.parametrize(
    ("query", "iri"),
    [
        ("Peking", "state/china"),
        ("Moskau", "place/moscow"),
        ("Djakarta", "place/jakarta"),
        ("Burma", "state/myanmar"),
    ],
)
def test_names_in_other_times_and_languages(server: Server, query: str, iri: str) -> None:
    """A state or city is found by the names that it has or had elsewhere, a state by its capital."""
    told = found(server, q=query)
    assert (told["results"][0]["iri"], told["instead"]) == (f"{ID}/{iri}", {})


def test_a_whole_question(server: Server) -> None:
    """Where nothing has all words, what has most of the rare ones comes first, and the page says so."""
    told = found(server, q="who was the coordinator of the ASEAN-Russia partnership until 2018")
    assert told["some"]
    coordinatorship = f"{ID}/situation/laos-coordinatorship-2015-2018"
    assert coordinatorship in [one["iri"] for one in told["results"]][:5]
    assert "No results with all of these words." in page(server, q="lavrov scholarships singapore")


def test_the_facet_of_status_has_words_of_readers(server: Server) -> None:
    """What is established and what somebody claims have the words of their marks, in both languages."""
    names = {one["label"] for lang in ("en", "id") for one in found(server, lang=lang)["facets"]["status"]}
    assert {"established", "claimed", "planned", "diklaim"} <= names


@pytest.mark.parametrize("asked", [{"q": "Russia"}, {"q": ""}, {"year": "2018"}], ids=str)
def test_each_result_once(server: Server, asked: dict[str, str]) -> None:
    """Whatever matches how often, a thing is one result; so is everything, without words."""
    listed = iris(server, **asked)
    assert len(listed) == len(set(listed)) == found(server, **asked)["total"] > 10


CHOICES: Final[tuple[dict[str, str | list[str]], ...]] = (
    {},
    {"q": "Russia"},
    {"kind": "event"},
    {"kind": ["event", "claim"], "state": "russia"},
    {"q": "asean", "state": ["indonesia", "laos"], "kind": "situation"},
    {"person": "sergey-lavrov", "year": "2018"},
    {"status": ["claimed", "planned"]},
)


@pytest.mark.parametrize("asked", CHOICES, ids=str)
def test_counts_are_exact(server: Server, asked: dict[str, str | list[str]]) -> None:
    """The number beside a value is what the reader gets with this value alone chosen of its facet."""
    told = found(server, **asked)
    assert told["total"] == len(told["results"])
    for key, values in told["facets"].items():
        for one in values[:3]:
            narrowed = found(server, **(asked | {key: one["value"], "page": "1"}))
            assert narrowed["total"] == one["count"], (key, one)


def test_or_within_and_between(server: Server) -> None:
    """Two values of a facet widen, values of two facets narrow."""
    events, claims = set(iris(server, kind="event")), set(iris(server, kind="claim"))
    assert set(iris(server, kind=["event", "claim"])) == events | claims
    assert set(iris(server, kind="event", state="laos")) == events & set(iris(server, state="laos"))


def test_what_facets_mean(server: Server) -> None:
    """Who took part, for whom, about what, when and how sure: each facet finds it."""
    event = f"{ID}/event/2018-08-02-asean-russia-meeting"
    for chosen in (
        {"person": "saleumxay-kommasith"},
        {"state": "laos"},
        {"organization": "asean"},
        {"area": "cyber-security"},
        {"year": "2018"},
        {"status": "established"},
    ):
        assert event in iris(server, kind="event", **chosen), chosen
    assert f"{ID}/situation/laos-coordinatorship-2015-2018" in iris(server, year="2016")
    assert f"{ID}/claim/arf-ism-co-chairs" in iris(server, status="modality/planned")
    assert f"{FACT}/F019" in iris(server, person="saleumxay-kommasith", kind="fact")
    assert f"{ID}/event/2018-11-asean-summit" not in iris(server, status="established")


def test_facets_of_the_page(server: Server) -> None:
    """The page counts values, says which are chosen, and each link chooses one or lets it go."""
    text = page(server, q="Russia", kind="event")
    links = {unescape(link) for link in re.findall(r'href="(/search\?[^"]*)"', text)}
    assert address(q="Russia") in links
    assert address(q="Russia", kind=["event", "claim"]) in links
    assert 'aria-current="true">event</a>' in text
    for link in sorted(links)[::4]:
        assert (link, server.get(link, accept=HTML).status) == (link, 200)


def test_pages(server: Server) -> None:
    """Page by page a reader comes to each result once, in the order of the download."""
    rows = list(csv.DictReader(StringIO(server.get(address("/search.csv", kind="fact")).text)))
    links: list[str] = []
    at: str | None = address(kind="fact")
    while at:
        text = server.get(at, accept=HTML).text
        links += [unescape(link) for link in re.findall(r'class="result" href="([^"]+)"', text)]
        following = re.search(r'href="([^"]+)" rel="next"', text)
        at = unescape(following[1]) if following else None
    assert len(links) == len(rows) > 100
    assert [row["iri"].removeprefix("https://w3id.org/wicara") for row in rows] == links
    assert server.get(address(page="999"), accept=HTML).status == 200
    assert server.get(address(page="0")).status == 400
    assert server.get(address(page="x")).status == 400


@pytest.mark.parametrize("asked", [{"q": "Russia"}, {"kind": "event", "state": "russia"}, {"q": "qqqqzzzz"}])
def test_downloads_hold_the_same(server: Server, asked: dict[str, str]) -> None:
    """CSV, JSON and RDF hold the results of the page, in its order; the page names them all."""
    expected = iris(server, **asked)
    rows = list(csv.DictReader(StringIO(server.get(address("/search.csv", **asked)).text)))
    assert [row["iri"] for row in rows] == expected
    forms = (("ttl", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD), ("rdf", RdfFormat.RDF_XML))
    for suffix, form in forms:
        quads = list(parse(server.get(address(f"/search.{suffix}", **asked)).body, form))
        told = {(str(quad.subject), quad.predicate.value): quad.object for quad in quads}
        items = [(place.value, told[item, ITEM]) for (item, name), place in told.items() if name == POSITION]
        ordered = sorted(items, key=lambda one: int(one[0]))
        assert [thing.value for _, thing in ordered if isinstance(thing, NamedNode)] == expected
    answer = server.get(address(**asked), accept=HTML)
    for suffix in ("csv", "json", "ttl", "jsonld", "nt", "rdf"):
        assert address(f"/search.{suffix}", **asked).replace("&", "&amp;") in answer.text
        assert address(f"/search.{suffix}", **asked) in answer.headers["Link"]


ITEM: Final = "https://schema.org/item"
POSITION: Final = "https://schema.org/position"


def test_negotiation(server: Server) -> None:
    """The Accept header chooses the form; what there is none of is refused."""
    for media_type in ("text/csv", "application/json", "text/turtle", "application/ld+json", "text/html"):
        assert server.get("/search?q=asean", accept=media_type).media_type == media_type
    assert server.get("/search?q=asean", accept="image/png").status == 406
    assert server.get("/search.png?q=asean").status == 404


def test_in_indonesian(server: Server) -> None:
    """The page speaks Indonesian, facets and kinds too, and links keep the choice."""
    text = page(server, lang="id")
    for words in ("Persempit", "orang", "negara", "Unduh", "hasil"):
        assert words in text
    assert "lang=id" in re.findall(r'href="(/search\?[^"]*kind=[^"]*)"', text)[0]


HOSTILE: Final = (
    *('"', '""', '"a', "'", "*", "a*", "(", ")", "a AND", "NOT", "OR OR", "NEAR(a b, 1)", "label:russia"),
    *("^a", "-a", "{label}: x", "\x00", "a\x00b", "%", "_", "\\", ";--", "'; DROP TABLE thing", "\u202e"),
    *("<script>alert(1)</script>", "\ud7ff", "\U0001f600", "中国", "\u0627", "a" * 10_000, "a " * 5_000),
    *('"' * 1_000, "é" * 1_000, "*" * 1_000, "\n\r\t"),
)


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: ascii(query)[:20])
def test_hostile_queries(server: Server, query: str) -> None:
    """Whatever is written into the field is searched as words, and shown harmlessly."""
    assert "<script>" not in page(server, q=query)
    many = [f"{query[:100]}{number}" for number in range(30)]
    assert found(server, q=query, person=many, kind=[query, "event"], year=query[:9_000])["total"] >= 0


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60), lang=st.sampled_from(["en", "id"]))
def test_no_query_breaks_it(server: Server, query: str, lang: str) -> None:
    """No text at all is answered with a fault."""
    assert server.get(address("/search.json", q=query, lang=lang)).status == 200


PLAIN: Final = """
@prefix ex: <http://example.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:Treaty a rdfs:Class ; rdfs:label "treaty"@en .
ex:bern a ex:Treaty ; skos:prefLabel "Bern Convention"@en , "<script>alert(1)</script>"@id .
<javascript:alert(1)> skos:prefLabel "Bern\\u202e \\"quoted\\" & <b>bold</b>" .
ex:nameless ex:related ex:bern .
ex:long skos:definition "LONG" .
ex:around skos:definition "AROUND" .
ex:cyrillic skos:prefLabel "Ильин" .
ex:apostrophe skos:prefLabel "Qur'an" .
ex:possessive skos:prefLabel "ASEAN\u2019s" .
ex:polish skos:prefLabel "Łódź" .
ex:vietnamese skos:prefLabel "Phở" .
<https://w3id.org/wicara/graph/content/c> { ex:secret skos:prefLabel "secret Bern" . }
"""


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    """Return a server of any RDF, with hostile strings and a very long one."""
    around = f"{'before ' * 400}needle {'after ' * 400}"
    text = PLAIN.replace("LONG", 10_000 * "convention ").replace("AROUND", around)
    with serving(text) as running:
        yield running


def test_any_rdf(plain: Server) -> None:
    """Other people's data is found by labels, ends of IRIs and classes; what is only said is not."""
    told = found(plain, q="Bern")
    assert {one["iri"] for one in told["results"]} == {"http://example.org/bern", "javascript:alert(1)"}
    treaty = {"value": "http://example.org/Treaty", "label": "treaty", "count": 1, "chosen": False}
    assert treaty in told["facets"]["kind"]
    assert iris(plain, kind="http://example.org/Treaty") == ["http://example.org/bern"]
    assert iris(plain, q="nameless") == ["http://example.org/nameless"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        *(
            ("ilin", "cyrillic"),
            ("Ильин", "cyrillic"),
            ("quran", "apostrophe"),
            ("QUR\u2019AN", "apostrophe"),
        ),
        *(("asean", "possessive"), ("lodz", "polish"), ("łódź", "polish"), ("pho", "vietnamese")),
    ],
)
def test_same_word(plain: Server, query: str, name: str) -> None:
    """Words that readers take for one are one, in data and in queries, and are marked whole."""
    [result] = found(plain, q=query)["results"]
    assert result["iri"] == f"http://example.org/{name}"
    label = result["label"].removesuffix("\u2019s")
    assert f"<mark>{label}" in unescape(page(plain, q=query))


def test_long_text_is_cut_around_the_word(plain: Server) -> None:
    """Of a long text so much is shown as has the first word that was found."""
    [result] = found(plain, q="needle")["results"]
    shown = result["found"][0]["words"]
    assert "needle" in shown
    assert len(shown) < 300
    assert (shown[0], shown[-1]) == ("…", "…")


def test_hostile_data(plain: Server) -> None:
    """What data says is shown as text, links lead nowhere else, and what is long is cut."""
    text = page(plain, q="bern", lang="id")
    assert "<script>" not in text
    assert 'href="javascript' not in text
    assert len(page(plain, q="convention")) < 50_000


LABEL: Final = "http://www.w3.org/2004/02/skos/core#prefLabel"


@pytest.mark.parametrize("place", ["memory", "disk"])
def test_follows_the_dataset(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index is made before anybody searches, after a write too; what is removed is found no more.

    The limit of memory is for what is done with the dataset: to open one on disk alone takes more.
    """
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    where = ("--empty",) if place == "memory" else ("--data", tmp_path / "data")
    label = f'<{LABEL}> "Quito Accord"'
    with served(*where, "--writable", "--token", "t", "--memory", 128) as running:
        wait_until(lambda: [*tmp_path.glob("wicara-*/*.search")])
        assert found(running, q="quito")["total"] == 0
        for verb, total in (("INSERT", 1), ("DELETE", 0), ("INSERT", None), ("DELETE", 0)):
            before = {*tmp_path.glob("wicara-*/*.search")}
            answer = running.send(
                "POST",
                "/update",
                f"{verb} DATA {{ <urn:x:quito> {label} }}",
                content_type="application/sparql-update",
                Authorization="Bearer t",
            )
            assert answer.status == 204
            if total is None:
                wait_until(lambda before=before: {*tmp_path.glob("wicara-*/*.search")} - before)
            else:
                assert found(running, q="quito")["total"] == total


def test_large_datasets(tmp_path: Path) -> None:
    """Of a dataset with more things than can be found, the page says so, and finds those that it says."""
    file = tmp_path / "large.nt"
    lines = (f'<urn:x:{number}> <{LABEL}> "thing number {number}" .\n' for number in range(50_010))
    file.write_text("".join(lines))
    text = create_app(from_files([file])).test_client().get("/search?q=thing+number").text
    assert "50,000 results" in text
    assert "50,000 things of it can be found here" in text


def test_without_conclusions(server: Server) -> None:
    """With `infer=off` facets count what is asserted alone."""
    counted = {
        infer: sum(one["count"] for one in found(server, kind="event", infer=infer)["facets"]["area"])
        for infer in ("on", "off")
    }
    assert counted["off"] < counted["on"]


def test_every_facet_has_values(server: Server) -> None:
    """The real dataset has values in every facet, each with a name of its own."""
    facets = found(server)["facets"]
    assert list(facets) == ["kind", "status", "state", "organization", "person", "area", "year", "source"]
    assert all(one["label"] and one["count"] > 0 for values in facets.values() for one in values)
