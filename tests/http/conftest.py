"""Servers that the tests of this folder share: one of the real dataset, one of a small file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from server_process import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Server


@pytest.fixture(scope="session")
def server(data_dir: Path) -> Iterator[Server]:
    """Return a server of the real dataset."""
    with served("--data", data_dir) as running:
        yield running


SMALL = """
@prefix : <https://w3id.org/wicara/id/person/> .
@prefix g: <https://w3id.org/wicara/graph/fact/test/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:a skos:prefLabel "A"@en , "<script>alert(1)</script>"@id ; :p :b , <javascript:alert(1)> , "x\\"><b>" .
:b skos:prefLabel "B"@en .
g:one { :a :p :b . :a :q 1 . }
g:two { :a :p :b . :b :q 2 . }
<https://w3id.org/wicara/graph/content/c> { :secret :p :b . }
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of a small file with two overlapping graphs and hostile strings."""
    file = tmp_path_factory.mktemp("small") / "small.trig"
    file.write_text(SMALL, encoding="utf-8")
    with served(file) as running:
        yield running
