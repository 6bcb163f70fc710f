"""The folder of the dataset: `$WICARA_DATASET`, else the one that comes with the software.

DIR/dataset.ttl                   title, licence and version of the dataset; the one file that there must be
DIR/**/*.trig, DIR/**/*.ttl       facts with their locks beside them, names of things, what is said of graphs
DIR/identity.csv                  which thing a mention is
DIR/redirects.csv, withdrawn.csv  IRIs that are no longer used
DIR/released/VERSION.nq.xz        the released versions
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from wicara.graph.errors import UnreadableInput

VARIABLE: Final = "WICARA_DATASET"
"""The variable of the environment that names a dataset of one's own; `--dataset` sets it."""
PACKAGED: Final = Path(__file__).parent / "data"
ABOUT: Final = "dataset.ttl"


def dataset_folder() -> Path:
    """Return the folder of the dataset; raises UnreadableInput where it holds none."""
    given = os.environ.get(VARIABLE)
    if not given:
        return PACKAGED
    folder = Path(given).resolve()
    if not folder.is_dir():
        raise UnreadableInput(
            f"{folder} is not a folder: --dataset or {VARIABLE} names one that holds {ABOUT}"
        )
    if not (folder / ABOUT).is_file():
        raise UnreadableInput(f"{folder} holds no {ABOUT}, which gives a dataset its title and version")
    return folder


def folder_name(folder: Path) -> str:
    """Return what messages and the digest call the folder of the dataset."""
    return "graph/data" if folder == PACKAGED else folder.name
