"""Sizes and checksums of all downloads of a version (DCAT 3, section 6.8.15): made apart from requests.

A process of the server makes them while the machine has nothing else to do, once for a build: they are kept
with it, or beside the socket of the server where that is not to be written.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import current_app
from wicara.graph.export import EXPORTS, capable, part_quads
from wicara.graph.formats import DEFAULT, serialize_quads
from wicara.server import build_cache
from wicara.server.app_state import cache_folder, cached, dataset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wicara.graph.store import BuiltDataset

PREPARED: Final = "wicara-downloads-prepared"
"""Where an app says that a process measures its downloads: no request waits for that."""
NAME: Final = "downloads"
MAX_MEASURED: Final = 100_000
"""Quads of a dataset, beyond which making its downloads takes too long."""


class Size(NamedTuple):
    """How long a download is, and its SHA-256 (hex)."""

    bytes: int
    sha256: str


def measured(built: BuiltDataset) -> dict[str, Size]:
    """Return the size and checksum of each download of a dataset, by its name with the extension.

    What stands in the default graph alone is written once for formats with the same writer.
    """
    found = {}
    for part in EXPORTS.values():
        quads = part_quads(built, part.name)
        is_default = all(quad.graph_name == DEFAULT for quad in quads[-1:])
        sizes: dict[object, Size] = {}
        for form in capable(part):
            writer = (is_default and form.write) or form
            if writer not in sizes:
                body = serialize_quads(quads, form)
                sizes[writer] = Size(len(body), sha256(body).hexdigest())
            found[f"{part.name}.{form.extension}"] = sizes[writer]
    return found


def is_measurable(built: BuiltDataset) -> bool:
    """Tell whether the downloads of a dataset are measured: a built one does not change by itself."""
    return not built.plain and len(built.store) <= MAX_MEASURED


def read_sizes(known: Mapping[str, Sequence[Any]]) -> dict[str, Size]:
    """Return what was measured, from JSON."""
    return {name: Size(*size) for name, size in known.items()}


def keep(path: Path, content: bytes) -> None:
    """Write a file for all processes of a server; one that cannot be written is done without."""
    with suppress(OSError):
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def download_path(name: str) -> Path | None:
    """Return where something of this version that is found once is kept; None where nothing is."""
    folder = cache_folder()
    return folder and folder / f"{dataset().digest}.{name}"


def prepare(built: BuiltDataset, folder: Path | None = None) -> None:
    """Measure the downloads of a dataset, unless they are."""
    build_cache.cached_value(built, NAME, measured, folder)


def sizes() -> dict[str, Size] | None:
    """Return the size and checksum of each download of this request's dataset; None while they are made.

    Those of a released version are not told: each process of a server would have to make all its downloads.
    """
    if current_app.config["RELEASED"] or not is_measurable(dataset()):
        return {}
    if not current_app.extensions.get(PREPARED):
        return cached(NAME, measured, read_sizes)
    known = build_cache.known_value(dataset(), NAME, cache_folder())
    return None if known is None else read_sizes(known)
