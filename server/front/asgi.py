"""The front: every request comes in here (ASGI 3.0) and leaves with an answer, or a broken connection."""

from __future__ import annotations

import asyncio
import json
import os
import time
import traceback
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from wicara.graph.errors import WicaraError
from wicara.server import access
from wicara.server.front import frames, refusals
from wicara.server.front.cache import Cache
from wicara.server.front.journal import SLOW, log, query_hash
from wicara.server.front.link import LostError
from wicara.server.front.metrics import CONTENT_TYPE, Metrics, kind_of
from wicara.server.front.pool import Pool, QueueFull, Stopped
from wicara.server.front.rates import Rates
from wicara.server.front.versions import Versions
from wicara.server.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wicara.server.front.frames import Headers, Reply, Request
    from wicara.server.front.pool import Job
    from wicara.server.settings import Settings

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

WRITES: Final = frozenset({"POST", "PUT", "DELETE", "PATCH"})
WITH_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})
FORWARDED: Final = (b"x-forwarded-", b"forwarded", b"wicara-")
"""The beginnings of headers that nobody but a trusted proxy, or this server itself, may set."""
NEGOTIATED: Final = (b"accept", b"accept-language", b"accept-encoding", b"host", b"content-type")
"""The headers that an answer may depend on, beside the request's address and body."""
KEPT_BY_304: Final = frozenset(
    {b"etag", b"vary", b"cache-control", b"content-location", b"link", b"access-control-allow-origin"}
)
UPLOAD_TIME: Final = 60
"""Seconds that a body may take to come in."""


class ClientGone(Exception):  # noqa: N818 - it is no fault of anybody
    """The client has closed its connection."""


class Broken(Exception):  # noqa: N818 - what it says is meant for the HTTP server
    """The answer broke off after its first byte: the connection must break too."""


class TooLong(Exception):  # noqa: N818 - a refusal
    """The body is longer than the limit that this carries."""


