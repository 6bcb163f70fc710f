"""The parameters of questions: what a reader gives, what may be chosen, and how a query has it as terms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Triple
from wicara.graph.sparql import solutions
from wicara.ontology import PREFIXES, expand
from wicara.server.app_state import dataset
from wicara.server.site.language import gettext as _
from wicara.server.site.search.folding import fold, tokens
from wicara.server.site.words import LABELS, Words, prefixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from wicara.queries import Parameter, Question
    from wicara.server.site.words import Shown

MAX_LENGTH: Final = 1000
"""How many characters a value may have."""
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DECIMAL: Final = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
INTEGER: Final = re.compile(r"-?\d{1,30}", re.ASCII)
LOCAL: Final = re.compile(r"\w[\w-]*", re.ASCII)
"""The local names that a query writes without escapes; there are more."""
XSD: Final = PREFIXES["xsd"]
MAX_CHOICES: Final = 500
"""How many things a list to choose from may hold; where there are more, a reader types one."""
MAX_ROWS: Final = 4 * MAX_CHOICES
MAX_NEAR: Final = 3
"""How many things are proposed in the place of a misspelt one."""
MAX_NAME: Final = 80
"""Characters of a misspelt name that are compared."""
MIN_WORD: Final = 4
"""Letters of a word that a thing may be named by alone."""
NEAR: Final = 0.72
"""How much alike two names are, from 0 to 1, of which one may stand for the other (difflib)."""
CHOICES: Final = """
SELECT DISTINCT ?kind ?x ?label {{
  VALUES ?kind {{ {kinds} }}
  {{ ?x a ?kind }} UNION {{ ?x skos:inScheme ?kind }}
  OPTIONAL {{ ?x skos:prefLabel ?label }}
}} LIMIT {rows}"""


class InvalidValueError(ValueError):
    """What is given is no value of a parameter; the text says so to the reader."""


@dataclass(frozen=True)
class Value:
    """What a parameter is: as it was given, and the term that it is, or why it is none."""

    parameter: Parameter
    given: str
    term: NamedNode | Literal | None
    fault: str = ""
    near: tuple[tuple[str, Shown], ...] = ()
    """Things that may be meant in its place: what an address has for each, and what is shown."""

    @property
    def is_default(self) -> bool:
        """Tell whether it is what the question asks about by itself."""
        return self.given == default_of(self.parameter)


def default_of(parameter: Parameter) -> str:
    """Return the default of a parameter as a reader would give it: text without quotation marks."""
    return parameter.default.replace('"', "")


def default_term(parameter: Parameter) -> NamedNode | Literal:
    """Return the default of a parameter as a term."""
    return READERS.get(parameter.datatype, read_thing)(default_of(parameter))


def given_values(question: Question, given: Mapping[str, list[str]]) -> list[Value]:
    """Return the values of a question's parameters that are given; what is left out has its default."""
    return [given_value(parameter, given.get(parameter.name, [])) for parameter in question.parameters]


def given_value(parameter: Parameter, given: list[str]) -> Value:
    """Return the value that a parameter has been given."""
    text = given[-1].strip() if given else ""
    text = text or default_of(parameter)
    try:
        check_given(given)
        return Value(parameter, text, READERS.get(parameter.datatype, read_thing)(text))
    except InvalidValueError as fault:
        return Value(parameter, text, None, str(fault))


def check_given(given: list[str]) -> None:
    """Raise InvalidValueError for what is given more than once, or too long."""
    if len(given) > 1:
        raise InvalidValueError(_("This is given more than once."))
    if any(len(text) > MAX_LENGTH for text in given):
        raise InvalidValueError(_("This is longer than %(n)s characters.", n=MAX_LENGTH))


def read_day(given: str) -> Literal:
    """Return the date that is given; raises InvalidValueError."""
    if not DATE.fullmatch(given):
        raise InvalidValueError(_("A date is written as year, month and day: 2018-08-02."))
    try:
        date.fromisoformat(given)
    except ValueError as fault:
        raise InvalidValueError(_("There is no such day.")) from fault
    return Literal(given, datatype=NamedNode(f"{XSD}date"))


def read_decimal(given: str) -> Literal:
    """Return the number that is given; raises InvalidValueError."""
    if not DECIMAL.fullmatch(given):
        raise InvalidValueError(_("A number is written in digits, with a point before decimals: 42.5."))
    return Literal(given if "." in given else f"{given}.0", datatype=NamedNode(f"{XSD}decimal"))


def read_integer(given: str) -> Literal:
    """Return the whole number that is given; raises InvalidValueError."""
    if not INTEGER.fullmatch(given):
        raise InvalidValueError(_("A whole number is written in digits: 42."))
    return Literal(given, datatype=NamedNode(f"{XSD}integer"))


def read_words(given: str) -> Literal:
    """Return the words with their language that are given, as in `China@en`; raises InvalidValueError."""
    words, mark, tag = given.rpartition("@")
    try:
        if words and mark and tag:
            return Literal(words, language=tag)
    except ValueError:
        pass
    raise InvalidValueError(_("Words are written with their language after them: China@en."))


