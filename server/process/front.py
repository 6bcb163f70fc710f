"""The front: every request comes in here (ASGI 3.0) and leaves with an answer, or a broken connection.

A request is admitted, answered from the cache, or relayed to an executor; whatever refuses it is a Problem.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
import traceback
from functools import partial
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from wicara.graph.errors import WicaraError
from wicara.server.http.problems import Problem, bad_request, unexpected
from wicara.server.process import messages
from wicara.server.process.admission import Admission, needed_token
from wicara.server.process.cache import Cache, Gathered, is_cacheable, key_in
from wicara.server.process.exchange import (
    BEGUN,
    EVERY_REPLY_LINES,
    RETRY,
    STATUS_LINES,
    WAITING_SINCE,
    WITH_BODY,
    Broken,
    ClientGone,
    Exchange,
    Rejected,
    ReplyContext,
    RunningRequest,
    busy,
    forwarded,
    json_reply,
    not_stored,
    own_headers,
    query_stopped,
    write_stopped,
)
from wicara.server.process.log import SLOW, log, query_hash
from wicara.server.process.lookups import PATH as LOOKED_UP
from wicara.server.process.lookups import Lookups
from wicara.server.process.messages import LostError, header_lines, last_field
from wicara.server.process.metrics import CONTENT_TYPE, Metrics, request_kind
from wicara.server.process.pool import Pool, QueueFull, Stopped, Waiting
from wicara.server.process.versions import Versions, WriteStopped
from wicara.server.sparql.protocol import ASSERTED

if TYPE_CHECKING:
    from wicara.server.agents.protocol import Endpoint
    from wicara.server.process.cache import CachedResponse
    from wicara.server.process.connection import Connection
    from wicara.server.process.exchange import Receive, Scope, Send
    from wicara.server.process.messages import Headers, Reply, Request
    from wicara.server.process.pool import Job
    from wicara.server.settings import Settings

VERSION: Final = b"wicara-version"
"""The header in which a writer names the version that it has made."""
CONDITIONS: Final = frozenset({b"if-none-match", b"range"})
"""The headers of a request that may get something else than the whole answer."""
NUMBER_LENGTH: Final = 100
"""Bytes that are read of a number in a form."""
PROBE: Final = messages.Request("GET", b"/sparql", b"query=ASK%7B%7D", "http", "", [(b"accept", b"text/csv")])
DIRECT: Final = frozenset({b"/sparql", ASSERTED.encode()})
"""The paths whose GET an executor is asked for without a task: of other answers it is a small part."""
IN_TASK: Final = WITH_BODY | {b"expect", b"upgrade", b"range"}
"""Headers of requests that only a task can answer."""
PROBE_TIME: Final = 1.0
"""Seconds within which an executor has to be free for a server that is ready."""
NO_SPACE: Final = (
    "The disk of this server is full. Acknowledged writes are safe, and reads continue. Free some space, "
    "then repeat the write."
)
AGENTS: Final = "/mcp"
NO_PROTOCOL: Final = (
    "The Model Context Protocol is an extra: `pip install 'wicara[mcp]'`. /tools has the same tools."
)
NO_WRITER: Final = (
    "The dataset is temporarily not writable. Reads continue; see the log of the server for the reason."
)


class Front:
    """The ASGI app: its pool of executors, its cache, and the versions of the dataset."""

    def __init__(self, settings: Settings, address: str) -> None:
        """Serve nothing yet; `address` is that of the socket where the processes connect."""
        self.settings = settings
        self.limits = settings.limits
        self.pool = Pool(address, settings.limits)
        self.cache = Cache(settings.limits.cache)
        self.admission = Admission(settings)
        self.versions = Versions(self.pool, settings, self.version_changed)
        self.lookups = Lookups(settings, Path(address).parent)
        self.metrics = Metrics(self.pool, self.cache, self.lookups)
        self.status_endpoints = {
            "/healthz": self.health,
            "/readyz": self.readiness,
            "/readyz/write": self.readiness_to_write,
            "/metrics": self.metrics_text,
        }
        self.agents: Endpoint | None = None
        self.stopping = False
        self.number = 0
        self.prefix = os.urandom(4).hex()

    def version_changed(self) -> None:
        """Forget what was cached of the version before."""
        self.cache.clear()
        self.metrics.versions += 1

    def next_id(self) -> str:
        """Return the id of the next request."""
        self.number += 1
        return f"{self.prefix}{self.number:08x}"

    def cached(self, key: bytes, headers: Headers) -> CachedResponse | None:
        """Return the cached answer to a GET, for the parser to send at once; None for all else.

        What is to be counted, logged or compared goes through `respond`.
        """
        cached = self.cache.get(key)
        if cached is None or self.limits.rate or self.settings.access_log:
            return None
        return None if any(name in CONDITIONS for name, _ in headers) else cached

    def count_cached(self, url: bytes, seconds: float) -> None:
        """Count an answer that was served from the cache."""
        self.metrics.hits += 1
        self.metrics.count(
            request_kind(url.partition(b"?")[0].decode("latin-1")), HTTPStatus.OK.value, seconds
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI 3.0, HTTP)."""
        begun: RunningRequest | None = scope.get(BEGUN)
        exchange = Exchange(scope, receive, send, begun.exchange_id if begun else self.next_id())
        try:
            try:
                await (self.finish(exchange, begun) if begun else self.respond(exchange))
            except Problem as problem:
                if isinstance(problem, Rejected):
                    self.metrics.rejections[problem.by] += 1
                if problem.status is HTTPStatus.UNAUTHORIZED:
                    log("unauthorized", request=exchange.id, path=exchange.path)
                await exchange.refuse(problem)
        except ClientGone:
            exchange.status = exchange.status or 499
        except Broken:
            raise
        except Exception as fault:
            log("fault", request=exchange.id, fault=repr(fault), trace=traceback.format_exc())
            if exchange.status:
                raise
            await exchange.refuse(unexpected())
        finally:
            self.record(exchange)

    def record(self, exchange: Exchange) -> None:
        """Count a request that was answered, and log it where it was slow or all are to be."""
        seconds = time.perf_counter() - exchange.began
        self.metrics.count(request_kind(exchange.path), exchange.status, seconds)
        if self.settings.access_log or (seconds > SLOW and exchange.path not in self.status_endpoints):
            log(
                "slow" if seconds > SLOW else "request",
                request=exchange.id,
                method=exchange.method,
                path=exchange.path,
                status=exchange.status,
                seconds=round(seconds, 4),
                query=query_hash(exchange.request(b"", trust_proxy=self.settings.trust_proxy)),
            )

    async def respond(self, exchange: Exchange) -> None:
        """Answer from the front itself, the cache, or an executor; raises Problem for a refusal."""
        self.admission.check(exchange)
        endpoint = self.status_endpoints.get(exchange.path)
        if endpoint is not None:
            if exchange.method not in {"GET", "HEAD"}:
                detail = "Only GET and HEAD are allowed."
                raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": "GET, HEAD"})
            await exchange.answer(await endpoint())
            return
        if exchange.path == AGENTS:
            await exchange.hand_to(await self.agents_endpoint(exchange.method))
            return
        writes = exchange.writes
        if writes:
            self.admission.check_write(exchange, plain=self.versions.is_plain)
        body = await exchange.body(self.limits.max_upload if writes else self.limits.max_query)
        request = exchange.request(body, trust_proxy=self.settings.trust_proxy)
        seconds = self.seconds_of(request)
        if writes:
            await exchange.answer(await self.write(exchange, request, seconds))
        else:
            await self.answer_read(exchange, request, seconds)

    async def agents_endpoint(self, method: str) -> Endpoint:
        """Return what speaks the Model Context Protocol; raises Problem 405, or 501 without the extra."""
        if method != "POST":
            detail = "The Model Context Protocol is spoken here by POST alone: there are no sessions."
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, {"Allow": "POST"})
        if self.agents is None:
            try:
                protocol = await asyncio.to_thread(import_module, "wicara.server.agents.protocol")
            except ModuleNotFoundError as fault:
                raise Problem(HTTPStatus.NOT_IMPLEMENTED, NO_PROTOCOL) from fault
            self.agents = self.agents or protocol.Endpoint(self, self.limits.max_query)
        return self.agents

    def seconds_of(self, request: Request) -> float:
        """Return how long a request may take: the server's limit, or less where `timeout=` asks for it."""
        given = last_field(request.form, b"timeout") or last_field(request.query, b"timeout")
        if not given:
            return self.limits.timeout
        try:
            seconds = float(unquote_to_bytes(given[:NUMBER_LENGTH].replace(b"+", b" ")))
        except ValueError:
            seconds = math.nan
        if not seconds >= 0:
            raise bad_request(
                "Parameter `timeout` must be a number of seconds (0: the limit of the server).",
            )
        return min(seconds or self.limits.timeout, self.limits.timeout)

    def begin(self, connection: Connection, key: bytes) -> bool:
        """Answer a GET that is a look-up, or have an executor answer it as soon as one is free.

        Returns False for one that is to go to a task: what is to be counted, logged or refused, or asks for
        more than a query.
        """
        url, headers, limits, settings = connection.url, connection.headers, self.limits, self.settings
        path, _, query = url.partition(b"?")
        if path not in DIRECT or b"timeout=" in query or b"#" in query or len(url) > limits.max_uri:
            return False
        names = [name for name, _ in headers]
        if names.count(b"host") != 1 or not IN_TASK.isdisjoint(names):
            return False
        if limits.rate or settings.access_log or settings.trust_proxy or self.stopping:
            return False
        if path == LOOKED_UP and connection.may_look_up() and self.look_up(connection, query, key):
            return True
        client = connection.client[0] if connection.client else ""
        request = messages.Request("GET", path, query, "http", client, forwarded(headers))
        since = time.monotonic()
        if not self.pool.queue and self.ask(connection, request, key, since):
            return True
        waiting = Waiting(since, partial(self.ask, connection, request, key, since), connection.send_or_defer)
        connection.waiting = waiting if self.pool.wait(waiting) else None
        return connection.waiting is not None

    def look_up(self, connection: Connection, query: bytes, key: bytes) -> bool:
        """Answer a query that is a look-up; return False for any other."""
        generation = self.pool.generation
        if generation is None:
            return False
        began = time.perf_counter()
        found = self.lookups.answer(query, connection.headers, generation.description["digest"])
        if found is None:
            return False
        self.metrics.misses += 1
        context = ReplyContext(key, generation, self.next_id(), began, 0.0)
        connection.answered = True
        connection.send_whole(self.finish_reply(context, HTTPStatus.OK.value, *found))
        return True

    def ask(self, connection: Connection, request: Request, key: bytes, since: float) -> bool:
        """Ask an executor for what came in at a time; return False where none is free."""
        job = self.pool.lease_idle(since + self.limits.timeout)
        if job is None:
            return False
        self.metrics.misses += 1
        job.link.send(messages.REQUEST, request.packed())
        queued = time.monotonic() - since
        began = time.perf_counter() - queued
        connection.begin(
            RunningRequest(key, job.generation, self.next_id(), began, queued, job, self.limits.timeout)
        )
        return True

    def whole_answer(self, begun: RunningRequest) -> bytes | None:
        """Return an answer as it goes out but for Date, if it is there and whole; the job has ended then."""
        link = begun.job.link
        if not link.received or link.received[0][0] != messages.ANSWER:
            return None
        status, lines, body = messages.Reply.on_the_wire(link.received[0][1])
        if status not in STATUS_LINES:
            return None
        link.take()
        self.pool.end(begun.job)
        return self.finish_reply(begun, status, lines, body)

    def finish_reply(self, asked: ReplyContext, status: int, lines: bytes, body: bytes) -> bytes:
        """Return an answer as it goes out but for Date; it is counted, and cached if it may be."""
        if asked.generation is self.pool.generation:
            self.cache.put(asked.key, status, lines, (body,))
        seconds = time.perf_counter() - asked.began
        own = header_lines(own_headers(asked.exchange_id, asked.queued, seconds))
        self.metrics.count("query", status, seconds)
        return b"".join((STATUS_LINES[status], lines, EVERY_REPLY_LINES, own, b"\r\n", body))

    async def answer_read(self, exchange: Exchange, request: Request, seconds: float) -> None:
        """Answer a request that changes nothing, from the cache where it was answered before."""
        key = key_in(exchange.scope, request.body)
        cached = self.cache.get(key)
        if cached is not None:
            self.metrics.hits += 1
            exchange.from_cache = True
            await exchange.answer(cached.reply_to(exchange.method, exchange.scope["headers"]))
            return
        self.metrics.misses += 1
        generation = self.pool.generation
        try:
            job = await self.pool.lease(seconds, exchange.scope.get(WAITING_SINCE))
        except QueueFull:
            raise busy("queue", "Too many requests wait already.") from None
        except (TimeoutError, LostError):
            raise busy("executors", "No process was free to answer in time.") from None
        exchange.queued = time.perf_counter() - exchange.began
        job.link.send(messages.REQUEST, request.packed())
        begun = RunningRequest(key, generation, exchange.id, exchange.began, exchange.queued, job, seconds)
        await self.finish(exchange, begun)

    async def finish(self, exchange: Exchange, begun: RunningRequest) -> None:
        """Send what an executor answers, and cache it.

        The executor is free for others before the last bytes go out, however slowly the client takes them.
        """
        job, stopped, reply, parts = begun.job, False, None, list[bytes]()
        job.watch = lambda: asyncio.ensure_future(self.stop_when_gone(exchange, job))
        if job.low:
            job.watch_client()
        try:
            reply, parts = await self.relay(exchange, job)
        except (LostError, TimeoutError):
            stopped = True
        finally:
            self.pool.end(job)
        if stopped:
            self.break_off(exchange, job, begun.seconds)
        elif exchange.status:
            await exchange.send({"type": "http.response.body", "body": b""})
        elif reply is not None:
            await exchange.answer(reply)
        if reply is not None and begun.generation is self.pool.generation:
            self.cache.put(begun.key, reply.status, header_lines(reply.headers), parts)

    async def stop_when_gone(self, exchange: Exchange, job: Job) -> None:
        """Stop a job when its client leaves."""
        await exchange.until_gone()
        job.stop(Stopped.CLIENT_GONE)

    def break_off(self, exchange: Exchange, job: Job, seconds: float) -> None:
        """Raise what a request gets whose executor was stopped: a problem, or after the first byte Broken."""
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
        raise query_stopped(job.stopped, seconds, self.limits)

    async def relay(self, exchange: Exchange, job: Job) -> tuple[Reply | None, list[bytes]]:
        """Return what an executor answers where it is whole, else send it on in pieces; and its body.

        Of what went out in pieces, there is a reply if it is to be cached, else None. Raises LostError where
        the executor ends before its answer, and TimeoutError where the job is stopped while the client does
        not take what is sent.
        """
        kind, payload = await job.link.receive()
        reply = messages.Reply.unpacked(payload)
        if kind == messages.ANSWER:
            return reply, [reply.body]
        job.watch_client()
        gathered = Gathered(self.cache, wanted=is_cacheable(reply) and exchange.method == "GET")
        try:
            async with asyncio.timeout(None) as sending:
                job.interrupt = lambda: sending.reschedule(0)
                await exchange.start(reply)
                while True:
                    kind, payload = await job.link.receive()
                    if kind == messages.END:
                        break
                    if kind == messages.ABORT:
                        raise Broken
                    gathered.add(payload)
                    await exchange.send({"type": "http.response.body", "body": payload, "more_body": True})
            parts, size = gathered.parts, gathered.size
        finally:
            job.interrupt = None
            gathered.drop()
        if not parts:
            return None, parts
        headers = [header for header in reply.headers if header[0] != b"content-length"]
        headers.append((b"content-length", b"%d" % size))
        return reply._replace(headers=headers), parts

    async def write(self, exchange: Exchange, request: Request, seconds: float) -> Reply:
        """Return the answer to a write."""
        try:
            reply = await self.versions.write(request, seconds)
        except WriteStopped as fault:
            log("write stopped", request=exchange.id, late=fault.late, applied=fault.applied)
            raise write_stopped(fault, seconds, self.limits) from fault
        except WicaraError as fault:
            log("write failed", request=exchange.id, fault=str(fault))
            if "No space left" in str(fault):
                raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, NO_SPACE) from fault
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, NO_WRITER, RETRY) from fault
        reply = reply._replace(headers=[header for header in reply.headers if header[0] != VERSION])
        update = await asyncio.to_thread(query_hash, request)
        log("write", request=exchange.id, path=exchange.path, status=reply.status, update=update)
        return reply

    async def health(self) -> Reply:
        """Return that the front answers, and what it serves."""
        return json_reply(HTTPStatus.OK, {"status": "ok"} | self.versions.description)

    async def readiness(self) -> Reply:
        """Return whether the server can answer queries now; what is wrong with writes is told beside it."""
        why = await self.why_not_ready()
        if why is not None:
            return json_reply(HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": why})
        fault = await self.versions.why_no_writes(PROBE_TIME)
        closure = "none" if self.versions.is_plain else "consistent"
        writes = {"writes": f"fail: {fault}"} if fault else {}
        return json_reply(
            HTTPStatus.OK, {"ready": True, "closure": closure} | writes | self.versions.description
        )

    async def readiness_to_write(self) -> Reply:
        """Return whether the server can take writes now."""
        why = "stopping" if self.stopping else await self.why_no_writes()
        if why:
            return json_reply(HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": why})
        return json_reply(HTTPStatus.OK, {"ready": True} | self.versions.description)

    async def why_no_writes(self) -> str:
        """Return why the server takes no writes, or nothing."""
        try:
            needed_token(self.settings, plain=self.versions.is_plain)
        except Problem as problem:
            return problem.detail
        fault = await self.versions.why_no_writes(PROBE_TIME)
        return f"writes fail: {fault}" if fault else ""

    async def why_not_ready(self) -> str | None:
        """Return why the server is not ready, or None."""
        if self.stopping:
            return "stopping"
        try:
            job = await self.pool.lease(PROBE_TIME)
        except (QueueFull, TimeoutError, LostError):
            return "no executor is free"
        try:
            job.link.send(messages.REQUEST, PROBE.packed())
            _, payload = await job.link.receive()
            answers = messages.Reply.unpacked(payload).status == HTTPStatus.OK
        except LostError:
            answers = False
        finally:
            self.pool.end(job)
        return None if answers else "queries are not answered"

    async def metrics_text(self) -> Reply:
        """Return the metrics for Prometheus."""
        return not_stored(HTTPStatus.OK, CONTENT_TYPE, self.metrics.text())
