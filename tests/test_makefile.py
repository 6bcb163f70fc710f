"""The Makefile says clearly what it needs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


def test_an_old_python_is_told(tmp_path: Path) -> None:
    """With a Python that is too old nothing is installed; the message says what is needed and how."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, tmp_path)
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", "serve", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert f"Wicara needs Python 3.11, 3.12 or 3.13, and '{old}' is: Python 3.9.18." in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_help_is_the_default() -> None:
    """`make` alone lists what can be made."""
    done = subprocess.run(["make"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert [
        name for name in ("serve", "test", "lint", "bench", "clean") if f"make {name}" not in done.stdout
    ] == []
