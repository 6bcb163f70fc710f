"""A backup of a data folder, made while it is in use; `verify` and `restore` do the rest.

TARGET/data/…        files of the data folder, at the places where they are restored
TARGET/backup.json   written last: what it is a backup of, and the size and SHA-256 of each file

Of a folder of builds these are the current build and what was added and retracted there; of a writable
dataset, its newest snapshot. Links are not kept as such, but told in the record. All files are opened before
the first is copied: what is removed meanwhile stays readable, and nothing is left in the data folder.
"""

from __future__ import annotations

import json
import resource
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pyoxigraph import Store
from wicara.graph.build import BUILDS, sole_builder
from wicara.graph.disk import KEPT, SENTINEL, SNAPSHOTS, STORE, VERSION, is_disk_dataset
from wicara.graph.errors import StoreFault, Unavailable
from wicara.graph.overlay import OVERLAY, STATES, overlay_of
from wicara.graph.store import ASSERTED_ONLY, CURRENT, WITH_CONCLUSIONS, read_record, write_durably
from wicara.graph.whole import Content, copy, sync, sync_all, unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from wicara.graph.build import Progress

RECORD: Final = "backup.json"
DATA: Final = "data"
FORMAT: Final = 1
BUILD: Final = "build"
WRITABLE: Final = "writable"
OF_ROCKSDB: Final = ("LOCK", "LOG")
"""The beginnings of names of files in a store that are no data."""
ATTEMPTS: Final = 20
"""How often a newer snapshot is tried where one was removed before it was opened."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What `backup.json` says.

    `stores` are the places of stores and how many quads each holds, `links` those of links and where each
    leads.
    """

    format: int
    kind: str
    version: str
    digest: str
    stores: dict[str, int]
    links: dict[str, str]
    files: dict[str, Content]

    @property
    def told(self) -> str:
        """Return what it is of, in words."""
        size = sum(each.size for each in self.files.values()) / 1e6
        return f"{told_of(self.version, self.digest, self.stores)}, {len(self.files)} files, {size:,.1f} MB"


def told_of(version: str, digest: str, stores: Mapping[str, int]) -> str:
    """Return in words which dataset it is and how large."""
    counts = (f"{number:,} quads in {PurePosixPath(place).name}/" for place, number in stores.items())
    return f"dataset {version} ({digest[:12]}): {', '.join(counts)}"


@dataclass(frozen=True)
class Source:
    """What a backup is made of: open files by their places, and the stores that they make.

    A store comes with its number of quads where that is known, else with None.
    """

    kind: str
    version: str
    digest: str
    stores: dict[str, int | None]
    links: dict[str, str]
    files: dict[str, BinaryIO]


def back_up(data: Path, target: Path, progress: Progress) -> Backup:
    """Write a backup of a data folder to `target`, which must not be there yet.

    Raises StoreFault where there is no sound dataset, Unavailable where the disk or another process refuses;
    nothing is left at `target` then.
    """
    kind = kind_of(data)
    check_target(data, target)
    try:
        with unfinished(target.with_name(f".{target.name}.unfinished")) as stage, ExitStack() as stack:
            backup = written(OPENERS[kind](data, stack), stage, progress)
            progress("waiting for the disk")
            write_durably(stage / RECORD, json.dumps(asdict(backup), indent=1) + "\n")
            sync_all(stage)
            stage.rename(target)
            sync(target.parent)
    except OSError as error:
        raise Unavailable(
            f"{data} was not backed up: {error}. Nothing is left of it in {target}: make room, or name "
            "another target"
        ) from error
    return backup


def kind_of(data: Path) -> str:
    """Return what `wicara serve` finds in a data folder; raises StoreFault where there is no dataset."""
    if is_disk_dataset(data):
        return WRITABLE
    if (data / CURRENT).is_symlink():
        return BUILD
    raise StoreFault(f"there is no dataset in {data}: name the folder of one with --data")


def check_target(data: Path, target: Path) -> None:
    """Raise Unavailable where a backup cannot be put."""
    if target.exists() or target.is_symlink():
        raise Unavailable(f"{target} is there already: name a target that is not")
    if not target.parent.is_dir():
        raise Unavailable(f"there is no folder {target.parent}: make it, or mount its disk")
    if target.resolve().is_relative_to(data.resolve()):
        raise Unavailable(f"{target} is inside {data}: a backup belongs elsewhere, best on another disk")


