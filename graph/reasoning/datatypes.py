"""The datatypes of OWL 2 RL: which value a literal has, and in which value spaces that value lies.

OWL 2 Profiles, section 4.3, table 8, over the datatype map of the OWL 2 Structural Specification, section 4.
Values are compared by identity: +0.0 and -0.0 are two values of xsd:double, and decimals are no floats.
The value spaces of the primitive datatypes are disjoint. Within the numbers a datatype is an interval, of
integers or of all decimals; the string datatypes are a chain, each inside the next.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, reduce
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from pyoxigraph import Literal, NamedNode
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wicara.graph.reasoning.rules import Term

XSD: Final = PREFIXES["xsd"]
RDF: Final = PREFIXES["rdf"]
LITERAL: Final = PREFIXES["rdfs"] + "Literal"

Value = tuple[str, object]
"""A value: the name of its primitive value space, and something that two equal values share."""

INTEGERS: Final[dict[str, tuple[int | None, int | None]]] = {
    f"{XSD}integer": (None, None),
    f"{XSD}nonNegativeInteger": (0, None),
    f"{XSD}nonPositiveInteger": (None, 0),
    f"{XSD}positiveInteger": (1, None),
    f"{XSD}negativeInteger": (None, -1),
    f"{XSD}long": (-(2**63), 2**63 - 1),
    f"{XSD}int": (-(2**31), 2**31 - 1),
    f"{XSD}short": (-(2**15), 2**15 - 1),
    f"{XSD}byte": (-(2**7), 2**7 - 1),
    f"{XSD}unsignedLong": (0, 2**64 - 1),
    f"{XSD}unsignedInt": (0, 2**32 - 1),
    f"{XSD}unsignedShort": (0, 2**16 - 1),
    f"{XSD}unsignedByte": (0, 2**8 - 1),
}
"""The integer datatypes with the smallest and the greatest of their values."""

STRINGS: Final = {
    f"{XSD}string": re.compile(r"[\s\S]*"),
    f"{XSD}normalizedString": re.compile(r"[^\t\n\r]*"),
    f"{XSD}token": re.compile(r"(?:[^\s]+(?: [^\s]+)*)?"),
    f"{XSD}language": re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"),
    f"{XSD}NMTOKEN": re.compile(r"[\w.:\-·]+"),
    f"{XSD}Name": re.compile(r"[^\W\d][\w.:\-·]*|:[\w.:\-·]*"),
    f"{XSD}NCName": re.compile(r"[^\W\d][\w.\-·]*"),
}
"""The string datatypes with what their values look like."""

PLAIN: Final = frozenset({f"{RDF}PlainLiteral", f"{RDF}langString"})

INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
DECIMAL: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
FLOAT: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN", re.ASCII)
DATE_TIME: Final = re.compile(
    r"(-?(?:[1-9]\d{3,}|0\d{3}))-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?", re.ASCII
)


@cache
def value_of(literal: Literal) -> Value | None:
    """Return a literal's value; None where it has none, or its datatype is not of the map."""
    datatype = literal.datatype.value
    if literal.language:
        return ("string", (literal.value, literal.language.lower()))
    read = READERS.get(datatype)
    value = read(literal.value) if read else None
    return value if value is not None and in_space(value, datatype) else None


def is_recognised(datatype: str) -> bool:
    """Tell whether a datatype is of the map."""
    return datatype in READERS or datatype in PLAIN or datatype == LITERAL


def is_ill_typed(literal: Literal) -> bool:
    """Tell whether a literal of a datatype of the map has no value."""
    return literal.datatype.value in READERS and value_of(literal) is None


def in_space(value: Value, datatype: str) -> bool:
    """Tell whether a value lies in the value space of a datatype of the map."""
    space, content = value
    if datatype in INTEGERS:
        return space == "number" and is_between(content, *INTEGERS[datatype])
    if datatype in STRINGS:
        return space == "string" and is_string(content, STRINGS[datatype])
    if datatype in PLAIN:
        return space == "string" and (datatype != f"{RDF}langString" or bool(content[1]))  # type: ignore[index]
    if datatype == f"{XSD}dateTimeStamp":
        return space == "dateTime" and content[1] is not None  # type: ignore[index]
    return datatype == LITERAL or SPACES.get(datatype) == space


def is_string(content: object, form: re.Pattern[str]) -> bool:
    """Tell whether a string has no language and looks as its datatype wants."""
    text, language = content if isinstance(content, tuple) else ("", "")
    return not language and form.fullmatch(text) is not None


def is_between(content: object, low: int | None, high: int | None) -> bool:
    """Tell whether a number is an integer within bounds."""
    number = content if isinstance(content, Decimal) else Decimal("NaN")
    return (
        number.is_finite()
        and number == number.to_integral_value()
        and (low is None or number >= low)
        and (high is None or number <= high)
    )


