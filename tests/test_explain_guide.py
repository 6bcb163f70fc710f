"""The guide docs/explain.md: what it shows is what the commands print."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Command

GUIDE = (Path(__file__).parent.parent / "docs" / "explain.md").read_text("utf-8")
COMMANDS = re.findall(r"```console\n\$ wicara (.*)\n((?:.*\n)*?)```", GUIDE)
((PROGRAM, PRINTED),) = re.findall(r"```python\n((?:.*\n)*?)```\n+```text\n((?:.*\n)*?)```", GUIDE)


def test_has_examples() -> None:
    """The guide shows an inferred statement, an asserted one, and one that is neither."""
    assert len(COMMANDS) == 3


@pytest.mark.parametrize(("command", "printed"), COMMANDS)
def test_commands(wicara: Command, data_dir: Path, command: str, printed: str) -> None:
    """Each command prints what the guide shows."""
    assert wicara(*command.split(), "--data", data_dir).stdout == printed


def test_program() -> None:
    """The program prints the proof that the guide shows."""
    done = run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == PRINTED
