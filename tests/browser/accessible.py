"""What a browser finds wrong in a page: violations of WCAG 2.2 AA, what is too wide, what jumps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from needed import needed

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE: Final = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
BRIEF: Final = {"resultTypes": ["violations"], "selectors": False}
EVERY_RULE: Final = BRIEF | {"rules": {"target-size": {"enabled": True}}}
OF_LOOKS: Final = BRIEF | {"runOnly": ["color-contrast", "link-in-text-block", "target-size"]}
"""The rules whose verdict depends on colours and on places, not on the document alone."""
WIDE: Final = {"width": 1280, "height": 900}
NARROW: Final = {"width": 390, "height": 844}
NARROWEST: Final = {"width": 320, "height": 640}
"""What WCAG 2.2, 1.4.10 (Reflow) asks for: 1280 pixels at 400 %."""
BEYOND: Final = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = node => getComputedStyle(node).overflowX !== "visible";
  const isHeld = node => node && node !== document.body && (scrolls(node) || isHeld(node.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter(node => node.getBoundingClientRect().right > width + 1 && !isHeld(node.parentElement))
    .map(node => node.outerHTML.slice(0, 200)).concat("it scrolls").slice(0, 5);
}"""
GOOD: Final = 0.1
"""What Web Vitals call good."""
SHIFTED: Final = """() => new Promise(done => {
  let sum = 0;
  const observer = new PerformanceObserver(list => list.getEntries().forEach(one => sum += one.value));
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 50);
})"""


def violations(page: Page, options: dict[str, object]) -> list[str]:
    """Return what axe-core finds, each with the elements that it finds it on."""
    report = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {rule['help']}: {[node['html'] for node in rule['nodes'][:4]]}"
        for rule in report["violations"]
    ]


def check(page: Page, faults: list[str], path: str) -> None:
    """Go to a path, on a telephone in light and on a desk in the dark; fail where axe-core finds anything.

    At 390 and 320 pixels only tables, code and pictures may scroll, and nothing jumps while the page loads.
    """
    needed(AXE.is_file(), "axe-core is not installed: `make test` does it")
    faults.clear()
    page.set_viewport_size(NARROW)
    page.emulate_media(color_scheme="light")
    page.goto(path)
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(SHIFTED) < GOOD
    page.add_script_tag(path=AXE)
    assert violations(page, EVERY_RULE) == []
    page.set_viewport_size(NARROWEST)
    assert page.evaluate(BEYOND) == []
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="dark")
    assert violations(page, OF_LOOKS) == []
    assert faults == []
