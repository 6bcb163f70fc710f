"""/explain and /rules: every inferred statement on a page opens to a proof, without JavaScript."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from pyoxigraph import RdfFormat, parse
from wicara.graph.reasoning.rules import rules
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from conftest import Server

pytestmark = pytest.mark.first_article

HTML = "text/html"
PLACE = ("event:2018-08-02-asean-russia-meeting", "wic:heldInState", "state:singapore")
ACTOR = ("person:sergey-lavrov", "a", "wic:Actor")
NEITHER = ("person:sergey-lavrov", "wic:hasServedState", "state:indonesia")


def path(fact: tuple[str, str, str], **more: str) -> str:
    """Return where a statement is explained."""
    return f"/explain?{urlencode(dict(zip(('subject', 'predicate', 'object'), fact, strict=True)) | more)}"


def test_page_of_a_proof(server: Server) -> None:
    """The page is a tree of <details> that names each rule and ends in the words of the article."""
    answer = server.get(path(PLACE), accept=HTML)
    assert (answer.status, answer.media_type) == (200, HTML)
    for shown in (
        "<details",
        "<summary>",
        "Pertemuan … di Singapura</q>",
        'href="/rules#prp-spo2"',
        'href="#basis-fact-kemlu-2018-08-02-asean-russia-F004"',
        'id="basis-fact-kemlu-2018-08-02-asean-russia-F004"',
        "Encyclopaedia Britannica",
        "Inferred",
    ):
        assert shown in answer.text
    assert "<script>" not in answer.text


def test_page_in_indonesian(server: Server) -> None:
    """In Indonesian the rules and the interface are Indonesian, too."""
    text = server.get(path(PLACE, lang="id"), accept=HTML).text
    assert "Jika rantai properti" in text
    assert "Disimpulkan" in text
    assert "lang=id" in text


def test_the_name_of_a_class_has_its_article(server: Server) -> None:
    """A step says that a meeting is an event, in English with the article that the name wants."""
    fact = ("event:2018-08-02-asean-russia-meeting", "a", "wic:Event")
    assert ">is an</" in server.get(path(fact), accept=HTML).text
    assert ">adalah</" in server.get(path(fact, lang="id"), accept=HTML).text


def told(server: Server, *fact: str, language: str = "en") -> str:
    """Return what a reader sees of an explanation before the rules are unfolded."""
    answer = server.get(path(fact), accept=HTML, accept_language=language)
    assert answer.status == 200
    main = answer.text[answer.text.index("<h1") :].partition('<details class="rules"')[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", main)).split())


def test_a_conclusion_is_told_in_two_sentences(server: Server) -> None:
    """A sentence is the heading; below it stand the words with their place, and why it follows."""
    text = told(server, "person:retno-marsudi", "a", "wic:HasBeenForeignMinister")
    assert text.startswith("Why we say that Retno L.P. Marsudi has been a foreign minister ")
    assert "Retno was foreign minister of Indonesia : Menteri Luar Negeri RI, Retno (sentence S04)" in text
    assert "because Retno L.P. Marsudi has held the post of" in text
    whole = " ".join(
        unescape(
            re.sub(
                "<[^>]+>",
                " ",
                server.get(
                    path(("person:retno-marsudi", "a", "wic:HasBeenForeignMinister")), accept=HTML
                ).text,
            )
        ).split()
    )
    assert "is a has been" not in whole
    assert "Retno L.P. Marsudi has been a foreign minister Inferred" in whole
    assert "A person who holds or has held a post of foreign minister" in text
    assert "Rule" not in text
    text = told(server, "event:2018-08-02-pmc-china", "wic:attendedBy", "person:retno-marsudi")
    assert "read from the words" in text
    assert "reader's interpretation" in text
    assert "“PMC” stands for “Post Ministerial Conference”" in text
    text = told(server, "person:retno-marsudi", "a", "wic:HasBeenForeignMinister", language="id")
    assert text.startswith(
        "Mengapa kami menyatakan bahwa Retno L.P. Marsudi sedang atau pernah menjadi menteri luar negeri"
    )
    assert "Retno adalah Menteri Luar Negeri Indonesia : Menteri Luar Negeri RI, Retno (kalimat S04)" in text


@pytest.mark.parametrize(
    "fact",
    [
        ("state:brunei", "wic:hasBeenMemberOf", "body:asean"),
        ("situation:brunei-in-asean", "a", "wic:Situation"),
        ("state:thailand", "a", "wic:Actor"),
    ],
)
def test_background_ends_in_its_source(server: Server, fact: tuple[str, str, str]) -> None:
    """Memberships and classes of what is known from elsewhere lead to a source, not to the editors."""
    text = told(server, *fact)
    assert "A source says:" in text
    assert "ASEAN Secretariat" in text or "United Nations" in text
    assert "no text names it" not in text


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (
            ("situation:indonesia-coordinatorship-2018-2021", "wic:sittingAt", "timespan:2018-08-02"),
            ["What speaks against it", "was still to begin on 2 August 2018", "D07"],
        ),
        (
            ("event:2018-11-asean-summit", "wic:heldAt", "place:singapore"),
            ["What is said of the two instead", "is planned to be held at Singapore", "F053", "planned"],
        ),
        (
            ("partnership:asean-russia", "wic:hasPriorityArea", "area:cyber-security"),
            [
                "A claim says so; nobody asserts it here",
                "Indonesia's proposal of three priority areas proposed",
            ],
        ),
        (
            ("state:russia", "a", "wic:HasBeenForeignMinister"),
            ["Russia is a state , and a “state” is never a “person”"],
        ),
    ],
)
def test_why_not(server: Server, fact: tuple[str, str, str], shown: list[str]) -> None:
    """What excludes a statement, and the claim or the plan that says so, are named; nothing absurd is."""
    text = told(server, *fact)
    assert text.startswith("Why we do not say that ")
    assert [one for one in shown if one not in text] == []
    assert "It would follow if this held" not in text


@pytest.mark.parametrize(
    ("fact", "instead"),
    [
        (
            ("person:retno-marsudi", "wic:hasHeldPost", "post:foreign-minister-of-russia"),
            [
                "Retno L.P. Marsudi has held the post of Foreign Minister of Indonesia",
                "Sergey Lavrov has held",
            ],
        ),
        (
            ("state:russia", "wic:hasBeenMemberOf", "body:asean"),
            ["Russia has been a dialogue partner of ASEAN"],
        ),
    ],
)
def test_nothing_absurd_is_suggested(server: Server, fact: tuple[str, str, str], instead: list[str]) -> None:
    """A term of office or a membership has one holder: no other's is suggested; each sentence stands once."""
    text = told(server, *fact)
    assert [text.count(one) for one in instead] == [1] * len(instead)
    assert "It would follow if this held" not in text


