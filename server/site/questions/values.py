"""The values of a question's parameters: as a reader gives them, as RDF terms, and as a query writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from flask import request
from pyoxigraph import Literal, NamedNode
from wicara.ontology import PREFIXES
from wicara.server.served import dataset
from wicara.server.site.language import gettext as _
from wicara.server.site.words import prefixed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wicara.queries import Parameter, Question

LONGEST: Final = 1000
"""How many characters a value may have."""
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DECIMAL: Final = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
INTEGER: Final = re.compile(r"-?\d{1,30}", re.ASCII)
LOCAL: Final = re.compile(r"\w[\w-]*", re.ASCII)
"""The local names that a query writes without escapes; there are more."""
XSD: Final = PREFIXES["xsd"]


class Unreadable(ValueError):  # noqa: N818 - named for what is given
    """What is given is no value of a parameter; the text says so to the reader."""


@dataclass(frozen=True)
class Value:
    """What a parameter is: as it was given, and the term that it is, or why it is none."""

    parameter: Parameter
    given: str
    term: NamedNode | Literal | None
    fault: str = ""

    @property
    def is_default(self) -> bool:
        """Tell whether it is what the question asks about by itself."""
        return self.given == default_of(self.parameter)


def default_of(parameter: Parameter) -> str:
    """Return the default of a parameter as a reader would give it: text without quotation marks."""
    return parameter.default.replace('"', "")


def read(question: Question) -> list[Value]:
    """Return the values of a question's parameters in this request; what is left out has its default."""
    return [value_of(parameter, request.args.getlist(parameter.name)) for parameter in question.parameters]


def value_of(parameter: Parameter, given: list[str]) -> Value:
    """Return the value that a parameter has been given."""
    text = given[-1].strip() if given else ""
    text = text or default_of(parameter)
    try:
        check(given)
        return Value(parameter, text, READERS.get(parameter.datatype, thing)(text))
    except Unreadable as fault:
        return Value(parameter, text, None, str(fault))


def check(given: list[str]) -> None:
    """Raise Unreadable for what is given more than once, or too long."""
    if len(given) > 1:
        raise Unreadable(_("This is given more than once."))
    if any(len(text) > LONGEST for text in given):
        raise Unreadable(_("This is longer than %(n)s characters.", n=LONGEST))


def day(given: str) -> Literal:
    """Return the date that is given; raises Unreadable."""
    if not DATE.fullmatch(given):
        raise Unreadable(_("A date is written as year, month and day: 2018-08-02."))
    try:
        date.fromisoformat(given)
    except ValueError as fault:
        raise Unreadable(_("There is no such day.")) from fault
    return Literal(given, datatype=NamedNode(f"{XSD}date"))


def decimal(given: str) -> Literal:
    """Return the number that is given; raises Unreadable."""
    if not DECIMAL.fullmatch(given):
        raise Unreadable(_("A number is written in digits, with a point before decimals: 42.5."))
    return Literal(given if "." in given else f"{given}.0", datatype=NamedNode(f"{XSD}decimal"))


def integer(given: str) -> Literal:
    """Return the whole number that is given; raises Unreadable."""
    if not INTEGER.fullmatch(given):
        raise Unreadable(_("A whole number is written in digits: 42."))
    return Literal(given, datatype=NamedNode(f"{XSD}integer"))


def words_in_language(given: str) -> Literal:
    """Return the words with their language that are given, as in `China@en`; raises Unreadable."""
    words, mark, tag = given.rpartition("@")
    try:
        if words and mark and tag:
            return Literal(words, language=tag)
    except ValueError:
        pass
    raise Unreadable(_("Words are written with their language after them: China@en."))


def thing(given: str) -> NamedNode:
    """Return the IRI that is given, in full or as a prefixed name; raises Unreadable."""
    prefix, _colon, local = given.partition(":")
    known = {**PREFIXES, **dataset().prefixes}
    try:
        return NamedNode(known[prefix] + local if prefix in known else given)
    except ValueError as fault:
        raise Unreadable(_("This is no IRI and no prefixed name, such as state:laos.")) from fault


READERS: Final[Mapping[str, Callable[[str], NamedNode | Literal]]] = {
    "xsd:date": day,
    "xsd:decimal": decimal,
    "xsd:integer": integer,
    "rdf:langString": words_in_language,
}
"""How values of datatypes are read; all others are things."""


def written(term: NamedNode | Literal, prefixes: Mapping[str, str]) -> str:
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
