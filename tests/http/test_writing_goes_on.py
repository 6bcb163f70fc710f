"""One write that is stopped, a process that dies or a disk that is full for a while never ends writing."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from needed import long
from server_process import Server, distinct, is_alive, served, serving, wait_until, workers
from writing import WRITABLE, count, update

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALUES = " ".join(f"VALUES ?v{number} {{ 0 1 2 3 4 5 6 7 8 9 }}" for number in range(9))
ENDLESS = f"INSERT {{ <x:s> <x:endless> 1 }} WHERE {{ {VALUES} }}"
"""An update that goes through a thousand million solutions."""

FEW = ("--executors", 2, "--slow-lane", 2, "--timeout", 20)
KILLED = 12
MOST_PROCESSES = 2 * 2 + 2 + 3
"""Processes of such a server without requests: executors, fork server, writer, and one for the index."""


@pytest.fixture(params=["memory", "disk"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Return a server of each kind of dataset that takes writes, with a few processes."""
    data = ("--empty",) if request.param == "memory" else ("--data", tmp_path / "disk")
    with served(*data, *WRITABLE, *FEW) as running:
        yield running


def insert(server: Server, number: int, **fields: str) -> int:
    """Send a small update and return its status."""
    return update(server, f"INSERT DATA {{ <x:s{number}> <x:p> {number} }}", **fields).status


def processes(server: Server) -> list[int]:
    """Return all processes that hold the dataset of a server: its group; their parents may have ended."""
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):  # noqa: PTH208 - a glob asks each
        with suppress(ProcessLookupError):
            if os.getpgid(pid) == server.process.pid != pid and is_alive(pid):
                found.append(pid)
    return found


@pytest.mark.parametrize("rounds", [1, long(3)])
def test_updates_beside_one_that_is_stopped(server: Server, rounds: int) -> None:
    """An update at its deadline takes those that wait with it, and no later one; no process is left over."""
    assert insert(server, 0) == 204
    for round_number in range(rounds):
        with ThreadPoolExecutor(16) as clients:
            slow = clients.submit(update, server, ENDLESS, timeout="1")
            time.sleep(0.1)
            others = [clients.submit(insert, server, 100 * round_number + number) for number in range(15)]
            assert slow.result().status == 503
            assert {other.result() for other in others} <= {204, 503}
        wait_until(lambda: insert(server, 1) == 204)
        assert [insert(server, number) for number in range(2, 5)] == [204] * 3
    wait_until(lambda: server.is_ready("/readyz/write"))
    assert count(server, "?s <x:endless> ?o") == 0
    wait_until(lambda: len(processes(server)) <= MOST_PROCESSES)


def test_what_is_known_of_a_stopped_update(server: Server) -> None:
    """In memory nothing of it is there; on disk nobody knows, and the answer says so."""
    in_memory = "--empty" in server.process.args

    def applied() -> str:
        answer = update(server, ENDLESS, timeout="1")
        assert answer.status == 503
        return str(answer.json["applied"])

    if in_memory:
        assert applied() == "no"
    else:
        wait_until(lambda: applied() == "unknown")  # "no" where the second was over before it began


def test_writers_and_executors_that_are_killed(server: Server) -> None:
    """However early some processes are killed, also before they have said a word, others take their place."""
    fork_server = workers(server)[0]  # until the first write, of a dataset in memory
    assert insert(server, 0) == 204
    ended, killed = threading.Event(), set()

    def kill() -> None:
        while not ended.is_set():
            for pid in processes(server):
                if pid != fork_server:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                        killed.add(pid)
            time.sleep(0.001)

    killer = threading.Thread(target=kill)
    killer.start()
    with ThreadPoolExecutor(4) as clients:
        while len(killed) < KILLED:
            statuses = [*clients.map(lambda number: insert(server, number, timeout="1"), range(4))]
            asked = clients.map(lambda _: server.ask("ASK {}", timeout="1"), range(4))
            statuses += [answer.status for answer in asked]
            assert set(statuses) <= {200, 204, 503}
    ended.set()
    killer.join()
    wait_until(lambda: not any(map(is_alive, killed)))
    wait_until(lambda: insert(server, 1) == 204)
    assert [insert(server, number) for number in range(2, 5)] == [204] * 3
    wait_until(lambda: server.is_ready("/readyz/write"))
    assert [server.ask(f"ASK {{}} # {number}").status for number in range(50)] == [200] * 50


def test_a_reload_beside_updates(server: Server) -> None:
    """SIGHUP beside updates at their deadline leaves a server that takes writes."""
    with ThreadPoolExecutor(8) as clients:
        stopped = [clients.submit(update, server, ENDLESS, timeout="1") for _ in range(3)]
        for _ in range(3):
            time.sleep(0.3)
            server.process.send_signal(signal.SIGHUP)
        assert {each.result().status for each in stopped} == {503}
    wait_until(lambda: insert(server, 1) == 204)
    wait_until(lambda: server.is_ready("/readyz/write"))


def test_clients_that_leave_do_no_harm() -> None:
    """Queries that are stopped at any moment, also as they end, make no other client wait."""
    one_executor = ("--executors", 1, "--slow-lane", 0)
    with serving(distinct(300), *one_executor) as server, ThreadPoolExecutor(2) as clients:
        for number in range(60):
            query = f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} # {number}"
            slow = clients.submit(server.ask, query, timeout=str(0.02 + number % 10 / 100))
            assert server.ask(f"ASK {{}} # {number}").status == 200
            assert slow.result().status in {200, 503}


def test_a_disk_that_was_full(small_disk: Path) -> None:
    """While a disk is full /readyz/write fails, and /readyz, for reads, says so; then both work again."""
    with served("--data", small_disk / "disk", *WRITABLE) as server:
        assert insert(server, 0) == 204
        wait_until(lambda: server.is_ready("/readyz/write"))
        filler = small_disk / "filler"
        with suppress(OSError):
            filler.write_bytes(bytes(4 << 20))
        with ThreadPoolExecutor(8) as clients:
            assert set(clients.map(lambda number: insert(server, number), range(16))) == {507}
        # Each probe gives itself a second: on a busy machine the writer is then only not there again yet.
        wait_until(lambda: server.is_ready() and "make room" in server.get("/readyz").json.get("writes", ""))
        wait_until(lambda: "make room" in server.get("/readyz/write").json.get("why", ""))
        writing = server.get("/readyz/write")
        assert (writing.status, writing.json["ready"]) == (503, False)
        assert count(server) == 1
        filler.unlink()
        wait_until(lambda: server.is_ready("/readyz/write"))
        assert "writes" not in server.get("/readyz").json
        assert insert(server, 1) == 204
