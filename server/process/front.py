"""The front: every request comes in here (ASGI 3.0) and leaves with an answer, or a broken connection."""

from __future__ import annotations

import asyncio
import os
import re
import time
import traceback
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from wicara.graph.errors import WicaraError
from wicara.server.http.problems import Problem
from wicara.server.process import admission, messages, refusals
from wicara.server.process.admission import Rates
from wicara.server.process.cache import CONDITIONAL, Cache, conditional, is_kept, key_in, key_of
from wicara.server.process.exchange import WITH_BODY, Broken, ClientGone, Exchange, TooLong
from wicara.server.process.log import SLOW, log, query_hash
from wicara.server.process.messages import LostError
from wicara.server.process.metrics import Metrics, kind_of
from wicara.server.process.pool import Pool, QueueFull, Stopped
from wicara.server.process.status_endpoints import Own
from wicara.server.process.versions import Versions

if TYPE_CHECKING:
    from wicara.server.process.cache import Kept
    from wicara.server.process.exchange import Receive, Scope, Send
    from wicara.server.process.messages import Headers, Reply, Request
    from wicara.server.process.pool import Job
    from wicara.server.settings import Settings

NOT_PASSED_ON: Final = (b"x-forwarded-", b"forwarded", b"wicara-", b"transfer-encoding", b"expect")
"""The beginnings of headers that an executor does not get: those that nobody but a trusted proxy, or this
server itself, may set, and those of a connection whose body has been read whole (RFC 9110, section 7.6.1)."""
VERSION: Final = b"wicara-version"
"""How a writer tells the front which version it has made."""
SCHEME: Final = re.compile("https?")
HOST: Final = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
UPLOAD_TIME: Final = 60
"""Seconds that a body may take to come in."""
NUMBER_LENGTH: Final = 100
"""Bytes that are read of a number in a form."""


