"""The datatypes of OWL 2 RL: what is a value, which values are one, and which datatypes have them.

Tables go through the commands; properties of all literals are checked against Python's own arithmetic.
"""

from __future__ import annotations

import math
import struct
from itertools import combinations
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode
from wicara.graph.reasoning.datatypes import (
    CHAIN,
    DATATYPES,
    INTEGERS,
    common,
    in_space,
    is_ill_typed,
    is_recognised,
    is_within,
    space_of,
    value_of,
)
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from conftest import Command

XSD: Final = PREFIXES["xsd"]
RDF: Final = PREFIXES["rdf"]
HUGE: Final = "9" * 5000

VALID: Final = {
    "dateTime": (
        *("2018-12-31T24:00:00Z", "2016-02-29T00:00:00", "0000-01-01T00:00:00", "-0001-02-28T23:59:59.999"),
        *("12018-08-02T00:00:00-14:00", "2018-01-01T00:00:00+13:59", f"{HUGE}-12-31T24:00:00.0"),
    ),
    "dateTimeStamp": ("2018-08-02T10:00:00Z", "2018-08-02T24:00:00+07:00"),
    "integer": ("+007", "-0", HUGE),
    "decimal": ("1.", ".5", "-0.0", f"{HUGE}.5"),
    "nonNegativeInteger": ("-0", HUGE),
    "byte": ("-128", "127"),
    "float": ("INF", "-INF", "NaN", "1e400", "1.", ".5E-3"),
    "double": ("INF", "NaN", "1e-400"),
    "boolean": ("true", "1", "false", "0"),
    "token": ("", "a b", "a\u00a0b", "\u2003a"),
    "normalizedString": (" a  b ",),
    "Name": (":a", "_", "e\u0301", "\u0915\u093e", "a:b-c.d\u00b7"),
    "NCName": ("e\u0301", "\u0e01\u0e34", "a-1"),
    "NMTOKEN": ("1:\u0301", "-a", "\u00b7"),
    "language": ("en", "de-CH-1996"),
    "hexBinary": ("", "0fB7"),
    "base64Binary": ("", "QQ==", "Q Q = =", "AAAA"),
    "anyURI": ("", "http://example.org/é x", " a "),
}
"""Literals with a value (XML Schema Definition Language 1.1, part 2)."""

INVALID: Final = {
    "dateTime": (
        *("2018-02-29T00:00:00", "1900-02-29T00:00:00", "2018-13-01T00:00:00", "2018-00-01T00:00:00"),
        *("2018-01-32T00:00:00", "2018-01-01T24:00:01", "2018-01-01T25:00:00", "2018-01-01T00:60:00"),
        *("2018-01-01T00:00:60", "2018-01-01", "18-01-01T00:00:00", "2018-01-01T00:00:00z", ""),
        *(
            "2018-01-01 00:00:00",
            "2018-01-01T00:00:00+14:01",
            "2018-01-01T00:00:00+07:60",
            "02018-01-01T00:00:00",
        ),
    ),
    "dateTimeStamp": ("2018-08-02T10:00:00",),
    "integer": ("", "1.0", "1 2", "\u0661", "\u00a01"),
    "decimal": (".", "1e3", "INF"),
    "positiveInteger": ("0",),
    "unsignedByte": ("256", "-1"),
    "float": ("inf", "1e", "0x1"),
    "boolean": ("True", "yes", ""),
    "string": ("\ufffe", "a\uffff"),
    "token": (" a", "a  b", "a\tb", "\ufffe"),
    "normalizedString": ("a\nb", "\uffff"),
    "anyURI": ("\ufffe",),
    "Name": ("1a", "", "a b", "\u0301a"),
    "NCName": (":a", "a:b"),
    "NMTOKEN": ("", "a b"),
    "language": ("", "en_GB", "abcdefghi"),
    "hexBinary": ("0", "0g"),
    "base64Binary": ("QQ=", "QR==", "Q\u00a0Q=="),
}
"""Literals without one."""

SPACED: Final = {
    datatype: (f" {texts[0]}", f"{texts[0]}\n", f"\t{texts[0]} ")
    for datatype, texts in VALID.items()
    if datatype not in {"normalizedString", "anyURI"}
}
"""Literals without one, as white space is part of the lexical form: RDF collapses none before it looks."""

