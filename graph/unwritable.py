"""The error of an export that cannot be."""

from __future__ import annotations

from wicara.graph.errors import UnreadableInput


class Unwritable(UnreadableInput):
    """There is no such graph, or the format cannot hold it; the text names what can be asked for."""
