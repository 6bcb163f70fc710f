"""Wicara: the facts of diplomatic press texts as a knowledge graph that can be questioned and trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pyoxigraph import Store
    from rdflib import Dataset

    from wicara.rows import Rows

__version__: str


def __getattr__(name: str) -> str:
    """Return `__version__` when it is first asked for."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - a tenth of the start of most commands

    return version("wicara")


def load(data: Path | str | None = None) -> Store:
    """Return the built dataset as a pyoxigraph Store, building it first where it is missing or out of date.

    `data` is the folder of builds; its default is `$XDG_DATA_HOME/wicara`. Queries
    take the dataset's prefixes with `store.query(text, prefixes=wicara.ontology.PREFIXES)`. Raises a
    `wicara.graph.errors.WicaraError` where the dataset cannot be built.
    """
    from pathlib import Path  # noqa: PLC0415 - `import wicara` alone stays light

    from wicara.graph.build import ensure  # noqa: PLC0415 - likewise

    return ensure(None if data is None else Path(data)).store


def load_rdflib(data: Path | str | None = None) -> Dataset:
    """Return the built dataset as an rdflib Dataset with its prefixes bound; the rest as `load`.

    Its default graph is that of the dataset: what is accepted and what follows from it.
    """
    from wicara.graph.rdflib_terms import dataset_of  # noqa: PLC0415 - likewise
    from wicara.ontology import PREFIXES  # noqa: PLC0415 - likewise

    return dataset_of(load(data), PREFIXES)


def query(sparql: str, data: Path | str | None = None, *, infer: bool = True) -> Rows:
    """Return the rows of a SPARQL query of the built dataset; its prefixes need no declaration.

    `infer=False` leaves out what follows by reasoning; `data` is as for `load`. Raises a
    `wicara.graph.errors.WicaraError` for a query that cannot be answered.
    """
    from pathlib import Path  # noqa: PLC0415 - likewise

    from wicara.graph.answers import answer  # noqa: PLC0415 - likewise
    from wicara.graph.build import ensure  # noqa: PLC0415 - likewise
    from wicara.rows import rows_of  # noqa: PLC0415 - likewise

    store = ensure(None if data is None else Path(data)).for_inference(infer)
    return rows_of(answer(store, sparql, "the query"))
