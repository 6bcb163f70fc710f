"""Backups of a data folder, made while it is in use; whether they are complete; and back into a data folder.

TARGET/data/…        files of the data folder, at the places where they are restored
TARGET/backup.json   written last: what it is a backup of, and the size and SHA-256 of each file

Of a folder of builds these are the current build and what was added and retracted there; of a writable
dataset, its newest snapshot. Links are not copied as such: the record says where each leads. All files are
opened before the first is copied: what is removed meanwhile stays readable, and nothing is left in the data
folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from pyoxigraph import Store
from wicara.graph.build import BUILDS, sole_builder
from wicara.graph.durable_files import (
    Content,
    copy,
    file_content,
    sync,
    sync_all,
    unfinished,
    uninterrupted,
    write_durably,
)
from wicara.graph.errors import StoreFault, Unavailable
from wicara.graph.overlay import OVERLAY, STATES, overlay_of
from wicara.graph.store import ASSERTED, CURRENT, INFERRED, current_build, damaged, is_held, open_dataset
from wicara.graph.writable import (
    KEPT,
    SENTINEL,
    SNAPSHOTS,
    STORE,
    VERSION,
    WritableDataset,
    digest_of,
    is_writable_dataset,
    snapshots,
    unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from wicara.graph.build import Progress

RECORD: Final = "backup.json"
DATA: Final = "data"
FORMAT: Final = 2
READABLE: Final = (1, FORMAT)
"""Formats of backups that are read; in format 1 a build has two stores of RocksDB."""
BUILD: Final = "build"
WRITABLE: Final = "writable"
LINKS: Final = frozenset({CURRENT, OVERLAY})
"""The links that a data folder may have."""
ENTRIES: Final = (SNAPSHOTS, STORE, SENTINEL, STATES, BUILDS, OVERLAY, CURRENT)
"""All that a dataset may have in a data folder; what makes it one comes last."""
STAGE: Final = ".unfinished"
OF_ROCKSDB: Final = ("LOCK", "LOG")
"""The beginnings of names of files in a store that are no data."""
ATTEMPTS: Final = 20
"""How often a newer snapshot is tried where one was removed before it was opened."""
LISTED: Final = 20
"""How many faults a message lists."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Which dataset a data folder or a backup holds, and how many quads each of its stores or files has."""

    version: str
    digest: str
    stores: dict[str, int]

    def __str__(self) -> str:
        """Say it in words."""
        counts = (f"{number:,} quads in {place_name(place)}" for place, number in self.stores.items())
        return f"dataset {self.version} ({self.digest[:12]}): {', '.join(counts)}"


@dataclass(frozen=True, kw_only=True)
class Backup(Dataset):
    """The contents of `backup.json`; `links` are the places of links and where each leads."""

    format: int
    kind: str
    links: dict[str, str]
    files: dict[str, Content]

    def __str__(self) -> str:
        """Say it in words, with its size."""
        size = sum(content.size for content in self.files.values()) / 1e6
        return f"{super().__str__()}, {len(self.files)} files, {size:,.1f} MB"

    @property
    def rocksdb(self) -> Iterator[str]:
        """The places of stores that are folders of RocksDB: the quads of other files need no counting."""
        return (place for place in self.stores if place not in self.files)


def place_name(place: str) -> str:
    """Return the end of a place as messages have it: a store is a folder."""
    name = PurePosixPath(place).name
    return name if "." in name else f"{name}/"


def kind_of_dataset(data: Path) -> str:
    """Return what `wicara serve` finds in a data folder; raises StoreFault where there is no dataset."""
    if is_writable_dataset(data):
        return WRITABLE
    if (data / CURRENT).is_symlink():
        return BUILD
    raise StoreFault(f"there is no dataset in {data}: name the folder of one with --data")


def count_quads(path: Path, *, thoroughly: bool = False) -> int:
    """Return how many quads a store of RocksDB holds, or read all of them; raises StoreFault if damaged."""
    try:
        store = Store.read_only(str(path))
        return sum(1 for _ in store) if thoroughly else len(store)
    except (OSError, RuntimeError, ValueError) as error:  # RocksDB raises RuntimeError for corruption
        raise unreadable(path, error) from error