def collapsed(text: str) -> str:
    """Return the text without the white space that XML Schema collapses."""
    return " ".join(text.split())


def integer(text: str) -> Value | None:
    """Read an integer."""
    return ("number", Decimal(collapsed(text))) if INTEGER.fullmatch(collapsed(text)) else None


def decimal(text: str) -> Value | None:
    """Read a decimal; equal numbers are one value however they are written."""
    return ("number", Decimal(collapsed(text))) if DECIMAL.fullmatch(collapsed(text)) else None


def floating(space: str, code: str) -> Callable[[str], Value | None]:
    """Return the reader of a binary floating-point datatype: its values are told apart by their bits."""

    def read(text: str) -> Value | None:
        written = collapsed(text)
        if not FLOAT.fullmatch(written):
            return None
        number = float(written.replace("INF", "inf"))
        try:
            return (space, struct.pack(code, number))
        except OverflowError:
            return (space, struct.pack(code, float("-inf" if number < 0 else "inf")))

    return read


def boolean(text: str) -> Value | None:
    """Read a truth value."""
    found = {"true": True, "1": True, "false": False, "0": False}.get(collapsed(text))
    return None if found is None else ("boolean", found)


def date_time(text: str) -> Value | None:
    """Read a date and time: its parts and its offset in minutes, None where it has none."""
    parts = DATE_TIME.fullmatch(collapsed(text))
    if parts is None:
        return None
    year, month, day, hour, minute = (int(part) for part in parts.groups()[:5])
    second, zone = Decimal(parts[6]), parts[7]
    is_end = hour == 24 and not minute and not second  # noqa: PLR2004 - the end of a day may be written so
    within = 1 <= month <= 12 and 1 <= day <= days_in(year, month) and minute < 60 and second < 60  # noqa: PLR2004
    if not within or not (hour < 24 or is_end):  # noqa: PLR2004
        return None
    return ("dateTime", ((year, month, day, hour, minute, second), offset(zone)))


def days_in(year: int, month: int) -> int:
    """Return how many days a month has."""
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def offset(zone: str | None) -> int | None:
    """Return a time zone's offset in minutes."""
    if not zone:
        return None
    if zone == "Z":
        return 0
    return (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 60 + int(zone[4:]))


def hexadecimal(text: str) -> Value | None:
    """Read bytes in hexadecimal."""
    try:
        return ("hexBinary", binascii.unhexlify(collapsed(text)))
    except ValueError:
        return None


def base64_bytes(text: str) -> Value | None:
    """Read bytes in base 64."""
    try:
        return ("base64Binary", base64.b64decode("".join(text.split()), validate=True))
    except ValueError:
        return None


def xml(text: str) -> Value | None:
    """Read XML content; one that is well-formed is its canonical form."""
    try:
        return ("xml", ET.canonicalize(f"<x>{text}</x>"))
    except ET.ParseError:
        return None


def string(text: str) -> Value:
    """Read a string without a language."""
    return ("string", (text, ""))


def plain(text: str) -> Value:
    """Read an rdf:PlainLiteral: text, an at sign, and a language or nothing."""
    content, _, language = text.rpartition("@")
    return ("string", (content, language.lower()))


READERS: Final[dict[str, Callable[[str], Value | None]]] = {
    **dict.fromkeys(INTEGERS, integer),
    **dict.fromkeys(STRINGS, string),
    f"{RDF}PlainLiteral": plain,
    f"{RDF}XMLLiteral": xml,
    f"{XSD}anyURI": lambda text: ("anyURI", collapsed(text)),
    f"{XSD}base64Binary": base64_bytes,
    f"{XSD}boolean": boolean,
    f"{XSD}dateTime": date_time,
    f"{XSD}dateTimeStamp": date_time,
    f"{XSD}decimal": decimal,
    f"{XSD}double": floating("double", "<d"),
    f"{XSD}float": floating("float", "<f"),
    f"{XSD}hexBinary": hexadecimal,
}
"""The datatypes of the map that literals are written with, and how their values are read."""

SPACES: Final = {
    f"{RDF}XMLLiteral": "xml",
    f"{XSD}anyURI": "anyURI",
    f"{XSD}base64Binary": "base64Binary",
    f"{XSD}boolean": "boolean",
    f"{XSD}dateTime": "dateTime",
    f"{XSD}decimal": "number",
    f"{XSD}double": "double",
    f"{XSD}float": "float",
    f"{XSD}hexBinary": "hexBinary",
}
"""The value spaces that are a primitive one whole."""

DATATYPES: Final = (*READERS, LITERAL)
"""Every datatype of OWL 2 RL (OWL 2 Profiles, section 4.2.1)."""


