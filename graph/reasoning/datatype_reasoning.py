"""Which datatypes contain which, and what lies in several (OWL 2 Structural Specification, section 4).

The value spaces of the primitive datatypes are disjoint. Within the numbers a datatype is an interval, of
integers or of all decimals; the string datatypes are a chain, each inside the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.reasoning.datatypes import INTEGERS, LITERAL, RDF, SPACES, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

CHAIN: Final = (
    *(f"{XSD}{name}" for name in ("language", "NCName", "Name", "NMTOKEN", "token", "normalizedString")),
    f"{XSD}string",
    f"{RDF}PlainLiteral",
)
"""The string datatypes from the smallest value space on: every language tag is an NCName, and so on."""

LANGUAGE_STRINGS: Final = f"{RDF}langString"


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
    if datatype == LANGUAGE_STRINGS:
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
    found = Space(None, WHOLE)
    for datatype in datatypes:
        space = space_of(datatype)
        found = found if space is None else meet(found, space)
    return NOTHING if found.is_empty else found


def is_inside(space: Space, datatype: str) -> bool:
    """Tell whether every value of a space is one of a datatype of the map."""
    whole = space_of(datatype)
    return whole is not None and meet(space, whole) == space
