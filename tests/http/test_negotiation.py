"""Accept headers, as RFC 9110 section 12.5.1 has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wicara.server.http import negotiation
from wicara.server.http.negotiation import GRAPHS, PAGES, RESULTS, choose

if TYPE_CHECKING:
    from wicara.graph.formats import Format

OFFERS = st.sampled_from([RESULTS, GRAPHS, PAGES])
OWN = sorted({offer.media_type for offers in (RESULTS, GRAPHS, PAGES) for offer in offers})
WIDER = ["text/*", "application/*", "*/*", "image/png", "application/xml", "application/json"]
TYPES = st.sampled_from([*OWN, *WIDER])
WEIGHTS = st.sampled_from(["", ";q=0", ";q=0.001", "; q=0.5", ";Q=1.0", ";q=1", " ; q=0.25"])
OTHERS = st.sampled_from(["", ";charset=utf-8", ';profile="a,b;c\\"d"', "; level=1"])
RANGES = st.builds("{}{}{}".format, TYPES, OTHERS, WEIGHTS)
HEADERS = st.lists(RANGES, min_size=1, max_size=6).map(", ".join)
RUBBISH = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)


@given(HEADERS, OFFERS)
def test_what_is_chosen_is_wanted(header: str, offers: tuple[Format, ...]) -> None:
    """What is chosen has a weight above zero, and no offer a higher one; 406 only where none has any."""
    ranges = negotiation.accepted(header)
    weights = {offer: negotiation.weight(ranges, offer.media_type)[0] for offer in offers}
    chosen = choose(header, offers)
    if chosen is None:
        assert not any(weights.values())
    else:
        form, media_type = chosen
        assert media_type in (form.media_type, *form.aliases)
        assert negotiation.weight(ranges, media_type)[0] >= max(weights.values())
        assert negotiation.weight(ranges, media_type)[0] > 0


@given(RUBBISH, OFFERS)
def test_any_header_has_an_answer(header: str, offers: tuple[Format, ...]) -> None:
    """Any text at all as Accept is answered, in time that its length bounds."""
    chosen = choose(header, offers)
    assert chosen is None or chosen[0] in offers


@given(st.lists(RANGES, min_size=1, max_size=4), OFFERS)
def test_case_and_space_mean_nothing(ranges: list[str], offers: tuple[Format, ...]) -> None:
    """Upper case and more space in an Accept header change nothing."""
    assert choose(",".join(ranges), offers) == choose(" ,  ".join(ranges).upper(), offers)


@given(st.sampled_from(OWN), OFFERS)
def test_refused_type(media_type: str, offers: tuple[Format, ...]) -> None:
    """A type with q=0 is never chosen, even where everything else is welcome."""
    chosen = choose(f"*/*, {media_type};q=0", offers)
    assert chosen is not None
    assert chosen[1] != media_type


@given(st.sampled_from(OWN), OFFERS)
def test_named_before_wildcard(media_type: str, offers: tuple[Format, ...]) -> None:
    """A type that is named goes before one that only a wildcard takes in, at the same weight."""
    chosen = choose(f"*/*, {media_type}", offers)
    assert chosen is not None
    assert chosen[1] == media_type or media_type not in {offer.media_type for offer in offers}


@pytest.mark.parametrize(
    ("header", "offers", "media_type"),
    [
        (None, RESULTS, "application/sparql-results+json"),
        ("", GRAPHS, "text/turtle"),
        ("*/*", PAGES, "text/html"),
        ("text/*;q=0.1, application/rdf+xml;q=0.2", GRAPHS, "application/rdf+xml"),
        ("text/*", RESULTS, "text/csv"),
        ("application/*, application/sparql-results+json;q=0", RESULTS, "application/sparql-results+xml"),
        (
            "text/csv;q=2, text/html;q=x, text/tab-separated-values;q=0.1",
            RESULTS,
            "text/tab-separated-values",
        ),
        ("no media type at all", RESULTS, "application/sparql-results+json"),
        ("text/turtle;q=0.5;version=1.2, text/turtle;q=0.1, text/html;q=0.3", PAGES, "text/html"),
        ('application/ld+json;profile="http://a/,b"', GRAPHS, "application/ld+json"),
    ],
)
def test_choice(header: str | None, offers: tuple[Format, ...], media_type: str) -> None:
    """Weights, wildcards, exclusions, invalid elements and parameters are taken as the standard says."""
    chosen = choose(header, offers)
    assert chosen is not None
    assert chosen[1] == media_type


def test_nothing_acceptable() -> None:
    """A header that takes nothing of what there is chooses nothing."""
    assert choose("image/png, text/html;q=0", PAGES) is None
    assert choose("*/*;q=0", PAGES) is None