def forwarded(headers: dict[bytes, bytes], name: bytes, valid: re.Pattern[str]) -> str | None:
    """Return what the nearest proxy says in a header, the last value of a list; None for nonsense."""
    value = headers.get(name, b"").rpartition(b",")[2].strip().decode("latin-1")
    return value if valid.fullmatch(value) else None


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
        self.own = Own(self.pool, self.versions, self.metrics)
        self.number = 0
        self.prefix = os.urandom(4).hex()

    def changed(self) -> None:
        """Forget what was kept of the version before."""
        self.cache.clear()
        self.metrics.versions += 1

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

    def kept(self, url: bytes, headers: Headers) -> Kept | None:
        """Return the answer to a GET that was kept, for the parser to send at once; None for all else.

        What is to be counted, logged or compared is for the long way.
        """
        if self.limits.rate or self.settings.access_log:
            return None
        if any(name == b"if-none-match" for name, _ in headers):
            return None
        return self.cache.get(key_of("GET", url, headers))

    def identity(self) -> bytes:
        """Return the header with the id of the next request, as a line."""
        self.number += 1
        return b"x-request-id: %s%08x\r\n" % (self.prefix.encode(), self.number)

    def count_again(self, url: bytes, seconds: float) -> None:
        """Count an answer that was given again."""
        self.metrics.hits += 1
        self.metrics.count(kind_of(url.partition(b"?")[0].decode("latin-1")), HTTPStatus.OK.value, seconds)

    async def respond(self, exchange: Exchange) -> None:
        """Answer from the cache, from the front itself, or through an executor."""
        own = self.own.routes.get(exchange.path)
        if own is not None:
            allowed = exchange.method in {"GET", "HEAD"}
            await exchange.answer(await own() if allowed else refusals.not_allowed(exchange.accept))
            return
        refused = self.refused(exchange)
        if refused is not None:
            await exchange.answer(refused)
            return
        writes = exchange.writes
        try:
            body = await self.body_of(exchange)
            request = self.request_of(exchange, body)
            seconds = self.seconds_of(request)
        except ClientGone:
            detail = "The body ended before its Content-Length, or is not chunked as it should be."
            await exchange.answer(refusals.refusal(HTTPStatus.BAD_REQUEST, detail, exchange.accept))
            return
        except TooLong as fault:
            self.metrics.rejections["body"] += 1
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

    async def body_of(self, exchange: Exchange) -> bytes:
        """Return the body of a request.

        Raises TooLong, TimeoutError where it does not come in, and Problem 415 for a body in a content coding
        (RFC 9110, section 15.5.16).
        """
        if not WITH_BODY & exchange.headers.keys():
            return b""
        if exchange.codings - {"identity"}:
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"The body is in the content coding {', '.join(sorted(exchange.codings))}; send it as it is.",
                {"Accept-Encoding": "identity"},
            )
        most = self.limits.max_upload if exchange.writes else self.limits.max_query
        async with asyncio.timeout(UPLOAD_TIME):
            return await exchange.body(most)

    def refused(self, exchange: Exchange) -> Reply | None:
        """Return the refusal of a request that is not even looked at, or None."""
        scope = exchange.scope
        if len(scope["raw_path"]) + len(scope["query_string"]) + 1 > self.limits.max_uri:
            self.metrics.rejections["max_uri"] += 1
            detail = (
                f"The URI is longer than {self.limits.max_uri} bytes (--max-uri). Send the query with POST: "
                "its body may be longer."
            )
            return refusals.refusal(HTTPStatus.REQUEST_URI_TOO_LONG, detail, exchange.accept)
        if not self.rates.allows(self.client_of(exchange)):
            self.metrics.rejections["rate"] += 1
            detail = f"One client may send {self.limits.rate} requests a second here (--rate)."
            return refusals.refusal(
                HTTPStatus.TOO_MANY_REQUESTS, detail, exchange.accept, {"Retry-After": "1"}
            )
        if exchange.writes:
            try:
                authorization = exchange.headers.get(b"authorization")
                admission.check(
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
        scope = exchange.scope
        scheme = scope["scheme"]
        sent: Headers = [each for each in scope["headers"] if not each[0].startswith(NOT_PASSED_ON)]
        if self.settings.trust_proxy:
            scheme = forwarded(exchange.headers, b"x-forwarded-proto", SCHEME) or scheme
            host = forwarded(exchange.headers, b"x-forwarded-host", HOST)
            if host:
                sent = [each for each in sent if each[0] != b"host"] + [(b"host", host.encode())]
        return messages.Request(
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
        given = messages.last_field(request.form, b"timeout") or messages.last_field(
            request.query, b"timeout"
        )
        if not given:
            return self.limits.timeout
        try:
            seconds = float(unquote_to_bytes(given[:NUMBER_LENGTH].replace(b"+", b" ")))
        except ValueError:
            seconds = 0
        if not seconds > 0:
            raise Problem(HTTPStatus.BAD_REQUEST, "`timeout` is a number of seconds above 0.")
        return min(seconds, self.limits.timeout)

    async def read(self, exchange: Exchange, request: Request, seconds: float) -> None:
        """Answer a request that changes nothing, from the cache where it was answered before."""
        key = key_in(exchange.scope, request.body)
        kept = self.cache.get(key)
        if kept is not None:
            self.metrics.hits += 1
            exchange.cached = True
            comparable = exchange.method in CONDITIONAL
            await exchange.answer(
                conditional(kept.reply, exchange.scope["headers"]) if comparable else kept.reply
            )
            return
        self.metrics.misses += 1
        generation = self.pool.generation
        reply = await self.run(exchange, request, seconds)
        if reply is not None and is_kept(reply) and generation is self.pool.generation:
            self.cache.put(key, reply)

    async def run(self, exchange: Exchange, request: Request, seconds: float) -> Reply | None:
        """Answer through an executor; return the reply where it was whole, None where it was streamed.

        The executor is free for others before the last bytes go out, however slowly the client takes them.
        """
        reply, stopped = None, False
        try:
            job = await self.pool.lease(seconds)
        except QueueFull:
            self.metrics.rejections["queue"] += 1
            await exchange.answer(refusals.busy("Too many requests wait already.", exchange.accept))
            return None
        except (TimeoutError, LostError):
            self.metrics.rejections["executors"] += 1
            await exchange.answer(refusals.busy("No process was free to answer in time.", exchange.accept))
            return None
        exchange.queued = time.perf_counter() - exchange.began
        job.watch = lambda: asyncio.ensure_future(self.stop_when_gone(exchange, job))
        try:
            reply = await self.relay(exchange, job, request)
        except (LostError, TimeoutError):
            stopped = True
        finally:
            self.pool.end(job)
        if stopped:
            await self.tell_stopped(exchange, job, seconds)
        elif reply is None:
            await exchange.send({"type": "http.response.body", "body": b""})
        else:
            await exchange.answer(reply)
        return reply

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
        """Send a request to an executor; return its answer where it is whole, else send it on in pieces.

        Raises LostError where the executor ends before its answer, and TimeoutError where the job is stopped
        while the client does not take what is sent.
        """
        job.link.send(messages.REQUEST, request.packed())
        kind, payload = await job.link.receive()
        reply = messages.Reply.unpacked(payload)
        if kind == messages.ANSWER:
            return reply
        job.look()
        try:
            async with asyncio.timeout(None) as sending:
                job.interrupt = lambda: sending.reschedule(0)
                await exchange.start(reply)
                while True:
                    kind, payload = await job.link.receive()
                    if kind == messages.END:
                        return None
                    if kind == messages.ABORT:
                        raise Broken
                    await exchange.send({"type": "http.response.body", "body": payload, "more_body": True})
        finally:
            job.interrupt = None

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
        reply = replace(reply, headers=[each for each in reply.headers if each[0] != VERSION])
        update = await asyncio.to_thread(query_hash, request)
        log("write", request=exchange.id, path=exchange.path, status=reply.status, update=update)
        return reply

    def tell(self, exchange: Exchange) -> None:
        """Count a request that was answered, and log it where it was slow or all are to be."""
        seconds = time.perf_counter() - exchange.began
        self.metrics.count(kind_of(exchange.path), exchange.status, seconds)
        if self.settings.access_log or (seconds > SLOW and exchange.path not in self.own.routes):
            log(
                "slow" if seconds > SLOW else "request",
                request=exchange.id,
                method=exchange.method,
                path=exchange.path,
                status=exchange.status,
                seconds=round(seconds, 4),
                query=query_hash(self.request_of(exchange, b"")),
            )
