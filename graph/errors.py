"""What can go wrong, and what the command's exit code is then.

- WicaraError: one clear message that says what to do
  - UnreadableInput: a file is missing or is not what its name says; line and column where there are any
    - Unwritable: there is no such graph, or the format cannot hold it
      - DoesNotFit: a term cannot stand in the format
  - FaultyData: the inputs are readable, but a check, a shape or the reasoner rejects them
  - StoreFault: the built dataset is missing, corrupt or cannot be written
  - Unavailable: the machine refuses (port in use, no space left)
    - OutputFault: an output cannot be written
    - TooMuch: what is asked for does not fit into the memory, or the time, that there is
    - RemoteFault: a store elsewhere does not answer as it should
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http import HTTPStatus


class WicaraError(Exception):
    """A fault that a person can mend; its text says how."""

    exit_code = 1


class UnreadableInput(WicaraError):  # noqa: N818 - named for what it tells
    """A file is missing or is not what its name says."""

    exit_code = 2


class Unwritable(UnreadableInput):
    """There is no such graph, or the format cannot hold it; the text names what can be asked for."""


class DoesNotFit(Unwritable):
    """A term that is to be written cannot stand in the format."""


class FaultyData(WicaraError):  # noqa: N818 - named for what it tells
    """The inputs are readable, but a check, a shape or the reasoner rejects them."""


class StoreFault(WicaraError):  # noqa: N818 - named for what it tells
    """The built dataset is missing, corrupt or cannot be written."""


class Unavailable(WicaraError):  # noqa: N818 - named for what it tells
    """The machine refuses: a port in use, no space left."""


class OutputFault(Unavailable):
    """An output cannot be written (EX_IOERR)."""

    exit_code = 74


class TooMuch(Unavailable):
    """What is asked for does not fit into the memory or time there is; 1 may be an answer (EX_SOFTWARE)."""

    exit_code = 70


class RemoteFault(Unavailable):
    """A store elsewhere does not answer as it should; `status` is that of a server that asked it."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        """Take 502 (it answered something else), 503 (it does not answer, or not now) or 504 (it is late)."""
        super().__init__(detail)
        self.status = status


def error_place(error: SyntaxError) -> str:
    """Return where a file is faulty, as far as the parser says."""
    parts = (("line", error.lineno), ("column", error.offset))
    return "".join(f", {name} {number}" for name, number in parts if number is not None)
