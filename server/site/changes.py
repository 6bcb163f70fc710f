"""What is known of the changes of a dataset.

A fact has a day of its own where its provenance gives one: of its making or, once it is retracted, of that.
All others entered with the version that is served, and have the time at which that was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.inputs import DATASET
from wicara.graph.names import GRAPHS, GraphKind, graph_iri
from wicara.graph.solutions import solutions, value
from wicara.graph.store import SENTINEL, read_record
from wicara.server.addresses import path_of
from wicara.server.served import dataset, per_version, store, watched
from wicara.server.site.language import gettext as _
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wicara.graph.store import BuiltDataset

LATEST: Final = 200
"""How many changes are told, the newest first."""
GRAPHS_WITH_DAYS: Final = """
SELECT ?graph ?article (MIN(?made) AS ?since) (MIN(?ended) AS ?until) {
  { ?graph a wic:FactGraph OPTIONAL { ?graph wic:factOf ?article } }
  UNION { ?graph a wic:BackgroundGraph }
  UNION { ?graph prov:invalidatedAtTime ?end }
  OPTIONAL { ?graph prov:generatedAtTime|dcterms:created ?made }
  OPTIONAL { ?graph prov:invalidatedAtTime ?ended }
} GROUP BY ?graph ?article ORDER BY ?graph"""
BACKGROUND: Final = graph_iri(GraphKind.BACKGROUND)


@dataclass(frozen=True)
class Change:
    """Something that entered the dataset or left it: an IRI for it, its name, where to read of it, when."""

    id: str
    title: str
    path: str
    when: datetime
    graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is known of a fact or background graph: the source it belongs to, its beginning and its end."""

    graph: str
    article: str | None
    since: datetime | None
    until: datetime | None

    @property
    def group(self) -> str:
        """The article that it is of, or its pack of background."""
        return self.article or self.graph.rpartition("/")[0]


def made_at(built: BuiltDataset) -> datetime:
    """Return when a dataset was made: its build or its file, or else when it was first seen here."""
    record = read_record(built.path)
    if record is not None and record.digest == built.digest:
        return modified(built.path / SENTINEL)
    return modified(built.path) if built.path.is_file() else datetime.now(UTC).replace(microsecond=0)


def modified(path: Path) -> datetime:
    """Return when a file was written."""
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def instant(day: object) -> datetime | None:
    """Return a date or a time as an instant; None for what is neither."""
    try:
        found = datetime.fromisoformat(day.value) if isinstance(day, Literal) else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def known(built: BuiltDataset) -> list[Known]:
    """Return what is known of each fact and background graph of a dataset, with one query."""
    return [
        Known(
            value(row, "graph"),
            value(row, "article") if row["article"] else None,
            instant(row["since"]),
            instant(row["until"]),
        )
        for row in solutions(watched(built.asserted), GRAPHS_WITH_DAYS)
    ]


def changes() -> list[Change]:
    """Return the latest changes, the newest first: one query for the graphs, one for what they are called."""
    found = per_version(known)
    iris = {one.graph for one in found if one.since or one.until} | {
        one.article for one in found if one.article
    }
    words = Words.for_request(labels_of(store(), map(NamedNode, iris)))
    told = [version(), *together(found, words), *by_day(found, words)]
    return sorted(told, key=lambda one: one.when, reverse=True)[:LATEST]


def version() -> Change:
    """Return the version of the dataset that is served."""
    told = dataset()
    title = _(
        "Version %(version)s of the dataset (%(digest)s)", version=told.version, digest=told.digest[:12]
    )
    return Change(f"{DATASET}#{told.digest}", title, "/", per_version(made_at))


def together(found: Iterable[Known], words: Words) -> Iterator[Change]:
    """Yield the facts that have no day of their own, those of a source together."""
    groups: dict[str, list[str]] = {}
    for one in found:
        if one.since is None and one.until is None:
            groups.setdefault(one.group, []).append(one.graph)
    for group, graphs in groups.items():
        count = len(graphs)
        if group.startswith(BACKGROUND):
            title = _("Background “%(name)s”: %(n)s facts", name=group.rpartition("/")[2], n=count)
        else:
            title = _("“%(name)s”: %(n)s facts", name=words.show_iri(group).text, n=count)
        path = path_of(graphs[0] if group.startswith(GRAPHS) else group) or "/"
        yield Change(f"{group}#facts", title, path, per_version(made_at), tuple(graphs))


def by_day(found: Iterable[Known], words: Words) -> Iterator[Change]:
    """Yield the facts that have a day of their own, and those that were retracted."""
    for one in found:
        name, path = words.show_iri(one.graph).text, path_of(one.graph) or "/"
        if one.since:
            yield Change(one.graph, _("New: %(name)s", name=name), path, one.since, (one.graph,))
        if one.until:
            title = _("Retracted: %(name)s", name=name)
            yield Change(f"{one.graph}#retracted", title, path, one.until, (one.graph,))
