"""Why a statement holds: every inference ends in evidence, on the terminal, as JSON and as RDF."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from checker import faults
from needed import long
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse
from wicara.graph.errors import UnreadableInput
from wicara.graph.explain.explanation import Explainer, Verdict
from wicara.graph.explain.wording import Wording
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.reasoning.proof_file import NAME
from wicara.graph.store import open_dataset
from wicara.graph.terms import read_fact, read_term
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conftest import Command
    from wicara.graph.evidence import Basis
    from wicara.graph.reasoning.proofs import Proof
    from wicara.graph.reasoning.rules import Fact
    from wicara.graph.store import BuiltDataset

MINISTER = ("person:sergey-lavrov", "a", "wic:HasBeenForeignMinister")
PLACE = ("event:2018-08-02-asean-russia-meeting", "wic:heldInState", "state:singapore")
ASSERTED = ("event:2018-08-02-asean-russia-meeting", "wic:heldAt", "place:singapore")
PLANNED = (
    "state:indonesia",
    "wic:hasDesignatedCoordinatorship",
    "situation:indonesia-coordinatorship-2018-2021",
)
NEITHER = ("person:sergey-lavrov", "wic:hasServedState", "state:indonesia")
ENDS = frozenset({GraphKind.ONTOLOGY, GraphKind.VOCAB, GraphKind.ENTITIES, GraphKind.SOURCE})
"""Graphs in which a proof may end without words of an article."""


@pytest.fixture(scope="module")
def explainer(dataset: BuiltDataset) -> Explainer:
    """Return what explains the real dataset."""
    return Explainer(dataset)


def inferred(dataset: BuiltDataset) -> list[Fact]:
    """Return what the dataset infers."""
    graph = NamedNode(graph_iri(GraphKind.INFERRED))
    return [
        (quad.subject, quad.predicate, quad.object)
        for quad in dataset.store.quads_for_pattern(None, None, None, graph)
    ]


def is_founded(ground: Basis) -> bool:
    """Tell whether a graph ends in words or a place of an article, a source, or what editors answer for."""
    is_cited = ground.text is not None and bool(ground.text.places)
    if is_cited or ground.kind in ENDS or ground.sources or list(ground.all_quotes()):
        return True
    return any(map(is_founded, ground.derived_from))


def rules_of(proof: Proof) -> set[str]:
    """Return the rules that a proof uses."""
    return {node.rule for node in proof.nodes() if node.rule}


@pytest.mark.parametrize("step", [40, long(1)])
def test_every_inference_ends_in_evidence(dataset: BuiltDataset, explainer: Explainer, step: int) -> None:
    """Each inferred triple has a proof that the checker accepts; its leaves are asserted and founded."""
    conclusions = inferred(dataset)
    assert len(conclusions) > 300
    for fact in conclusions[::step]:
        found = explainer.explain(fact)
        assert found.verdict in {Verdict.INFERRED, Verdict.ASSERTED}, fact
        for proof in found.proofs:
            assert list(faults(proof, lambda leaf: bool(found.grounds.get(leaf)))) == []  # noqa: B023 - called here
            grounds = [ground for leaf in proof.leaves() for ground in found.grounds[leaf]]
            assert all(map(is_founded, grounds)), [g.graph for g in grounds if not is_founded(g)]


def test_other_proofs_rest_on_something_else(explainer: Explainer) -> None:
    """All proofs of one statement are accepted, and no two of them rest on the same statements."""
    found = explainer.explain(read_fact("person:sergey-lavrov", "a", "wic:Actor"), limit=10)
    assert len(found.proofs) == 10
    assert len({frozenset(proof.leaves()) for proof in found.proofs}) == 10
    for proof in found.proofs:
        assert list(faults(proof, lambda leaf: bool(found.grounds.get(leaf)))) == []


def test_asserted_statements_answer_with_their_words(explainer: Explainer) -> None:
    """What is asserted names its fact graph and the words; what else gives it is told where asked."""
    found = explainer.explain(read_fact(*ASSERTED))
    assert (found.verdict, found.proofs) == (Verdict.ASSERTED, ())
    ground, *others = found.grounds[found.fact]
    assert {other.kind for other in others} <= {GraphKind.FACT}
    assert (ground.kind, ground.name) == (GraphKind.FACT, "F004")
    assert [quote.exact.value for quote in ground.quotes] == ["Pertemuan … di Singapura"]


def test_derived_facts_lead_to_the_facts_they_come_from(explainer: Explainer) -> None:
    """A fact that was worked out from others has no words of its own: theirs are shown."""
    fact = read_fact(
        "event:2018-08-02-asean-russia-meeting", "wic:occurrenceOf", "series:post-ministerial-conference"
    )
    (ground,) = explainer.explain(fact).grounds[fact]
    assert (ground.name, list(ground.quotes)) == ("D02", [])
    assert [origin.name for origin in ground.derived_from] == ["F068"]
    assert list(ground.all_quotes())


def test_contents_of_claims_are_not_asserted(dataset: BuiltDataset, explainer: Explainer) -> None:
    """What only a claim says is neither asserted nor inferred, and the claim's graph is named."""
    content = f"{PREFIXES['graph']}content/"
    quads = [q for q in dataset.store if str(q.graph_name).startswith(f"<{content}")]
    facts = {(q.subject, q.predicate, q.object) for q in quads}
    said = [
        found for fact in facts if not (found := explainer.explain(fact)).proofs and found.near is not None
    ]
    only = [found for found in said if found.verdict is Verdict.NEITHER]
    assert only
    assert all(found.said[0].graph.startswith(content) for found in only)