@dataclass
class Exchange:
    """A request as it came in, and what was answered so far."""

    method: str
    path: str
    scope: Scope
    headers: dict[bytes, bytes]
    receive: Receive
    send: Send
    id: str
    began: float
    status: int = 0
    cached: bool = False
    queued: float = 0.0
    """Seconds that it waited for an executor."""

    @property
    def accept(self) -> str | None:
        """Return the Accept header."""
        value = self.headers.get(b"accept")
        return None if value is None else value.decode("latin-1")

    @property
    def writes(self) -> bool:
        """Tell whether the request is one to change the dataset."""
        if self.path == "/update":
            return self.method == "POST"
        return self.method in WRITES and (self.path == "/store" or self.path.startswith("/store/"))

    async def start(self, reply: Reply) -> None:
        """Send status and headers, with those that every answer has."""
        self.status = reply.status
        now = time.perf_counter()
        timing = f"queue;dur={self.queued * 1000:.1f}, total;dur={(now - self.began) * 1000:.1f}"
        if self.cached:
            timing = "cache;desc=hit, " + timing
        headers = [
            *reply.headers,
            (b"server", b"wicara"),
            (b"x-request-id", self.id.encode()),
            (b"server-timing", timing.encode()),
        ]
        await self.send({"type": "http.response.start", "status": reply.status, "headers": headers})

    async def answer(self, reply: Reply) -> None:
        """Send a whole reply."""
        await self.start(reply)
        body = b"" if self.method == "HEAD" else reply.body
        await self.send({"type": "http.response.body", "body": body})

    async def until_gone(self) -> None:
        """Wait until the client has closed its connection."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def body(self, most: int) -> bytes:
        """Return the body; raises TooLong, or ClientGone where the client leaves before its end."""
        if not WITH_BODY & self.headers.keys():
            return b""
        declared = self.headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > most:
            raise TooLong(most)
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
            if size > most:
                raise TooLong(most)
        return b"".join(parts)


class Front:
    """The ASGI app: its pool of executors, its cache, and the versions of the dataset."""

    def __init__(self, settings: Settings, address: str) -> None:
        """Serve nothing yet; `address` is that of the socket where the processes connect."""
        self.settings = settings
        self.limits = settings.limits
        self.pool = Pool(address, settings.limits)
        self.cache = Cache(settings.limits.cache)
        self.rates = Rates(settings.limits.rate)
        self.versions = Versions(self.pool, settings, self.changed)
        self.metrics = Metrics(self.pool, self.cache)
        self.stopping = False
        self.number = 0
        self.prefix = os.urandom(4).hex()
        self.own: dict[str, Callable[[Exchange], Awaitable[Reply]]] = {
            "/healthz": self.health,
            "/readyz": self.readiness,
            "/metrics": self.metrics_text,
        }

    def changed(self) -> None:
        """Forget what was kept of the version before."""
        self.cache.clear()
        self.metrics.version.inc()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3.0, HTTP)."""
        self.number += 1
        exchange = Exchange(
            scope["method"],
            scope["path"],
            scope,
            dict(scope["headers"]),
            receive,
            send,
            f"{self.prefix}{self.number:08x}",
            time.perf_counter(),
        )
        try:
            await self.respond(exchange)
        except ClientGone:
            exchange.status = exchange.status or 499
        except Broken:
            raise
        except Exception as fault:
            log("fault", request=exchange.id, fault=repr(fault), trace=traceback.format_exc())
            if exchange.status:
                raise
            await exchange.answer(refusals.unexpected(exchange.accept))
        finally:
            self.tell(exchange)

    async def respond(self, exchange: Exchange) -> None:
        """Answer from the cache, from the front itself, or through an executor."""
        own = self.own.get(exchange.path)
        if own is not None and exchange.method in {"GET", "HEAD"}:
            await exchange.answer(await own(exchange))
            return
        refused = self.refused(exchange)
        if refused is not None:
            await exchange.answer(refused)
            return
        writes = exchange.writes
        try:
            async with asyncio.timeout(UPLOAD_TIME) if exchange.headers.keys() & WITH_BODY else Now():
                body = await exchange.body(self.limits.max_upload if writes else self.most(exchange))
            request = self.request_of(exchange, body)
            seconds = self.seconds_of(request)
        except TooLong as fault:
            self.metrics.rejected.labels("body").inc()
            detail = f"The body is longer than {fault} bytes (--max-query, --max-upload)."
            reply = refusals.refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, exchange.accept)
            await exchange.answer(replace(reply, headers=[*reply.headers, (b"connection", b"close")]))
            return
        except TimeoutError:
            detail = f"The body did not come in within {UPLOAD_TIME} seconds."
            await exchange.answer(refusals.refusal(HTTPStatus.REQUEST_TIMEOUT, detail, exchange.accept))
            return
        except Problem as problem:
            await exchange.answer(refusals.of_problem(problem, exchange.accept))
            return
        if writes:
            await exchange.answer(await self.write(exchange, request, seconds))
        else:
            await self.read(exchange, request, seconds)

    def most(self, exchange: Exchange) -> int:
        """Return how long the body of a request may be: that of an update that goes astray is told so."""
        return (
            self.limits.max_upload
            if exchange.path.startswith(("/update", "/store"))
            else self.limits.max_query
        )

    def refused(self, exchange: Exchange) -> Reply | None:
        """Return the refusal of a request that is not even looked at, or None."""
        scope = exchange.scope
        if len(scope["raw_path"]) + len(scope["query_string"]) + 1 > self.limits.max_uri:
            self.metrics.rejected.labels("max_uri").inc()
            detail = (
                f"The URI is longer than {self.limits.max_uri} bytes (--max-uri). Send the query with POST: "
                "its body may be longer."
            )
            return refusals.refusal(HTTPStatus.REQUEST_URI_TOO_LONG, detail, exchange.accept)
        if not self.rates.allows(self.client_of(exchange)):
            self.metrics.rejected.labels("rate").inc()
            detail = f"One client may send {self.limits.rate} requests a second here (--rate)."
            return refusals.refusal(
                HTTPStatus.TOO_MANY_REQUESTS, detail, exchange.accept, {"Retry-After": "1"}
            )
        if exchange.writes:
            try:
                authorization = exchange.headers.get(b"authorization")
                access.check(
                    None if authorization is None else authorization.decode("latin-1"),
                    self.settings,
                    plain=self.versions.is_plain,
                )
            except Problem as problem:
                return refusals.of_problem(problem, exchange.accept)
        return None

    def client_of(self, exchange: Exchange) -> str:
        """Return the address of the client: the peer's, or what a trusted proxy says."""
        if self.settings.trust_proxy and b"x-forwarded-for" in exchange.headers:
            return exchange.headers[b"x-forwarded-for"].rpartition(b",")[2].strip().decode("latin-1")
        client = exchange.scope.get("client")
        return client[0] if client else ""

    def request_of(self, exchange: Exchange, body: bytes) -> Request:
        """Return the request for an executor; only a trusted proxy tells another host or scheme."""
        scope, headers = exchange.scope, exchange.headers
        scheme = scope["scheme"]
        sent: Headers = [each for each in scope["headers"] if not each[0].startswith(FORWARDED)]
        if self.settings.trust_proxy:
            scheme = headers.get(b"x-forwarded-proto", scheme.encode()).decode("latin-1")
            host = headers.get(b"x-forwarded-host")
            if host:
                sent = [each for each in sent if each[0] != b"host"] + [(b"host", host)]
        return frames.Request(
            exchange.method,
            scope["raw_path"],
            scope["query_string"],
            scheme,
            self.client_of(exchange),
            sent,
            body,
        )

    def seconds_of(self, request: Request) -> float:
        """Return how long a request may take: the server's limit, or less where `timeout=` asks for it."""
        if b"timeout=" not in request.query and b"timeout=" not in request.body[:10_000]:
            return self.limits.timeout
        fields = parse_qs(request.query.decode("latin-1"))
        if any(each == (b"content-type", b"application/x-www-form-urlencoded") for each in request.headers):
            fields |= parse_qs(request.body.decode("latin-1"))
        given = fields.get("timeout")
        if given is None:
            return self.limits.timeout
        try:
            seconds = float(given[-1])
        except ValueError:
            seconds = 0
        if not seconds > 0:
            raise Problem(HTTPStatus.BAD_REQUEST, "`timeout` is a number of seconds above 0.")
        return min(seconds, self.limits.timeout)

    async def read(self, exchange: Exchange, request: Request, seconds: float) -> None:
        """Answer a request that changes nothing, from the cache where it was answered before."""
        headers = exchange.headers
        key = (
            request.method,
            request.path,
            request.query,
            request.body,
            request.scheme,
            *(headers.get(name) for name in NEGOTIATED),
        )
        kept = self.cache.get(key)
        if kept is not None:
            self.metrics.hit.inc()
            exchange.cached = True
            await exchange.answer(conditional(kept, headers))
            return
        self.metrics.missed.inc()
        generation = self.pool.generation
        reply = await self.run(exchange, request, seconds)
        if reply is not None and is_kept(reply) and generation is self.pool.generation:
            self.cache.put(key, reply)

    async def run(self, exchange: Exchange, request: Request, seconds: float) -> Reply | None:
        """Answer through an executor; return the reply where it was whole, None where it was streamed."""
        try:
            job = await self.pool.lease(seconds)
        except QueueFull:
            self.metrics.rejected.labels("queue").inc()
            await exchange.answer(refusals.busy("Too many requests wait already.", exchange.accept))
            return None
        except (TimeoutError, LostError):
            self.metrics.rejected.labels("executors").inc()
            await exchange.answer(refusals.busy("No process was free to answer in time.", exchange.accept))
            return None
        exchange.queued = time.perf_counter() - exchange.began
        job.watch = lambda: asyncio.ensure_future(self.stop_when_gone(exchange, job))
        try:
            return await self.relay(exchange, job, request)
        except LostError:
            await self.tell_stopped(exchange, job, seconds)
            return None
        finally:
            self.pool.end(job)

    async def stop_when_gone(self, exchange: Exchange, job: Job) -> None:
        """Stop a job when its client leaves."""
        await exchange.until_gone()
        job.stop(Stopped.CLIENT_GONE)

    async def tell_stopped(self, exchange: Exchange, job: Job, seconds: float) -> None:
        """Answer that the executor was stopped; after the first byte, break the connection."""
        log(
            "stopped",
            request=exchange.id,
            why=job.stopped.value if job.stopped else "crash or memory",
            seconds=round(time.perf_counter() - exchange.began, 3),
        )
        if job.stopped is Stopped.CLIENT_GONE:
            raise ClientGone
        if exchange.status:
            raise Broken
        await exchange.answer(refusals.of_stop(job.stopped, seconds, self.limits, exchange.accept))

    async def relay(self, exchange: Exchange, job: Job, request: Request) -> Reply | None:
        """Send a request to an executor, and its answer to the client."""
        job.link.send(frames.REQUEST, request.packed())
        kind, payload = await job.link.receive()
        reply = frames.Reply.unpacked(payload)
        if kind == frames.ANSWER:
            await exchange.answer(reply)
            return reply
        job.look()
        await exchange.start(reply)
        while True:
            kind, payload = await job.link.receive()
            if kind == frames.END:
                break
            if kind == frames.ABORT:
                raise Broken
            await exchange.send({"type": "http.response.body", "body": payload, "more_body": True})
        await exchange.send({"type": "http.response.body", "body": b""})
        return None

    async def write(self, exchange: Exchange, request: Request, seconds: float) -> Reply:
        """Run a write; nothing of one that fails remains."""
        try:
            reply = await self.versions.write(request, seconds)
        except TimeoutError:
            return refusals.of_stop(Stopped.DEADLINE, seconds, self.limits, exchange.accept)
        except LostError:
            return refusals.of_stop(None, seconds, self.limits, exchange.accept)
        except WicaraError as fault:
            log("write failed", request=exchange.id, fault=str(fault))
            return refusals.not_written(fault, exchange.accept)
        log("write", request=exchange.id, path=exchange.path, status=reply.status, update=query_hash(request))
        return reply

    async def health(self, _exchange: Exchange) -> Reply:
        """Tell that the front answers, and what it serves."""
        return as_json(HTTPStatus.OK, {"status": "ok"} | self.told())

    def told(self) -> dict[str, Any]:
        """Return what programs are told of the dataset."""
        return {name: value for name, value in self.versions.told.items() if name != "ticket"}

    async def readiness(self, _exchange: Exchange) -> Reply:
        """Tell whether a query would be answered now: the dataset is loaded, and an executor answers ASK."""
        if self.stopping:
            return as_json(HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": "stopping"})
        probe = frames.Request("GET", b"/sparql", b"query=ASK%7B%7D", "http", "", [(b"accept", b"text/csv")])
        try:
            job = await self.pool.lease(1.0)
        except (QueueFull, TimeoutError, LostError):
            return as_json(HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": "no executor is free"})
        try:
            job.link.send(frames.REQUEST, probe.packed())
            _, payload = await job.link.receive()
            ready = frames.Reply.unpacked(payload).status == HTTPStatus.OK
        except LostError:
            ready = False
        finally:
            self.pool.end(job)
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        closure = "consistent" if not self.versions.is_plain else "none"
        return as_json(status, {"ready": ready, "closure": closure} | self.told())

    async def metrics_text(self, _exchange: Exchange) -> Reply:
        """Tell Prometheus the metrics."""
        return plain_reply(HTTPStatus.OK, CONTENT_TYPE, self.metrics.text())

    def tell(self, exchange: Exchange) -> None:
        """Count a request that was answered, and log it where it was slow or all are to be."""
        seconds = time.perf_counter() - exchange.began
        self.metrics.count(kind_of(exchange.path), exchange.status, seconds)
        if self.settings.access_log or (seconds > SLOW and exchange.path not in self.own):
            log(
                "slow" if seconds > SLOW else "request",
                request=exchange.id,
                method=exchange.method,
                path=exchange.path,
                status=exchange.status,
                seconds=round(seconds, 4),
                cached=exchange.cached,
                query=query_hash(self.request_of(exchange, b"")),
            )


class Now:
    """An asynchronous context that does nothing."""

    async def __aenter__(self) -> None:
        """Begin."""

    async def __aexit__(self, *_fault: object) -> None:
        """End."""


def plain_reply(status: HTTPStatus, media_type: str, body: bytes) -> Reply:
    """Return a reply that nobody keeps."""
    return frames.Reply(
        status.value,
        [
            (b"content-type", media_type.encode()),
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
        ],
        body,
    )


def as_json(status: HTTPStatus, told: dict[str, Any]) -> Reply:
    """Return a reply in JSON that nobody keeps."""
    return plain_reply(status, "application/json", json.dumps(told).encode())


def is_kept(reply: Reply) -> bool:
    """Tell whether a reply may be given again: a success that has an ETag."""
    return reply.status == HTTPStatus.OK and bool(reply.header(b"etag"))


def conditional(reply: Reply, headers: dict[bytes, bytes]) -> Reply:
    """Return a kept reply, or the 304 for a client that has it already (RFC 9110, section 13.1.2)."""
    known = headers.get(b"if-none-match")
    if known is None:
        return reply
    tags = [tag.strip().removeprefix(b"W/") for tag in known.split(b",")]
    if b"*" not in tags and reply.header(b"etag") not in tags:
        return reply
    kept = [each for each in reply.headers if each[0] in KEPT_BY_304]
    return frames.Reply(HTTPStatus.NOT_MODIFIED.value, kept)
