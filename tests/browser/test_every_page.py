"""A page of each kind of the whole dataset in a browser, in both languages: as test_accessible.py has few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from accessible import check
from kinds import EVERY_PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.long


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_is_accessible_and_fits(opened: tuple[Page, list[str]], path: str) -> None:
    """On a telephone and on a desk, in light and in the dark, nothing is wrong."""
    check(*opened, path)
