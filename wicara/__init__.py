"""Wicara: the facts of diplomatic press texts as a knowledge graph that can be questioned and trusted."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import Store

__version__ = version("wicara")


def load(data: Path | None = None) -> Store:
    """Return the built dataset as a pyoxigraph Store, building it first where it is missing or out of date.

    `data` is the folder of builds; its default is `$XDG_DATA_HOME/wicara`. Raises a
    `wicara.graph.errors.WicaraError` where the dataset cannot be built.
    """
    from wicara.graph.build import ensure  # noqa: PLC0415 - `import wicara` alone stays light

    return ensure(data).store
