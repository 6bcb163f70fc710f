"""`wicara backup`, `verify` and `restore`: whole or not there, and what is restored is what was backed up."""

from __future__ import annotations

import itertools
import json
import resource
import select
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from needed import one_of
from prepared import PATIENCE
from pyoxigraph import Literal, NamedNode, Quad, Store
from server_process import stopped_when, wait_until
from wicara.graph.backup import back_up, restore, verify_backup, verify_data
from wicara.graph.build import ensure, silent
from wicara.graph.durable_files import file_content
from wicara.graph.errors import StoreFault, Unavailable
from wicara.graph.overlay import overlay_of
from wicara.graph.store import new_digest, open_dataset
from wicara.graph.writable import WritableDataset, snapshots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Command

pytestmark = pytest.mark.first_article

SOME: Final = 200
HOLD: Final = (
    "import fcntl, os, sys; fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX); "
    "print(flush=True); sys.stdin.read()"
)
"""A program that holds the lock of a folder until its input ends."""
OPEN: Final = (
    "import pyoxigraph, sys; store = pyoxigraph.Store(sys.argv[1]); print(flush=True); sys.stdin.read()"
)
"""A program that has a store open until its input ends."""


def quad(number: int) -> Quad:
    """Return one of the quads that the datasets here hold."""
    return Quad(NamedNode(f"x:s{number}"), NamedNode("x:p"), Literal(number), NamedNode("x:g"))


def writable(folder: Path, number: int = SOME) -> Path:
    """Return a writable dataset of so many quads, and a snapshot with all of them."""
    disk = WritableDataset(folder)
    dataset = disk.open_for_writing()
    dataset.store.bulk_extend(map(quad, range(number)))
    disk.publish(replace(dataset, digest=new_digest()))
    return folder


def quads_of(folder: Path) -> set[Quad]:
    """Return what a writer finds in a writable dataset."""
    return set(WritableDataset(folder).open_for_writing().store)


def files_in(folder: Path) -> dict[str, bytes]:
    """Return all that is in a folder, but for locks and logs."""
    return {
        str(path.relative_to(folder.resolve())): path.read_bytes()
        for path in folder.resolve().rglob("*")
        if path.is_file() and path.name not in {"lock", "LOCK", "LOG"}
    }


