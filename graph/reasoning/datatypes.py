"""The datatypes of OWL 2 RL: which value a literal has, and in which value spaces that value lies.

OWL 2 Profiles, section 4.3, table 8, over the datatype map of the OWL 2 Structural Specification, section 4.
Values are compared by identity: +0.0 and -0.0 are two values of xsd:double, and decimals are no floats.
A literal has a value where its lexical form, as it stands, is in the lexical space (RDF 1.1 Concepts, section
3.3). White space, which XML Schema takes away before it looks, is part of it, for all datatypes alike.
The value spaces of the primitive datatypes are disjoint. Within the numbers a datatype is an interval, of
integers or of all decimals; the string datatypes are a chain, each inside the next.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache, reduce
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from pyoxigraph import Literal, NamedNode
from wicara.graph.xml_text import NAME_CHAR, NAME_START, compiled
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

TOKEN: Final = re.compile(r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?")
LANGUAGE: Final = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*")
STRINGS: Final = {
    f"{XSD}language": LANGUAGE.pattern,
    f"{XSD}NCName": f"[{NAME_START}][{NAME_CHAR}]*",
    f"{XSD}Name": f"[:{NAME_START}][:{NAME_CHAR}]*",
    f"{XSD}NMTOKEN": f"[:{NAME_CHAR}]+",
    f"{XSD}token": TOKEN.pattern,
    f"{XSD}normalizedString": r"[^\t\n\r]*",
    f"{XSD}string": r"[\s\S]*",
}
"""The string datatypes with the patterns of their values, from the smallest value space on."""

NO_CHAR: Final = re.compile("[\0\ufffe\uffff]")
"""What no string of XSD has (XSD 1.1-2, section 3.3.1): a Char of neither XML 1.0 nor XML 1.1."""
PLAIN: Final = frozenset({f"{RDF}PlainLiteral", f"{RDF}langString"})

INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
DECIMAL: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
FLOAT: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN", re.ASCII)
DATE_TIME: Final = re.compile(
    r"(-?(?:[1-9]\d{3,}|0\d{3}))-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"T(?:([01]\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d+)?)|(24):(00):(00(?:\.0+)?))"
    r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?",
    re.ASCII,
)
"""The lexical space of xsd:dateTime (XSD 1.1-2, section 3.3.7), but for days that a month has not."""


@cache
def value_of(literal: Literal) -> Value | None:
    """Return a literal's value; None where it has none, or its datatype is not of the map."""
    datatype = literal.datatype.value
    if literal.language:
        language = literal.language.lower()
        if literal.direction:
            return ("dirLangString", (literal.value, language, str(literal.direction)))
        return ("string", (literal.value, language))
    if datatype.startswith(XSD) and NO_CHAR.search(literal.value):
        return None
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
        return space == "string" and is_string(content, compiled(STRINGS[datatype]))
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


def integer(text: str) -> Value | None:
    """Read an integer."""
    return ("number", Decimal(text)) if INTEGER.fullmatch(text) else None


def decimal(text: str) -> Value | None:
    """Read a decimal; equal numbers are one value however they are written."""
    return ("number", Decimal(text)) if DECIMAL.fullmatch(text) else None


def double(text: str) -> Value | None:
    """Read an xsd:double: values are distinguished by their bits."""
    number = float(text.replace("INF", "inf")) if FLOAT.fullmatch(text) else None
    return None if number is None else ("double", struct.pack("<d", number))


def single(text: str) -> Value | None:
    """Read an xsd:float: the nearest to what is written, rounded once (XSD 1.1-2, section 3.3.4.2).

    Between the decimal and the float lies a double; where it is inexact, the one with the odd last bit of the
    two beside the decimal is taken, from which the float is rounded as from the decimal itself.
    """
    if not FLOAT.fullmatch(text):
        return None
    number = float(text.replace("INF", "inf"))
    if math.isfinite(number) and number and not struct.pack("<d", number)[0] & 1:
        exact, near = Decimal(text), Decimal(number)
        if exact != near:
            number = math.nextafter(number, math.inf if exact > near else -math.inf)
    try:
        return ("float", struct.pack("<f", number))
    except OverflowError:
        return ("float", struct.pack("<f", math.copysign(math.inf, number)))


def boolean(text: str) -> Value | None:
    """Read a truth value."""
    truth = {"true": True, "1": True, "false": False, "0": False}.get(text)
    return None if truth is None else ("boolean", truth)


