"""Reads the rule file: the OWL 2 RL/RDF rules as values (OWL 2 Profiles, section 4.3, tables 4 to 9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from wicara.ontology import PREFIXES, RDF_TYPE, expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term: TypeAlias = "NamedNode | BlankNode | Literal | Triple"
Fact: TypeAlias = tuple["Term", "Term", "Term"]
"""A generalized triple: any term may stand in any place (RDF 1.1 Concepts, section 7)."""

FILE: Final = Path(__file__).parent / "owl2rl.rules"

SAME_AS: Final = PREFIXES["owl"] + "sameAs"
REPLACING: Final = {"eq-rep-s": 0, "eq-rep-o": 1}
"""The rules that replace the subject or the object of a fact by what it equals, in this order."""
REFLEXIVE: Final = (
    *(PREFIXES["owl"] + name for name in ("sameAs", "equivalentClass", "equivalentProperty")),
    *(PREFIXES["rdfs"] + name for name in ("subClassOf", "subPropertyOf")),
)
"""The properties that everything, every class or every property has to itself."""
TOP: Final = frozenset({PREFIXES["owl"] + "Thing", PREFIXES["rdfs"] + "Resource"})
"""The classes of everything."""
BUILT_IN: Final = tuple(PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd"))
"""The namespaces of the vocabularies that OWL reserves."""

LINE: Final = re.compile(r"(?P<trivial>~?)(?P<name>[\w-]+)\s*:(?P<premises>.*?)->(?P<conclusions>.*)")
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
class Builtin:
    """A premise over the members of an RDF list, or a test on literals: name, variables, triples."""

    name: str
    variables: tuple[str, ...]
    triples: tuple[Pattern, ...] = ()

    @property
    def is_test(self) -> bool:
        """Whether this is a test on literals."""
        return self.name not in OVER_LISTS


Premise = Pattern | Builtin


@dataclass(frozen=True)
class Rule:
    """One rule: the W3C's name and table, premises, conclusions (none: an inconsistency), its line."""

    name: str
    table: str
    premises: tuple[Premise, ...]
    conclusions: tuple[Pattern, ...]
    trivial: bool
    text: str

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The premises that are triples."""
        return tuple(p for p in self.premises if isinstance(p, Pattern))

    @property
    def tests(self) -> tuple[Builtin, ...]:
        """The tests on literals among the premises."""
        return tuple(p for p in self.premises if isinstance(p, Builtin) and p.is_test)

    @property
    def is_axiomatic(self) -> bool:
        """Whether the rule concludes from the literals alone."""
        return bool(self.tests) and len(self.tests) == len(self.premises)


def unfold(builtin: Builtin, length: int, rule: Rule) -> tuple[Pattern, ...]:
    """Return the triples that an `every` or a `chain` premise is over a list of some length.

    `?member/0` and so on are the members; other variables that stand only in an `every` are one a member.
    """
    if builtin.name == "chain":
        _, start, end = builtin.variables
        nodes = [start, *(f"?between/{i}" for i in range(1, length)), end]
        return tuple(Pattern(nodes[i], f"?member/{i}", nodes[i + 1]) for i in range(length))
    outside = {term for pattern in (*rule.patterns, *rule.conclusions) for term in pattern.terms}

    def renamed(term: str, place: int) -> str:
        if term == builtin.variables[1]:
            return f"?member/{place}"
        return f"{term}/{place}" if is_variable(term) and term not in outside else term

    return tuple(
        Pattern(*(renamed(term, place) for term in pattern.terms))
        for place in range(length)
        for pattern in builtin.triples
    )


def is_variable(term: str) -> bool:
    """Tell whether a place of a pattern is a variable."""
    return term.startswith("?")


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of the profile in the order of their file."""
    return read_rules(FILE)


@cache
def read_rules(file: Path) -> tuple[Rule, ...]:
    """Return the rules of a file in its order; ValueError where a line is none."""
    rules: list[Rule] = []
    table = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("table "):
            table = line.removeprefix("table ")
        elif line and not line.startswith(("#", " ")):
            rules.append(parse_rule(line, table))
    return tuple(rules)


def parse_rule(line: str, table: str) -> Rule:
    """Return one line of the file as a rule."""
    parts = LINE.fullmatch(line)
    if parts is None:
        raise ValueError(f"not a rule: {line}")
    premises, conclusions = parts["premises"].strip(), parts["conclusions"].strip()
    return Rule(
        name=parts["name"],
        table=table,
        premises=tuple(
            parse_builtin(part["test"], part["inside"]) if part["test"] else parse_pattern(part["triple"])
            for part in PREMISE.finditer(premises)
            if part[0].strip()
        ),
        conclusions=() if conclusions == "false" else tuple(map(parse_pattern, conclusions.split(" , "))),
        trivial=bool(parts["trivial"]),
        text=f"{premises} -> {conclusions}".strip(),
    )


def parse_builtin(name: str, inside: str) -> Builtin:
    """Return a premise over a list, or a test."""
    variables, _, triples = inside.partition(":")
    patterns = (parse_pattern(part) for part in triples.split(",") if part.strip())
    return Builtin(name, tuple(variables.split()), tuple(patterns))


def parse_pattern(text: str) -> Pattern:
    """Return `s p o` with prefixed names as IRIs."""
    subject, predicate, target = map(rule_term, text.split())
    return Pattern(subject, predicate, target)


def rule_term(term: str) -> str:
    """Return a variable or a number as it is, `a` as rdf:type, a prefixed name as its IRI."""
    if term == "a":
        return RDF_TYPE
    if is_variable(term) or term.isdigit():
        return term
    return expand(term)


# What the rules say in words.


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return the texts of the rule file by the name of the rule and `en`, `id` or `clash`."""
    texts: dict[str, dict[str, str]] = {}
    name = ""
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith(" "):
            key, _, text = line.strip().partition(": ")
            texts.setdefault(name, {})[key] = text
        elif parts := LINE.fullmatch(line):
            name = parts["name"]
    return texts


def sentence(name: str, language: str = "en") -> str:
    """Return the sentence of a rule, else the English one; empty for a rule that has none."""
    texts = words().get(name, {})
    return texts.get(language, texts.get("en", ""))
