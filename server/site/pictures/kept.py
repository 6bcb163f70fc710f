"""What a picture needs of the whole dataset: read once for each of its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, cast

from flask import current_app
from wicara.server.app_state import dataset, infer, store

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store

Read = TypeVar("Read")

EXTENSION: Final = "wicara-pictures"


def kept(read: Callable[[Store], Read]) -> Read:
    """Return what a function reads of the store of this request; it is kept until the dataset changes."""
    found: dict[object, tuple[str, object]] = current_app.extensions.setdefault(EXTENSION, {})
    digest, known = found.get((read, infer()), ("", None))
    if digest != dataset().digest:
        digest, known = dataset().digest, read(store())
        found[read, infer()] = (digest, known)
    return cast("Read", known)
