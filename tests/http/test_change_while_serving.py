"""`wicara retract` while a server runs: what it answers follows, and no request fails."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from server_process import served

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command

ASK = "ASK { GRAPH ?g { ?s ?p ?o } FILTER(STRENDS(STR(?g), '/F074')) }"


def test_a_server_follows_a_change(wicara: Command, own_data: Path) -> None:
    """With `--reload` a retraction is served without a restart, and every request meanwhile is answered."""
    failures: list[int] = []
    done = threading.Event()
    with served("--data", own_data, "--reload") as server:

        def watch() -> None:
            while not done.is_set():
                status = server.ask("ASK { ?g a wic:FactGraph }").status
                failures.extend([status] if status != 200 else [])
                time.sleep(0.05)

        thread = threading.Thread(target=watch)
        thread.start()
        assert server.ask(ASK).json["boolean"]
        assert wicara("retract", "F074", "--data", own_data).returncode == 0
        until = time.monotonic() + 60
        while time.monotonic() < until and server.ask(ASK).json["boolean"]:
            time.sleep(0.2)
        followed = not server.ask(ASK).json["boolean"]
        done.set()
        thread.join()
    assert followed
    assert failures == []
