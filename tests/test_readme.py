"""The README tells the truth: its query answers as it says, and its commands exist and run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = sorted(set(re.findall(r"`?(?:/opt/wicara/bin/)?wicara (\w+)", README)))


def block(language: str) -> str:
    """Return the README's only code block in that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return str(found)


def wicara(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    return subprocess.run(
        [sys.executable, "-m", "wicara", *arguments], input=text, capture_output=True, text=True, check=False
    )


def test_the_query_has_the_answer_that_is_shown(data_dir: Path) -> None:
    """The README's query, run as it tells, prints the README's answer."""
    done = wicara("query", "-", "--format", "csv", "--data", str(data_dir), text=block("sparql"))
    assert done.stderr == ""
    assert done.stdout.replace("\r\n", "\n") == block("csv")


def test_the_answer_needs_reasoning(data_dir: Path) -> None:
    """Without inference the README's query has no answer, as it says."""
    done = wicara(
        "query", "-", "--format", "csv", "--infer", "off", "--data", str(data_dir), text=block("sparql")
    )
    assert done.stdout.split() == ["person,words"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_named_exists(command: str) -> None:
    """Each `wicara COMMAND` of the README has help of its own."""
    assert wicara(command, "--help").returncode == 0


def test_export_all_as_trig_runs(data_dir: Path, tmp_path: Path) -> None:
    """The README's export writes its file."""
    target = tmp_path / "wicara.trig"
    done = wicara("export", "--graph", "all", "--format", "trig", "-o", str(target), "--data", str(data_dir))
    assert done.returncode == 0
    assert "graph:prov" in target.read_text("utf-8")


@pytest.mark.parametrize("target", re.findall(r"^    make (\w+)", README, re.MULTILINE))
def test_every_make_target_exists(target: str) -> None:
    """The two commands are targets of the Makefile."""
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("folder", re.findall(r"^\| .*?`(\w+)/", README, re.MULTILINE))
def test_every_folder_of_the_map_exists(folder: str) -> None:
    """The map of the folders names folders that are there."""
    assert (ROOT / folder).is_dir()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((docs/[^)#]+)\)", README))))
def test_every_guide_named_exists(target: str) -> None:
    """The README's links to guides lead somewhere."""
    assert (ROOT / target).is_file()
