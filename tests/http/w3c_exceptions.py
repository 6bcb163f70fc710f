"""The tests of the W3C that this server does not pass, each with the reason in English and Indonesian."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, NamedTuple


class Reason(NamedTuple):
    """The outcome as EARL calls it, and why."""

    outcome: str
    en: str
    id: str


LISTED: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
EXCEPTIONS: Final = {name: Reason(**reason) for name, reason in LISTED.items()}
"""By the name of the test."""