# Backing up.


def back_up(data: Path, target: Path, progress: Progress) -> Backup:
    """Write a backup of a data folder to `target`, which must not be there yet.

    Raises StoreFault where there is no sound dataset, Unavailable where the disk or another process refuses;
    nothing is left at `target` then.
    """
    kind = kind_of_dataset(data)
    if target.exists() or target.is_symlink():
        raise Unavailable(f"{target} is there already: name a target that is not")
    if not target.parent.is_dir():
        raise Unavailable(f"there is no folder {target.parent}: make it, or mount its disk")
    if target.resolve().is_relative_to(data.resolve()):
        raise Unavailable(f"{target} is inside {data}: a backup belongs elsewhere, best on another disk")
    try:
        with unfinished(target.with_name(f".{target.name}.unfinished")) as stage, ExitStack() as stack:
            copied = (copy_build if kind == BUILD else copy_snapshot)(data, stage / DATA, stack, progress)
            progress("waiting for the disk")
            write_durably(stage / RECORD, f"{json.dumps(asdict(copied), indent=1)}\n".encode())
            sync_all(stage)
            stage.rename(target)
            sync(target.parent)
    except OSError as error:
        raise Unavailable(
            f"{data} was not backed up: {error}. Nothing is left of it in {target}: make room, or name "
            "another target"
        ) from error
    return copied


def copy_build(data: Path, target: Path, stack: ExitStack, progress: Progress) -> Backup:
    """Copy the current build, and the overlay that it was made with; no build is under way meanwhile."""
    with sole_builder(data):
        build, record = current_build(data)
        place = f"{BUILDS}/{build.name}"
        links, files = {CURRENT: place}, open_files(build, place, stack)
        overlay = overlay_of(data)
        if overlay is not None:
            links[OVERLAY] = f"{STATES}/1/{OVERLAY}"
            files |= open_files(overlay, links[OVERLAY], stack)
    contents = copy_files(files, target, progress)
    for name, file in record.files.items():
        if f"{place}/{name}" not in contents or contents[f"{place}/{name}"].sha256 != file.sha256:
            raise damaged(data, f"{build / name} has another SHA-256 than its record says")
    return Backup(
        format=FORMAT,
        kind=BUILD,
        version=record.version,
        digest=record.digest,
        stores={f"{place}/{name}": file.quads for name, file in record.files.items()},
        links=links,
        files=contents,
    )


def copy_snapshot(data: Path, target: Path, stack: ExitStack, progress: Progress) -> Backup:
    """Copy the newest snapshot of a writable dataset, whatever a server writes and removes meanwhile."""
    for _ in range(ATTEMPTS):
        newest = newest_snapshots(data)[-1]
        with suppress(FileNotFoundError), ExitStack() as attempt:
            files = open_files(newest, STORE, attempt)
            files[SENTINEL] = attempt.enter_context((data / SENTINEL).open("rb"))
            if newest in newest_snapshots(data)[-KEPT:]:  # else it may have been half removed already
                stack.enter_context(attempt.pop_all())
                break
    else:
        raise Unavailable(f"{data} changes faster than it can be read: try again when there are fewer writes")
    contents = copy_files(files, target, progress)
    progress("reading what was copied")
    return Backup(
        format=FORMAT,
        kind=WRITABLE,
        version=VERSION,
        digest=digest_of(newest),
        stores={STORE: count_quads(target / STORE, thoroughly=True)},
        links={},
        files=contents,
    )


def newest_snapshots(data: Path) -> list[Path]:
    """Return the snapshots of a writable dataset, the newest last; raises StoreFault where there is none."""
    found = snapshots(data)
    if not found:
        raise StoreFault(
            f"{data} has no snapshot of its dataset: `wicara serve --writable --data {data}` makes one when "
            "it starts; else restore a backup"
        )
    return found


def open_files(folder: Path, place: str, stack: ExitStack) -> dict[str, BinaryIO]:
    """Open all data files of a folder and of those in it, and return them by their places."""
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
    return {
        f"{place}/{path.relative_to(folder).as_posix()}": stack.enter_context(path.open("rb"))
        for path in folder.rglob("*")
        if not path.name.startswith(OF_ROCKSDB) and not path.is_dir()
    }


