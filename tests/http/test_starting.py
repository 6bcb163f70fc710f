"""What a server finds when it starts: folders of killed servers, tokens, disks that cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest
from prepared import PATIENCE
from server_process import served, wait_until
from writing import BEARER, TURTLE, WRITABLE, count, update

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Command

ONE = "<urn:x:a> <urn:x:p> 1 ."


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return a writable dataset on disk that holds one triple."""
    folder = tmp_path / "written"
    with served("--data", folder, *WRITABLE) as server:
        put = server.send("PUT", "/store?default", ONE, content_type=TURTLE, authorization=BEARER)
        assert put.status == 204
    return folder


@pytest.fixture
def read_only(written: Path, tmp_path: Path) -> Iterator[Path]:
    """Return that dataset on a mount that cannot be written; skip where this user cannot mount it."""
    mount = tmp_path / "mount"
    mount.mkdir()
    bound = subprocess.run(["mount", "--bind", str(written), str(mount)], capture_output=True, check=False)
    if bound.returncode:
        pytest.skip("mounting takes root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(mount)], check=True, capture_output=True)
        yield mount
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_folders_of_killed_servers_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server that was killed has left in the temporary directory, the next one removes; no other's."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    other = tmp_path / "wicara-of-somebody"
    other.mkdir()
    with served("--empty") as living:
        folder = {*tmp_path.glob("wicara-*")} - {other}
        with served("--empty", ends_with=-9) as killed:
            killed.process.kill()
            killed.process.wait(PATIENCE)
        assert len([*tmp_path.glob("wicara-*")]) == 3
        with served("--empty"):
            left = {*tmp_path.glob("wicara-*")}
            assert folder < left
            assert other in left
            assert len(left) == 3
        assert living.get("/sparql").status == 200
    assert {*tmp_path.glob("wicara-*")} == {other}


def test_a_token_that_everybody_may_read(tmp_path: Path) -> None:
    """A token file that every user may read is told at the start, with what to do."""
    token = tmp_path / "token"
    token.write_text("secret")
    for mode, warns in ((0o644, True), (0o600, False)):
        token.chmod(mode)
        with served("--empty", "--writable", "--token-file", token) as server:
            told = server.end()
        assert (f"chmod 600 {token}" in told) is warns
        assert "secret" not in told


def test_a_dataset_on_a_read_only_disk(read_only: Path, wicara: Command) -> None:
    """A writable dataset that cannot be written is served for reading, and --writable says what to do."""
    with served("--data", read_only) as server:
        assert count(server) == 1
        wait_until(server.is_ready)
        assert update(server, "CLEAR ALL").status == 403
    refused = wicara("serve", "--data", read_only, *WRITABLE, "--port", 0)
    assert refused.returncode == 1
    assert "read-only" in refused.stderr
    assert "without --writable" in refused.stderr
    assert wicara("verify", "--data", read_only).returncode == 0


def test_few_open_files(written: Path) -> None:
    """Where a process may open too few files for a store, that is said, and not that it is damaged."""
    command = 'ulimit -n 64; exec "$0" -m wicara verify --data "$1"'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, str(written)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert done.returncode == 1
    assert "file descriptors" in done.stderr
    assert "damaged" not in done.stderr
