"""The released versions of the dataset, each whole: as it was served, with what was inferred; what differs.

A release is `released/VERSION.nq.xz` in the folder of the dataset, made by
`wicara export --graph all --format nquads | xz -9e`; one takes about 100 KB, so those of the packaged dataset
come with the software.
"""

from __future__ import annotations

import lzma
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse
from wicara.graph.assembly import kind
from wicara.graph.dataset_folder import dataset_folder
from wicara.graph.errors import UnreadableInput
from wicara.graph.evidence import WAY
from wicara.graph.names import ASSERTED, GraphKind, iri_name, kind_of, term_text
from wicara.graph.store import BuiltDataset
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


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
    """Yield the quads of a version without what was inferred; of its default graph, what a graph asserts."""
    version = tuple(quads)
    stated = {quad.triple for quad in version if kind(quad) in ASSERTED}
    for quad in version:
        of_kind = kind(quad)
        if quad.triple in stated if of_kind is None else of_kind is not GraphKind.INFERRED:
            yield quad


# What differs between two versions of the dataset: what was added, withdrawn, re-worded or changed.


LABELS: Final = tuple(NamedNode(PREFIXES["skos"] + name) for name in ("prefLabel", "altLabel"))
WORDS: Final = frozenset(
    {
        *LABELS,
        *(NamedNode(PREFIXES["skos"] + name) for name in ("definition", "scopeNote", "hiddenLabel")),
        *(NamedNode(PREFIXES["rdfs"] + name) for name in ("label", "comment")),
        *(NamedNode(PREFIXES["oa"] + name) for name in ("exact", "start", "end", "prefix", "suffix")),
        NamedNode(PREFIXES["wic"] + "spanSha256"),
    }
)
"""The properties that only word a thing or quote a text: what differs in these alone is re-worded."""
OWN: Final = frozenset({GraphKind.FACT, GraphKind.BACKGROUND, GraphKind.CONTENT})
"""The kinds of graphs that are things of their own; of other graphs, each subject is one."""
LEFT_OUT: Final = frozenset({None, GraphKind.INFERRED, GraphKind.META, GraphKind.ALIGNMENT})
ADDED, WITHDRAWN, REWORDED, CHANGED = "added", "withdrawn", "re-worded", "changed"


@dataclass(frozen=True)
class Difference:
    """A fact, background, term or other thing that differs: how, what it is called, and the statements.

    `before` and `after` are the statements that only one version makes, as lines of prefixed names.
    """

    iri: str
    kind: str
    change: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """What differs between two versions, sorted by kind and IRI."""

    before: str
    after: str
    things: Sequence[Difference]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many things of each kind changed in each way."""
        counted = Counter((thing.kind, thing.change) for thing in self.things)
        kinds = sorted({kind for kind, _change in counted})
        ways = (ADDED, WITHDRAWN, REWORDED, CHANGED)
        return {kind: {way: counted[kind, way] for way in ways if counted[kind, way]} for kind in kinds}

    def as_json(self) -> dict[str, Any]:
        """Return this for programs."""
        changes = [asdict(thing) for thing in self.things]
        return {"from": self.before, "to": self.after, "counts": self.counts(), "changes": changes}


def differences(before: BuiltDataset, after: BuiltDataset) -> Differences:
    """Return what differs between two versions in what is asserted; what was inferred follows from it."""
    old, new = quads_by_thing(before.asserted), quads_by_thing(after.asserted)
    differing = [
        difference(iri, old.get(iri, frozenset()), new.get(iri, frozenset()))
        for iri in old.keys() | new.keys()
        if old.get(iri) != new.get(iri)
    ]
    differing.sort(key=lambda thing: (thing.kind, thing.iri))
    return Differences(before.version, after.version, differing)


def quads_by_thing(store: Store) -> dict[str, frozenset[Quad]]:
    """Return the quads that belong to each fact, background or other thing, by its IRI.

    The evidence of a fact belongs to the fact. Statements of blank nodes are left out: they have no names.
    """
    evidence: dict[object, object] = {}
    for step in WAY:
        for quad in store.quads_for_pattern(None, step, None, None):
            evidence[quad.object] = quad.subject
    by_owner: defaultdict[str, set[Quad]] = defaultdict(set)
    for quad in store.quads_for_pattern(None, None, None, None):
        graph = quad.graph_name
        kind = kind_of(graph.value) if isinstance(graph, NamedNode) else None
        if kind in LEFT_OUT or not isinstance(quad.subject, NamedNode):
            continue
        owner: object = graph if kind in OWN else quad.subject
        while owner in evidence:
            owner = evidence[owner]
        if isinstance(owner, NamedNode):
            by_owner[owner.value].add(quad)
    return {iri: frozenset(quads) for iri, quads in by_owner.items()}


def difference(iri: str, old: frozenset[Quad], new: frozenset[Quad]) -> Difference:
    """Return how a thing differs."""
    out, into = old - new, new - old
    if not old or not new:
        change = WITHDRAWN if old else ADDED
    else:
        change = REWORDED if {quad.predicate for quad in out | into} <= WORDS else CHANGED
    return Difference(
        iri, kind_of_thing(iri), change, label_of(new or old, iri), nt_lines(out), nt_lines(into)
    )


def kind_of_thing(iri: str) -> str:
    """Return what kind of thing an IRI is: `fact`, `person`, `area`, `term`; the place of its IRI."""
    kind = kind_of(iri)
    if kind is not None:
        return kind.value
    if iri.startswith(PREFIXES["wic"]):
        return "term"
    parts = iri.rsplit("/", 2)
    return parts[-2] if len(parts) > 2 else "other"  # noqa: PLR2004 - a base, a kind and a name


def label_of(quads: Iterable[Quad], iri: str) -> str:
    """Return the English name of a thing, or another."""
    node = NamedNode(iri)
    names = sorted(
        (quad.object.language != "en", str(quad.object.value))
        for quad in quads
        if quad.subject == node and quad.predicate == LABELS[0] and isinstance(quad.object, Literal)
    )
    return names[0][1] if names else ""


def nt_lines(quads: Iterable[Quad]) -> tuple[str, ...]:
    """Return statements as lines, sorted."""
    return tuple(sorted({" ".join(map(term_text, quad.triple)) for quad in quads}))


def as_text(differing: Differences) -> str:
    """Return the differences for people: counts, and a line for each thing with what it was and is."""
    marks: Mapping[str, str] = {ADDED: "+", WITHDRAWN: "-", REWORDED: "~", CHANGED: "!"}
    parts = [f"dataset {differing.before} -> {differing.after}"]
    parts += [
        f"{kind}: {', '.join(f'{number} {way}' for way, number in ways.items())}"
        for kind, ways in differing.counts().items()
    ]
    for thing in differing.things:
        parts.append(
            f"{marks[thing.change]} {iri_name(thing.iri)}{f'  {thing.label}' if thing.label else ''}"
        )
        if thing.change in {REWORDED, CHANGED}:
            parts += [f"    - {line}" for line in thing.before] + [f"    + {line}" for line in thing.after]
    return "\n".join(parts) + "\n"
