"""IRIs that are no longer used, and what took their place: graph/data/redirects.csv."""

from __future__ import annotations

import csv
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import wicara.graph

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE: Final = Path(wicara.graph.__file__).parent / "data" / "redirects.csv"


def read_redirects(table: Path = TABLE) -> Mapping[str, str]:
    """Return the new IRI of each retired one."""
    with table.open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["from"]: row["to"] for row in csv.DictReader(file)})
