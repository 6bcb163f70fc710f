"""The server of writes that the tests of HTTP share: a process of tests starts one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from server_process import served
from writing import WRITABLE, emptied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server


@pytest.fixture(scope="session")
def one_writable() -> Iterator[Server]:
    """Return a server that takes writes, whatever other tests have left in it.

    One request runs at a time, as each write has all processes forked anew.
    """
    with served("--empty", *WRITABLE, "--executors", 1) as running:
        yield running


@pytest.fixture(scope="module")
def writable(one_writable: Server) -> Server:
    """Return a server that takes writes, and holds nothing when the tests of a file begin."""
    return emptied(one_writable)


@pytest.fixture
def empty(one_writable: Server) -> Server:
    """Return a server that takes writes and holds nothing."""
    return emptied(one_writable)
