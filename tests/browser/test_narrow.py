"""On a telephone nothing has to be pushed aside, and nothing jumps while a page loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from kinds import IN_BOTH_LANGUAGES, KINDS, in_language

if TYPE_CHECKING:
    from conftest import Visit

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


@pytest.mark.parametrize(
    "path", [*KINDS.values(), *(in_language(KINDS[kind], "id") for kind in IN_BOTH_LANGUAGES)]
)
def test_nothing_is_wider_than_the_screen(visit: Visit, path: str) -> None:
    """A page of each kind fits 390 and 320 pixels; only tables, code and pictures may scroll."""
    page = visit(path, viewport=NARROW)
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(SHIFTED) < GOOD
    page.set_viewport_size(NARROWEST)
    assert page.evaluate(BEYOND) == []
