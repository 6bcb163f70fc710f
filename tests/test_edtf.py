"""Dates in EDTF: the bounds that each gives a time span, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wicara.graph.facts.edtf import MEANINGS, Bounds, NotBoundedError, date_in_words, shortest_form

NAMES: Final = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
BOUNDS: Final = [
    ("throughout", "2017", "2017-01-01 2017-01-01 2017-12-31 2017-12-31 year"),
    ("throughout", "2016/2020", "2016-01-01 2016-12-31 2020-01-01 2020-12-31 year"),
    ("throughout", "2016-05-19/2016-05-20", "2016-05-19 2016-05-19 2016-05-20 2016-05-20 day"),
    ("throughout", "1991/", "1991-01-01 1991-12-31 - - year"),
    ("throughout", "1991/..", "1991-01-01 1991-12-31 - - year open"),
    ("throughout", "../2020-02", "- - 2020-02-01 2020-02-29 month"),
    ("throughout", "19XX/2001-05-06", "1900-01-01 1999-12-31 2001-05-06 2001-05-06 year"),
    ("within", "2018-11", "2018-11-01 2018-11-30 2018-11-01 2018-11-30 month"),
    ("within", "2018-08-02", "2018-08-02 2018-08-02 2018-08-02 2018-08-02 day"),
    ("within", "201X", "2010-01-01 2019-12-31 2010-01-01 2019-12-31 year"),
    ("within", "2018-XX", "2018-01-01 2018-12-31 2018-01-01 2018-12-31 year"),
    ("within", "2018-03/2018-05", "2018-03-01 2018-05-31 2018-03-01 2018-05-31 month"),
    ("within", "/2018", "- 2018-12-31 - 2018-12-31 year"),
    ("asOf", "2018-08-02", "- 2018-08-02 2018-08-02 - day"),
]
REFUSED: Final = [
    ("throughout", "201X", "in:within"),
    ("throughout", "2018-13", "does not exist"),
    ("within", "2018-02-30", "does not exist"),
    ("within", "0000", "does not exist"),
    ("throughout", "2020/2016", "ends before it begins"),
    ("throughout", "/..", "no interval"),
    ("throughout", "2018/2019/2020", "no date"),
    ("within", "2018?", "uncertain"),
    ("within", "2018~", "approximate"),
    ("within", "[2017, 2018]", "a set"),
    ("within", "Y17000", "a long year"),
    ("within", "2018-21", "does not exist"),
    ("within", "yesterday", "no date"),
    ("within", "", "no date"),
    ("asOf", "2018-08", "no day"),
    ("asOf", "2018-08-02/2018-08-03", "no date"),
]


@pytest.mark.parametrize(("name", "text", "expected"), BOUNDS)
def test_a_date_gives_bounds(name: str, text: str, expected: str) -> None:
    """A date bounds the start and the end of a span; an unknown end and an open one are not the same."""
    *days, granularity = expected.removesuffix(" open").split()
    bounds = {key: date.fromisoformat(day) for key, day in zip(NAMES, days, strict=True) if day != "-"}
    assert MEANINGS[name](text) == Bounds(bounds, granularity, expected.endswith("open"))


@pytest.mark.parametrize(("name", "text", "why"), REFUSED)
def test_what_has_no_bounds_is_refused(name: str, text: str, why: str) -> None:
    """A text that is no date, or one without bounds, is refused with what can be written."""
    with pytest.raises(NotBoundedError, match=why):
        MEANINGS[name](text)


@pytest.mark.parametrize(
    ("text", "english", "indonesian"),
    [
        ("2018-08-02", "2 August 2018", "2 Agustus 2018"),
        ("2018-11", "November 2018", "November 2018"),
        ("2016/2020", "2016 to 2020", "2016 sampai 2020"),
        ("1991/", "from 1991 on", "sejak 1991"),
        ("../2020-05", "until May 2020", "sampai Mei 2020"),
        ("201X", "201X", "201X"),
    ],
)
def test_a_date_is_worded(text: str, english: str, indonesian: str) -> None:
    """A date that names a time span is worded in both languages."""
    assert (date_in_words(text, "en"), date_in_words(text, "id")) == (english, indonesian)


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from(["throughout", "within"]))
def test_bounds_become_the_date_that_they_came_from(one: date, other: date, length: int, name: str) -> None:
    """Whatever the date, the bounds that it gives are written as a date that gives the same bounds."""
    start, end = sorted((one, other))
    for text in (start.isoformat()[:length], f"{start.isoformat()[:length]}/{end.isoformat()[:length]}"):
        bounds = MEANINGS[name](text)
        found = shortest_form(bounds.days, bounds.granularity)
        assert found
        assert MEANINGS[found[0]](found[1]) == bounds
