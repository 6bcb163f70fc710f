"""Without a mouse: the skip link, an order of tabs that is that of the page, and a focus that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from kinds import KINDS
from needed import long
from playwright.sync_api import expect

if TYPE_CHECKING:
    from chromium import Visit

FOCUSED: Final = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  if (!node || node === document.body) return null;
  const told = ["outline", "boxShadow", "stroke", "strokeWidth", "fill", "textDecoration", "backgroundColor"];
  const above = (of, most) =>
    most && of.parentElement ? [of.parentElement, ...above(of.parentElement, most - 1)] : [];
  const near = () => [...above(node, 4), node, ...node.querySelectorAll("*")].slice(0, 30);
  const look = () => near()
    .map(each => told.map(name => getComputedStyle(each)[name]).join()).join();
  const isOutlined = each => getComputedStyle(each).outlineStyle !== "none";
  const differs = () => {
    const focused = look();
    node.blur();
    const plain = look();
    node.focus({ focusVisible: true });
    return focused !== plain;
  };
  const box = node.getBoundingClientRect();
  return {
    html: node.outerHTML.slice(0, 160),
    seen: node.matches("input[type=date]") || near().slice(0, 5).some(isOutlined) || differs(),
    there: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
  };
}"""
"""What has the focus, whether it looks otherwise than without, and is on the screen.

Chromium marks the parts of a date by itself.
"""
LED_THROUGH: Final = ("home", "network", "event", "query")
MORE: Final = ("found", "timeline", "map", "figures", "ontology", "explanation", "question", "result")
STEPS: Final = 60


@pytest.mark.parametrize("kind", [*LED_THROUGH, *map(long, MORE)])
def test_focus_is_seen(visit: Visit, kind: str) -> None:
    """Each stop of the Tab key is on the screen and outlined; the first one skips to the content."""
    page = visit(KINDS[kind])
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for _ in range(STEPS):
        focused = page.evaluate(FOCUSED)
        if focused is None:
            return
        assert focused["seen"], focused
        assert focused["there"], focused
        page.keyboard.press("Tab")


def test_skip_link(visit: Visit) -> None:
    """The skip link is seen as soon as it has the focus, and the next Tab is within the content."""
    page = visit("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('main') !== null")