def written(source: Source, stage: Path, progress: Progress) -> Backup:
    """Copy what was opened and read through the copied stores; return the record of it all."""
    files = {}
    for number, (place, file) in enumerate(sorted(source.files.items()), 1):
        progress(f"copying file {number} of {len(source.files)}")
        files[place] = copy(file, stage / DATA / place)
    progress("reading what was copied")
    stores = {place: counted(stage / DATA / place, read_through) for place in source.stores}
    for place, recorded in source.stores.items():
        if recorded not in {None, stores[place]}:
            raise StoreFault(f"the dataset is damaged: {place} holds {stores[place]} quads, not {recorded}")
    return Backup(
        format=FORMAT,
        kind=source.kind,
        version=source.version,
        digest=source.digest,
        stores=stores,
        links=source.links,
        files=files,
    )


def counted(path: Path, count: Callable[[Store], int] = len) -> int:
    """Return how many quads a store holds; raises StoreFault where it is damaged."""
    try:
        return count(Store.read_only(str(path)))
    except (OSError, RuntimeError, ValueError) as error:  # RocksDB tells corruption as RuntimeError
        raise StoreFault(f"the store {path} is damaged: {error}") from error


def read_through(store: Store) -> int:
    """Read all quads of a store, and return how many there are."""
    return sum(1 for _ in store)


# What is backed up.


def open_build(data: Path, stack: ExitStack) -> Source:
    """Open the current build, and the overlay that it was made with; no build is under way meanwhile."""
    with sole_builder(data):
        build = (data / CURRENT).resolve()
        record = read_record(build)
        if record is None:
            raise StoreFault(f"{build} is damaged: run `wicara build --force --data {data}`")
        place = f"{BUILDS}/{build.name}"
        links, files = {CURRENT: place}, open_files(build, place, stack)
        overlay = overlay_of(data)
        if overlay is not None:
            links[OVERLAY] = f"{STATES}/1/{OVERLAY}"
            files |= open_files(overlay, links[OVERLAY], stack)
    stores: dict[str, int | None] = {
        f"{place}/{WITH_CONCLUSIONS}": record.store,
        f"{place}/{ASSERTED_ONLY}": record.asserted,
    }
    return Source(BUILD, record.version, record.digest, stores, links, files)


def open_snapshot(data: Path, stack: ExitStack) -> Source:
    """Open the newest snapshot of a writable dataset, whatever a server writes and removes meanwhile."""
    for _ in range(ATTEMPTS):
        newest = snapshots(data)[-1]
        with suppress(FileNotFoundError), ExitStack() as attempt:
            files = open_files(newest, STORE, attempt)
            files[SENTINEL] = attempt.enter_context((data / SENTINEL).open("rb"))
            if newest in snapshots(data)[-KEPT:]:  # else it may have been half removed already
                stack.enter_context(attempt.pop_all())
                return Source(WRITABLE, VERSION, newest.name, {STORE: None}, {}, files)
    raise Unavailable(f"{data} changes faster than it can be read: try again when there are fewer writes")


def snapshots(data: Path) -> list[Path]:
    """Return the snapshots of a writable dataset, the newest last; raises StoreFault where there is none.

    One that is being made has another name. A folder changes when it is removed, and so tells no time; the
    file CURRENT in it is written once.
    """
    found = []
    for each in (data / SNAPSHOTS).glob("*/CURRENT"):
        with suppress(FileNotFoundError):
            found.append((each.stat().st_mtime_ns, each.parent))
    found = [(time, folder) for time, folder in found if folder.name.isalnum()]
    if not found:
        raise StoreFault(
            f"{data} has no snapshot of its dataset: `wicara serve --writable --data {data}` makes one when "
            "it starts; else restore a backup"
        )
    return [folder for _, folder in sorted(found)]


def open_files(folder: Path, place: str, stack: ExitStack) -> dict[str, BinaryIO]:
    """Open all data files of a folder and of those in it, and return them by their places."""
    allow_many_files()
    return {
        f"{place}/{each.relative_to(folder).as_posix()}": stack.enter_context(each.open("rb"))
        for each in folder.rglob("*")
        if not each.name.startswith(OF_ROCKSDB) and not each.is_dir()
    }


def allow_many_files() -> None:
    """Let this process have as many files open as the system allows it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


OPENERS: Final[Mapping[str, Callable[[Path, ExitStack], Source]]] = {
    BUILD: open_build,
    WRITABLE: open_snapshot,
}
"""How each kind of data folder is opened."""