def test_nothing_about_the_unknown(explainer: Explainer) -> None:
    """Terms that the dataset does not know are no error: nothing is asserted, and no rule is near."""
    found = explainer.explain(read_fact("http://example.org/a", "http://example.org/b", '"c"'))
    assert (found.verdict, found.near) == (Verdict.NEITHER, ())


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("person:retno-marsudi", NamedNode(f"{PREFIXES['person']}retno-marsudi")),
        ("graph:fact/a/F001", NamedNode(f"{PREFIXES['graph']}fact/a/F001")),
        ("<http://example.org/x>", NamedNode("http://example.org/x")),
        ("http://example.org/x y"[:20], NamedNode("http://example.org/x")),
        ("urn:isbn:1", NamedNode("urn:isbn:1")),
        ('"Singapura"@id', Literal("Singapura", language="id")),
        ("'two words'", Literal("two words")),
        ("42", Literal("42", datatype=NamedNode(f"{PREFIXES['xsd']}integer"))),
        ("true", Literal("true", datatype=NamedNode(f"{PREFIXES['xsd']}boolean"))),
        ('"2018-08-02"^^xsd:date', Literal("2018-08-02", datatype=NamedNode(f"{PREFIXES['xsd']}date"))),
        ("_:c14n1", BlankNode("c14n1")),
    ],
)
def test_reads_terms(text: str, term: object) -> None:
    """Prefixed names, IRIs, literals and blank nodes are read as people write them."""
    assert read_term(text) == term


@pytest.mark.parametrize(
    "text",
    ["", "nobody", "unknown:x", "javascript:alert(1)", "1 , 2", "1 . <x:a> <x:b> 2", '"open', "[]x", "<a b>"],
)
def test_refuses_what_is_no_term(text: str) -> None:
    """What is no single term is refused with the forms that are."""
    with pytest.raises(UnreadableInput, match="is no term"):
        read_term(text)


@pytest.mark.parametrize(
    ("fact", "english", "indonesian"),
    [
        (
            MINISTER,
            "counts as “person who has been foreign minister”",
            "tergolong “orang yang sedang atau pernah menjadi",
        ),
        (("wic:Summit", "rdfs:subClassOf", "wic:Meeting"), "every “summit” is a “meeting”", "setiap “"),
        (("skos:related", "a", "owl:SymmetricProperty"), "holds both ways round", "berlaku dua arah"),
        (
            ("wic:heldAt", "rdfs:subPropertyOf", "wic:heldIn"),
            "where “held at” holds, “held in” holds too",
            "berlaku pula",
        ),
    ],
)
def test_statements_in_words(
    dataset: BuiltDataset, fact: tuple[str, str, str], english: str, indonesian: str
) -> None:
    """A statement is a sentence in English and in Indonesian."""
    assert english in Wording(dataset.store).statement(read_fact(*fact))
    assert indonesian in Wording(dataset.store, "id").statement(read_fact(*fact))


def test_class_expressions_in_words(dataset: BuiltDataset) -> None:
    """Each blank node of the ontology is told in words, however its expression nests."""
    wording = Wording(dataset.store)
    nodes = {q.subject for q in dataset.store if isinstance(q.subject, BlankNode)}
    told = {wording.term(node) for node in nodes}
    assert "person and has held post some post of foreign minister" in told
    assert "something" not in told


def run(wicara: Command, data: Path, *arguments: str, code: int = 0) -> str:
    """Run `wicara explain` and return what it prints; its exit code must be as expected."""
    done = wicara("explain", *arguments, "--data", data)
    assert (done.returncode, done.stderr) == (code, "")
    return done.stdout


@pytest.fixture
def article_dir(one_article: BuiltDataset) -> Path:
    """Return the folder of builds with the dataset of one article, which the command opens faster."""
    return one_article.path.parent.parent


