"""The whole way from the files to a served dataset.

DIR/builds/<key>/                                one folder a build: two files of quads, their record, proofs
DIR/current -> builds/<key>                      swapped by a rename, so that it always names a complete build
DIR/overlay                                      what was added and retracted there, an input of the build
DIR/lock                                         held by the process that builds
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.durable_files import digest_of_file
from wicara.graph.errors import FaultyData, Unavailable
from wicara.graph.inputs import DATASET, collected_seldom, digest_of, read_inputs, source_files, version_in
from wicara.graph.overlay import overlay_of
from wicara.graph.state import carried_on, keep_state, remove_old_states
from wicara.graph.store import (
    CURRENT,
    BuildInputs,
    BuiltDataset,
    is_held,
    open_dataset,
    read_record,
    refused,
    write_dataset,
)

from wicara import ontology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wicara.graph.candidate import Candidate
    from wicara.graph.checks.table import Check, Outcome

    Progress = Callable[[str], None]

BUILDS: Final = "builds"
UNFINISHED: Final = "unfinished-"
KEPT: Final = 2
"""How many builds stay: the current one and the one before."""

CODE: Final = (Path(__file__).parent, ontology.HERE)
CODE_AS_DATA: Final = (
    (CODE[0], "*.rules"),
    (CODE[0], "facts/*.toml"),
    (CODE[0], "facts/patterns/*"),
    (CODE[1], "shapes/**/*.ttl"),
)
"""The files in CODE that decide what a build holds, or what is sound, and are no modules."""
LIBRARIES: Final = ("numpy", "owlrl", "pyoxigraph", "rdflib")
NATIVE: Final = "native"
"""The engine where none is named."""
LISTED: Final = 20
"""How many findings of a check a message lists."""


def silent(_step: str) -> None:
    """Show no progress."""


def default_data() -> Path:
    """Return the folder of builds if none is named: `.wicara` here if it exists, else one for the user.

    That is `$XDG_DATA_HOME/wicara`, or `~/.local/share/wicara`. `make serve` builds in `.wicara`, so that
    commands run in a checkout act on the dataset that is served there.
    """
    here = Path(".wicara")
    if here.is_dir():
        return here
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "wicara"


@dataclass(frozen=True)
class Wanted:
    """What is to be built: folders of more data files, and the engine (None: any, `native` if new)."""

    folders: tuple[Path | None, ...] = ()
    engine: str | None = None

    @property
    def key(self) -> str:
        """What the build will be known by."""
        return build_key(*self.folders)


def wanted_in(data: Path, extra: Path | None, engine: str | None = None) -> Wanted:
    """Return what is to be built in a folder of builds: `extra` is added, and the overlay as it is now."""
    return Wanted((extra, overlay_of(data)), engine)


def ensure(
    data: Path | None = None,
    extra: Path | None = None,
    progress: Progress = silent,
    *,
    engine: str | None = None,
    force: bool = False,
) -> BuiltDataset:
    """Return the current build, after building where inputs, code or libraries are not what it was made of.

    `extra` is a folder of more data files; `engine` is that of the reasoner; `force` builds in any case.
    Raises a WicaraError; the last good build then stays.
    """
    folder = data or default_data()
    if force or not is_current(folder, wanted_in(folder, extra, engine)):
        progress("waiting for another build to end")
        with sole_builder(folder):
            build_if_stale(folder, wanted_in(folder, extra, engine), progress, force=force)
    return open_dataset(folder)


def is_current(data: Path, wanted: Wanted) -> bool:
    """Tell whether the current build was made of just this; a damaged one is, so that its fault is told."""
    current = data / CURRENT
    record = read_record(current)
    if record is None:
        return current.is_symlink()
    return record.key == wanted.key and wanted.engine in {None, record.engine}


def build_key(*folders: Path | None) -> str:
    """Return what a build is known by: the SHA-256 (hex) of inputs, code and library versions."""
    return sha256(f"{digest_of(*folders)}{program_key()}".encode()).hexdigest()


@cache
def program_key() -> str:
    """Return the SHA-256 (hex) of code, shapes and library versions, as they were when it was first asked."""
    total = sha256()
    for path in sorted(path for root in CODE for path in root.rglob("*.py")) + sorted(
        path for root, data in CODE_AS_DATA for path in root.rglob(data)
    ):
        total.update(digest_of_file(path).encode())
    for library in LIBRARIES:
        total.update(f"{library} {version_of(library)}\n".encode())
    return total.hexdigest()


def build_if_stale(data: Path, wanted: Wanted, progress: Progress, *, force: bool = False) -> None:
    """Build and make the result current, unless it is; only for the process that holds the lock."""
    if not force and is_current(data, wanted):
        return
    from wicara.graph.checks.table import STAGES  # noqa: PLC0415 - not needed where a build is up to date

    with prepared(data, wanted, progress, force=force) as candidate:
        require(candidate, STAGES, progress)
        progress("writing the store")
        swap_in(data, write_build(data, candidate, wanted))
    remove_old(data)


@contextmanager
def prepared(data: Path, wanted: Wanted, progress: Progress, *, force: bool = False) -> Iterator[Candidate]:
    """Give what the inputs amount to: the state of the current build carried on, or all of it read anew.

    `force` reads all of it anew. Raises UnreadableInput.
    """
    from wicara.graph.candidate import Candidate, Grown  # noqa: PLC0415 - not needed where a build is up to date

    progress("reading the inputs")
    engine = wanted.engine or NATIVE
    build = (data / CURRENT).resolve()
    files = source_files(*wanted.folders)
    carried = nullcontext() if force else carried_on(data, build, program_key(), wanted.folders)
    with collected_seldom(), carried as step:
        if step is not None:
            yield Grown.of(step, digest_of(*wanted.folders), engine, data, files)
        else:
            yield Candidate(read_inputs(*wanted.folders), engine, folder=data, files=files)


def require(candidate: Candidate, stages: Iterable[Iterable[Check]], progress: Progress) -> None:
    """Put a candidate through checks; raises FaultyData with the findings.

    Slow checks run only if the quick ones pass.
    """
    from wicara.graph.checks.table import run  # noqa: PLC0415 - not needed where a build is up to date

    for checks in stages:
        if failed := [result for result in run(checks, candidate, progress) if result.findings]:
            raise FaultyData(message(failed))


def message(failed: Iterable[Outcome]) -> str:
    """Return one message that lists the findings and says what to do."""
    return "\n".join(
        (
            "build aborted: the data failed validation",
            *(line for result in failed for line in finding_lines(result)),
            "Correct the files and run the command again. The previous build is unchanged.",
        )
    )


def finding_lines(result: Outcome) -> Iterator[str]:
    """Yield the lines that tell what a check has found."""
    yield f"- failed: {result.title}"
    yield from (f"  - {finding}" for finding in result.findings[:LISTED])
    if len(result.findings) > LISTED:
        yield f"  - and {len(result.findings) - LISTED} more; `wicara check` lists all"


@contextmanager
def sole_builder(data: Path) -> Iterator[None]:
    """Hold the lock of the folder; the system frees it when the process ends, however it ends."""
    try:
        (data / BUILDS).mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("w")
    except OSError as error:
        raise Unavailable(
            f"cannot write to {data}: {error.strerror}; name another folder with --data"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_build(data: Path, candidate: Candidate, wanted: Wanted) -> Path:
    """Write the build beside the others, and its state, and return its folder, complete."""
    key = wanted.key
    for leftover in (data / BUILDS).glob(f"{UNFINISHED}*"):
        shutil.rmtree(leftover)
    unfinished = data / BUILDS / f"{UNFINISHED}{key[:12]}"
    unfinished.mkdir()
    version = version_in(candidate.store.quads_for_pattern(NamedNode(DATASET), None, None, None))
    inputs = BuildInputs(key=key, digest=candidate.inputs.digest, version=version, engine=candidate.engine)
    keep_proofs(unfinished, candidate, data / CURRENT)
    write_dataset(unfinished, inputs, candidate.statements_changed, candidate.conclusions_changed)
    build = unfinished.rename(free_name(data / BUILDS, key[:12]))
    keep_state(data, build, program_key(), candidate, source_files(*wanted.folders))
    return build


def keep_proofs(build: Path, candidate: Candidate, before: Path) -> None:
    """Write the first proof of each conclusion beside the store, if the engine has proofs.

    `before` is the build that the candidate goes on from, if it does.
    """
    from wicara.graph.reasoning import proof_file  # noqa: PLC0415 - brings the engine

    reasoner, path = candidate.closure.reasoner, build / proof_file.NAME
    if reasoner is None:
        return
    try:
        if candidate.resumed is None:
            proof_file.write_proofs(path, reasoner)
        else:
            known = candidate.resumed.known
            proof_file.write_grown_proofs(path, reasoner, known, before / proof_file.NAME)
    except sqlite3.Error as error:
        raise refused(build, error) from error


def free_name(builds: Path, name: str) -> Path:
    """Return a folder that does not exist yet: a forced build must not overwrite one that is being read."""
    number = 1
    while (builds / f"{name}-{number}").exists():
        number += 1
    return builds / f"{name}-{number}"


def swap_in(data: Path, finished: Path) -> None:
    """Make a complete build the current one in a single step."""
    link = data / f"{CURRENT}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(finished.relative_to(data))
    link.replace(data / CURRENT)


def remove_old(data: Path) -> None:
    """Remove all builds but the current one, the one before, and those that a process still uses."""
    current = (data / CURRENT).resolve()
    others = sorted(
        (path for path in (data / BUILDS).iterdir() if path != current), key=lambda path: path.stat().st_mtime
    )
    for path in others[: len(others) - (KEPT - 1)]:
        if not is_held(path):
            shutil.rmtree(path)
    remove_old_states(data, data / BUILDS)
