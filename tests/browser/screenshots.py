"""Pictures of pages in both languages, wide, narrow, dark and as printed, to look at."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chromium import launched
from kinds import KINDS, in_language
from server_process import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURED: Final = (
    *("home", "found", "browse", "sources", "about"),
    *("person", "state", "event", "partnership", "claim", "block", "fact"),
    *("timeline", "network", "map", "figures"),
    *("question", "as-of", "conflicts", "explanation", "ontology", "query", "result"),
)
"""The pages, by their names in kinds.toml."""
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "narrow": {"viewport": {"width": 390, "height": 844}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "print": {"viewport": {"width": 794, "height": 1123}},
}
TALLEST: Final = 3000
"""Pixels that a picture shows of a page at most."""


def photograph(browser: Browser, site: str, folder: Path) -> None:
    """Write a picture of each page in each language and look."""
    for look, language in product(LOOKS, ("en", "id")):
        context = browser.new_context(base_url=site, **LOOKS[look])
        page = context.new_page()
        page.emulate_media(media="print" if look == "print" else "screen")
        for kind in PICTURED:
            page.goto(in_language(KINDS[kind], language), wait_until="networkidle")
            height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
            clip = {"x": 0, "y": 0, "width": LOOKS[look]["viewport"]["width"], "height": height}
            page.screenshot(path=folder / f"{kind}-{look}-{language}.png", full_page=True, clip=clip)
        context.close()


def main(data: str, folder: str) -> None:
    """Serve a dataset and write pictures of its pages to a folder."""
    with served("--data", data) as server, launched() as browser:
        photograph(browser, f"http://127.0.0.1:{server.port}", Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