def copy_files(files: Mapping[str, BinaryIO], target: Path, progress: Progress) -> dict[str, Content]:
    """Copy open files to their places below a folder; return the content of each."""
    contents = {}
    for number, (place, file) in enumerate(sorted(files.items()), 1):
        progress(f"copying file {number} of {len(files)}")
        contents[place] = copy(file, target / place)
    return contents


# Verifying.


def verify_data(data: Path, progress: Progress) -> Dataset:
    """Read through the dataset of a data folder, also while it is in use; raises StoreFault.

    Of a writable dataset, the newest snapshot is read, and the store itself where no server has it open.
    """
    kind = kind_of_dataset(data)
    progress("reading all quads")
    if kind == BUILD:
        dataset = open_dataset(data)
        asserted, complete = len(dataset.asserted), len(dataset.store)
        counts = {ASSERTED: asserted, INFERRED: complete - asserted}
        return Dataset(version=dataset.version, digest=dataset.digest, stores=counts)
    while True:
        newest = newest_snapshots(data)[-1]
        try:
            counts = {STORE: count_quads(newest, thoroughly=True)}
        except StoreFault:
            if newest in newest_snapshots(data)[-KEPT:]:
                raise  # it was not removed meanwhile
        else:
            if not is_locked(data / STORE / "LOCK"):
                try:
                    counts = {STORE: count_quads(data / STORE, thoroughly=True)}
                except StoreFault:
                    if newest_snapshots(data)[-1] == newest and not is_locked(data / STORE / "LOCK"):
                        raise  # nobody has written it meanwhile, nor writes it now
            return Dataset(version=VERSION, digest=digest_of(newest), stores=counts)


def verify_backup(folder: Path, progress: Progress) -> Backup:
    """Return the record of a backup after comparing all of it; raises StoreFault with what is wrong."""
    backup = read_backup(folder)
    faults = [*changed_files(folder, backup, progress)]
    for place in () if faults else backup.rocksdb:
        progress(f"counting {place}")
        number = count_quads(folder / DATA / place)
        if number != backup.stores[place]:
            faults.append(f"{DATA}/{place} holds {number} quads, not {backup.stores[place]}")
    if faults:
        more = [f"and {len(faults) - LISTED} more"] if len(faults) > LISTED else []
        listed = "".join(f"\n- {fault}" for fault in [*faults[:LISTED], *more])
        raise StoreFault(f"the backup {folder} is damaged, use another one:{listed}")
    return backup


