"""The reports of conformance in EARL 1.0: `make conformance` runs the W3C's tests and writes them.

A report has no time of its own, so that the same software always gives the same bytes: an outcome has the
date on which its version was released, by CHANGELOG.md, and none before that.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import test_conformance_owl2rl as owl2rl
import w3c
from server_process import served
from w3c_exceptions import EXCEPTIONS, Reason
from wicara.ontology import BASE
from writing import WRITABLE

from wicara import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

REPORTS: Final = w3c.CHECKOUT / "server" / "conformance"
CHANGELOG: Final = w3c.CHECKOUT / "CHANGELOG.md"
PASSED: Final = Reason("passed", "", "")
OWL2RL: Final = {
    "rules": "OWL 2 RL/RDF rules and axiomatic triples, one by one",
    "rl": "OWL 2 test cases of the profile RL",
}
"""The suites of OWL 2 RL, and what each is of."""

OPENING: Final = """\
@prefix : <{base}/conformance#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix earl: <http://www.w3.org/ns/earl#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<{base}/conformance> a foaf:Document ;
    foaf:primaryTopic :software .

:software a doap:Project, earl:Software, earl:TestSubject ;
    doap:name "Wicara" ;
    doap:homepage <{base}> ;
    doap:programming-language "Python" ;
    doap:release :release .

:release a doap:Version ;
    doap:revision "{version}"{created} .

:{tests} a earl:Assertor, earl:Software ;
    dct:title "{path}" .
"""
SUITE: Final = """
{suite} a earl:TestRequirement ;
    dct:title "{title}"@en ;
    dct:hasPart
        {tests} .
"""
ASSERTION: Final = """
[ a earl:Assertion ;
    earl:assertedBy :{tests} ;
    earl:subject :software ;
    earl:test <{test}> ;
    earl:mode earl:automatic ;
    earl:result [ a earl:TestResult ; earl:outcome earl:{outcome}{more} ] ] .
"""


@dataclass(frozen=True)
class Suite:
    """A suite as Turtle names it, its title, and the outcome of each of its tests by the test's IRI."""

    iri: str
    title: str
    outcomes: dict[str, Reason]


@dataclass(frozen=True)
class Report:
    """A report: the name of its file, what ran the tests, and the suites."""

    name: str
    path: str
    suites: tuple[Suite, ...]

    @property
    def file(self) -> Path:
        """Return the file that the report is kept in."""
        return REPORTS / f"{self.name}.ttl"

    def turtle(self) -> str:
        """Return the report in Turtle."""
        date = released()
        dated = f' ;\n    doap:created "{date}"^^xsd:date' if date else ""
        opening = OPENING.format(
            base=BASE, version=__version__, created=dated, tests=self.name, path=self.path
        )
        return "".join((opening, *map(suite_in_turtle, self.suites), *self.assertions(date)))

    def assertions(self, date: str | None) -> Iterator[str]:
        """Yield the assertion on each test."""
        for suite in self.suites:
            for test, reason in suite.outcomes.items():
                more = "".join(said_of(reason, date))
                yield ASSERTION.format(tests=self.name, test=test, outcome=reason.outcome, more=more)


def suite_in_turtle(suite: Suite) -> str:
    """Return what a suite is and has."""
    tests = ",\n        ".join(f"<{test}>" for test in suite.outcomes)
    return SUITE.format(suite=suite.iri, title=suite.title, tests=tests)


def said_of(reason: Reason, date: str | None) -> Iterator[str]:
    """Yield what more is said of a result: why it is none of success, in both languages, and its date."""
    for language, text in (("en", reason.en), ("id", reason.id)):
        if text:
            yield f' ;\n        earl:info "{text}"@{language}'
    if date:
        yield f' ;\n        dct:date "{date}"^^xsd:date'


def released() -> str | None:
    """Return the date on which this version was released, None where it was not."""
    heading = rf"^## \[{re.escape(__version__)}\] - (\d{{4}}-\d\d-\d\d)$"
    found = re.search(heading, CHANGELOG.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else None


def sparql_by(passes: Callable[[w3c.Case], bool]) -> Report:
    """Return the report of the tests of SPARQL, with the reason that is known for one that does not pass."""
    outcomes: dict[str, dict[str, Reason]] = {suite: {} for suite in w3c.SUITES}
    for case in w3c.cases():
        reason = PASSED if passes(case) else EXCEPTIONS.get(case.name, Reason("failed", "", ""))
        outcomes[case.suite][case.iri] = reason
    suites = (
        Suite(f"<{w3c.PUBLISHED}{suite}/>", w3c.SUITES[suite], found) for suite, found in outcomes.items()
    )
    return Report("sparql", "tests/http/test_conformance_sparql.py", tuple(suites))


def owl2rl_by(passes: Callable[[owl2rl.Case], bool]) -> Report:
    """Return the report of the tests of OWL 2 RL; a case of the W3C may be several of them."""
    outcomes: dict[str, dict[str, Reason]] = {suite: {} for suite in OWL2RL}
    for iri, cases in by_iri().items():
        passed = all(passes(case) for case in cases)
        why = (owl2rl.FAILING.get((case.name, case.kind)) for case in cases)
        reason = PASSED if passed else Reason("failed", next(filter(None, why), ""), "")
        outcomes[cases[0].suite][iri] = reason
    suites = (Suite(f":owl2rl-{suite}", OWL2RL[suite], found) for suite, found in outcomes.items())
    return Report("owl2rl", "tests/test_conformance_owl2rl.py", tuple(suites))


def by_iri() -> dict[str, list[owl2rl.Case]]:
    """Return the tests of OWL 2 RL by the IRI of the W3C's case; none where the shared folder is missing."""
    if not owl2rl.CASES:
        return {}
    described = json.loads((owl2rl.FOLDER / "manifest.json").read_text("utf-8"))["cases"]
    return {each["iri"]: [case for case in owl2rl.CASES if case.name == each["id"]] for each in described}


def told(reports: Iterable[Report]) -> Iterator[str]:
    """Write reports, and yield a line on each."""
    for report in reports:
        report.file.parent.mkdir(exist_ok=True)
        report.file.write_text(report.turtle(), "utf-8")
        every = [reason for suite in report.suites for reason in suite.outcomes.values()]
        yield f"{report.file}: {every.count(PASSED)} of {len(every)} passed\n"


if __name__ == "__main__":
    if not w3c.cases():
        sys.exit(f"There are no tests at {w3c.FOLDER}: name the shared folder in WICARA_SHARED.")
    with served("--empty", *WRITABLE) as running:
        of_sparql = sparql_by(lambda case: w3c.fault_of(running, case) is None)
        sys.stdout.writelines(told([of_sparql, owl2rl_by(owl2rl.passes)]))
