"""The datatypes of OWL 2 RL: values, value spaces and ill-typed literals, checked in other ways."""

from __future__ import annotations

import math
import struct
from datetime import datetime, timedelta, timezone
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

XSD: Final = PREFIXES["xsd"]
RDF: Final = PREFIXES["rdf"]


def literal(text: str, datatype: str) -> Literal:
    """Return a literal of an XSD datatype."""
    return Literal(text, datatype=NamedNode(XSD + datatype))


TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS: Final = st.integers(-(2**65), 2**65)
LITERALS: Final = st.one_of(
    st.builds(literal, NUMBERS.map(str), st.sampled_from([name.removeprefix(XSD) for name in INTEGERS])),
    st.builds(
        literal, st.decimals(allow_nan=False, allow_infinity=False).map("{:f}".format), st.just("decimal")
    ),
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
    for text in (str(number), f" {number:+d}\n", f"{'-' if number < 0 else ''}00{abs(number)}"):
        found = Literal(text, datatype=NamedNode(datatype))
        assert (value_of(found) is not None) is is_value
        assert is_ill_typed(found) is not is_value


@given(NUMBERS, st.integers(0, 5))
def test_equal_numbers_are_one_value(number: int, zeros: int) -> None:
    """Integers and decimals share their values; floats and doubles are values of their own."""
    one = value_of(literal(str(number), "integer"))
    assert one == value_of(literal(f"{number}.{'0' * zeros}", "decimal"))
    assert one != value_of(literal(f"{number}.{'0' * zeros}5", "decimal"))
    assert one != value_of(literal(str(number), "double"))


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_are_equal_as_numbers_are(one: Decimal, two: Decimal) -> None:
    """Two decimals have one value just where they are one number."""
    values = [value_of(literal(f"{each:f}", "decimal")) for each in (one, two)]
    assert None not in values
    assert (values[0] == values[1]) is (one == two)


@given(st.floats(), st.floats())
def test_doubles_are_told_apart_by_identity(one: float, two: float) -> None:
    """Doubles with the same bits are one value, +0 and -0 are two, and NaN is itself."""
    values = [value_of(literal(written(each), "double")) for each in (one, two)]
    is_same = struct.pack("<d", one) == struct.pack("<d", two) or (math.isnan(one) and math.isnan(two))
    assert None not in values
    assert (values[0] == values[1]) is is_same


def written(number: float) -> str:
    """Return a float as XSD writes it."""
    if math.isnan(number):
        return "NaN"
    return repr(number).replace("inf", "INF")


@given(st.floats(allow_nan=False))
def test_every_double_is_some_float(number: float) -> None:
    """A float rounds to the nearest, or overflows to an infinity, and is never without a value."""
    assert value_of(literal(written(number), "float")) is not None


@given(
    st.datetimes(),
    st.one_of(st.none(), st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))),
)
def test_date_times_that_python_knows_are_values(moment: datetime, zone: timezone | None) -> None:
    """What Python writes as a date and time has a value; with a time zone it is an xsd:dateTimeStamp."""
    text = moment.replace(tzinfo=zone).isoformat()
    assert value_of(literal(text, "dateTime")) is not None
    assert (value_of(literal(text, "dateTimeStamp")) is not None) is (zone is not None)


@pytest.mark.parametrize(
    "text",
    [
        *("2018-02-29T00:00:00", "2018-13-01T00:00:00", "2018-00-01T00:00:00", "2018-01-32T00:00:00"),
        *("2018-01-01T24:00:01", "2018-01-01T25:00:00", "2018-01-01T00:60:00", "2018-01-01T00:00:60"),
        *("2018-01-01", "18-01-01T00:00:00", "2018-01-01T00:00:00z", "2018-01-01 00:00:00", ""),
    ],
)
def test_impossible_date_times(text: str) -> None:
    """A day or an hour that there is not has no value."""
    assert is_ill_typed(literal(text, "dateTime"))


@given(st.binary(max_size=12))
def test_bytes_are_values_in_both_ways_of_writing(content: bytes) -> None:
    """Bytes in upper or lower hexadecimal are one value, and none of xsd:base64Binary."""
    upper, lower = (literal(text, "hexBinary") for text in (content.hex().upper(), content.hex()))
    assert value_of(upper) == value_of(lower)
    assert value_of(upper) is not None
    assert is_ill_typed(literal(f"{content.hex()}f", "hexBinary"))


@pytest.mark.parametrize("text", ["true", "1", " true ", "false", "0"])
def test_booleans(text: str) -> None:
    """There are two truth values, each with two names; others are none."""
    assert (value_of(literal(text, "boolean")) == ("boolean", True)) is (text.strip() in {"true", "1"})
    assert is_ill_typed(literal(f"{text}x", "boolean"))
    assert is_ill_typed(literal("True", "boolean"))


@given(TEXT, st.sampled_from(["en", "EN", "id-ID", "ID-id"]))
def test_language_tags_know_no_case(text: str, tag: str) -> None:
    """Strings in one language are equal whatever the case of its tag, and never equal one without."""
    tagged = value_of(Literal(text, language=tag))
    assert tagged == value_of(Literal(text, language=tag.swapcase()))
    assert tagged != value_of(Literal(text))
    assert tagged == value_of(Literal(f"{text}@{tag}", datatype=NamedNode(f"{RDF}PlainLiteral")))


@given(LITERALS)
def test_a_value_lies_in_its_datatype(found: Literal) -> None:
    """A literal has a value in the value space of its datatype, or it is ill-typed; never both."""
    value = value_of(found)
    assert (value is None) is is_ill_typed(found) or found.language
    assert is_recognised(found.datatype.value)
    if value is not None:
        assert in_space(value, found.datatype.value)
        assert in_space(value, f"{PREFIXES['rdfs']}Literal")


@given(LITERALS, st.lists(st.sampled_from(DATATYPES), min_size=1, max_size=3))
def test_spaces_agree_with_values(found: Literal, datatypes: list[str]) -> None:
    """Where a value lies in several datatypes, their intersection is not empty and holds no other kind."""
    value = value_of(found)
    if value is None or not all(in_space(value, each) for each in datatypes):
        return
    space = common(datatypes)
    assert not space.is_empty
    for other in DATATYPES:
        if is_within(space, other):
            assert in_space(value, other)
    if space.only_value is not None:
        assert value_of(space.only_value) == value


@given(LITERALS, st.sampled_from(DATATYPES), st.sampled_from(DATATYPES))
def test_inside_means_no_exception(found: Literal, inner: str, outer: str) -> None:
    """Where one datatype is inside another, no value of the one is missing in the other."""
    value, space = value_of(found), space_of(inner)
    if value is not None and space is not None and is_within(space, outer) and in_space(value, inner):
        assert in_space(value, outer)


@pytest.mark.parametrize("datatype", ["date", "time", "gYear", "duration"])
def test_datatypes_outside_the_map(datatype: str) -> None:
    """xsd:date and others are not of the OWL 2 datatype map: nothing is said of their literals."""
    assert value_of(literal("2018-08-02", datatype)) is None
    assert not is_ill_typed(literal("nonsense", datatype))
    assert not is_recognised(XSD + datatype)
