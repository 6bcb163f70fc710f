"""The error of an export that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wicara.graph.errors import UnreadableInput

if TYPE_CHECKING:
    from pyoxigraph import Literal


class Unwritable(UnreadableInput):
    """There is no such graph, or the format cannot hold it; the text names what can be asked for."""


class DoesNotFit(Unwritable):
    """A term that is to be written cannot stand in the format."""


def plain(literal: Literal, form: str) -> Literal:
    """Return a literal; raises DoesNotFit where it has a base direction (RDF 1.2), which the format lacks."""
    if literal.direction is not None:
        raise DoesNotFit(f"{form} has no base direction, which {literal} has. Choose another format.")
    return literal