@contextmanager
def running(program: str, path: Path) -> Iterator[None]:
    """Run a program until the block ends; it has begun what it does when it prints a line."""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"\n"
        yield
        process.communicate()


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Return a backup of a writable dataset."""
    back_up(writable(tmp_path / "made-of"), tmp_path / "made", silent)
    return tmp_path / "made"


# There and back.


def test_round_trip_of_a_build(wicara: Command, own_data: Path, tmp_path: Path) -> None:
    """A build comes back as it was, with what was retracted there, and is not built again."""
    assert wicara("retract", "F074", "--date", "2026-01-01", "--data", own_data).returncode == 0
    before = files_in(own_data)
    done = wicara("backup", tmp_path / "b", "--data", own_data)
    assert (done.returncode, done.stderr) == (0, "")
    assert files_in(own_data) == before
    record = open_dataset(own_data)
    told = f"dataset {record.version} ({record.digest[:12]}): {len(record.asserted):,} quads in asserted.nq, "
    assert done.stdout.startswith(f"{tmp_path / 'b'} holds {told}")
    assert (
        wicara("verify", tmp_path / "b").stdout
        == f"{tmp_path / 'b'} is whole:{done.stdout.partition(' holds')[2]}"
    )
    assert wicara("restore", tmp_path / "b", "--data", tmp_path / "new").returncode == 0
    assert wicara("verify", "--data", tmp_path / "new").returncode == 0
    for name in ("current", "overlay"):
        assert files_in(tmp_path / "new" / name) == files_in(own_data / name)
    restored = ensure(tmp_path / "new")
    assert [each.name for each in (tmp_path / "new" / "builds").iterdir()] == [restored.path.name]
    assert set(restored.store) == set(record.store)


def test_round_trip_of_a_writable_dataset(wicara: Command, tmp_path: Path) -> None:
    """A writable dataset comes back with all its quads, and can be written, verified and backed up again."""
    data = writable(tmp_path / "data")
    before = files_in(data)
    assert wicara("backup", tmp_path / "b", "--data", data).returncode == 0
    assert files_in(data) == before
    assert wicara("restore", tmp_path / "b", "--data", tmp_path / "new").returncode == 0
    assert wicara("verify", "--data", tmp_path / "new").returncode == 0
    assert wicara("backup", tmp_path / "b2", "--data", tmp_path / "new").returncode == 0
    assert quads_of(tmp_path / "new") == set(map(quad, range(SOME)))


def test_an_overlay_that_a_person_made(own_data: Path, tmp_path: Path) -> None:
    """A plain folder overlay/ is backed up like one that a command made, and an empty one too."""
    (own_data / "overlay" / "more").mkdir(parents=True)
    for number in (1, 2):
        back_up(own_data, tmp_path / f"b{number}", silent)
        restore(tmp_path / f"b{number}", tmp_path / f"new{number}", silent)
        overlay = overlay_of(tmp_path / f"new{number}")
        assert overlay
        assert overlay.name == "overlay"
        assert files_in(overlay) == files_in(own_data / "overlay")
        (own_data / "overlay" / "more" / "facts.trig").write_text("# none yet")


def test_into_a_folder_that_is_there(made: Path, tmp_path: Path) -> None:
    """A folder without a dataset, such as a fresh mount, takes one in, and keeps what else it has."""
    data = tmp_path / "mounted"
    (data / "lost+found").mkdir(parents=True)
    number = data.stat().st_ino
    assert restore(made, data, silent) is None
    assert data.stat().st_ino == number
    assert {each.name for each in data.iterdir()} == {"lost+found", "dataset.json", "snapshots", "store"}
    assert len(quads_of(data)) == SOME


# Damage.


def largest(backup: Path) -> Path:
    """Return the largest file of a backup's store."""
    return max((backup / "data" / "store").iterdir(), key=lambda path: path.stat().st_size)


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """Take the last byte off a file."""
    path.write_bytes(path.read_bytes()[:-1])


def make_link(path: Path) -> None:
    """Put a link to the same content in the place of a file."""
    path.rename(path.parent.parent.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent.parent.parent / "elsewhere")


def changed(backup: Path, **members: Any) -> None:  # noqa: ANN401 - of JSON
    """Change what a backup says of itself."""
    record = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps(record | members))


DAMAGES: Final = {
    "a flipped bit": (lambda backup: flip(largest(backup)), "is not what it was"),
    "a file cut short": (lambda backup: cut(largest(backup)), "is not what it was"),
    "a missing file": (lambda backup: largest(backup).unlink(), "is missing"),
    "a link": (lambda backup: make_link(largest(backup)), "is not what it was"),
    "an extra file": (
        lambda backup: (backup / "data" / "store" / "more.sst").touch(),
        "store/more.sst is no part",
    ),
    "an extra link": (lambda backup: (backup / "more").symlink_to("/etc"), "more is no part of it"),
    "no record": (lambda backup: (backup / "backup.json").unlink(), "is no backup"),
    "half a record": (lambda backup: (backup / "backup.json").write_text('{"format": 1,'), "is broken"),
    "no object": (lambda backup: (backup / "backup.json").write_text("[]"), "is broken"),
    "a format to come": (lambda backup: changed(backup, format=3), "has format 3"),
    "more members": (lambda backup: changed(backup, more=1), "is broken"),
    "an unknown kind": (lambda backup: changed(backup, kind="x"), "is broken"),
    "another number": (
        lambda backup: changed(backup, stores={"store": SOME + 1}),
        f"holds {SOME} quads, not",
    ),
    "a place outside": (lambda backup: changed(backup, links={"current": "../.."}), "is broken"),
    "an absolute place": (lambda backup: changed(backup, links={"current": "/etc"}), "is broken"),
    "a link that is none of ours": (lambda backup: changed(backup, links={"store": "x"}), "is broken"),
    "a store outside": (lambda backup: changed(backup, stores={"/etc": 1}), "is broken"),
}