def read_thing(given: str) -> NamedNode:
    """Return the IRI that is given, in full or as a prefixed name; raises InvalidValueError."""
    prefix, _colon, local = given.partition(":")
    known = {**PREFIXES, **dataset().prefixes}
    try:
        return NamedNode(known[prefix] + local if prefix in known else given)
    except ValueError as fault:
        raise InvalidValueError(_("Give an IRI or a prefixed name, such as state:laos.")) from fault


READERS: Final[Mapping[str, Callable[[str], NamedNode | Literal]]] = {
    "xsd:date": read_day,
    "xsd:decimal": read_decimal,
    "xsd:integer": read_integer,
    "rdf:langString": read_words,
}
"""How values of datatypes are read; all others are things."""


def to_sparql(term: NamedNode | Literal, prefixes: Mapping[str, str]) -> str:
    """Return a term as a query with these prefixes writes it."""
    if isinstance(term, NamedNode):
        prefix, _colon, local = prefixed(term.value).partition(":")
        fits = prefixes.get(prefix) == PREFIXES.get(prefix, "") and LOCAL.fullmatch(local)
        return f"{prefix}:{local}" if fits else str(term)
    datatype = term.datatype.value.removeprefix(XSD)
    if datatype in {"decimal", "integer"}:
        return term.value
    if datatype == "date" and prefixes.get("xsd") == XSD:
        return f'"{term.value}"^^xsd:date'
    return str(term)


@dataclass(frozen=True)
class Choices:
    """The things to choose from by their kind, and the words for them; whole unless there are too many."""

    of_kind: Mapping[str, frozenset[NamedNode]]
    words: Words
    whole: bool

    def things(self, parameter: Parameter) -> frozenset[NamedNode]:
        """Return the things that a parameter may be."""
        return self.of_kind.get(kind_of(parameter), frozenset())

    def options(self, things: Iterable[NamedNode]) -> list[tuple[str, Shown]]:
        """Return things by label: what a form sends for each, and what it shows."""
        shown = [(prefixed(one.value), self.words.show_iri(one.value)) for one in things]
        return sorted(shown, key=lambda option: (option[1].text.casefold(), option[0]))

    def checked(self, value: Value) -> Value:
        """Return a value, with a fault where the dataset has no such thing; the default never has one.

        A faulty one has the things whose names are written nearly the same.
        """
        known = self.things(value.parameter)
        if not value.fault and (
            not self.whole or value.is_default or not isinstance(value.term, NamedNode) or value.term in known
        ):
            return value
        near = self.near(value.given, known)
        nothing = str(_("The dataset has nothing of this kind by that name."))
        return replace(value, term=None, fault=nothing if near else value.fault or nothing, near=near)

    def near(self, given: str, known: Iterable[NamedNode]) -> tuple[tuple[str, Shown], ...]:
        """Return the things with a label, or an end of the IRI, that is spelled most like what was given."""
        by_name: dict[str, NamedNode] = {}
        by_word: dict[str, NamedNode] = {}
        for one in sorted(known, key=str):
            labels = (label.value for label in self.words.labels.get(one.value, ()))
            for name in map(fold, (*labels, prefixed(one.value).partition(":")[2])):
                by_name.setdefault(name, one)
                by_word |= {word: by_word.get(word, one) for word in tokens(name) if len(word) >= MIN_WORD}
        by_name = by_word | by_name
        asked = fold(given.rpartition(":")[2])[:MAX_NAME]
        found = get_close_matches(asked, by_name, MAX_NEAR, NEAR)
        things = dict.fromkeys(by_name[name] for name in found)
        return tuple(option for one in things for option in self.options([one]))

    def is_list(self, parameter: Parameter) -> bool:
        """Tell whether a parameter is chosen from a list."""
        return is_thing(parameter) and len(self.things(parameter)) <= MAX_CHOICES


def is_thing(parameter: Parameter) -> bool:
    """Tell whether the values of a parameter are things, and not literals."""
    return parameter.datatype not in READERS


def kind_of(parameter: Parameter) -> str:
    """Return the class, scheme or datatype of a parameter's values."""
    return expand(parameter.datatype)


def choices(parameters: Iterable[Parameter]) -> Choices:
    """Return what there is to choose for parameters, with one query, or none where all are literals."""
    kinds = sorted({kind_of(parameter) for parameter in parameters if is_thing(parameter)})
    rows = things_of_kinds(kinds) if kinds else []
    of_kind: dict[str, set[NamedNode]] = {}
    for kind, one, _label in rows:
        of_kind.setdefault(kind.value, set()).add(one)
    labels = [Triple(one, LABELS[0], label) for _kind, one, label in rows if isinstance(label, Literal)]
    return Choices(
        {kind: frozenset(found) for kind, found in of_kind.items()},
        Words.for_request(labels),
        whole=len(rows) < MAX_ROWS,
    )


def things_of_kinds(kinds: Sequence[str]) -> list[tuple[NamedNode, NamedNode, object]]:
    """Return the things of kinds with their labels: conclusions too, whatever the request wants."""
    query = CHOICES.format(kinds=" ".join(f"<{kind}>" for kind in kinds), rows=MAX_ROWS)
    found = ((row["kind"], row["x"], row["label"]) for row in solutions(dataset().store, query))
    return [
        (kind, one, label)
        for kind, one, label in found
        if isinstance(kind, NamedNode) and isinstance(one, NamedNode)
    ]
