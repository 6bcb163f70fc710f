"""What a query or update may not ask: calls to other servers, nesting and joins that are too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wicara.graph.sparql_text import Token, tokens
from wicara.server.guard.calls import check_calls
from wicara.server.guard.refused import Refused
from wicara.server.guard.size import check_size, is_small

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.server.settings import Settings

__all__ = ["IN_QUERIES", "Refused", "Token", "check", "check_calls", "check_size", "is_small", "tokens"]

IN_QUERIES: Final = ("SERVICE",)
"""A LOAD in a query is a syntax error, which the parser tells."""


def check(text: str, settings: Settings, keywords: Iterable[str] = ("SERVICE", "LOAD")) -> None:
    """Raise Refused where a text asks for what the settings do not allow; `keywords` are those of calls."""
    lower = text.lower()
    if any(keyword.lower() in lower for keyword in keywords):
        check_calls(text, settings.allow_service, keywords)
    if not is_small(text, settings.limits):
        check_size(text, settings.limits)
