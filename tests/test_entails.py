"""`entails`: what follows beyond the rules, what does not, and that a yes is never wrong."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interpretations import DECLARATIONS, Interpretation, statement, triples_of
from needed import one_of
from pyoxigraph import RdfFormat, Triple, parse
from wicara.graph.reasoning.entailment import Inconsistent, entails
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    import subprocess

    from conftest import Command

HEAD: Final = "@prefix : <http://example.org/> .\n" + "".join(
    f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("rdf", "rdfs", "owl", "xsd")
)

CASES: Final = tomllib.loads(Path(__file__).with_name("reasoning.toml").read_text("utf-8"))


@pytest.fixture
def ask(wicara: Command, tmp_path: Path) -> Command:
    """Return a function that writes its arguments as Turtle files and runs `wicara entails` on them."""

    def run(*_: object, **texts: str) -> subprocess.CompletedProcess[str]:
        files = [tmp_path / f"{name}.ttl" for name in texts]
        for file, text in zip(files, texts.values(), strict=True):
            file.write_text(HEAD + text, encoding="utf-8")
        return wicara("entails", *files)

    return run


def triples(text: str) -> list[Triple]:
    """Read Turtle after the usual prefixes."""
    return [Triple(q.subject, q.predicate, q.object) for q in parse((HEAD + text).encode(), RdfFormat.TURTLE)]


@pytest.mark.parametrize("name", CASES["entailed"])
def test_entailed(name: str) -> None:
    """What follows under the RDF-based semantics is found, by whatever way it needs."""
    premises, conclusion = map(triples, CASES["entailed"][name])
    assert entails(premises, conclusion) is True


@pytest.mark.parametrize("name", CASES["not_entailed"])
def test_not_entailed(name: str) -> None:
    """What does not follow is not entailed, however much it looks so."""
    premises, conclusion = map(triples, CASES["not_entailed"][name])
    assert entails(premises, conclusion) is False


def test_inconsistent_premises_entail_everything() -> None:
    """Premises that contradict themselves are told apart from both answers, with the contradiction."""
    answer = entails(triples(":A owl:disjointWith :B . :x a :A, :B ."), triples(":any :thing :goes ."))
    assert isinstance(answer, Inconsistent)
    assert {step.rule for step in answer.contradictions} == {"cax-dw"}


def check_yes(seed: int) -> None:
    """Check that what does not hold in a structure is not said to be entailed by what does."""
    chance = random.Random(seed)  # noqa: S311 - a test
    world = Interpretation(chance)
    every = [statement(chance) for _ in range(40)]
    holding = [each for each in every if world.satisfies(each)]
    failing = [each for each in every if not world.satisfies(each)]
    premises = DECLARATIONS + triples_of(holding[:10], "premise")
    for conclusion in failing[:2]:
        assert entails(premises, triples_of([conclusion], "asked")) is False, (holding[:10], conclusion)


@settings(max_examples=4)
@given(seed=st.integers(0, 2**32))
def test_yes_is_never_wrong(seed: int) -> None:
    """A structure that satisfies the premises satisfies what they are said to entail; they are consistent."""
    check_yes(seed)


@pytest.mark.long
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_yes_is_wrong_in_no_structure(seed: int) -> None:
    """So it is in more structures."""
    check_yes(seed)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_every_conclusion_of_the_rules_is_entailed(seed: int) -> None:
    """What the rules conclude about named things is entailed, and so is each premise."""
    chance = random.Random(seed)  # noqa: S311 - a test
    world = Interpretation(chance)
    holding = [each for each in (statement(chance) for _ in range(25)) if world.satisfies(each)]
    premises = DECLARATIONS + triples_of(holding[:8], "premise")
    concluded = [t for t in Reasoner(premises).conclusions() if "_:" not in str(t)]
    assert entails(premises, concluded) is True


@pytest.mark.parametrize(
    ("premises", "conclusion", "code", "said"),
    [
        (":A rdfs:subClassOf :B . :x a :A .", ":x a :B .", 0, "^entailed$"),
        (":A rdfs:subClassOf :B . :x a :B .", ":x a :A .", 1, "^not entailed$"),
        (":x a owl:Nothing .", ":x a :A .", 3, "^inconsistent, cls-nothing2: .*is in owl:Nothing"),
        (":x a .", ":x a :A .", 2, r"premises\.ttl, line 6, column \d+: "),
    ],
)
def test_command_answers_by_exit_code(
    premises: str, conclusion: str, code: int, said: str, ask: Command
) -> None:
    """`wicara entails` says it in words and by its exit code: 0, 1, 3, and 2 for an unreadable file."""
    result = ask(premises=premises, conclusion=conclusion)
    assert result.returncode == code
    assert re.search(said, result.stdout + result.stderr, re.MULTILINE)


def test_command_merges_premises(ask: Command) -> None:
    """Several premise files are one graph, and their blank nodes are not mixed up."""
    assert ask(one="_:x a :A .", two="_:x a :B .", each="_:y a :A . _:z a :B .").returncode == 0
    assert ask(one="_:x a :A .", two="_:x a :B .", both="_:y a :A , :B .").returncode == 1


LONG: Final = {
    "an enumeration": f":A owl:oneOf ( {' '.join(f':x{n}' for n in range(1200))} ) .",
    "a list of values": f":x :p ( {' '.join(map(str, range(1200)))} ) .",
    "a chain": f":x :p {'[ :p ' * 300}1{' ]' * 300} .",
    "many chains": " ".join(f":x{n} :p [ :q {n} ] ." for n in range(300)),
}
"""Graphs whose blank nodes hang together, or are many."""


@pytest.mark.parametrize("name", one_of(2, LONG))
def test_a_graph_entails_itself(name: str, ask: Command) -> None:
    """Long lists and chains of blank nodes take no more than moments, and no deep stack."""
    assert ask(premises=LONG[name], conclusion=LONG[name]).returncode == 0


def test_expressions_that_nest_too_deep(wicara: Command, tmp_path: Path) -> None:
    """An expression that nests too deep to be judged is one line and 2, which is no verdict."""
    file = tmp_path / "deep.ttl"
    opening = "[ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom "
    file.write_text(f"{HEAD} :A rdfs:subClassOf {opening * 1200} :B {' ]' * 1200} .", encoding="utf-8")
    for command in (("entails", file, file), ("profile", file)):
        done = wicara(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "wicara: a class expression is nested more deeply than can be read\n"
