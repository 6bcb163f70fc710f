"""A browser as readers have one: Chromium of the system, driven by Playwright."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from chromium import MISSING, PATIENCE, chromium, launched, visiting
from needed import needed
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chromium import Visit
    from playwright.sync_api import Browser, Page
    from server_process import Server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser; each test opens pages in contexts of its own."""
    needed(chromium(), MISSING)
    expect.set_options(timeout=PATIENCE)
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Iterator[tuple[Page, list[str]]]:
    """Return a page that goes from address to address, and what goes wrong in it."""
    faults: list[str] = []
    with visiting(browser, server, faults) as visit:
        yield visit("/", bypass_csp=True), faults


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Return a function that opens a page; none may log an error, or ask another host for anything."""
    faults: list[str] = []
    with visiting(browser, server, faults) as visited:
        yield visited
    assert faults == []
