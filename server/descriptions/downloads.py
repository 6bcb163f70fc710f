"""Sizes and checksums of all downloads of a version (DCAT 3, section 6.8.15): made apart from requests.

They are kept in a file beside the socket of the server, for all of its processes, which one makes while the
machine has nothing else to do; who asks before makes them.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from flask import current_app
from wicara.graph.export import EXPORTS, capable, quads_of
from wicara.graph.formats import serialize_quads
from wicara.server.app_state import EXTENSION as SERVED
from wicara.server.app_state import dataset, remembered

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from wicara.graph.store import BuiltDataset

EXTENSION: Final = "wicara-downloads"
SUFFIX: Final = ".downloads.json"
LOWEST: Final = 19
"""How nice a process is that leaves the processor to all others."""
MAX_MEASURED: Final = 100_000
"""Quads of a dataset, beyond which making its downloads takes too long."""


class Size(NamedTuple):
    """How long a download is, and its SHA-256 (hex)."""

    bytes: int
    sha256: str


def measured(built: BuiltDataset) -> dict[str, Size]:
    """Return the size and checksum of each download of a dataset, by its name with the extension."""
    found = {}
    for part in EXPORTS.values():
        quads = quads_of(built, part.name)
        for form in capable(part):
            body = serialize_quads(quads, form)
            found[f"{part.name}.{form.extension}"] = Size(len(body), sha256(body).hexdigest())
    return found


def is_measurable(built: BuiltDataset) -> bool:
    """Tell whether the downloads of a dataset are measured: a built one does not change by itself."""
    return not built.plain and len(built.store) <= MAX_MEASURED


def sizes_of(folder: Path | None, built: BuiltDataset) -> dict[str, Size]:
    """Return what was measured of a dataset, or measure it and keep that in a folder."""
    path = folder and folder / f"{built.digest}{SUFFIX}"
    if path:
        with suppress(OSError):
            return {name: Size(*size) for name, size in json.loads(path.read_bytes()).items()}
    found = measured(built)
    if path:
        keep(path, json.dumps(found).encode())
    return found


def keep(path: Path, content: bytes) -> None:
    """Write a file for all processes of a server; one that cannot be written is done without."""
    with suppress(OSError):
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def path_of(name: str) -> Path | None:
    """Return where something of this version that is found once is kept; None where nothing is."""
    folder: Path | None = current_app.extensions.get(EXTENSION)
    return folder and folder / f"{dataset().digest}.{name}"


def keep_in(app: Flask, folder: Path) -> None:
    """Keep what is measured in a folder that all processes of a server use."""
    app.extensions[EXTENSION] = folder


def prepare(app: Flask) -> None:
    """Measure the downloads of an app's dataset after whatever else wants to run, for whoever asks first."""
    os.nice(LOWEST)
    sizes_of(app.extensions[EXTENSION], app.extensions[SERVED].dataset)


def sizes() -> dict[str, Size]:
    """Return the size and checksum of each download of this request's dataset, if they are measured."""
    folder: Path | None = current_app.extensions.get(EXTENSION)
    return remembered(EXTENSION, lambda: sizes_of(folder, dataset()) if is_measurable(dataset()) else {})
