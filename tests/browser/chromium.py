"""The Chromium of the system, driven by Playwright: nothing is downloaded."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, closing, contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response
    from server_process import Server

NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""By the processor that a page takes, least first: that is Chromium without what is around a page."""
MISSING: Final = (
    "no Chromium: install it (Debian: apt-get install chromium-headless-shell), or run `make test` as root"
)


def chromium() -> str | None:
    """Return where Chromium is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium without a window until the block ends."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield browser
        browser.close()


READER: Final = {"locale": "en", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
PATIENCE: Final = 180_000
"""Milliseconds that an action takes on the busiest machine: a fault detector, never what a test is about."""
OF_THE_NETWORK: Final = "Failed to load resource"
"""How Chromium logs a status of 400 or more; those are told apart by what was asked for."""


class Visit(Protocol):
    """A way to open a page of the site as a new reader."""

    def __call__(self, path: str, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own options
        """Open a path in a context of its own, with options of Playwright's contexts."""


@contextmanager
def visiting(browser: Browser, server: Server, faults: list[str]) -> Iterator[Visit]:
    """Give a function that opens pages until the block ends; what goes wrong in them is added to `faults`."""
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
        context = contexts.enter_context(closing(browser.new_context(base_url=site, **(READER | options))))
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", sent)
        page.on("response", received)
        page.on("console", logged)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        return page

    with ExitStack() as contexts:
        yield visited
