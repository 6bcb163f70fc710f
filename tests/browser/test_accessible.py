"""A page of each template in a browser: no violation of WCAG 2.2 AA, nothing too wide, nothing that jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from accessible import check
from kinds import KINDS, TEMPLATES
from needed import one_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.first_article

SHORTER: Final = {
    KINDS["browse"]: "/browse?group=id/person",
    KINDS["timeline"]: "/timeline?about=event/2018-08-02-asean-russia-meeting",
    KINDS["graph"]: KINDS["derived-fact"],
    KINDS["event"]: KINDS["planned-event"],
}
"""Pages that have what longer ones of their template have."""
FEW: Final = [
    SHORTER.get(KINDS[kind], KINDS[kind]) for kind in TEMPLATES if kind != "ontology"
]  # as long as a book, of the blocks that the page of a class has


@pytest.mark.parametrize("path", one_of(3, FEW))
def test_a_page_is_accessible_and_fits(opened: tuple[Page, list[str]], path: str) -> None:
    """On a telephone and on a desk, in light and in the dark, nothing is wrong."""
    check(*opened, path)
