"""The released versions of the dataset, each whole: as it was served, with what was inferred then.

A release is `released/VERSION.nq.xz` in the folder of the dataset, made by
`wicara export --graph all --format nquads | xz -9e`; one takes about 100 KB, so those of the packaged dataset
come with the software.
"""

from __future__ import annotations

import lzma
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse
from wicara.graph.dataset_folder import dataset_folder
from wicara.graph.errors import UnreadableInput
from wicara.graph.names import ASSERTED, GraphKind, kind_of
from wicara.graph.store import BuiltDataset

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER: Final = "released"
SUFFIX: Final = ".nq.xz"


class UnknownVersion(UnreadableInput):
    """A version of the dataset that was not released; the text lists those that were."""


def versions() -> tuple[str, ...]:
    """Return the released versions, the oldest first."""
    names = [path.name.removesuffix(SUFFIX) for path in (dataset_folder() / FOLDER).glob(f"*{SUFFIX}")]
    return tuple(sorted(names, key=lambda name: [int(part) for part in name.split(".")]))


def release(version: str) -> BuiltDataset:
    """Return a released version of the dataset; raises UnknownVersion for one that there is not."""
    if version not in (known := versions()):
        others = f"there are {', '.join(known)}" if known else "this dataset has none"
        raise UnknownVersion(f"there is no released version {version}; {others}")
    path = dataset_folder() / FOLDER / f"{version}{SUFFIX}"
    content = path.read_bytes()

    def load(infer: bool) -> Store:  # noqa: FBT001 - the value of `infer=on|off`
        store = Store()
        quads = parse(lzma.decompress(content), RdfFormat.N_QUADS)
        store.bulk_extend(quads if infer else asserted(quads))
        return store

    return BuiltDataset(path, load, version, sha256(content).hexdigest())


def asserted(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the quads of a version without what was inferred, its default graph made anew."""
    for quad in quads:
        kind = kind_of(quad.graph_name.value) if isinstance(quad.graph_name, NamedNode) else None
        if kind is not None and kind != GraphKind.INFERRED:
            yield quad
            if kind in ASSERTED:
                yield Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())