def date_time(text: str) -> Value | None:
    """Read a date and time: its parts and its offset in minutes, None where it has none.

    24:00:00 is the first moment of the next day. Years have any number of digits.
    """
    parts = DATE_TIME.fullmatch(text)
    if parts is None:
        return None
    year, month, day = Decimal(parts[1]), int(parts[2]), int(parts[3])
    hour, minute, second = (parts[n] or parts[n + 3] for n in (4, 5, 6))
    if day > days_in(parts[1], month):
        return None
    if hour == "24":
        day += 1
        if day > days_in(parts[1], month):
            month, day = month + 1, 1
        if month > 12:  # noqa: PLR2004 - months of a year
            month = 1
            with localcontext(prec=len(parts[1]) + 1):
                year += 1
    moment = (year, month, day, int(hour) % 24, int(minute), Decimal(second))
    return ("dateTime", (moment, offset(parts[10])))


def days_in(year: str, month: int) -> int:
    """Return how many days a month has; leap years repeat after 400 years, so four digits will do."""
    last = int(year[-4:])
    is_leap = last % 4 == 0 and (last % 100 != 0 or last % 400 == 0)
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
        return ("hexBinary", binascii.unhexlify(text))
    except ValueError:
        return None


def base64_bytes(text: str) -> Value | None:
    """Read bytes in base 64; single spaces may stand within, and bits that are left over at the end are zero.

    XSD 1.1-2, section 3.3.16.
    """
    lexical = text.replace(" ", "").encode()
    if not TOKEN.fullmatch(text):
        return None
    try:
        content = base64.b64decode(lexical, validate=True)
    except ValueError:
        return None
    return ("base64Binary", content) if base64.b64encode(content) == lexical else None


def xml(text: str) -> Value | None:
    """Read XML content; one that is well-formed is its canonical form."""
    try:
        return ("xml", ET.canonicalize(f"<x>{text}</x>", with_comments=True))
    except ET.ParseError:
        return None


def string(text: str) -> Value:
    """Read a string without a language."""
    return ("string", (text, ""))


def plain_literal(text: str) -> Value | None:
    """Read an rdf:PlainLiteral: text, an at sign, and a language or nothing (RDF PlainLiteral, section 3)."""
    content, sign, language = text.rpartition("@")
    if not sign or (language and not LANGUAGE.fullmatch(language)):
        return None
    return ("string", (content, language.lower()))


READERS: Final[dict[str, Callable[[str], Value | None]]] = {
    **dict.fromkeys(INTEGERS, integer),
    **dict.fromkeys(STRINGS, string),
    f"{RDF}PlainLiteral": plain_literal,
    f"{RDF}XMLLiteral": xml,
    f"{XSD}anyURI": lambda text: ("anyURI", text),
    f"{XSD}base64Binary": base64_bytes,
    f"{XSD}boolean": boolean,
    f"{XSD}dateTime": date_time,
    f"{XSD}dateTimeStamp": date_time,
    f"{XSD}decimal": decimal,
    f"{XSD}double": double,
    f"{XSD}float": single,
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


def value_pair(one: Term, two: Term) -> tuple[Value, Value] | None:
    """Return the values of two literals; None where one of them has none."""
    values = [value_of(term) if isinstance(term, Literal) else None for term in (one, two)]
    return None if values[0] is None or values[1] is None else (values[0], values[1])


def are_equal(one: Term, two: Term) -> bool:
    """Tell whether two literals have the same value."""
    values = value_pair(one, two)
    return values is not None and values[0] == values[1]


def are_different(one: Term, two: Term) -> bool:
    """Tell whether two literals have different values."""
    values = value_pair(one, two)
    return values is not None and values[0] != values[1]


TESTS: Final[dict[str, Callable[..., bool]]] = {
    "datatype": is_datatype,
    "has_value": has_value,
    "ill_typed": is_outside,
    "equal": are_equal,
    "different": are_different,
}


# Which datatypes contain which, and what lies in several.

CHAIN: Final = (*STRINGS, f"{RDF}PlainLiteral")
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
    space = reduce(meet, (space for space in spaces if space is not None), Space(None, WHOLE))
    return NOTHING if space.is_empty else space


def is_within(space: Space, datatype: str) -> bool:
    """Tell whether every value of a space is one of a datatype of the map."""
    whole = space_of(datatype)
    return whole is not None and meet(space, whole) == space
