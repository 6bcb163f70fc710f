"""The table of kinds (`kinds.toml`): what the site knows of each kind of thing, by its classes or its IRI."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wicara.ontology import expand
from wicara.server.site.language import lazy_gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE: Final = Path(__file__).with_name("kinds.toml")


@dataclass(frozen=True)
class Kind:
    """A kind of thing; `kinds.toml` says what each field is for. Classes are IRIs."""

    key: str
    classes: tuple[str, ...] = ()
    layout: str = ""
    segments: tuple[str, ...] = ()
    label: str = ""
    weight: float = 1.0
    first: bool = False
    who: bool = False
    joined: bool = False
    status: bool = False
    lane: str = ""
    shape: str = ""
    pictures: tuple[str, ...] = ()
    choice: str = ""
    technical: bool = False

    @property
    def name(self) -> object:
        """The label, in the language of the reader once it is shown."""
        return lazy_gettext(self.label)


def read_kinds() -> dict[str, Kind]:
    """Return the kinds of `kinds.toml` by their keys, in its order; raises TypeError for an unknown field."""
    kinds = {}
    entry: dict[str, Any]
    for key, entry in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()
        }
        classes = tuple(expand(name if ":" in name else f"wic:{name}") for name in values.pop("classes", ()))
        kinds[key] = Kind(key, classes, segments=values.pop("segments", (key,)), **values)
    return kinds


KINDS: Final = read_kinds()
OF_CLASS: Final = {iri: kind for kind in KINDS.values() for iri in kind.classes}
"""The kind of each class, in the order in which they count."""
OF_SEGMENT: Final = {segment: kind for kind in KINDS.values() for segment in kind.segments}
"""The kind of a thing by the first segment of its IRI under /id/."""


def kind_of_classes(classes: Iterable[str]) -> Kind | None:
    """Return the first kind that some of the classes of a thing are of."""
    found = set(classes)
    return next((kind for iri, kind in OF_CLASS.items() if iri in found), None)