def test_tree(wicara: Command, article_dir: Path) -> None:
    """The tree goes from the conclusion by rules in plain words down to the words of the article."""
    text = run(wicara, article_dir, *PLACE)
    assert (
        text.splitlines()[0] == "annual ASEAN-Russia meeting, 2 August 2018 was held in Singapore (inferred)"
    )
    for shown in (
        "(prp-spo2)",
        "F004",
        "“Pertemuan … di Singapura”",
        "(ontology)",
        "background/territories/singapore",
    ):
        assert shown in text
    assert "part of the definition" not in text
    assert "part of the definition" in run(wicara, article_dir, *PLACE, "--schema")
    assert "Sergey Lavrov meets this: person and" in run(wicara, article_dir, *MINISTER, "--schema")


def test_tree_of_the_asserted(wicara: Command, article_dir: Path) -> None:
    """An asserted statement answers with its evidence and exit 0."""
    text = run(wicara, article_dir, *ASSERTED)
    assert "(asserted)\n" in text
    assert (
        "“Pertemuan … di Singapura” (sentence:kemlu-2018-08-02-asean-russia-s01, characters 11 to 62)" in text
    )


@pytest.mark.parametrize(
    ("fact", "lines"),
    [
        (
            ("person:retno-marsudi", "a", "wic:HasBeenForeignMinister"),
            ["Retno L.P. Marsudi is a person", "first named by", "has been foreign minister”: A person who"],
        ),
        (("event:2018-11-asean-russia-summit", "a", "wic:Meeting"), ["first named by graph:fact/kemlu-2018"]),
        (
            ("situation:brunei-in-asean", "a", "wic:Situation"),
            ["known from graph:background", "ASEAN Secretariat"],
        ),
    ],
)
def test_what_a_thing_is_ends_in_a_source(
    wicara: Command, article_dir: Path, fact: tuple[str, str, str], lines: list[str]
) -> None:
    """A class rests on the first text that names the thing, or its background; no expression is shown."""
    text = run(wicara, article_dir, *fact)
    assert [line for line in lines if line not in text] == []
    assert "the editors" not in text
    assert "meets this" not in text


@pytest.mark.parametrize(
    ("fact", "shown", "once"),
    [
        (
            ("state:japan", "wic:hasAnyPartnerStatus", "situation:japan-partner-country"),
            ["(inferred; read)\n", "status: read; reader's interpretation; high confidence"],
            "Japan has this standing",
        ),
        (
            ("state:russia", "wic:hasPartnerStatus", "situation:russia-dialogue-partner"),
            ["(inferred)\n", "status: established; stated by the text itself; high confidence"],
            "Russia has this standing",
        ),
        (
            ("event:2018-11-asean-summit", "a", "wic:ReportedAsProspective"),
            ["(inferred; planned)\n", "November 2018 nanti", "“KTT” stands for “Konferensi Tingkat Tinggi”"],
            " tells of 33rd ASEAN Summit",
        ),
        (
            ("event:2018-08-02-pmc-china", "a", "wic:MinisterialMeeting"),
            ["“PMC” stands for “Post Ministerial Conference” (graph:background/expansions/pmc)"],
            "(inferred",
        ),
        (
            ("situation:russia-dialogue-partner", "wic:hasTime", "timespan:russia-dialogue-partner"),
            ["the time of Russia as dialogue partner of ASEAN is from 1996 on"],
            "a time is told for “Russia as dialogue partner",
        ),
    ],
)
def test_tree_says_each_thing_once(
    wicara: Command, article_dir: Path, fact: tuple[str, str, str], shown: list[str], once: str
) -> None:
    """A premise in the words of the conclusion is folded; status, basis, confidence, abbreviations are told.

    No step is worded by the name of a deprecated property.
    """
    text = run(wicara, article_dir, *fact)
    assert [one for one in shown if one not in text] == []
    assert text.count(once) == 1
    assert "deprecated" not in text


def test_tree_of_what_does_not_hold(wicara: Command, article_dir: Path) -> None:
    """A statement that is neither asserted nor inferred exits 1 and says what is missing, one step back."""
    text = run(wicara, article_dir, *NEITHER, code=1)
    assert "neither asserted nor inferred" in text
    assert (
        "It would follow if this held: Sergey Lavrov has held the post of Foreign Minister of Indonesia"
        in text
    )
    assert "No rule would conclude it" in run(wicara, article_dir, "wic:Event", "a", "wic:Event2", code=1)


def test_tree_of_an_axiom(wicara: Command, article_dir: Path) -> None:
    """What follows from the ontology alone is proved by its axioms in full."""
    text = run(wicara, article_dir, "wic:Summit", "rdfs:subClassOf", "wic:Event")
    assert "(scm-sco)" in text
    assert text.count("asserted by the ontology") == 2


