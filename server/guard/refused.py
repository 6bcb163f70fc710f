"""That a text is refused, and with which status."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus


class Refused(Exception):  # noqa: N818 - what the answer is, not a fault of ours
    """The text asks for something that this server does not do; `status` is that of the answer."""

    def __init__(self, detail: str, status: HTTPStatus) -> None:
        """Refuse for a reason."""
        super().__init__(detail)
        self.status = status