def test_a_conclusion_of_several_facts_says_how_they_join(server: Server) -> None:
    """What no single fact says has its premises in words; a part in an event is told as somebody's."""
    text = told(
        server, "event:2018-08-02-retno-intervention", "wic:actOfPartnership", "partnership:asean-russia"
    )
    assert "is a meeting of ASEAN-Russia partnership" in text.partition("because")[2]
    part = "situation:retno-at-pmc-china"
    text = told(server, "event:2018-08-02-pmc-china", "wic:participationLink", part)
    assert text.startswith(
        "Why we say that Retno L.P. Marsudi takes part, or is to take part, in PMC meeting"
    )
    assert "because" not in text
    text = told(server, "role:co-chair", "skos:broaderTransitive", "role:chair")
    assert "From this it follows" not in text


def test_other_proofs(server: Server) -> None:
    """The page offers other proofs, shows as many as are asked for, and says that there may be more."""
    one = server.get(path(ACTOR), accept=HTML).text
    assert "proofs=10" in one
    three = server.get(path(ACTOR, proofs="3"), accept=HTML).text
    assert "Proof 3 of 3" in three
    assert "there may be more" in three
    assert "proofs=13" in three
    assert "there may be more" not in server.get(path(PLACE, proofs="50"), accept=HTML).text


def test_page_of_what_does_not_hold(server: Server) -> None:
    """What neither is asserted nor follows is said to be so, with what is missing."""
    text = server.get(path(NEITHER), accept=HTML).text
    assert "Neither asserted nor inferred" in text
    assert "Why we do not say that" in text
    assert "It would follow if this held" in text
    nothing = server.get(path(("person:nobody", "a", "person:nobody")), accept=HTML).text
    assert "No rule would conclude it" in nothing


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/html"),
        ("application/json", "application/json"),
        ("text/turtle", "text/turtle"),
        ("application/trig", "application/trig"),
        ("application/trig;q=0.5, text/turtle;q=0.4", "application/trig"),
    ],
)
def test_forms(server: Server, accept: str | None, media_type: str) -> None:
    """Accept chooses among a page, JSON, Turtle and TriG; `format=` goes before it."""
    answer = server.get(path(PLACE), accept=accept)
    assert (answer.status, answer.media_type) == (200, media_type)
    assert "Accept" in answer.headers["Vary"]
    assert server.get(path(PLACE, format="json"), accept=accept).media_type == "application/json"


