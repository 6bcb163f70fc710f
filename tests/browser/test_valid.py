"""Pages are valid HTML: html-validate, with its rules of the standard and of accessibility, finds nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from kinds import EVERY_PAGE, FEW_PAGES
from needed import long, needed

if TYPE_CHECKING:
    from server_process import Server

pytestmark = pytest.mark.first_article

HERE: Final = Path(__file__).parent
VALIDATOR: Final = HERE / "node_modules/html-validate/bin/html-validate.mjs"


@pytest.mark.parametrize("paths", [FEW_PAGES, long(EVERY_PAGE)], ids=["templates", "kinds"])
def test_pages_are_valid(server: Server, tmp_path: Path, paths: list[str]) -> None:
    """A page of each template, or of each kind, is valid in both languages."""
    node = shutil.which("node")
    needed(node and VALIDATOR.is_file(), "html-validate is not installed: `make test` does it")
    for number, path in enumerate(paths):
        page = server.get(path, accept="text/html")
        (tmp_path / f"{number}.html").write_bytes(page.body)
    report = tmp_path / "report.json"
    subprocess.run(
        [node, VALIDATOR, "--config", HERE / ".htmlvalidate.json", "--formatter", f"json={report}", tmp_path],
        check=False,
    )
    assert [fault for of_file in json.loads(report.read_bytes()) for fault in faults(of_file, paths)] == []


def faults(report: dict[str, object], paths: list[str]) -> list[str]:
    """Return what is wrong in a page, a line each."""
    path = paths[int(Path(str(report["filePath"])).stem)]
    return [f"{path}:{one.get('line')}: {one.get('ruleId')}: {one['message']}" for one in report["messages"]]
