"""Which requests are admitted: length of the URI, rate of a client, who may change the dataset."""

from __future__ import annotations

import time
from collections import OrderedDict
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.server.http.problems import Problem
from wicara.server.process.exchange import Rejected

if TYPE_CHECKING:
    from wicara.server.process.exchange import Exchange
    from wicara.server.settings import Settings

READ_ONLY: Final = "This server is read-only. To enable writes, start it with --writable and --token."
TOKENLESS: Final = (
    "This server accepts no writes: it was started with --writable but without a token. Set one with "
    "--token, --token-file or WICARA_TOKEN."
)
BUILT: Final = "A built dataset cannot be changed over HTTP. Use `wicara add` and `wicara retract`."
CHALLENGE: Final = 'Bearer realm="wicara"'
CLIENTS: Final = 10_000
"""How many clients are remembered; the one that asked longest ago is forgotten first."""


class Admission:
    """The decision whether a request is looked at."""

    def __init__(self, settings: Settings) -> None:
        """Decide by these settings."""
        self.settings = settings
        self.limits = settings.limits
        self.rate_limit = RateLimit(settings.limits.rate)

    def check(self, exchange: Exchange, *, plain: bool) -> None:
        """Raise Problem for a request that is not admitted; `plain`: the dataset is not a built one."""
        scope = exchange.scope
        if len(scope["raw_path"]) + len(scope["query_string"]) + 1 > self.limits.max_uri:
            raise Rejected(
                "max_uri",
                HTTPStatus.REQUEST_URI_TOO_LONG,
                f"The URI is longer than {self.limits.max_uri} bytes (--max-uri). Send the query with POST: "
                "its body may be longer.",
            )
        hosts = sum(name == b"host" for name, _ in scope["headers"])
        if hosts > 1 or (not hosts and scope["http_version"] == "1.1"):
            detail = f"A request must have one Host header (RFC 9112, section 3.2); this one has {hosts}."
            raise Problem(HTTPStatus.BAD_REQUEST, detail)
        if not self.rate_limit.allows(exchange.client(trust_proxy=self.settings.trust_proxy)):
            raise Rejected(
                "rate",
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Rate limit exceeded: {self.limits.rate} requests per second and client (--rate).",
                {"Retry-After": "1"},
            )
        if exchange.writes:
            check_access(exchange.header(b"authorization"), self.settings, plain=plain)


class RateLimit:
    """A token bucket for each client, as deep as the requests of one second."""

    def __init__(self, per_second: int) -> None:
        """Let each client send so many requests a second; 0: any number."""
        self.per_second = per_second
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Return whether a client may send a request now, and count it."""
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


def check_access(authorization: str | None, settings: Settings, *, plain: bool) -> None:
    """Raise Problem where a request with this Authorization header may not change the dataset.

    No token is ever part of a message.
    """
    if not settings.writable:
        raise Problem(HTTPStatus.FORBIDDEN, READ_ONLY)
    if not settings.token:
        raise Problem(HTTPStatus.FORBIDDEN, TOKENLESS)
    if not plain:
        raise Problem(HTTPStatus.FORBIDDEN, BUILT)
    scheme, _, given = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise unauthorized("Writes require a token: `Authorization: Bearer TOKEN`.")
    if not compare_digest(given.strip().encode("latin-1", "replace"), settings.token.encode()):
        raise unauthorized("Invalid token.", ', error="invalid_token"')


def unauthorized(detail: str, error: str = "") -> Problem:
    """Return the problem of a request that does not bring the token (RFC 6750, sections 2.1 and 3)."""
    return Problem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": CHALLENGE + error})
