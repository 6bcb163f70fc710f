"""What the tests of the W3C say of this software: the reports in EARL 1.0 that come with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wicara.server.site.words import Term

    Index = Mapping[Term, Mapping[str, list[Term]]]

FOLDER: Final = Path(__file__).with_name("conformance")
NAMES: Final = ("sparql", "owl2rl")
"""The reports in the order in which a page has them."""

EARL: Final = "http://www.w3.org/ns/earl#"
DCT: Final = "http://purl.org/dc/terms/"
REVISION: Final = "http://usefulinc.com/ns/doap#revision"
TYPE: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
PASSED: Final = "passed"


@dataclass(frozen=True)
class Outcome:
    """The outcome of a test: the test's IRI, the outcome as EARL calls it, and why, by language."""

    test: str
    value: str
    why: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the end of the test's IRI, in which OWL's test cases write a hyphen as `-2D`."""
        return self.test.replace("-2D", "-").replace("#", "/").rpartition("/")[2]


@dataclass(frozen=True)
class Suite:
    """A suite of tests: its IRI and title, the file that runs it, and the outcomes in its order."""

    iri: str
    title: str
    run_by: str
    outcomes: tuple[Outcome, ...]

    @property
    def counts(self) -> Counter[str]:
        """Return how many tests have each outcome."""
        return Counter(outcome.value for outcome in self.outcomes)

    @property
    def exceptions(self) -> list[Outcome]:
        """Return the outcomes of the tests that are not passed."""
        return [outcome for outcome in self.outcomes if outcome.value != PASSED]


def turtle() -> bytes:
    """Return the reports as they are kept, one after the other."""
    return b"\n".join((FOLDER / f"{name}.ttl").read_bytes() for name in NAMES)


@cache
def triples() -> tuple[Triple, ...]:
    """Return the triples of the reports in the order of the files."""
    return tuple(dict.fromkeys(quad.triple for quad in parse(turtle(), RdfFormat.TURTLE)))


@cache
def index() -> Index:
    """Return the objects of each property of each subject."""
    found: dict[Term, dict[str, list[Term]]] = {}
    for triple in triples():
        found.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
    return found


@cache
def suites() -> tuple[Suite, ...]:
    """Return the suites in the order of the reports."""
    asserted = {index()[node][f"{EARL}test"][0]: node for node in instances("Assertion")}
    return tuple(suite(node, asserted) for node in instances("TestRequirement"))


def instances(name: str) -> Iterator[Term]:
    """Yield the instances of a class of EARL."""
    sought = NamedNode(EARL + name)
    return (triple.subject for triple in triples() if (triple.predicate, triple.object) == (TYPE, sought))


def suite(node: Term, asserted: Mapping[Term, Term]) -> Suite:
    """Return a suite, from the assertions by the test that they are on."""
    tests = index()[node][f"{DCT}hasPart"]
    [by] = index()[asserted[tests[0]]][f"{EARL}assertedBy"]
    return Suite(
        value_of(node),
        text_of(node, f"{DCT}title"),
        text_of(by, f"{DCT}title"),
        tuple(outcome(value_of(test), asserted[test]) for test in tests),
    )


def outcome(test: str, assertion: Term) -> Outcome:
    """Return the outcome of a test that an assertion tells."""
    [result] = index()[assertion][f"{EARL}result"]
    [value] = index()[result][f"{EARL}outcome"]
    why = index()[result].get(f"{EARL}info", [])
    told = {term.language or "": term.value for term in why if isinstance(term, Literal)}
    return Outcome(test, value_of(value).removeprefix(EARL), told)


def version() -> str:
    """Return the version of the software that was tested."""
    return next(value_of(triple.object) for triple in triples() if triple.predicate.value == REVISION)


def text_of(subject: Term, predicate: str) -> str:
    """Return the text of a property."""
    return value_of(index()[subject][predicate][0])


def value_of(term: Term) -> str:
    """Return the IRI or text of a term; of a blank node, or a triple term, there is none."""
    return term.value if isinstance(term, NamedNode | Literal) else ""
