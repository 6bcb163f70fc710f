"""What was acknowledged is there, and nothing is half there: kill -9, a full disk, a lost store."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.client import HTTPException
from typing import TYPE_CHECKING

import pytest
import writing
from needed import long
from server_process import Server, serve, served, wait_until, workers
from writing import BEARER, WRITABLE, count

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command

P = "?s <x:p> ?o"
COUNT = f"SELECT (COUNT(*) AS ?n) {{ {P} }}"


def update(server: Server, text: str, **fields: str) -> int:
    """Send an update and return the status; 0 where the connection broke."""
    try:
        return writing.update(server, text, **fields).status
    except (OSError, HTTPException):
        return 0


def on_disk(folder: Path, *more: object) -> tuple[object, ...]:
    """Return the arguments of a server of a writable dataset on disk."""
    return (*WRITABLE, "--data", folder, *more)


def test_an_update_is_seen_at_once(tmp_path: Path) -> None:
    """A query that begins after the answer to an update sees it, and every ETag changes."""
    with served(*on_disk(tmp_path / "d")) as server:
        tags = set()
        for number in range(1, 9):
            assert update(server, f"INSERT DATA {{ <x:s{number}> <x:p> {number} }}") == 204
            answer = server.ask(COUNT)
            assert int(answer.rows[0]["n"]) == number
            tags.add(answer.headers["ETag"])
        assert len(tags) == 8


def test_a_failed_update_changes_nothing(tmp_path: Path) -> None:
    """An update that does not parse, or fails, or runs out of time, leaves the dataset and its ETags."""
    for arguments in (("--empty", *WRITABLE), on_disk(tmp_path / "d")):
        with served(*arguments) as server:
            filled = " ".join(f"<x:s{number}> <x:p> {number} ." for number in range(3000))
            assert update(server, f"INSERT DATA {{ {filled} }}") == 204
            tag = server.ask(COUNT).headers["ETag"]
            assert update(server, "INSERT DATA { <x:a> <x:p> 1 } ; INSERT {") == 400
            endless = "INSERT { ?a <x:q> ?c } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
            assert update(server, f"INSERT DATA {{ <x:a> <x:p> 1 }} ; {endless}", timeout="1") == 503
            assert (count(server, P), server.ask(COUNT).headers["ETag"]) == (3000, tag)
            assert update(server, "INSERT DATA { <x:a> <x:p> 1 }") == 204
            assert count(server, P) == 3001


def test_a_query_keeps_its_version(tmp_path: Path) -> None:
    """A long query of a dataset on disk answers from its version, however many writes there are meanwhile."""
    numbers = " ".join(map(str, range(1200)))
    busy = f"VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} FILTER(?a * ?b = 1401 * 1409)"
    query = f"SELECT * {{ {{ SELECT (COUNT(*) AS ?m) {{ {busy} }} }} GRAPH ?g {{ ?s <x:p> ?o }} }}"
    found: list[int] = []
    with served(*on_disk(tmp_path / "d")) as server:
        for number in range(5):
            assert update(server, f"INSERT DATA {{ GRAPH <x:g> {{ <x:s> <x:p> {number} }} }}") == 204
        asking = threading.Thread(target=lambda: found.append(len(server.ask(query).rows)))
        asking.start()
        time.sleep(0.3)
        for number in range(5, 12):
            assert update(server, f"INSERT DATA {{ GRAPH <x:g> {{ <x:s> <x:p> {number} }} }}") == 204
        asking.join()
        assert 5 <= found[0] <= 12
        for _ in range(3):
            assert update(server, "INSERT DATA { <x:s> <x:p> 0 }") == 204
            server.ask(COUNT)
        assert len(list((tmp_path / "d" / "snapshots").iterdir())) <= 12


def test_versions_of_any_time(wicara: Command, tmp_path: Path) -> None:
    """The last version is the one that was written last, whatever times the files have; a backup takes it."""
    data = tmp_path / "d"
    with served(*on_disk(data)) as server:
        for number in range(7):
            assert update(server, f"INSERT DATA {{ <x:s> <x:p> {number} }}") == 204
            assert count(server, P) == number + 1
            for path in (data / "snapshots").glob("*/CURRENT"):
                for each in (path, path.parent):
                    os.utime(each, (4e9 - number, 4e9 - number))
        assert wicara("backup", tmp_path / "b", "--data", data).returncode == 0
    with served(*on_disk(data)) as server:
        assert count(server, P) == 7
    assert wicara("restore", tmp_path / "b", "--data", tmp_path / "e").returncode == 0
    with served("--data", tmp_path / "e") as server:
        assert count(server, P) == 7


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    """A writable dataset on disk is what it was when it is served again, read-only too."""
    with served(*on_disk(tmp_path / "d")) as server:
        assert update(server, "INSERT DATA { <x:a> <x:p> 1 . GRAPH <x:g> { <x:a> <x:p> 2 } }") == 204
    with served(*on_disk(tmp_path / "d")) as server:
        assert count(server, P) == 1
        assert server.ask("ASK { GRAPH <x:g> { <x:a> <x:p> 2 } }").json["boolean"]
    with served("--data", tmp_path / "d") as server:
        assert count(server, P) == 1
        assert update(server, "CLEAR ALL") == 403


def pids_of(server: Server, role: str) -> list[int]:
    """Return the process to kill: the front, any executor, or all below the front, the writer among them."""
    if role == "front":
        return [server.process.pid]
    below = workers(server)
    return below[1:2] if role == "executor" else below


@pytest.mark.parametrize("updates", [25, long(1000)])
@pytest.mark.parametrize("role", ["front", long("executor"), "all below"])
def test_kill_in_the_middle_of_updates(tmp_path: Path, role: str, updates: int) -> None:
    """After kill -9 in the middle of many updates all that were acknowledged are there, and none by half."""
    folder = tmp_path / "d"
    acknowledged: list[int] = []
    ends = -signal.SIGKILL if role == "front" else 0
    with served(*on_disk(folder), ends_with=ends) as server:
        sender = threading.Thread(target=send_many, args=(server, acknowledged, updates))
        sender.start()
        for number in range(updates // 5, updates, updates // 5):
            wait_until(lambda number=number: len(acknowledged) >= number)
            for pid in pids_of(server, role):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if role == "front":
                break
        sender.join()
    with served(*on_disk(folder)) as server:
        found = {int(row["n"]) for row in server.ask("SELECT ?n { ?s <x:first> ?n }").rows}
        assert found == {int(row["n"]) for row in server.ask("SELECT ?n { ?s <x:second> ?n }").rows}
        assert set(acknowledged) <= found
        assert len(acknowledged) >= updates // 5


def send_many(server: Server, acknowledged: list[int], updates: int) -> None:
    """Send updates of two statements each until so many are acknowledged, or the server has ended."""
    number = 0
    while len(acknowledged) < updates and server.process.poll() is None:
        status = update(server, f"INSERT DATA {{ <x:s{number}> <x:first> {number} ; <x:second> {number} }}")
        if status == 204:
            acknowledged.append(number)
        number += 1


def test_a_full_disk(small_disk: Path) -> None:
    """A disk that is full is a clear error, reads go on, and nothing that was acknowledged is lost."""
    with served(*on_disk(small_disk / "d")) as server:
        assert update(server, "INSERT DATA { <x:a> <x:p> 1 }") == 204
        statuses = []
        acknowledged = 1
        for number in range(60):
            value = f"{number:06d}" * 20_000
            statuses.append(update(server, f"INSERT DATA {{ <x:s{number}> <x:p> '{value}' }}"))
            if statuses[-1] == 204:
                acknowledged += 1
            elif statuses.count(507) > 2:
                break
        assert 507 in statuses
        assert set(statuses) <= {204, 507}
        assert server.ask("ASK { <x:a> <x:p> 1 }").json["boolean"]
        assert count(server, P) >= acknowledged
        told = server.send(
            "POST",
            "/update",
            f"INSERT DATA {{ <x:z> <x:p> '{'z' * 900_000}' }}",
            content_type="application/sparql-update",
            authorization=BEARER,
        )
        assert told.status == 507
        assert "Free some space" in told.json["detail"]


def test_a_lost_store_is_told(tmp_path: Path) -> None:
    """A folder that held a dataset and lost its store is one message, and no empty dataset."""
    with served(*on_disk(tmp_path / "d")) as server:
        assert update(server, "INSERT DATA { <x:a> <x:p> 1 }") == 204
    shutil.rmtree(tmp_path / "d" / "store")
    done = serve(*on_disk(tmp_path / "d"))
    assert done.returncode != 0
    assert "wicara restore" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_writer_that_is_about_to_end(tmp_path: Path) -> None:
    """A server starts where a writer that was killed still holds the store for a moment."""
    with served(*on_disk(tmp_path / "d")):
        pass
    store = str(tmp_path / "d/store")
    hold = f"import pyoxigraph as o; s = o.Store({store!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "open\n"
        threading.Timer(1, writer.kill).start()
        with served(*on_disk(tmp_path / "d")) as server:
            assert server.ask("ASK {}").status == 200


def test_two_servers_of_one_dataset(tmp_path: Path) -> None:
    """A second server that would write the same dataset is refused with a message."""
    with served(*on_disk(tmp_path / "d")):
        done = serve(*on_disk(tmp_path / "d"))
    assert done.returncode != 0
    assert "other server" in done.stderr
    assert "Traceback" not in done.stderr
