"""One page of each kind, by name: what the checks of all pages go through."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

PAGES: Final = tomllib.loads(Path(__file__).with_name("kinds.toml").read_text("utf-8"))
KINDS: Final[dict[str, str]] = PAGES["kinds"]

TEMPLATES: Final[list[str]] = PAGES["templates"]


def in_language(path: str, language: str) -> str:
    """Return the address of a page in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def in_indonesian(*kinds: str) -> list[str]:
    """Return the addresses of pages of some kinds in Indonesian."""
    return [in_language(KINDS[kind], "id") for kind in kinds]


EVERY_PAGE: Final = [*KINDS.values(), *in_indonesian(*KINDS)]
FEW_PAGES: Final = [
    *(KINDS[kind] for kind in TEMPLATES),
    *in_indonesian("home", "event", "fact", "explanation", "question"),
]
