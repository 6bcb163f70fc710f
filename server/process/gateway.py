"""The way to a store elsewhere: the front has a network, and its processes reach one address through it.

They connect to a Unix socket; each connection there is one to the store, and whatever breaks off on one side
is broken off on the other: a query that is stopped here is so for the store too.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wicara.graph.errors import RemoteFault
from wicara.server.process.log import log
from wicara.server.process.messages import STORE, Origin

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

    from wicara.graph.endpoint import Endpoint
    from wicara.server.process.front import Front

EVERY: Final = 1.0
"""Seconds between two looks at which version the store holds."""
PIECE: Final = 1 << 16
PORTS: Final = {"http": 80, "https": 443}
SHARE: Final = 0.9
"""The part of the deadline of a query that the store has: past it there is time left to say so."""


async def open_gateway(endpoint: Endpoint, path: str, seconds: float) -> tuple[asyncio.Server, Origin]:
    """Return what listens on a Unix socket for those who ask a store, and the origin that names it."""
    parts = urlsplit(endpoint.queries)
    port = parts.port or PORTS[parts.scheme]

    async def relay(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(
                parts.hostname, port, ssl=parts.scheme == "https" or None
            )
        except OSError as fault:
            log("store", fault=f"cannot connect to {endpoint.named}: {fault}")
            writer.close()
            return
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_unix_server(relay, path)
    return server, Origin(STORE, (endpoint.queries, endpoint.authorization, path, str(SHARE * seconds)))


async def pump(reader: StreamReader, writer: StreamWriter) -> None:
    """Pass on what comes until there is no more, or the other side takes none."""
    with suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def watch_store(endpoint: Endpoint, front: Front, wanted: asyncio.Event) -> None:
    """Look at the version of a store for ever: ask for a reload when it has another, and log its faults."""
    known, fault = await asyncio.to_thread(endpoint.stamp), ""
    while True:
        await asyncio.sleep(EVERY)
        try:
            stamp = await asyncio.to_thread(endpoint.stamp)
            now = "" if stamp[0] else f"{endpoint.named} is being changed, or holds no dataset"
        except RemoteFault as why:
            now = str(why)
        if now != fault:
            log("store", fault=now or "none any more")
        fault = now
        is_other = not fault and (stamp != known or front.versions.description["digest"] != stamp[0])
        if is_other and not front.versions.starting.locked():
            known = stamp
            wanted.set()