@pytest.mark.parametrize("name", one_of(2, DAMAGES))
def test_a_damaged_backup(wicara: Command, made: Path, tmp_path: Path, name: str) -> None:
    """A backup that is not what it was is told by `verify`, and not restored."""
    damage, told = DAMAGES[name]
    damage(made)
    for arguments in (("verify", made), ("restore", made, "--data", tmp_path / "new")):
        done = wicara(*arguments)
        assert done.returncode == 1
        assert told in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "new").exists()


def test_many_faults(made: Path) -> None:
    """Where very much is wrong, the first faults are listed and the rest is counted."""
    for number in range(30):
        (made / f"extra{number:02}").touch()
    with pytest.raises(StoreFault, match=r"extra19 is no part of it\n- and 10 more$"):
        verify_backup(made, silent)


def test_a_damaged_writable_dataset(wicara: Command, tmp_path: Path) -> None:
    """A store with flipped bits is told by `verify`, and `backup` leaves nothing."""
    data = writable(tmp_path / "data")
    for path in (data / "store").glob("*.sst"):
        flip(path)
    for arguments in (("verify", "--data", data), ("backup", tmp_path / "b", "--data", data)):
        done = wicara(*arguments)
        assert done.returncode == 1
        assert "is damaged" in done.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"data"}


@pytest.mark.parametrize("pattern", ["CURRENT", "MANIFEST-*"])
def test_a_store_that_does_not_open(wicara: Command, tmp_path: Path, pattern: str) -> None:
    """`verify` reads the store itself: its own files may be damaged where those of snapshots are whole."""
    data = writable(tmp_path / "data")
    assert wicara("verify", "--data", data).returncode == 0
    for path in (data / "store").glob(pattern):
        path.write_bytes(b"rubbish")
    done = wicara("verify", "--data", data)
    assert (done.returncode, "damaged" in done.stderr) == (1, True)


def test_a_damaged_build(wicara: Command, own_data: Path, tmp_path: Path) -> None:
    """A build whose files are not what its record says is told, and not backed up; nor one without record."""
    flip(own_data / "current" / "inferred.nq")
    for arguments in (("verify", "--data", own_data), ("backup", tmp_path / "b", "--data", own_data)):
        assert "inferred.nq has another SHA-256" in wicara(*arguments).stderr
    (own_data / "current" / "build.json").unlink()
    assert "wicara build --force" in wicara("backup", tmp_path / "b", "--data", own_data).stderr
    assert not (tmp_path / "b").exists()


def test_a_backup_by_an_older_version(wicara: Command, tmp_path: Path) -> None:
    """A backup of a build by wicara 0.1, with two stores of RocksDB, is verified and restored."""
    place = "builds/0-1"
    (tmp_path / "b" / "data" / place).mkdir(parents=True)
    for name in ("store", "asserted"):
        Store(str(tmp_path / "b" / "data" / place / name)).add(quad(1))
    files = {
        path.relative_to(tmp_path / "b" / "data").as_posix(): asdict(file_content(path))
        for path in (tmp_path / "b" / "data").rglob("*")
        if path.is_file()
    }
    record = {"format": 1, "kind": "build", "version": "1.0.0", "digest": "0" * 64, "files": files}
    stores = {f"{place}/store": 1, f"{place}/asserted": 1}
    (tmp_path / "b" / "backup.json").write_text(
        json.dumps({**record, "stores": stores, "links": {"current": place}})
    )
    assert "1 quads in store/" in wicara("verify", tmp_path / "b").stdout
    assert wicara("restore", tmp_path / "b", "--data", tmp_path / "data").returncode == 0
    assert (tmp_path / "data" / "current" / "asserted" / "CURRENT").is_file()


