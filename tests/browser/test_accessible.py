"""WCAG 2.2 AA: axe-core finds nothing on a page of any kind, in light, dark and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from kinds import IN_BOTH_LANGUAGES, KINDS, in_language
from needed import needed

if TYPE_CHECKING:
    from conftest import Visit
    from playwright.sync_api import Page

AXE: Final = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
COLOURS: Final = {"runOnly": ["color-contrast", "link-in-text-block"]}
OF_WIDTH: Final = {"runOnly": ["target-size", "scrollable-region-focusable", "heading-order"]}
BRIEF: Final = {
    "resultTypes": ["violations"],
    "selectors": False,
    "rules": {"target-size": {"enabled": True}},
}
NARROW: Final = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def _installed() -> None:
    needed(AXE.is_file(), "axe-core is not installed: `make test` does it")


def found(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """Return what axe-core finds, each with the elements that it finds it on."""
    report = page.evaluate("options => axe.run(document, options)", BRIEF | (options or {}))
    return [
        f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes'][:4]]}"
        for one in report["violations"]
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(visit: Visit, kind: str) -> None:
    """A page of each kind has no violation; its colours hold in the dark, its parts on a narrow screen."""
    page = visit(KINDS[kind], bypass_csp=True)
    page.add_script_tag(path=AXE)
    assert found(page) == []
    page.emulate_media(color_scheme="dark")
    assert found(page, COLOURS) == []
    page.set_viewport_size(NARROW)
    assert found(page, OF_WIDTH) == []


@pytest.mark.parametrize("kind", IN_BOTH_LANGUAGES)
def test_axe_finds_nothing_in_indonesian(visit: Visit, kind: str) -> None:
    """Pages have no violation in Indonesian either: languages of parts are marked."""
    page = visit(in_language(KINDS[kind], "id"), bypass_csp=True)
    page.add_script_tag(path=AXE)
    assert found(page) == []