def read_backup(folder: Path) -> Backup:
    """Return the record of a backup; raises StoreFault where it makes no sense or names places outside it."""
    broken = f"the backup {folder} is damaged, use another one: {RECORD} is broken"
    try:
        record = json.loads((folder / RECORD).read_bytes())
        if record["format"] not in READABLE:
            raise StoreFault(
                f"the backup {folder} has format {record['format']}, and this version of wicara reads "
                f"{' and '.join(map(str, READABLE))}: use the version that made it"
            )
        files = {name: Content(**content) for name, content in record["files"].items()}
        backup = Backup(**{**record, "files": files})
        places = [PurePosixPath(place) for place in (*backup.stores, *backup.links.values(), *backup.files)]
        is_sane = (
            backup.kind in {BUILD, WRITABLE}
            and backup.digest.isalnum()
            and backup.links.keys() <= LINKS
            and all(path.parts and not path.is_absolute() and ".." not in path.parts for path in places)
        )
    except OSError as error:
        raise StoreFault(
            f"{folder} is no backup: {RECORD} cannot be read ({error.strerror}). It is written last, and "
            "what was interrupted has none"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreFault(broken) from error
    if not is_sane:
        raise StoreFault(broken)
    return backup


def changed_files(folder: Path, backup: Backup, progress: Progress) -> Iterator[str]:
    """Yield how the files of a backup differ from its record; links are not followed."""
    expected = {RECORD, *(f"{DATA}/{place}" for place in backup.files)}
    present = {
        path.relative_to(folder).as_posix()
        for top, folders, files in os.walk(folder)
        for path in (Path(top, name) for name in (*files, *folders))
        if path.is_symlink() or not path.is_dir()
    }
    yield from (f"{name} is missing" for name in sorted(expected - present))
    yield from (f"{name} is no part of it" for name in sorted(present - expected))
    for number, (place, content) in enumerate(sorted(backup.files.items()), 1):
        progress(f"verifying file {number} of {len(backup.files)}")
        path = folder / DATA / place
        if f"{DATA}/{place}" not in present:
            continue
        try:
            plain = path.is_file() and not path.is_symlink() and path.stat().st_size == content.size
            if not plain or file_content(path) != content:
                yield f"{DATA}/{place} is not what it was: its size or SHA-256 differs"
        except OSError as error:
            raise StoreFault(f"{path} cannot be read: {error.strerror}") from error


# Restoring.


def restore(backup: Path, data: Path, progress: Progress, *, force: bool = False) -> Path | None:
    """Put a complete backup into a data folder, and return where the dataset before is, if there was one.

    It is put together in a folder inside the data folder, which is on the same disk even where that is a
    mount; then it is moved up, or takes the place of the data folder, which becomes DIR.before-<n>.

    Raises StoreFault where the backup is damaged, Unavailable where the folder holds a dataset already and
    `force` is not given, where a process uses it, or where the disk refuses; all stays as it was then.
    """
    record = verify_backup(backup, progress)
    data = data.resolve()
    occupied = any(os.path.lexists(data / name) for name in ENTRIES)
    if backup.resolve().is_relative_to(data) or data.is_relative_to(backup.resolve()):
        raise Unavailable(f"{backup} and {data} are one in the other: move the backup elsewhere")
    if occupied and not force:
        raise Unavailable(
            f"{data} holds a dataset already: name another folder, or give --force, which moves it aside"
        )
    if is_locked(data / STORE / "LOCK") or any(is_held(build) for build in (data / BUILDS).glob("*")):
        raise Unavailable(f"a process uses the dataset in {data}: stop it first")
    try:
        with folder_made(data), unfinished(data / STAGE) as stage:
            copy_into_stage(stage, backup, record, progress)
            progress("waiting for the disk")
            sync_all(stage)
            before = None
            if occupied:
                before = change_places(stage, data)
            else:
                move_up(stage, data)
            sync(data)
            sync(data.parent)
            return before
    except OSError as error:
        raise Unavailable(
            f"{backup} was not restored: {error}. {data} is as it was: make room, or name another folder"
        ) from error


def is_locked(path: Path) -> bool:
    """Return whether RocksDB has locked a store."""
    try:
        with path.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # it is not there, or nobody can write where it is
        return False
    return False


@contextmanager
def folder_made(data: Path) -> Iterator[None]:
    """Make a folder where there is none; it is removed again if it stays empty."""
    data.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):
            data.rmdir()


def copy_into_stage(stage: Path, folder: Path, backup: Backup, progress: Progress) -> None:
    """Copy the files of a backup, and make its links; of a writable dataset, a snapshot too."""
    for number, (place, content) in enumerate(sorted(backup.files.items()), 1):
        progress(f"copying file {number} of {len(backup.files)}")
        with (folder / DATA / place).open("rb") as file:
            if copy(file, stage / place) != content:
                raise StoreFault(
                    f"{folder / DATA / place} has changed since it was verified: use another backup"
                )
    for name, place in backup.links.items():
        (stage / place).mkdir(parents=True, exist_ok=True)
        (stage / name).symlink_to(place)
    if backup.kind == WRITABLE:
        WritableDataset(stage).open_for_writing()


def move_up(stage: Path, data: Path) -> None:
    """Move a dataset into the folder that its own stands in."""
    with uninterrupted():
        for name in ENTRIES:
            if os.path.lexists(stage / name):
                (stage / name).rename(data / name)


def change_places(stage: Path, data: Path) -> Path:
    """Make a folder in the data folder the data folder, and return the new name of that."""
    number = 1
    while os.path.lexists(before := data.with_name(f"{data.name}.before-{number}")):
        number += 1
    with uninterrupted():
        data.rename(before)
        try:
            (before / stage.name).rename(data)
        except OSError:
            before.rename(data)
            raise
    return before