def test_without_a_snapshot(tmp_path: Path) -> None:
    """A writable dataset without a snapshot is told; its store is never copied while it may be written."""
    data = writable(tmp_path / "data")
    shutil.rmtree(data / "snapshots")
    for attempt in (lambda: back_up(data, tmp_path / "b", silent), lambda: verify_data(data, silent)):
        with pytest.raises(StoreFault, match="has no snapshot"):
            attempt()


def test_where_there_is_no_dataset(wicara: Command, tmp_path: Path) -> None:
    """An empty folder, or none, is told, and not made one of builds."""
    for data in (tmp_path, tmp_path / "none"):
        for arguments in (("backup", tmp_path / "b"), ("verify",)):
            done = wicara(*arguments, "--data", data)
            assert done.returncode == 1
            assert "there is no dataset in" in done.stderr
    assert list(tmp_path.iterdir()) == []


# What is refused.


def test_targets_that_are_refused(made: Path, tmp_path: Path) -> None:
    """A backup overwrites nothing, makes no other folder (of a disk not mounted), and is outside its data."""
    data = tmp_path / "made-of"
    for target, told in (
        (made, "is there already"),
        (tmp_path / "none" / "b", "there is no folder"),
        (data / "b", "is inside"),
    ):
        with pytest.raises(Unavailable, match=told):
            back_up(data, target, silent)


def test_one_at_a_time(tmp_path: Path) -> None:
    """Two that write the same folder do not mix: the second is told."""
    data = writable(tmp_path / "data")
    stage = tmp_path / ".b.unfinished"
    stage.mkdir()
    (stage / "held").touch()
    with running(HOLD, stage), pytest.raises(Unavailable, match="another process is writing"):
        back_up(data, tmp_path / "b", silent)
    assert (stage / "held").exists()
    back_up(data, tmp_path / "b", silent)
    assert not stage.exists()
    verify_backup(tmp_path / "b", silent)


def test_restore_over_data(wicara: Command, made: Path, tmp_path: Path) -> None:
    """A dataset is not overwritten; with --force it is moved aside, whole, and each time to another name."""
    data = writable(tmp_path / "data", 3)
    done = wicara("restore", made, "--data", data)
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert len(quads_of(data)) == 3
    for number in (1, 2):
        done = wicara("restore", made, "--data", data, "--force")
        assert done.stdout.endswith(f"what was there is in {data}.before-{number}\n")
        assert len(quads_of(data)) == SOME
    assert len(quads_of(Path(f"{data}.before-1"))) == 3
    assert len(quads_of(Path(f"{data}.before-2"))) == SOME


def test_restore_through_a_link(made: Path, tmp_path: Path) -> None:
    """A data folder may be named by a link to it: the folder is replaced, and the link stays."""
    data = writable(tmp_path / "data", 3)
    (tmp_path / "link").symlink_to(data)
    assert restore(made, tmp_path / "link", silent, force=True) == tmp_path / "data.before-1"
    assert (tmp_path / "link").readlink() == data
    assert len(quads_of(tmp_path / "link")) == SOME


def test_restore_over_a_build(own_data: Path, made: Path) -> None:
    """A folder of builds is moved aside as well, with all it has."""
    before = files_in(own_data)
    moved = restore(made, own_data, silent, force=True)
    assert moved == own_data.with_name("data.before-1")
    assert files_in(moved) == before
    assert len(quads_of(own_data)) == SOME


def test_restore_where_it_is_used(made: Path, own_data: Path, tmp_path: Path) -> None:
    """What a process has open is not moved away under it, even with --force."""
    data = writable(tmp_path / "data", 3)
    with running(OPEN, data / "store"), pytest.raises(Unavailable, match="stop it first"):
        restore(made, data, silent, force=True)
    reader = ensure(own_data)
    with pytest.raises(Unavailable, match="stop it first"):
        restore(made, own_data, silent, force=True)
    del reader
    assert restore(made, data, silent, force=True)
    assert restore(made, own_data, silent, force=True)


