"""Pages are valid HTML: html-validate, with its rules of the standard and of accessibility, finds nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kinds import KINDS, in_language
from needed import needed

if TYPE_CHECKING:
    from server_process import Server

HERE: Final = Path(__file__).parent
VALIDATOR: Final = HERE / "node_modules/html-validate/bin/html-validate.mjs"
LANGUAGES: Final = ("en", "id")


def test_pages_are_valid(server: Server, tmp_path: Path) -> None:
    """A page of each kind is valid in both languages."""
    node = shutil.which("node")
    needed(node and VALIDATOR.is_file(), "html-validate is not installed: `make test` does it")
    for kind, path in KINDS.items():
        for language in LANGUAGES:
            page = server.get(in_language(path, language), accept="text/html")
            (tmp_path / f"{kind}.{language}.html").write_bytes(page.body)
    report = tmp_path / "report.json"
    subprocess.run(
        [node, VALIDATOR, "--config", HERE / ".htmlvalidate.json", "--formatter", f"json={report}", tmp_path],
        check=False,
        timeout=120,
    )
    assert [fault for of_file in json.loads(report.read_bytes()) for fault in faults(of_file)] == []


def faults(report: dict[str, object]) -> list[str]:
    """Return what is wrong in a file, a line each."""
    name = Path(str(report["filePath"])).name
    return [f"{name}:{one.get('line')}: {one.get('ruleId')}: {one['message']}" for one in report["messages"]]
