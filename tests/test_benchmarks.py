"""The benchmarks' wait for a server: it outlasts refusals, slow answers and errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SLOW_SERVER = """
import http.server, time

class Handler(http.server.BaseHTTPRequestHandler):
    count = 0

    def do_GET(self):
        Handler.count += 1
        if Handler.count == 1:  # the connection ends without an answer
            return
        time.sleep(1.5 if Handler.count == 3 else 0)
        self.send_response(503 if Handler.count == 2 else 200)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", {port}), Handler).serve_forever()
"""


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a module outside the package
    """Return the module of the benchmarks that starts servers."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return pytest.importorskip("servers")


def test_a_server_that_starts_slowly_is_waited_for(servers: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """A refused or dropped connection, a 503 and an answer after more than a second are not the end."""
    port = servers.free_port()
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", SLOW_SERVER.format(port=port)], stderr=output)
    with process:
        try:
            servers.wait_for_answer(process, port, "/", 120.0, log)
            assert process.poll() is None
            assert log.read_text().count("GET /") == 2
        finally:
            process.terminate()


def test_a_server_that_ends_is_not_waited_for(servers: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Where the process ends, the error shows what it wrote last."""
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit('no disk')"], stderr=output)
    with process, pytest.raises(servers.Failed, match="no disk"):
        servers.wait_for_answer(process, servers.free_port(), "/", 120.0, log)


def test_a_review_says_where_its_texts_are_looked_for(tmp_path: Path) -> None:
    """Without the texts, which are no part of this software, the benchmark tells how to name them."""
    pytest.importorskip("playwright")
    paths = os.pathsep.join(str(BENCHMARKS.parent / part) for part in ("tests", "tests/browser"))
    for shared, told in (({}, "WICARA_SHARED"), ({"WICARA_SHARED": str(tmp_path)}, str(tmp_path))):
        known = {name: text for name, text in os.environ.items() if name != "WICARA_SHARED"}
        done = subprocess.run(
            [sys.executable, BENCHMARKS / "reviewing.py"],
            capture_output=True,
            text=True,
            env=known | {"PYTHONPATH": paths} | shared,
            check=False,
        )
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
