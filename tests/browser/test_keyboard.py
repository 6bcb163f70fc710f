"""Without a mouse: the skip link, an order of tabs that is that of the page, and a focus that can be seen."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING, Final

import pytest
from chromium import visiting
from kinds import KINDS
from needed import long, one_of
from playwright.sync_api import expect
from server_process import served

if TYPE_CHECKING:
    from chromium import Visit
    from playwright.sync_api import Browser, Page

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


@pytest.mark.parametrize("kind", [*one_of(2, LED_THROUGH), *map(long, MORE)])
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


MOST_KEYS: Final = 10
NAMES: Final = """all => all.map(node => [node.dataset.node, node.querySelector("title")?.textContent
  ?? [...node.querySelectorAll("tspan")].map(line => line.textContent).join(" ")])"""
AT: Final = "() => document.activeElement.closest('[data-node]')?.dataset.node"


def keys_to(page: Page, node: str, word: str) -> int:
    """Return how many keys lead from the picture to a node, by letters of a word of its name and arrows."""
    page.keyboard.press("Escape")
    letters = word[:4]
    page.keyboard.type(letters)
    for arrows in range(MOST_KEYS):
        if page.evaluate(AT) == node:
            return len(letters) + arrows
        page.keyboard.press("ArrowDown")
    return sys.maxsize


def far_nodes(page: Page) -> list[str]:
    """Return the names of the nodes of a network that are more than ten keys from the start of the page."""
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the picture")).to_be_focused()
    page.keyboard.press("Enter")
    names: list[tuple[str, str]] = page.eval_on_selector_all("[data-node]", NAMES)
    assert len(names) > 20
    every = [word for _, name in names for word in set(name.split())]
    rarest = {node: min(name.split(), key=every.count) for node, name in names}
    return [name for node, name in names if 3 + keys_to(page, node, rarest[node]) > MOST_KEYS]


def test_any_node_of_the_network(visit: Visit) -> None:
    """At most ten keys lead to any node; arrows alone lead from one to what is beside it."""
    page = visit(KINDS["network"])
    assert far_nodes(page) == []
    page.keyboard.press("Escape")
    before = page.evaluate(AT)
    reached = set()
    for arrow in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(arrow)
        reached.add(page.evaluate(AT))
    assert reached - {before, None}


@pytest.mark.long
def test_any_node_of_many(browser: Browser, tmp_path: Path) -> None:
    """So it is where there are thousands of facts."""
    path, faults = tmp_path / "many.nq", list[str]()
    script = Path(__file__).parents[2] / "benchmarks/many.py"
    run([sys.executable, script, "--write", path, "--facts", "2000"], check=True)
    with served(path) as server, visiting(browser, server, faults) as visited:
        assert far_nodes(visited("/network")) == []
    assert faults == []


def test_past_the_picture(visit: Visit) -> None:
    """A link before a picture leads past it: the next stop of the Tab key is behind it."""
    page = visit(KINDS["network"])
    page.get_by_role("link", name="Skip the picture").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('.frame, .panel') === null")