# The tests on literals that rules name (table 8 of the profile).


def is_datatype(term: Term) -> bool:
    """Tell whether a term is a datatype of the map."""
    return isinstance(term, NamedNode) and term.value in DATATYPES


def has_value(literal: Term, datatype: Term) -> bool:
    """Tell whether a term is a literal with a value in the value space of a datatype of the map."""
    value = value_of(literal) if isinstance(literal, Literal) else None
    return value is not None and isinstance(datatype, NamedNode) and in_space(value, datatype.value)


def is_outside(literal: Term, datatype: Term) -> bool:
    """Tell whether a term is a literal without a value in the value space of a datatype of the map."""
    if not isinstance(literal, Literal) or not isinstance(datatype, NamedNode):
        return False
    if value_of(literal) is None:
        return is_ill_typed(literal) and literal.datatype == datatype
    return is_recognised(datatype.value) and not has_value(literal, datatype)


def values_of(one: Term, two: Term) -> tuple[Value, Value] | None:
    """Return the values of two literals; None where one of them has none."""
    values = [value_of(term) if isinstance(term, Literal) else None for term in (one, two)]
    return None if values[0] is None or values[1] is None else (values[0], values[1])


def are_equal(one: Term, two: Term) -> bool:
    """Tell whether two literals have the same value."""
    values = values_of(one, two)
    return values is not None and values[0] == values[1]


def are_different(one: Term, two: Term) -> bool:
    """Tell whether two literals have different values."""
    values = values_of(one, two)
    return values is not None and values[0] != values[1]


TESTS: Final[dict[str, Callable[..., bool]]] = {
    "datatype": is_datatype,
    "has_value": has_value,
    "ill_typed": is_outside,
    "equal": are_equal,
    "different": are_different,
}


# Which datatypes contain which, and what lies in several.

CHAIN: Final = (
    *(f"{XSD}{name}" for name in ("language", "NCName", "Name", "NMTOKEN", "token", "normalizedString")),
    f"{XSD}string",
    f"{RDF}PlainLiteral",
)
"""The string datatypes from the smallest value space on: every language tag is an NCName, and so on."""


@dataclass(frozen=True)
class Space:
    """Values of one primitive kind (None: of all), some of them.

    `level` is a place in a chain of ever larger spaces; `low` and `high` are the smallest and the greatest
    value of an integer interval, None where there is none.
    """

    primitive: str | None
    level: int = 0
    low: int | None = None
    high: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no value lies in it."""
        return self.low is not None and self.high is not None and self.low > self.high

    @property
    def only_value(self) -> Literal | None:
        """The one value that lies in it, if it is one."""
        if self.low is None or self.low != self.high:
            return None
        return Literal(str(self.low), datatype=NamedNode(f"{XSD}integer"))


WHOLE: Final = 9
"""The level of a whole primitive value space."""
NOTHING: Final = Space("none", 0, 1, 0)
"""The empty space."""


def space_of(datatype: str) -> Space | None:
    """Return the values of a datatype; None for one that is not of the map."""
    if datatype == LITERAL:
        return Space(None, WHOLE)
    if datatype in INTEGERS:
        return Space("number", 0, *INTEGERS[datatype])
    if datatype in CHAIN:
        return Space("string", CHAIN.index(datatype))
    if datatype == f"{RDF}langString":
        return Space("langString", 0)
    if datatype == f"{XSD}dateTimeStamp":
        return Space("dateTime", 0)
    return Space(SPACES[datatype], WHOLE) if datatype in SPACES else None


def meet(one: Space, two: Space) -> Space:
    """Return the values that lie in both."""
    if one.primitive is None or two.primitive is None:
        return two if one.primitive is None else one
    if {one.primitive, two.primitive} == {"langString", "string"}:
        plain = max(one, two, key=lambda space: space.primitive == "string")
        return Space("langString") if plain.level == CHAIN.index(f"{RDF}PlainLiteral") else NOTHING
    if one.primitive != two.primitive:
        return NOTHING
    lows = [space.low for space in (one, two) if space.low is not None]
    highs = [space.high for space in (one, two) if space.high is not None]
    return Space(one.primitive, min(one.level, two.level), max(lows, default=None), min(highs, default=None))


def common(datatypes: Iterable[str]) -> Space:
    """Return the values that lie in all of some datatypes; those not of the map are passed over."""
    spaces = (space_of(datatype) for datatype in datatypes)
    space = reduce(meet, (each for each in spaces if each is not None), Space(None, WHOLE))
    return NOTHING if space.is_empty else space


def is_within(space: Space, datatype: str) -> bool:
    """Tell whether every value of a space is one of a datatype of the map."""
    whole = space_of(datatype)
    return whole is not None and meet(space, whole) == space