EQUAL: Final = (
    ("'2018-12-31T24:00:00Z'^^xsd:dateTime", "'2019-01-01T00:00:00.0+00:00'^^xsd:dateTime"),
    ("'2016-02-28T24:00:00'^^xsd:dateTime", "'2016-02-29T00:00:00'^^xsd:dateTime"),
    ("1", "'01.0'^^xsd:decimal"),
    ("'-0'^^xsd:decimal", "0"),
    ("'16777217'^^xsd:float", "'16777216'^^xsd:float"),
    ("'16777217.0000000000000001'^^xsd:float", "'16777218'^^xsd:float"),
    ("'0fb7'^^xsd:hexBinary", "'0FB7'^^xsd:hexBinary"),
    ("true", "'1'^^xsd:boolean"),
    ("'a@en'^^rdf:PlainLiteral", "'a'@EN"),
    ("'a@b@'^^rdf:PlainLiteral", "'a@b'"),
    ('\'<a b="1" c="2"/>\'^^rdf:XMLLiteral', '\'<a c="2" b="1"></a>\'^^rdf:XMLLiteral'),
)
DIFFERENT: Final = (
    ("'2018-08-02T10:00:00Z'^^xsd:dateTime", "'2018-08-02T11:00:00+01:00'^^xsd:dateTime"),
    ("'2018-08-02T10:00:00Z'^^xsd:dateTime", "'2018-08-02T10:00:00'^^xsd:dateTime"),
    ("1", "2"),
    ("1.0", "'1'^^xsd:double"),
    ("'1'^^xsd:float", "'1'^^xsd:double"),
    ("'+0'^^xsd:double", "'-0'^^xsd:double"),
    ("'a'@en", "'a'"),
    ("'41'^^xsd:hexBinary", "'QQ=='^^xsd:base64Binary"),
    ("'<!--a-->'^^rdf:XMLLiteral", "'<!--b-->'^^rdf:XMLLiteral"),
)
"""Literals with one value, and with two: identity decides (Structural Specification, section 4)."""


def literal(text: str, datatype: str) -> Literal:
    """Return a literal of an XSD datatype."""
    return Literal(text, datatype=NamedNode(XSD + datatype))


def written(table: dict[str, tuple[str, ...]], path: Path) -> list[str]:
    """Write each literal of a table as the value of something of its own; return the literals."""
    literals = [str(literal(text, datatype)) for datatype, texts in table.items() for text in texts]
    path.write_text("".join(f"<a:{n}> <a:p> {text} .\n" for n, text in enumerate(literals)), encoding="utf-8")
    return literals


def test_every_value_is_one(wicara: Command, tmp_path: Path) -> None:
    """What the recommendation has in a lexical space is no contradiction."""
    written(VALID, tmp_path / "valid.nt")
    assert wicara("reason", tmp_path / "valid.nt").stderr == ""


def test_what_has_no_value_is_named(wicara: Command, tmp_path: Path) -> None:
    """Each literal outside the lexical space of its datatype is a contradiction of its own."""
    table = {name: (*INVALID.get(name, ()), *SPACED.get(name, ())) for name in {**INVALID, **SPACED}}
    literals = written(table, tmp_path / "invalid.nt")
    result = wicara("reason", tmp_path / "invalid.nt")
    assert result.returncode == 3
    named = {line.split(" <a:p> ")[0].split()[-1] for line in result.stderr.splitlines()}
    assert {literals[n] for n in range(len(literals)) if f"<a:{n}>" not in named} == set()


def test_equal_values_are_entailed(wicara: Command, tmp_path: Path) -> None:
    """A value may be written in another way."""
    one, two = ((tmp_path / f"{name}.ttl") for name in ("one", "two"))
    for place, path in enumerate((one, two)):
        lines = (f"<a:x> <a:p{n}> {pair[place]} .\n" for n, pair in enumerate(EQUAL))
        path.write_text(f"@prefix xsd: <{XSD}> . @prefix rdf: <{RDF}> .\n{''.join(lines)}", encoding="utf-8")
    assert wicara("entails", one, two).returncode == 0
    assert wicara("entails", two, one).returncode == 0


def test_different_values_are_never_the_same(wicara: Command, tmp_path: Path) -> None:
    """Two values of a functional property contradict each other."""
    lines = (
        f"<a:p{n}> a owl:FunctionalProperty . <a:x> <a:p{n}> {one}, {two} .\n"
        for n, (one, two) in enumerate(DIFFERENT)
    )
    head = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("xsd", "rdf", "owl"))
    for line in lines:
        (tmp_path / "x.ttl").write_text(head + line, encoding="utf-8")
        result = wicara("reason", tmp_path / "x.ttl")
        assert (result.returncode, "eq-diff1" in result.stderr) == (3, True), line


def test_characters() -> None:
    """A string has what XML 1.0 or 1.1 has as a character, and no other; that of a language may have any."""
    for text in ("\x01", "\x85", "\ufffd", "\U0001fffe"):
        assert value_of(Literal(text)) is not None
    for text in ("\0", "\ufffe", "\uffff"):
        assert is_ill_typed(Literal(f"a{text}b"))
        assert not is_ill_typed(Literal(text, language="en"))


TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS: Final = st.integers(-(2**65), 2**65)
DECIMALS: Final = st.decimals(allow_nan=False, allow_infinity=False)
LITERALS: Final = st.one_of(
    st.builds(literal, NUMBERS.map(str), st.sampled_from([name.removeprefix(XSD) for name in INTEGERS])),
    st.builds(literal, DECIMALS.map("{:f}".format), st.just("decimal")),
    st.builds(literal, st.floats().map(repr), st.sampled_from(["float", "double"])),
    st.builds(literal, TEXT, st.sampled_from([name.removeprefix(XSD) for name in CHAIN[:-1]])),
    st.builds(literal, TEXT, st.sampled_from(["boolean", "hexBinary", "base64Binary", "anyURI", "dateTime"])),
    st.builds(Literal, TEXT, language=st.sampled_from(["en", "id", "de-CH"])),
)


@given(NUMBERS, st.sampled_from(sorted(INTEGERS)))
def test_integers_lie_within_their_bounds(number: int, datatype: str) -> None:
    """An integer is a value of a datatype just where it lies within its bounds, however it is written."""
    low, high = INTEGERS[datatype]
    is_value = (low is None or number >= low) and (high is None or number <= high)
    for text in (str(number), f"{number:+d}", f"{'-' if number < 0 else ''}00{abs(number)}"):
        assert is_ill_typed(Literal(text, datatype=NamedNode(datatype))) is not is_value


@given(DECIMALS, DECIMALS, st.integers(0, 5))
def test_decimals_are_equal_as_numbers_are(one: Decimal, two: Decimal, zeros: int) -> None:
    """Decimals have one value just where they are one number; integers are decimals, doubles are not."""
    values = [value_of(literal(f"{each:f}", "decimal")) for each in (one, two)]
    assert None not in values
    assert (values[0] == values[1]) is (one == two)
    number = int(one) if abs(one) < 2**65 else 7
    assert value_of(literal(str(number), "integer")) == value_of(
        literal(f"{number}.{'0' * zeros}", "decimal")
    )
    assert value_of(literal(str(number), "integer")) != value_of(literal(str(number), "double"))


@given(st.floats(), st.floats())
def test_doubles_are_told_apart_by_identity(one: float, two: float) -> None:
    """Doubles with the same bits are one value, +0 and -0 are two, NaN is itself; each is some float."""
    texts = ["NaN" if math.isnan(each) else repr(each).replace("inf", "INF") for each in (one, two)]
    values = [value_of(literal(text, "double")) for text in texts]
    is_same = struct.pack("<d", one) == struct.pack("<d", two) or (math.isnan(one) and math.isnan(two))
    assert None not in values
    assert (values[0] == values[1]) is is_same
    assert value_of(literal(texts[0], "float")) is not None


@given(LITERALS, st.lists(st.sampled_from(DATATYPES), min_size=1, max_size=3))
def test_a_value_lies_in_its_datatype_and_in_those_around_it(found: Literal, several: list[str]) -> None:
    """A literal has a value in its datatype or is ill-typed; value spaces meet as sets do."""
    value = value_of(found)
    assert is_recognised(found.datatype.value)
    assert (value is None) is is_ill_typed(found)
    space = common(several)
    assert all(is_within(space, each) for each in several)
    if value is None:
        return
    assert in_space(value, found.datatype.value)
    assert in_space(value, f"{PREFIXES['rdfs']}Literal")
    one = space_of(several[0])
    for other in DATATYPES:
        if one is not None and is_within(one, other) and in_space(value, several[0]):
            assert in_space(value, other)
        if all(in_space(value, each) for each in several) and is_within(space, other):
            assert in_space(value, other)
    if all(in_space(value, each) for each in several):
        assert not space.is_empty
        assert space.only_value is None or value_of(space.only_value) == value


def test_disjoint_datatypes_leave_nothing() -> None:
    """Each two primitive value spaces have nothing in common."""
    primitive = [f"{XSD}{name}" for name in ("decimal", "float", "double", "string", "boolean")]
    assert all(is_within(common(pair), f"{XSD}anyURI") for pair in combinations(primitive, 2))


@pytest.mark.parametrize("datatype", ["date", "time", "gYear", "duration"])
def test_datatypes_outside_the_map(datatype: str) -> None:
    """xsd:date and others are not of the OWL 2 datatype map: nothing is said of their literals."""
    assert value_of(literal("2018-08-02", datatype)) is None
    assert not is_ill_typed(literal("nonsense", datatype))
