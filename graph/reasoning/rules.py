"""Reads the rule file: the OWL 2 RL/RDF rules as values (OWL 2 Profiles, section 4.3, tables 4 to 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from wicara.ontology import PREFIXES

FILE: Final = Path(__file__).parent / "owl2rl.rules"
RDF_TYPE: Final = PREFIXES["rdf"] + "type"
SAME_AS: Final = PREFIXES["owl"] + "sameAs"

LINE: Final = re.compile(r"(?P<noise>~?)(?P<name>[\w-]+)\s*:(?P<premises>.*?)->(?P<conclusions>.*)")
PREMISE: Final = re.compile(r"\s*(?:(?P<test>\w+)\((?P<inside>[^)]*)\)|(?P<triple>[^,()]+))\s*(?:,|$)")

OVER_LISTS: Final = frozenset({"member", "pair", "every", "chain"})
"""The premises over RDF lists; other named premises are tests on literals."""


@dataclass(frozen=True)
class Pattern:
    """A triple with variables (`?x`), IRIs or whole numbers in its three places."""

    subject: str
    predicate: str
    object: str

    @property
    def terms(self) -> tuple[str, str, str]:
        """The three places in order."""
        return (self.subject, self.predicate, self.object)


@dataclass(frozen=True)
class Over:
    """A premise over the members of an RDF list, or a test on literals: name, variables, triples."""

    name: str
    variables: tuple[str, ...]
    triples: tuple[Pattern, ...] = ()

    @property
    def is_test(self) -> bool:
        """Whether this is a test on literals."""
        return self.name not in OVER_LISTS


Premise = Pattern | Over


@dataclass(frozen=True)
class Rule:
    """One rule: the W3C's name and table, premises, conclusions (none: an inconsistency), its line."""

    name: str
    table: str
    premises: tuple[Premise, ...]
    conclusions: tuple[Pattern, ...]
    noise: bool
    text: str

    @property
    def tests(self) -> tuple[Over, ...]:
        """The tests on literals among the premises."""
        return tuple(p for p in self.premises if isinstance(p, Over) and p.is_test)

    @property
    def is_axiomatic(self) -> bool:
        """Whether the rule concludes from the literals alone."""
        return bool(self.tests) and len(self.tests) == len(self.premises)


def is_variable(term: str) -> bool:
    """Tell whether a place of a pattern is a variable."""
    return term.startswith("?")


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of the profile in the order of their file."""
    return read_rules(FILE)


def read_rules(file: Path) -> tuple[Rule, ...]:
    """Return the rules of a file in its order."""
    found: list[Rule] = []
    table = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("table "):
            table = line.removeprefix("table ")
        elif line and not line.startswith("#"):
            found.append(rule_of(line, table))
    return tuple(found)


def rule_of(line: str, table: str) -> Rule:
    """Return one line of the file as a rule."""
    parts = LINE.fullmatch(line)
    if parts is None:
        raise ValueError(f"not a rule: {line}")
    premises, conclusions = parts["premises"].strip(), parts["conclusions"].strip()
    return Rule(
        name=parts["name"],
        table=table,
        premises=tuple(premises_of(premises)),
        conclusions=() if conclusions == "false" else tuple(map(pattern_of, conclusions.split(" , "))),
        noise=bool(parts["noise"]),
        text=f"{premises} -> {conclusions}".strip(),
    )


def premises_of(text: str) -> list[Premise]:
    """Return the premises before the arrow."""
    return [
        over_of(found["test"], found["inside"]) if found["test"] else pattern_of(found["triple"])
        for found in PREMISE.finditer(text)
        if found[0].strip()
    ]


def over_of(name: str, inside: str) -> Over:
    """Return a premise over a list, or a test."""
    variables, _, triples = inside.partition(":")
    return Over(
        name, tuple(variables.split()), tuple(pattern_of(part) for part in triples.split(",") if part.strip())
    )


def pattern_of(text: str) -> Pattern:
    """Return `s p o` with prefixed names as IRIs."""
    subject, predicate, target = map(expanded, text.split())
    return Pattern(subject, predicate, target)


def expanded(term: str) -> str:
    """Return a variable or a number as it is, `a` as rdf:type, a prefixed name as its IRI."""
    if term == "a":
        return RDF_TYPE
    if is_variable(term) or term.isdigit():
        return term
    prefix, _, local = term.partition(":")
    return PREFIXES[prefix] + local
