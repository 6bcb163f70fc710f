"""Which prefixes a set of IRIs needs, and how each of these IRIs is written with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMESPACES: Final = MappingProxyType({iri: prefix for prefix, iri in PREFIXES.items()})
LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
"""The local names that every format and parser agrees on; an IRI with any other is written in full."""


@dataclass(frozen=True)
class Shortened:
    """The prefixes in use, sorted by name, and the IRIs that they shorten, each with its prefixed name."""

    prefixes: Mapping[str, str]
    names: Mapping[str, str]


def split(iri: str) -> tuple[str, str]:
    """Return the namespace (up to the last `#` or `/`) and the local name."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:]


def shorten(iris: Iterable[str]) -> Shortened:
    """Return how these IRIs are written with the dataset's prefixes.

    A prefix spelled like the scheme of one of the IRIs is not used: JSON-LD could confuse the two.
    """
    found = set(iris)
    schemes = {iri.partition(":")[0] for iri in found}
    used: dict[str, str] = {}
    names: dict[str, str] = {}
    for iri in found:
        namespace, local = split(iri)
        prefix = NAMESPACES.get(namespace)
        if prefix and prefix not in schemes and LOCAL_NAME.fullmatch(local):
            used[prefix] = namespace
            names[iri] = f"{prefix}:{local}"
    return Shortened(dict(sorted(used.items())), names)
