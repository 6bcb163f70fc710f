"""What a test may lack on somebody's machine, and must have in CI."""

from __future__ import annotations

import os

import pytest


def needed(is_there: object, told: str) -> None:
    """Skip a test that lacks something, saying what; fail it where nothing may be lacking."""
    if is_there:
        return
    if os.environ.get("WICARA_REQUIRE_SHARED") == "1":
        pytest.fail(told)
    pytest.skip(told)
