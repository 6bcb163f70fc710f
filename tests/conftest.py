"""What all tests share: the shared folder, and one built dataset."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from wicara.graph.build import ensure

if TYPE_CHECKING:
    from wicara.graph.store import BuiltDataset

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the article, its facts and the questions; skip, or fail where it is required."""
    folder = Path(os.environ.get("WICARA_SHARED", CHECKOUT.parent / "shared"))
    if folder.is_dir():
        return folder
    told = f"the shared folder is not at {folder}: name it in WICARA_SHARED"
    if os.environ.get("WICARA_REQUIRE_SHARED") == "1":
        pytest.fail(told)
    pytest.skip(told)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of builds in which the real dataset is built once for all tests."""
    folder = tmp_path_factory.mktemp("wicara")
    ensure(folder)
    return folder


@pytest.fixture(scope="session")
def dataset(data_dir: Path) -> BuiltDataset:
    """Return the real dataset, built."""
    return ensure(data_dir)
