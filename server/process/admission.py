"""Which requests are admitted: length of the URI, rate of a client, who may change the dataset."""

from __future__ import annotations

import time
from base64 import b64decode
from collections import OrderedDict
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.server.http.problems import Problem, bad_request
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
TOO_MANY_TOKENS: Final = "Too many wrong tokens from this client. Wait before the next try."
MAX_WRONG_TOKENS: Final = 50
"""Wrong tokens of one client, after which it may try one more each `1 / WRONG_TOKENS_PER_SECOND` seconds."""
WRONG_TOKENS_PER_SECOND: Final = 1.0
UNLIMITED: Final = frozenset({"/healthz"})
"""What is outside the rate limit: a supervisor restarts a server where this fails, and it costs nothing."""
CLIENTS: Final = 10_000
"""How many clients are remembered; the one that asked longest ago is forgotten first."""


class Admission:
    """The decision whether a request is looked at."""

    def __init__(self, settings: Settings) -> None:
        """Decide by these settings."""
        self.settings = settings
        self.limits = settings.limits
        self.rate_limit = RateLimit(settings.limits.rate, settings.limits.rate)
        self.wrong_tokens = RateLimit(WRONG_TOKENS_PER_SECOND, MAX_WRONG_TOKENS)

    def check(self, exchange: Exchange) -> None:
        """Raise Problem for a request that nobody may send: for its URI, its Host header, or its rate."""
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
            raise bad_request(detail)
        if exchange.path not in UNLIMITED and not self.rate_limit.allows(self.client(exchange)):
            raise Rejected(
                "rate",
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Rate limit exceeded: {self.limits.rate} requests per second and client (--rate).",
                {"Retry-After": "1"},
            )

    def check_write(self, exchange: Exchange, *, plain: bool) -> None:
        """Raise Problem for a write of somebody who may not; `plain`: the dataset is not a built one.

        A client that brings wrong tokens again and again has to wait before its next one is looked at.
        """
        client = self.client(exchange)
        authorization = exchange.header(b"authorization")
        if authorization and self.settings.token and not self.wrong_tokens.left(client) >= 1:
            raise Rejected("tokens", HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY_TOKENS, {"Retry-After": "1"})
        try:
            check_access(authorization, self.settings, plain=plain)
        except Problem as problem:
            if authorization and problem.status is HTTPStatus.UNAUTHORIZED:
                self.wrong_tokens.allows(client)
            raise

    def client(self, exchange: Exchange) -> str:
        """Return the address of a client."""
        return exchange.client(trust_proxy=self.settings.trust_proxy)


class RateLimit:
    """A token bucket for each client."""

    def __init__(self, per_second: float, depth: int) -> None:
        """Let each client do something `per_second` times (0: always), and `depth` times at once."""
        self.per_second = per_second
        self.depth = float(depth)
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, client: str) -> float:
        """Return how often a client may do it now."""
        now = time.monotonic()
        left, since = self.buckets.get(client, (self.depth, now))
        return min(self.depth, left + (now - since) * self.per_second)

    def allows(self, client: str) -> bool:
        """Return whether a client may do it now, and count it."""
        if not self.per_second:
            return True
        left = self.left(client)
        allowed = left >= 1
        self.buckets[client] = (left - allowed, time.monotonic())
        self.buckets.move_to_end(client)
        if len(self.buckets) > CLIENTS:
            self.buckets.popitem(last=False)
        return allowed


def needed_token(settings: Settings, *, plain: bool) -> str:
    """Return the token that a write has to bring; raises Problem 403 where nobody may change the dataset."""
    if not settings.writable:
        raise Problem(HTTPStatus.FORBIDDEN, READ_ONLY)
    if not settings.token:
        raise Problem(HTTPStatus.FORBIDDEN, TOKENLESS)
    if not plain:
        raise Problem(HTTPStatus.FORBIDDEN, BUILT)
    return settings.token


def check_access(authorization: str | None, settings: Settings, *, plain: bool) -> None:
    """Raise Problem where a request with this Authorization header may not change the dataset.

    No token is ever part of a message.
    """
    token = needed_token(settings, plain=plain)
    given = token_in(authorization or "")
    if given is None:
        raise unauthorized(
            "Writes require a token: `Authorization: Bearer TOKEN`, or Basic with the token as password."
        )
    if not compare_digest(given, token.encode()):
        raise unauthorized("Invalid token.", ', error="invalid_token"')


def token_in(authorization: str) -> bytes | None:
    """Return the token of an Authorization header, the password of Basic (RFC 7617); None without one.

    No answer challenges for Basic: browsers would ask for the password, keep it, and send it with requests
    that pages of other origins make.
    """
    scheme, _, given = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return given.strip().encode("latin-1", "replace")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(given.strip(), validate=True).partition(b":")[2]
    except ValueError:
        return b""


def unauthorized(detail: str, error: str = "") -> Problem:
    """Return the problem of a request that does not bring the token (RFC 6750, sections 2.1 and 3)."""
    return Problem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": CHALLENGE + error})
