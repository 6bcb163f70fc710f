"""IRIs that are no longer used: what took their place (redirects.csv), or why nothing did (withdrawn.csv)."""

from __future__ import annotations

import csv
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import wicara.graph

if TYPE_CHECKING:
    from collections.abc import Mapping

WITHDRAWN: Final = Path(wicara.graph.__file__).parent / "data" / "withdrawn.csv"
TABLE: Final = Path(wicara.graph.__file__).parent / "data" / "redirects.csv"


def read_redirects(table: Path = TABLE) -> Mapping[str, str]:
    """Return the new IRI of each retired one."""
    with table.open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["from"]: row["to"] for row in csv.DictReader(file)})


def read_withdrawn(table: Path = WITHDRAWN) -> Mapping[str, Mapping[str, str]]:
    """Return of each withdrawn IRI the last version that has it (`version`), and why in `en` and `id`."""
    with table.open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["iri"]: row for row in csv.DictReader(file)})