def test_contents_of_the_forms(server: Server) -> None:
    """JSON and RDF 1.2 tell the same proof as the page."""
    told = server.get(path(PLACE), accept="application/json").json
    assert (told["verdict"], told["proofs"][0]["rule"]) == ("inferred", "prp-spo2")
    for media_type, form in (("text/turtle", RdfFormat.TURTLE), ("application/trig", RdfFormat.TRIG)):
        quads = list(parse(server.get(path(PLACE), accept=media_type).body, format=form))
        reified = [q.object for q in quads if q.predicate.value == f"{PREFIXES['rdf']}reifies"]
        assert any(triple.predicate.value == f"{PREFIXES['wic']}heldInState" for triple in reified)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/explain?subject=nobody&predicate=a&object=wic:Person", 400),
        ("/explain?subject=person:x", 400),
        (path(PLACE, proofs="0"), 400),
        (path(PLACE, proofs="many"), 400),
    ],
)
def test_what_cannot_be_explained(server: Server, address: str, status: int) -> None:
    """Terms that are none, and choices that there are not, are 400 with problem details."""
    answer = server.get(address, accept="application/json")
    assert (answer.status, answer.media_type) == (status, "application/problem+json")


def test_not_acceptable(server: Server) -> None:
    """A client that takes none of the forms is told which there are."""
    answer = server.get(path(PLACE), accept="image/png")
    assert answer.status == 406
    assert "text/turtle" in answer.json["available"]


def test_form(server: Server) -> None:
    """Without a statement there is a form that asks for one."""
    text = server.get("/explain", accept=HTML).text
    assert all(f'name="{place}"' in text for place in ("subject", "predicate", "object"))


def test_inferred_statements_link_to_their_proofs(server: Server) -> None:
    """Each inferred statement on a page, and in a proof, has a link; there it says that it is inferred."""
    text = server.get("/doc/event/2018-08-02-asean-russia-meeting?show=statements", accept=HTML).text
    links = re.findall(r'<a class="mark inferred" href="([^"]+)"', text)
    assert len(links) > 20
    for link in map(unescape, links):
        answer = server.get(link, accept="application/json")
        assert (link, answer.status, answer.json["verdict"]) == (link, 200, "inferred")
        assert answer.json["proofs"]


def test_asks_about_class_expressions(server: Server) -> None:
    """A step about an unnamed class has a link as well, and is told in words."""
    text = server.get(path(("person:sergey-lavrov", "a", "wic:HasBeenForeignMinister")), accept=HTML).text
    link = next(link for link in re.findall(r'href="(/explain[^"]+)"', text) if "_%3A" in link)
    answer = server.get(unescape(link), accept="application/json").json
    assert answer["verdict"] == "inferred"
    assert "whatever meets this" in answer["statement"]["words"]


def test_rules(server: Server) -> None:
    """The page of rules has every rule of the file at an anchor, with its line, in both languages."""
    text = server.get("/rules", accept=HTML).text
    for rule in rules():
        assert f'id="{rule.name}"' in text
        assert unescape(text).count(rule.text)
    assert text.count("<article id=") == len({rule.name for rule in rules()})
    assert "Aturan" in server.get("/rules?lang=id", accept=HTML).text


def test_files_served_as_they_are(small: Server) -> None:
    """In a file that is served as it is, its graphs assert the statements, and hostile text stays text."""
    fact = (f"{PREFIXES['person']}a", f"{PREFIXES['person']}p", f"{PREFIXES['person']}b")
    told = small.get(path(fact), accept="application/json").json
    assert told["verdict"] == "asserted"
    assert {ground["graph"].rpartition("/")[2] for ground in told["grounds"]} == {"one", "two"}
    page = small.get(path(fact, lang="id"), accept=HTML).text
    assert "<script>" not in page
    said = small.get(path((f"{PREFIXES['person']}secret", *fact[1:])), accept="application/json").json
    assert said["verdict"] == "neither"
