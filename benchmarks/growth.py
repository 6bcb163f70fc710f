"""What checking, building, adding and retracting cost as the articles grow: the first one, copied anew.

A copy has its own facts, words, events, claims, documents, observations, situations and time spans; states,
bodies, persons, posts, places and series are those of the first article. `make growth` runs it and prints, at
the end, the table of docs/speed.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measured import Cost, cost_of
from pyoxigraph import NamedNode, Quad, RdfFormat, serialize
from wicara.graph.inputs import Inputs, canonical, quads_of, read_inputs, source_files
from wicara.graph.names import GraphKind, kind_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyoxigraph import Triple

FIRST: Final = "kemlu-2018-08-02-asean-russia"
SIZES: Final = (1, 10, 100)
SLOW: Final = 1000
GB: Final = 1_000_000_000
OWN: Final = tuple(
    PREFIXES[kind]
    for kind in (
        "article",
        "claim",
        "document",
        "event",
        "evidence",
        "observation",
        "sentence",
        "situation",
        "timespan",
    )
)
"""The namespaces of things that each article brings along."""
OF_ARTICLE: Final = frozenset(
    {GraphKind.FACT, GraphKind.CONTENT, GraphKind.SOURCE, GraphKind.PROV, GraphKind.ENTITIES}
)


def main() -> None:
    """Measure, and print what each size costs, and how many times as much as the size before."""
    options = arguments()
    sizes = options.sizes or [*SIZES, *([SLOW] if options.slow else [])]
    print(f"\nThe first article and copies of it, load {os.getloadavg()[0]:.1f}: seconds, and the peak in MB")
    print(f"{'articles':>8}  {'command':26}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}  times the size before")
    before: dict[str, Cost] = {}
    table: dict[str, list[str]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            for name, cost in measured(size, Path(folder)):
                ratio = f"{cost.cpu / before[name].cpu:8.1f}" if name in before else ""
                print(
                    f"{size:8}  {name:26}{cost.wall:8.1f}{cost.cpu:8.1f}{cost.peak / 1e6:9.0f}  {ratio}",
                    flush=True,
                )
                before[name] = cost
                table.setdefault(name, []).append(f"{cost.wall:.1f} s, {in_megabytes(cost.peak)}")
    heads = (f"{size} article{'s' * (size > 1)}" for size in sizes)
    print(f"\n| | {' | '.join(heads)} |")
    print("|---" * (len(sizes) + 1) + "|")
    for name, cells in table.items():
        print(f"| {name} | {' | '.join(cells)} |")


def in_megabytes(peak: int) -> str:
    """Return bytes of memory in MB, in GB where there are many."""
    return f"{peak / GB:.1f} GB" if peak >= GB else f"{peak * 1000 / GB:.0f} MB"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, help=f"numbers of articles, {SIZES} by default")
    parser.add_argument("--slow", action="store_true", help=f"{SLOW} articles too")
    parser.add_argument("--folder", type=Path, help="where to work, else in the temporary folder")
    return parser.parse_args()


def measured(size: int, folder: Path) -> Iterator[tuple[str, Cost]]:
    """Yield what each command costs where the dataset has so many articles."""
    more, data = folder / "more", folder / "data"
    more.mkdir()
    inputs = first_article()
    for number in range(1, size):
        write_copy(inputs, number, more)
    added = folder / "added"
    added.mkdir()
    files = write_copy(inputs, size, added)
    options = ("--data", str(data), *(("--add", str(more)) if size > 1 else ()))
    yield "`wicara check`", cost_of(wicara("check", *options))
    yield "`wicara build`", cost_of(wicara("build", *options))
    with_one = [Path(shutil.copy(file, more)) for file in files]
    yield "`wicara check`, one more", cost_of(wicara("check", "--data", str(data), "--add", str(more)))
    for file in with_one:
        file.unlink()
    yield "`wicara add`, one more", cost_of(wicara("add", *map(str, files), *options))
    one = ("retract", f"fact/{FIRST}/F038", "--date", "2026-01-01")
    yield "`wicara retract`, a fact", cost_of(wicara(*one, *options))


def first_article() -> Inputs:
    """Return what the file of the first article states, and the background: other articles are not copied."""
    (file,) = (each for each in source_files() if each.path.stem == FIRST)
    background = (quad for quad in read_inputs().quads if kind(quad) is GraphKind.BACKGROUND)
    return Inputs((), (*background, *canonical(quads_of(file))), "")


def wicara(*arguments: str) -> tuple[str, ...]:
    """Return the command line of a command of Wicara."""
    return (sys.executable, "-m", "wicara", *arguments)


def write_copy(inputs: Inputs, number: int, folder: Path) -> tuple[Path, Path]:
    """Write a copy of the first article under new names; return the file of its facts and of its things."""
    name = f"copy-{number:04}"
    quads = tuple(copied(inputs, name))
    facts = folder / f"{name}.trig"
    things = folder / f"entities-{name}.ttl"
    is_thing = [kind(quad) is GraphKind.ENTITIES for quad in quads]
    named = [quad for quad, thing in zip(quads, is_thing, strict=True) if not thing]
    triples: list[Triple] = [quad.triple for quad, thing in zip(quads, is_thing, strict=True) if thing]
    facts.write_bytes(serialize(named, format=RdfFormat.TRIG, prefixes=PREFIXES) or b"")
    things.write_bytes(serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b"")
    return facts, things


def copied(inputs: Inputs, name: str) -> Iterator[Quad]:
    """Yield what the first article states, and what tells of it and its things, under another name."""
    background = {
        term
        for quad in inputs.quads
        if kind(quad) is GraphKind.BACKGROUND
        for term in (quad.subject, quad.object)
    }
    renamed = renaming(name, lambda node: node not in background and node.value.startswith(OWN))
    for quad in inputs.quads:
        if kind(quad) not in OF_ARTICLE:
            continue
        subject, graph = renamed(quad.subject), renamed(quad.graph_name)
        if (subject, graph) != (quad.subject, quad.graph_name):
            yield Quad(subject, quad.predicate, renamed(quad.object), graph)


def renaming(name: str, is_own: Callable[[NamedNode], bool]) -> Callable[[object], object]:
    """Return what gives terms of the first article those of its copy, and leaves others as they are."""
    graphs = PREFIXES["graph"] + GraphKind.CONTENT.value

    def renamed(term: object) -> object:
        if not isinstance(term, NamedNode):
            return term
        if FIRST in term.value:
            return NamedNode(term.value.replace(FIRST, name))
        if is_own(term) or term.value.startswith(graphs):
            space, _, local = term.value.rpartition("/")
            return NamedNode(f"{space}/{name}-{local}")
        return term

    return renamed


def kind(quad: Quad) -> GraphKind | None:
    """Return what the quad's graph holds."""
    return kind_of(quad.graph_name.value)  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
