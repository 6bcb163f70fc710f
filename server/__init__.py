"""The dataset over HTTP: SPARQL, linked data, exports and pages, and the processes that serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wicara.server.app import create_app
    from wicara.server.app_state import swap

__all__ = ["create_app", "swap"]


def __getattr__(name: str) -> object:
    """Return what programs import from here; the web framework is loaded only then (PEP 562)."""
    if name == "create_app":
        from wicara.server.app import create_app  # noqa: PLC0415 - the process in front needs none of it

        return create_app
    if name == "swap":
        from wicara.server.app_state import swap  # noqa: PLC0415

        return swap
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
