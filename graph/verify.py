"""Whether a backup, or a data folder that is in use, is whole."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from wicara.graph.backup import (
    BUILD,
    DATA,
    FORMAT,
    OPENERS,
    RECORD,
    WRITABLE,
    Backup,
    counted,
    kind_of,
    read_through,
    snapshots,
    told_of,
)
from wicara.graph.disk import KEPT, STORE, VERSION
from wicara.graph.errors import StoreFault
from wicara.graph.overlay import OVERLAY
from wicara.graph.store import ASSERTED_ONLY, CURRENT, WITH_CONCLUSIONS, open_dataset
from wicara.graph.whole import Content, content_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wicara.graph.build import Progress

LINKS: Final = frozenset({CURRENT, OVERLAY})
"""The links that a data folder may have."""
LISTED: Final = 20
"""How many faults a message lists."""


def verify_backup(folder: Path, progress: Progress) -> Backup:
    """Return the record of a backup after a look at all of it; raises StoreFault with what is wrong."""
    backup = read_backup(folder)
    faults = [*differences(folder, backup, progress)] or [*miscounted(folder / DATA, backup, progress)]
    if faults:
        more = [f"and {len(faults) - LISTED} more"] if len(faults) > LISTED else []
        listed = "".join(f"\n- {each}" for each in [*faults[:LISTED], *more])
        raise StoreFault(f"the backup {folder} is damaged, use another one:{listed}")
    return backup


def read_backup(folder: Path) -> Backup:
    """Return what a backup says of itself; raises StoreFault where that makes no sense."""
    broken = f"the backup {folder} is damaged, use another one: {RECORD} is broken"
    try:
        told = json.loads((folder / RECORD).read_bytes())
        if told["format"] != FORMAT:
            raise StoreFault(
                f"the backup {folder} has format {told['format']}, and this version of wicara reads "
                f"{FORMAT}: use the version that made it"
            )
        files = {name: Content(**content) for name, content in told["files"].items()}
        backup = Backup(**{**told, "files": files})
    except OSError as error:
        raise StoreFault(
            f"{folder} is no backup: {RECORD} cannot be read ({error.strerror}). It is written last, and "
            "what was interrupted has none"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreFault(broken) from error
    if not is_sane(backup):
        raise StoreFault(broken)
    return backup


def is_sane(backup: Backup) -> bool:
    """Tell whether a record is of a known kind, and names no place outside the data folder."""
    places = (*backup.stores, *backup.links.values(), *backup.files)
    return (
        backup.kind in OPENERS
        and backup.digest.isalnum()
        and backup.links.keys() <= LINKS
        and all(is_below(each) for each in places)
    )


def is_below(place: str) -> bool:
    """Tell whether a path stays below the folder that it starts in."""
    path = PurePosixPath(place)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def differences(folder: Path, backup: Backup, progress: Progress) -> Iterator[str]:
    """Yield how the files of a backup differ from its record."""
    expected = {RECORD, *(f"{DATA}/{place}" for place in backup.files)}
    found = set(names_in(folder))
    yield from (f"{name} is missing" for name in sorted(expected - found))
    yield from (f"{name} is no part of it" for name in sorted(found - expected))
    for number, (place, content) in enumerate(sorted(backup.files.items()), 1):
        progress(f"verifying file {number} of {len(backup.files)}")
        if f"{DATA}/{place}" in found and not has(folder / DATA / place, content):
            yield f"{DATA}/{place} is not what it was: its size or SHA-256 differs"


def has(path: Path, content: Content) -> bool:
    """Tell whether a path is a plain file with a content; raises StoreFault where it cannot be read."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size != content.size:
            return False
        return content_of(path) == content
    except OSError as error:
        raise StoreFault(f"{path} cannot be read: {error.strerror}") from error


def names_in(folder: Path) -> Iterator[str]:
    """Yield the paths of all that is in a folder and is no folder; links are not followed."""
    for place, folders, files in os.walk(folder):
        for name in (*files, *folders):
            path = Path(place, name)
            if name in files or path.is_symlink():
                yield path.relative_to(folder).as_posix()


def miscounted(data: Path, backup: Backup, progress: Progress) -> Iterator[str]:
    """Yield which stores hold another number of quads than the record says, or cannot be opened."""
    for place, number in backup.stores.items():
        progress(f"counting {place}")
        found = counted(data / place)
        if found != number:
            yield f"{DATA}/{place} holds {found} quads, not {number}"


# What is in use.


@dataclass(frozen=True)
class Verified:
    """The dataset of a data folder that was read through, and how many quads each store holds."""

    version: str
    digest: str
    stores: dict[str, int]

    @property
    def told(self) -> str:
        """Return it in words."""
        return told_of(self.version, self.digest, self.stores)


def verify_data(data: Path, progress: Progress) -> Verified:
    """Read through the dataset of a data folder, also while it is in use; raises StoreFault."""
    kind = kind_of(data)
    progress("reading all quads")
    return VERIFIERS[kind](data)


def verify_build(data: Path) -> Verified:
    """Read through the current build; its record tells how many quads there are."""
    dataset = open_dataset(data)
    names = (WITH_CONCLUSIONS, ASSERTED_ONLY)
    stores = {name: counted(dataset.path / name, read_through) for name in names}
    return Verified(dataset.version, dataset.digest, stores)


def verify_snapshot(data: Path) -> Verified:
    """Read through the newest snapshot of a writable dataset; a newer one where it was removed meanwhile."""
    while True:
        newest = snapshots(data)[-1]
        try:
            return Verified(VERSION, newest.name, {STORE: counted(newest, read_through)})
        except StoreFault:
            if newest in snapshots(data)[-KEPT:]:
                raise


VERIFIERS: Final[Mapping[str, Callable[[Path], Verified]]] = {
    BUILD: verify_build,
    WRITABLE: verify_snapshot,
}
"""How each kind of data folder is read."""
