"""What a person added to a folder of builds, and retracted in it: an input of every build of that folder.

DIR/overlay -> overlays/<n>/overlay     the overlay as it is; swapped by a rename: a change is whole or none
DIR/overlays/<n>/overlay/               added files under their own names, and retracted.trig
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Quad
from wicara.graph.assembly import INVALIDATED
from wicara.graph.durable_files import write_durably
from wicara.graph.errors import Unavailable, UnreadableInput
from wicara.graph.inputs import SourceFile, quads_of, read_bytes
from wicara.graph.names import GRAPHS, PROV, GraphKind, iri_name, kind_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date
    from pathlib import Path

OVERLAY: Final = "overlay"
STATES: Final = "overlays"
RETRACTED: Final = "retracted.trig"
KEPT: Final = 2
"""How many states stay: the current one and the one before, which another process may be reading."""

SUFFIXES: Final = (".trig", ".ttl")
RETRACTABLE: Final = frozenset({GraphKind.FACT, GraphKind.BACKGROUND})
DATE_TIME: Final = NamedNode(PREFIXES["xsd"] + "dateTime")
HEADER: Final = (
    "# Graphs that `wicara retract` took out, and the day; `wicara retract --undo` brings one back.\n"
)


def overlay_of(data: Path) -> Path | None:
    """Return the overlay of a folder of builds as it is now, or None where there is none."""
    folder = data / OVERLAY
    return folder.resolve() if folder.is_dir() else None


@contextmanager
def staged(data: Path) -> Iterator[Path]:
    """Give a copy of the overlay to change; it goes where it was not published.

    Only for the process that holds the lock of the folder. Raises Unavailable where the disk refuses.
    """
    try:
        states = data / STATES
        newest = number_of(overlay_of(data))
        for leftover in (state for state in states_in(data) if int(state.name) > newest):
            shutil.rmtree(leftover)
        stage = states / str(newest + 1) / OVERLAY
        before = overlay_of(data)
        if before is None:
            stage.mkdir(parents=True)
        else:
            shutil.copytree(before, stage)
        try:
            yield stage
        finally:
            if overlay_of(data) != stage.resolve():
                shutil.rmtree(stage.parent)
    except OSError as error:
        raise Unavailable(
            f"cannot change {data / OVERLAY}: {error}; make room or name another folder with --data"
        ) from error


def states_in(data: Path) -> list[Path]:
    """Return the states of the overlay, the oldest first."""
    return sorted(
        (state for state in (data / STATES).glob("*") if state.name.isdigit()), key=lambda p: int(p.name)
    )


def number_of(overlay: Path | None) -> int:
    """Return the number of a state; 0 where there is no overlay, or a folder that a person made."""
    if overlay is None or overlay.parent.parent.name != STATES:
        return 0
    return int(overlay.parent.name)


def make_current(data: Path, stage: Path) -> None:
    """Make a staged overlay the current one in a single step; a folder that a person made is kept beside."""
    current, link = data / OVERLAY, data / f"{OVERLAY}.new"
    if current.is_dir() and not current.is_symlink():
        current.rename(data / STATES / f"found-{stage.parent.name}")
    link.unlink(missing_ok=True)
    link.symlink_to(stage.relative_to(data))
    link.replace(current)
    for old in states_in(data)[:-KEPT]:
        shutil.rmtree(old)


# Adding.


def put(stage: Path, files: Iterable[Path]) -> None:
    """Put files with their locks into a staged overlay; files of the same names are replaced."""
    from wicara.graph.facts.lock import lock_path  # noqa: PLC0415 - most commands add nothing

    for file in files:
        if file.suffix not in SUFFIXES or file.name == RETRACTED:
            raise UnreadableInput(
                f"{file} cannot be added: give a .trig file of facts or a .ttl file of entities, "
                f"not named {RETRACTED}"
            )
        write_durably(stage / file.name, file_text(file).encode())
        if lock_path(file).exists():
            write_durably(lock_path(stage / file.name), file_text(lock_path(file)).encode())


def file_text(file: Path) -> str:
    """Return a file's text; raises UnreadableInput."""
    try:
        return read_bytes(file, str(file)).decode()
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{file} is not UTF-8: {error}") from error


# Retracting.


def retracted(overlay: Path) -> dict[str, Quad]:
    """Return what retracted.trig says of each graph."""
    path = overlay / RETRACTED
    if not path.is_file():
        return {}
    quads = quads_of(SourceFile(path, f"{OVERLAY}/{RETRACTED}", None))
    return {quad.subject.value: quad for quad in quads}  # type: ignore[union-attr]


def retract(stage: Path, graph: str, day: date) -> None:
    """Note in a staged overlay that a graph is retracted as of a day (UTC); the clock is not read here.

    Raises UnreadableInput where it is noted already.
    """
    ended = Literal(f"{day.isoformat()}T00:00:00Z", datatype=DATE_TIME)
    noted = retracted(stage)
    if graph in noted:
        raise UnreadableInput(f"{iri_name(graph)} is retracted already; --undo brings it back")
    write_retracted(stage, {**noted, graph: Quad(NamedNode(graph), INVALIDATED, ended, PROV)})


def unretract(stage: Path, graph: str) -> None:
    """Take the retraction of a graph out of a staged overlay; raises UnreadableInput where it has none."""
    noted = retracted(stage)
    if graph not in noted:
        others = f"; retracted are {', '.join(map(iri_name, sorted(noted)))}" if noted else ""
        raise UnreadableInput(f"{iri_name(graph)} is not retracted in the overlay{others}")
    write_retracted(stage, {name: quad for name, quad in noted.items() if name != graph})


def write_retracted(stage: Path, noted: dict[str, Quad]) -> None:
    """Write retracted.trig, sorted; no file where nothing is retracted."""
    path = stage / RETRACTED
    if not noted:
        path.unlink(missing_ok=True)
        return
    lines = "".join(f"  {noted[graph].triple} .\n" for graph in sorted(noted))
    write_durably(path, f"{HEADER}{PROV} {{\n{lines}}}\n".encode())


def graph_named(name: str, graphs: Iterable[str]) -> str:
    """Return the graph that an IRI, a prefixed name or the end of an IRI means.

    Raises UnreadableInput where that is none that can be retracted, with the nearest, or several.
    """
    known = {iri for iri in graphs if kind_of(iri) in RETRACTABLE}
    wanted = name.strip("<>")
    meant = sorted(iri for iri in known if wanted in {iri, iri_name(iri)} or iri.endswith(f"/{wanted}"))
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UnreadableInput(f"{name} may be {' or '.join(map(iri_name, meant))}: write more of the name")
    raise UnreadableInput(f"no fact or background graph is called {name}{similar_hint(wanted, known)}")


def similar_hint(wanted: str, known: Collection[str]) -> str:
    """Return a hint at the graph with the most similar name, as the end of a sentence."""
    ends = {end: iri for iri in sorted(known, reverse=True) for end in ends_of(iri)}
    near = get_close_matches(wanted.removeprefix("graph:"), ends, n=1, cutoff=0.5)
    return f": did you mean {iri_name(ends[near[0]])}?" if near else "; `wicara query` lists them"


def ends_of(iri: str) -> Iterator[str]:
    """Yield a graph's IRI and every end of it that begins after a slash."""
    yield iri
    parts = iri.removeprefix(GRAPHS).split("/")
    yield from ("/".join(parts[place:]) for place in range(len(parts)))