def test_all_proofs(wicara: Command, article_dir: Path) -> None:
    """--all gives the proofs that rest on other statements, and --limit says where there may be more."""
    arguments = ("person:sergey-lavrov", "a", "wic:Actor", "--all", "--limit", "3", "--data", article_dir)
    done = wicara("explain", *arguments)
    assert done.returncode == 0
    assert "Proof 3 of 3" in done.stdout
    assert "raise --limit" in done.stderr


def test_json(wicara: Command, article_dir: Path) -> None:
    """The JSON holds statement, verdict, the proof to its leaves, and their quotes."""
    told = json.loads(run(wicara, article_dir, *MINISTER, "--format", "json"))
    assert told["verdict"] == "inferred"
    assert told["statement"]["subject"]["value"] == f"{PREFIXES['person']}sergey-lavrov"
    (proof,) = told["proofs"]
    assert (proof["rule"], len(proof["premises"])) == ("cax-sco", 2)
    assert told["status"] == "established"
    (planned,) = json.loads(run(wicara, article_dir, *PLANNED, "--format", "json"))["grounds"]
    assert (planned["status"], planned["confidence"]) == ("planned", f"{PREFIXES['conf']}high")
    assert "Menteri Luar Negeri Rusia, … Lavrov" in set(quotes_in(proof))
    lacking = json.loads(run(wicara, article_dir, *NEITHER, "--format", "json", code=1))
    assert (lacking["proofs"], lacking["missing"][0]["rule"]) == ([], "prp-spo2")


def quotes_in(proof: dict[str, list[dict[str, object]]]) -> Iterable[object]:
    """Yield the words that the leaves of a proof quote."""
    for ground in proof.get("grounds", []):
        yield from (quote["exact"] for quote in ground["quotes"])  # type: ignore[attr-defined] # JSON
    for premise in proof.get("premises", []):
        yield from quotes_in(premise)  # type: ignore[arg-type] # JSON


@pytest.mark.parametrize("form", ["turtle", "trig"])
def test_rdf(wicara: Command, data_dir: Path, explainer: Explainer, form: str) -> None:
    """As RDF 1.2 every statement of the proof is reified, and derived from its premises or its graphs.

    Blank nodes have other names there: statements about them are counted.
    """
    text = run(wicara, data_dir, *MINISTER, "--format", form)
    quads = list(parse(text, format=RdfFormat.TURTLE if form == "turtle" else RdfFormat.TRIG))
    found = explainer.explain(read_fact(*MINISTER))
    reified = {
        (q.object.subject, q.object.predicate, q.object.object): q.subject
        for q in quads
        if q.predicate.value == f"{PREFIXES['rdf']}reifies"
    }
    derived = {
        (q.subject, q.object) for q in quads if q.predicate.value == f"{PREFIXES['prov']}wasDerivedFrom"
    }
    plans = {q.object.value for q in quads if q.predicate.value == f"{PREFIXES['prov']}hadPlan"}
    (proof,) = found.proofs
    for node in proof.nodes():
        if node.conclusion not in reified:
            continue
        name = reified[node.conclusion]
        assert len({origin for conclusion, origin in derived if conclusion == name}) == (
            len(node.premises) or len(found.grounds[node.conclusion])
        )
        named = [reified[one.conclusion] for one in node.premises if one.conclusion in reified]
        assert {(name, premise) for premise in named} <= derived
        graphs = found.grounds[node.conclusion] if not node.rule else ()
        assert {(name, NamedNode(ground.graph)) for ground in graphs} <= derived
    assert len(reified) == len({node.conclusion for node in proof.nodes()})
    assert {plan.rpartition("#")[2] for plan in plans} == rules_of(proof)
    assert any(q.predicate.value == f"{PREFIXES['oa']}exact" for q in quads)
    named = {str(q.graph_name) for q in quads} - {"DEFAULT"}
    assert any("F023" in name for name in named) is (form == "trig")


def test_what_cannot_be_read(wicara: Command, article_dir: Path) -> None:
    """A term that is none exits 2 with one line that says what can be written."""
    done = wicara("explain", "nobody", "a", "wic:Person", "--data", article_dir)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'nobody' is no term" in done.stderr


def test_builds_without_proofs(own_data: Path) -> None:
    """Where a build has kept no proofs, as one by another engine, they are worked out when asked for."""
    dataset = open_dataset(own_data)
    (dataset.path / NAME).unlink()
    found = Explainer(dataset).explain(read_fact(*MINISTER))
    assert found.verdict is Verdict.INFERRED
    (proof,) = found.proofs
    assert list(faults(proof, lambda leaf: bool(found.grounds.get(leaf)))) == []