def test_one_in_the_other(made: Path, tmp_path: Path) -> None:
    """A backup is not restored into itself, nor into a folder that it lies in."""
    for data in (made / "data", tmp_path):
        with pytest.raises(Unavailable, match="one in the other"):
            restore(made, data, silent, force=True)


# Interruptions and full disks.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_backup(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C leaves nothing, kill -9 what the next backup removes; neither what looks like a backup."""
    data, target = writable(tmp_path / "data"), tmp_path / "b"
    begun = tmp_path / ".b.unfinished" / "data" / "store"
    ended = stopped_when(begun, number, "backup", target, "--data", data)
    assert not target.exists()
    if number == signal.SIGINT:
        assert ended == (130, "wicara: interrupted\n")
        assert {each.name for each in tmp_path.iterdir()} == {"data"}
    back_up(data, target, silent)
    assert {each.name for each in tmp_path.iterdir()} == {"data", "b"}
    assert verify_backup(target, silent).stores == {"store": SOME}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_restore(made: Path, tmp_path: Path, number: signal.Signals) -> None:
    """A restore that is stopped in the middle leaves the dataset that was there, and can be done again."""
    data = writable(tmp_path / "data", 3)
    code, _ = stopped_when(data / ".unfinished", number, "restore", made, "--data", data, "--force")
    assert code in {130, -signal.SIGKILL}
    assert len(quads_of(data)) == 3
    assert restore(made, data, silent, force=True)
    assert len(quads_of(data)) == SOME
    assert {each.name for each in data.iterdir()} == {"dataset.json", "snapshots", "store"}


def on_a_full_disk(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command where no file may be longer than 3,000 bytes."""
    return subprocess.run(
        [sys.executable, "-m", "wicara", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)),
    )


def test_a_disk_that_refuses(made: Path, tmp_path: Path) -> None:
    """A disk that takes no more is told, and nothing half-written is left; what was there stays."""
    data = tmp_path / "made-of"
    done = on_a_full_disk("backup", tmp_path / "b", "--data", data)
    assert done.returncode == 1
    assert "make room" in done.stderr
    there = {each.name for each in tmp_path.iterdir()}
    for folder in (tmp_path / "new", data):
        done = on_a_full_disk("restore", made, "--data", folder, "--force")
        assert done.returncode == 1
        assert "make room" in done.stderr
        assert {each.name for each in tmp_path.iterdir()} == there == {"made", "made-of"}
    assert len(quads_of(data)) == SOME


def count_in_backup(data: Path, target: Path) -> int:
    """Make a backup and verify it and its data folder; return how many quads it has."""
    back_up(data, target, silent)
    found = verify_backup(target, silent).stores["store"]
    assert verify_data(data, silent).stores["store"] >= found
    return found


def write_versions(data: Path) -> None:
    """Write one version of two more quads after the other until the input ends."""
    disk = WritableDataset(data)
    dataset = disk.open_for_writing()
    for number in itertools.count():
        dataset.store.extend([quad(2 * number), quad(2 * number + 1)])
        disk.publish(replace(dataset, digest=new_digest()))
        if select.select([sys.stdin], [], [], 0)[0]:
            return


def test_while_versions_come_and_go(tmp_path: Path) -> None:
    """However fast versions follow each other, what is backed up and verified is one of them, all of it."""
    data = writable(tmp_path / "data", 0)
    program = f"from pathlib import Path; import test_backup; test_backup.write_versions(Path({str(data)!r}))"
    command = [sys.executable, "-c", program]
    before = snapshots(data)
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parent) as writer:
        wait_until(lambda: snapshots(data) != before)
        counts = [count_in_backup(data, tmp_path / f"b{number}") for number in range(10)]
        assert writer.poll() is None
    assert writer.returncode == 0
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    assert [count % 2 for count in counts] == [0] * 10
