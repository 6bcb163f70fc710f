"""The guide docs/operate.md: its tables are those of the software, its files are there."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections import defaultdict
from importlib.metadata import requires
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from prometheus_client.parser import text_string_to_metric_families
from wicara.server.process.cache import Cache
from wicara.server.process.lookups import Lookups
from wicara.server.process.metrics import Metrics
from wicara.server.process.pool import Pool, processes
from wicara.server.settings import DEFAULT_SETTINGS, DEFAULTS

if TYPE_CHECKING:
    from conftest import Command

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "operate.md").read_text("utf-8")
UNIT = (ROOT / "deploy" / "wicara.service").read_text("utf-8")
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text("utf-8")


def rows_after(heading: str) -> list[list[str]]:
    """Return the cells of the first table after a heading, without its head."""
    section = GUIDE.partition(f"\n## {heading}\n")[2]
    (table, *_) = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_metrics() -> None:
    """The table has all metrics that there are, as they are called, in the words of /metrics."""
    metrics = Metrics(Pool("", DEFAULTS), Cache(0), Lookups(DEFAULT_SETTINGS, Path()))
    metrics.count("query", 200, 0.1)
    metrics.rejections["rate"] += 1
    found = []
    for family in text_string_to_metric_families(metrics.text().decode()):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
        found.append([f"`{name}`", ", ".join(f"`{label}`" for label in labels), family.documentation])
    assert sorted(found) == sorted(rows_after("Metrics"))


def logged() -> dict[str, set[str]]:
    """Return the events that are logged, each with its members."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if isinstance(node, ast.Call) and name in {"log", "log_now"}:
                members = {str(each.arg) for each in node.keywords}
                for each in ast.walk(node.args[0]):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        found[each.value] |= members
    return dict(found)


def test_logs() -> None:
    """The table has all events that are logged, each with its members."""
    told: dict[str, set[str]] = {}
    for event, _, members in rows_after("Logs"):
        same = "the same" in members
        told[event.strip("`")] = [*told.values()][-1] if same else set(re.findall(r"`(\w+)`", members))
    assert told == logged()


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


def test_the_constraints_fit() -> None:
    """constraints.txt has one version of each package that is needed at run time, within its range."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {one.name: one for one in map(Requirement, (line for line in lines if line[0] != "#"))}
    ahead = list(
        map(Requirement, tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    )
    needed: dict[str, Requirement] = {}
    while ahead:
        one = ahead.pop()
        if canonicalize_name(one.name) in needed or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        needed[canonicalize_name(one.name)] = one
        ahead += map(Requirement, requires(one.name) or ())
    assert needed.keys() <= pinned.keys()
    for name, one in needed.items():
        (version,) = (specifier.version for specifier in pinned[name].specifier)
        assert one.specifier.contains(version), (one, version)


def test_sections_that_are_named() -> None:
    """Each section of a page that the files for deployment name is there."""
    for text in (UNIT, CONTAINER, (ROOT / "deploy" / "nginx.conf").read_text("utf-8")):
        for title, page in re.findall(r'"([^"]+)" in (docs/[\w-]+\.md)', text):
            assert f"# {title}\n" in (ROOT / page).read_text("utf-8"), (title, page)


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
