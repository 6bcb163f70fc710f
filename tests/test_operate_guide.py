"""The guide docs/operate.md: its drill runs, its tables are those of the software, its files are there."""

from __future__ import annotations

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families
from wicara.server.front.cache import Cache
from wicara.server.front.metrics import Metrics
from wicara.server.front.pool import Pool, processes
from wicara.server.settings import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Command

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "operate.md").read_text("utf-8")
UNIT = (ROOT / "deploy" / "wicara.service").read_text("utf-8")
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text("utf-8")
STEPS = re.findall(
    r"^\$ (.*)\n((?:(?!\$ |```).*\n)*)",
    "".join(re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL)),
    re.MULTILINE,
)
VARIES = re.compile(r"\([0-9a-f]{12}\)|\d+ files, [\d.]+ MB|/\S+/(?=data)")
END = "--- end of step"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_drill(tmp_path: Path) -> None:
    """Each command of the drill succeeds and prints what the guide shows, but for hashes, sizes, places."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    script = "".join(f"{command}\necho '{END}' $?\n" for command, _ in STEPS).replace("8000", port)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc"],
        input=f"trap 'kill $(jobs -p)' EXIT\n{script}",
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    printed = re.split(rf"{END} (\d+)\n", done.stdout)
    for (command, expected), told, status in zip(STEPS, printed[::2], printed[1::2], strict=False):
        assert (command, status, VARIES.sub("…", told)) == (command, "0", VARIES.sub("…", expected))
    assert len(printed) == 2 * len(STEPS) + 1


def rows_after(heading: str) -> list[list[str]]:
    """Return the cells of the first table after a heading, without its head."""
    section = GUIDE.partition(f"\n## {heading}\n")[2]
    (table, *_) = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_metrics() -> None:
    """The table has all metrics that there are, as they are called, in the words of /metrics."""
    metrics = Metrics(Pool("", DEFAULTS), Cache(0))
    metrics.count("query", 200, 0.1)
    metrics.rejections["rate"] += 1
    found = []
    for family in text_string_to_metric_families(metrics.text().decode()):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
        found.append([f"`{name}`", ", ".join(f"`{label}`" for label in labels), family.documentation])
    assert sorted(found) == sorted(rows_after("Metrics"))


def logged() -> Iterator[tuple[str, set[str]]]:
    """Yield each event that the front logs, with its members."""
    for path in (ROOT / "server" / "front").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "log":
                members = {str(each.arg) for each in node.keywords}
                for each in ast.walk(node.args[0]):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value, members


def test_logs() -> None:
    """The table has all events that are logged, each with its members."""
    told: dict[str, set[str]] = {}
    for event, _, members in rows_after("Logs"):
        same = "the same" in members
        told[event.strip("`")] = [*told.values()][-1] if same else set(re.findall(r"`(\w+)`", members))
    assert told == dict(logged())


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)|`(deploy/[\w.]+)`", GUIDE))))
def test_files_that_are_named(target: tuple[str, str]) -> None:
    """What the guide links to and names is there."""
    link, file = target
    assert (ROOT / "docs" / link).is_file() if link else (ROOT / file).is_file()


def test_options_that_are_named(wicara: Command) -> None:
    """Every option in the guide is one of the command, or of curl and the like where these are used."""
    known = "".join(
        wicara(name, "--help").stdout for name in ("serve", "backup", "verify", "restore", "build")
    )
    prose = re.sub(r"```.*?```|^    .*$", "", GUIDE, flags=re.DOTALL | re.MULTILINE)
    assert [
        each for each in re.findall(r"`(--[a-z-]+)", prose) if each not in known and each != "--init"
    ] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_well_formed(tmp_path: Path) -> None:
    """Systemd finds no fault with the unit, once its command is one that is there."""
    unit = tmp_path / "wicara.service"
    unit.write_text(UNIT.replace("/opt/wicara/bin/wicara", shutil.which("true") or "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_has_room(wicara: Command) -> None:
    """The unit's options exist, and its limit of memory is above what all queries and a write may take."""
    (command,) = re.findall(r"^ExecStart=/opt/wicara/bin/wicara (\w+) (.*)$", UNIT, re.MULTILINE)
    told = wicara(command[0], "--help").stdout
    assert [each for each in re.findall(r"--[a-z-]+", command[1]) if each not in told] == []
    (gigabytes,) = re.findall(r"^MemoryMax=(\d+)G$", UNIT, re.MULTILINE)
    assert int(gigabytes) << 10 > (processes(DEFAULTS) + 1) * DEFAULTS.memory + DEFAULTS.cache


def test_the_container_has_what_it_needs() -> None:
    """Every file that is copied into the image is there, and all packages are among them."""
    copied = {
        name
        for line in re.findall(r"^COPY (?!--)(.*)$", CONTAINER, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"wicara", "ontology", "graph", "queries", "server", "pyproject.toml"} <= copied


def test_every_test_that_is_named() -> None:
    """Each threat in docs/security.md has its tests, and each of these is there."""
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
    assert len(rows) > 30
    for row in rows:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", row.rpartition(" | ")[2])
        assert named, row
        for file, name in named:
            assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text("utf-8"), (file, name)
