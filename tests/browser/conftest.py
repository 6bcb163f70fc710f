"""A browser as readers have one: Chromium of the system, driven by Playwright."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest
from chromium import MISSING, chromium, launched
from needed import needed
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response
    from server_process import Server

READER: Final = {"locale": "en", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
PATIENCE: Final = 180_000
"""Milliseconds that an action takes on the busiest machine: a fault detector, never what a test is about."""
OF_THE_NETWORK: Final = "Failed to load resource"
"""How Chromium logs a status of 400 or more; those are told apart by what was asked for."""


class Visit(Protocol):
    """A way to open a page of the site as a new reader."""

    def __call__(self, path: str, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own options
        """Open a path in a context of its own, with options of Playwright's contexts."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser; each test opens pages in contexts of its own."""
    needed(chromium(), MISSING)
    expect.set_options(timeout=PATIENCE)
    with launched() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """Return a function that opens a page; none may log an error, or ask another host for anything."""
    faults: list[str] = []
    site = f"http://127.0.0.1:{server.port}"

    def sent(request: Request) -> None:
        if not request.url.startswith((site, "data:", "blob:")):
            faults.append(f"asks another host: {request.url}")

    def received(response: Response) -> None:
        if response.status >= HTTPStatus.BAD_REQUEST and response.request.resource_type != "document":
            faults.append(f"{response.status} {response.url}")

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(OF_THE_NETWORK):
            faults.append(f"{message.text} {message.location}")

    def visited(path: str, **options: Any) -> Page:  # noqa: ANN401 - as above
        context = browser.new_context(base_url=site, **(READER | options))
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", sent)
        page.on("response", received)
        page.on("console", logged)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    yield visited
    for context in browser.contexts:
        context.close()
    assert faults == []
