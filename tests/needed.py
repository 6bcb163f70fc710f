"""What a test may lack on somebody's machine, and must have in CI; and which cases take long."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark import ParameterSet


def long(*values: object) -> ParameterSet:
    """Return a case that only `make test-long` runs."""
    return pytest.param(*values, marks=pytest.mark.long)


def one_of(count: int, cases: Iterable[object]) -> list[object]:
    """Return cases of which one of so many is run each time, and the others by `make test-long`."""
    return [case if number % count == 0 else long(case) for number, case in enumerate(cases)]


def needed(is_there: object, told: str) -> None:
    """Skip a test that lacks something, saying what; fail it where nothing may be lacking."""
    if is_there:
        return
    if os.environ.get("WICARA_REQUIRE_SHARED") == "1":
        pytest.fail(told)
    pytest.skip(told)
