"""Who may change the dataset: nobody, unless the server was started for it, and then who brings the token."""

from __future__ import annotations

import time
from collections import OrderedDict
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.server.http.problems import Problem

if TYPE_CHECKING:
    from wicara.server.settings import Settings


READ_ONLY: Final = "This server takes no writes. Whoever runs it can allow them with --writable and --token."
TOKENLESS: Final = (
    "This server takes no writes: it was started with --writable and without a token. Give it one with "
    "--token, --token-file or WICARA_TOKEN."
)
BUILT: Final = "The built dataset is changed with `wicara add` and `wicara retract`, not over HTTP."
CHALLENGE: Final = 'Bearer realm="wicara"'


def check(authorization: str | None, settings: Settings, *, plain: bool) -> None:
    """Raise Problem where a request with this Authorization header may not change the dataset.

    `plain` tells whether the dataset is served as it is, not built. No token is ever part of a message.
    """
    if not settings.writable:
        raise Problem(HTTPStatus.FORBIDDEN, READ_ONLY)
    if not settings.token:
        raise Problem(HTTPStatus.FORBIDDEN, TOKENLESS)
    if not plain:
        raise Problem(HTTPStatus.FORBIDDEN, BUILT)
    check_token(authorization, settings.token)


def check_token(authorization: str | None, token: str) -> None:
    """Raise Problem 401 where a header does not bring the token (RFC 6750, sections 2.1 and 3)."""
    scheme, _, given = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise unauthorized("A write brings a token: `Authorization: Bearer TOKEN`.")
    if not compare_digest(given.strip().encode("latin-1", "replace"), token.encode()):
        raise unauthorized("The token is not the one that this server takes.", ', error="invalid_token"')


def unauthorized(detail: str, error: str = "") -> Problem:
    """Return the problem of a request that does not bring the token."""
    return Problem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": CHALLENGE + error})


CLIENTS: Final = 10_000
"""How many clients are remembered; the one that asked longest ago is forgotten first."""


class Rates:
    """The requests that each client has left."""

    def __init__(self, per_second: int) -> None:
        """Let each client ask so often; 0: as often as it likes."""
        self.per_second = per_second
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Tell whether a client may ask now, and count it."""
        if not self.per_second:
            return True
        now = time.monotonic()
        left, since = self.left.pop(client, (float(self.per_second), now))
        left = min(float(self.per_second), left + (now - since) * self.per_second)
        allowed = left >= 1
        self.left[client] = (left - allowed, now)
        if len(self.left) > CLIENTS:
            self.left.popitem(last=False)
        return allowed
