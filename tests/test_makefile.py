"""The Makefile says clearly what it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

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
        name
        for name in ("serve", "test", "test-long", "lint", "bench", "clean")
        if f"make {name}" not in done.stdout
    ] == []


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Return a checkout in a path with a space and a letter outside ASCII, with the tools of this one."""
    folder = tmp_path / "a path é"
    modules = CHECKOUT / "server/web/node_modules"
    if not modules.is_dir() or not (CHECKOUT / ".venv/bin").is_dir():
        pytest.skip("make test installs what this needs")
    (folder / "server/static").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy2(CHECKOUT / name, folder)
    shutil.copytree(CHECKOUT / "server/web", folder / "server/web", ignore=lambda *_: {"node_modules"})
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/installed").touch()
    return folder


def run_make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder to its end, as from a shell: not as a part of the make that runs the tests."""
    outside = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=outside | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not shutil.which("npm"), reason="needs npm")
def test_without_a_registry_it_is_served_all_the_same(elsewhere: Path) -> None:
    """Where npm's registry cannot be reached the server starts; the next start does not try it."""
    command = elsewhere / ".venv/bin/wicara"
    command.write_text("#!/bin/sh\necho serving\n")
    command.chmod(0o755)
    npm = {"npm_config_registry": "http://127.0.0.1:1", "npm_config_cache": str(elsewhere / "cache")}
    first, second = (run_make(elsewhere, "serve", **npm) for _ in range(2))
    assert first.stdout == second.stdout == "serving\n"
    assert "npm does not reach its registry, http://127.0.0.1:1" in first.stderr
    assert "npm does not reach" not in second.stderr
    assert "make scripts" in first.stderr
    assert "make scripts" in second.stderr
    again = run_make(elsewhere, "scripts", **npm)
    assert again.returncode == 2
    assert "npm does not reach its registry" in again.stderr


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node")
def test_scripts_are_built_in_any_path(elsewhere: Path) -> None:
    """A space and a letter outside ASCII in the path are no obstacle to the scripts of the pages."""
    (elsewhere / "server/web/node_modules").symlink_to(CHECKOUT / "server/web/node_modules")
    subprocess.run(["node", "build.mjs"], cwd=elsewhere / "server/web", check=True)
    built = {path.name for path in (elsewhere / "server/static/built").iterdir()}
    assert {path.name for path in (CHECKOUT / "server/web/entries").glob("*.js")} | {"made"} <= built
