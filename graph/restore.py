"""A backup back into a data folder: whole or not there, and what was there before stays, moved aside.

It is put together in a folder inside the data folder, which is on the same disk even where that is a mount;
then it is moved up, or takes the place of the data folder, which becomes DIR.before-<n>.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from wicara.graph.backup import DATA, WRITABLE
from wicara.graph.build import BUILDS
from wicara.graph.disk import SENTINEL, SNAPSHOTS, STORE, DiskDataset
from wicara.graph.errors import StoreFault, Unavailable
from wicara.graph.overlay import OVERLAY, STATES
from wicara.graph.store import CURRENT, is_held
from wicara.graph.verify import verify_backup
from wicara.graph.whole import copy, sync, sync_all, unfinished, uninterrupted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wicara.graph.backup import Backup
    from wicara.graph.build import Progress

ENTRIES: Final = (SNAPSHOTS, STORE, SENTINEL, STATES, BUILDS, OVERLAY, CURRENT)
"""All that a dataset may have in a data folder; what makes it one comes last."""
STAGE: Final = ".unfinished"


def restore(backup: Path, data: Path, progress: Progress, *, force: bool = False) -> Path | None:
    """Put a backup that is whole into a data folder, and return where the one before is, if there was one.

    Raises StoreFault where the backup is damaged, Unavailable where the folder holds a dataset already and
    `force` is not given, where a process uses it, or where the disk refuses; all stays as it was then.
    """
    record = verify_backup(backup, progress)
    data = data.resolve()
    check(backup, data, force=force)
    try:
        with made(data), unfinished(data / STAGE) as stage:
            put_together(stage, backup, record, progress)
            progress("waiting for the disk")
            sync_all(stage)
            return in_place(stage, data)
    except OSError as error:
        raise Unavailable(
            f"{backup} was not restored: {error}. {data} is as it was: make room, or name another folder"
        ) from error


def is_occupied(data: Path) -> bool:
    """Tell whether a data folder holds a dataset, or a part of one."""
    return any(os.path.lexists(data / name) for name in ENTRIES)


def check(backup: Path, data: Path, *, force: bool) -> None:
    """Raise Unavailable where a backup may not be put into a data folder."""
    if backup.resolve().is_relative_to(data) or data.is_relative_to(backup.resolve()):
        raise Unavailable(f"{backup} and {data} are one in the other: move the backup elsewhere")
    if is_occupied(data) and not force:
        raise Unavailable(
            f"{data} holds a dataset already: name another folder, or give --force, which moves it aside"
        )
    if is_in_use(data):
        raise Unavailable(f"a process uses the dataset in {data}: stop it first")


def is_in_use(data: Path) -> bool:
    """Tell whether some process has the store of a writable dataset open, or a build."""
    return is_locked(data / STORE / "LOCK") or any(is_held(each) for each in (data / BUILDS).glob("*"))


def is_locked(path: Path) -> bool:
    """Tell whether RocksDB has locked a store."""
    try:
        with path.open("r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def made(data: Path) -> Iterator[None]:
    """Make a folder where there is none; it goes again if it stays empty."""
    data.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):
            data.rmdir()


def put_together(stage: Path, folder: Path, backup: Backup, progress: Progress) -> None:
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
        DiskDataset(stage).open_for_writing()


def in_place(stage: Path, data: Path) -> Path | None:
    """Put what is whole where it belongs, and return where the one before is, if there was one."""
    before = free_name(data) if is_occupied(data) else None
    with uninterrupted():
        if before is None:
            move_up(stage, data)
        else:
            change_places(stage, data, before)
    sync(data)
    sync(data.parent)
    return before


def move_up(stage: Path, data: Path) -> None:
    """Move a dataset into the folder that its own stands in."""
    for name in ENTRIES:
        if os.path.lexists(stage / name):
            (stage / name).rename(data / name)


def change_places(stage: Path, data: Path, before: Path) -> None:
    """Make a folder in the data folder the data folder, and give that another name."""
    data.rename(before)
    try:
        (before / stage.name).rename(data)
    except OSError:
        before.rename(data)
        raise


def free_name(data: Path) -> Path:
    """Return a name beside a folder that nothing has yet."""
    number = 1
    while os.path.lexists(data.with_name(f"{data.name}.before-{number}")):
        number += 1
    return data.with_name(f"{data.name}.before-{number}")
