"""The tools by the Model Context Protocol, with its official SDK (the extra `mcp`): stdio, streamable HTTP.

This side holds no data: each call of a tool is a request to /tools of a server, whose executors answer it. So
a deadline, a full queue or a refusal of that server is told as what it is.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

import httpx2  # type: ignore[import-not-found,unused-ignore] # an extra
from mcp.server import Server  # type: ignore[import-not-found,unused-ignore] # an extra
from mcp.server.stdio import stdio_server  # type: ignore[import-not-found,unused-ignore] # an extra
from mcp.server.streamable_http_manager import (  # type: ignore[import-not-found,unused-ignore]
    StreamableHTTPSessionManager,
)
from mcp_types import (  # type: ignore[import-not-found,unused-ignore]
    CallToolResult,
    ListToolsResult,
    TextContent,
    Tool,
    ToolAnnotations,
)
from wicara.server.agents import TABLE

from wicara import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcp.server import ServerRequestContext  # type: ignore[import-not-found,unused-ignore]
    from mcp_types import (  # type: ignore[import-not-found,unused-ignore]
        CallToolRequestParams,
        PaginatedRequestParams,
    )
    from wicara.server.process.exchange import Receive, Scope, Send

    Connect = Callable[[ServerRequestContext[Any]], httpx2.AsyncClient]

PATIENCE: Final = 600.0
"""Seconds that an answer of the server is waited for: it has a deadline of its own."""
PASSED_ON: Final = ("host", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "accept-language")
"""The headers of a client's request that the requests for its tools have too."""
REFUSED_FROM, FAILED_FROM = 400, 500


def tools() -> list[Tool]:
    """Return the tools with the JSON Schema of their parameters; none changes anything."""
    return [
        Tool(
            name=name,
            description=tool["description"],
            input_schema={
                "type": "object",
                "properties": tool.get("parameters", {}) | TABLE["parameters"],
                "required": tool.get("required", []),
                "additionalProperties": False,
            },
            annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
        )
        for name, tool in TABLE["tools"].items()
    ]


def server_of(connect: Connect) -> Server[Any]:
    """Return a server of the protocol whose tools ask the server of data that `connect` leads to."""

    async def list_tools(
        _context: ServerRequestContext[Any], _asked: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=tools())

    async def call_tool(context: ServerRequestContext[Any], call: CallToolRequestParams) -> CallToolResult:
        async with connect(context) as client:
            text = await tool_answer(client, call.name, call.arguments or {})
        return CallToolResult(content=[TextContent(type="text", text=text)])

    return Server(
        "wicara",
        version=__version__,
        instructions=TABLE["instructions"],
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def tool_answer(client: httpx2.AsyncClient, tool: str, arguments: Mapping[str, Any]) -> str:
    """Return what a tool answers, as JSON; a fault of the server is an outcome, never an empty answer."""
    if tool not in TABLE["tools"]:
        return ended("refused", reason=f"There is no tool {tool}; there are {', '.join(TABLE['tools'])}.")
    try:
        response = await client.post(f"/tools/{tool}", json=dict(arguments), timeout=PATIENCE)
    except (httpx2.HTTPError, OSError) as fault:
        return ended("unavailable", reason=f"{type(fault).__name__}: {fault}")
    text: str = response.text
    if response.status_code < REFUSED_FROM:
        return text
    problem: dict[str, Any] = {}
    with suppress(ValueError):
        problem = response.json()
    reason = problem.get("detail", f"The server answered {response.status_code}.")
    if problem.get("limit") == "timeout":
        return ended("timed_out", reason=reason)
    return ended("unavailable" if response.status_code >= FAILED_FROM else "refused", reason=reason)


def ended(outcome: str, **members: str) -> str:
    """Return the JSON of a call without rows."""
    return json.dumps({"outcome": outcome, "next": TABLE["outcomes"][outcome], **members}, ensure_ascii=False)


def run_on_stdio(url: str) -> None:
    """Speak the protocol on standard input and output until the input ends; tools ask the server at a URL."""
    server = server_of(lambda _context: httpx2.AsyncClient(base_url=url))

    async def run() -> None:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    asyncio.run(run())


class Endpoint:
    """The protocol over HTTP, without sessions: an ASGI app whose tools ask another ASGI app."""

    def __init__(self, app: Any, max_body: int) -> None:  # noqa: ANN401 - an ASGI app
        """Ask `app`; a message may have so many bytes."""
        self.app = app
        self.manager = StreamableHTTPSessionManager(
            app=server_of(self.connect), json_response=True, stateless=True, max_request_body_size=max_body
        )
        self.running: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    def connect(self, context: ServerRequestContext[Any]) -> httpx2.AsyncClient:
        """Return a client of the app that asks as the client of the protocol would."""
        request: Any = context.request
        sent = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        client = request.client or ("", 0)
        transport = httpx2.ASGITransport(app=self.app, client=(client[0], client[1]))
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=sent)

    async def run(self) -> None:
        """Hold what requests share until this task is cancelled."""
        async with self.manager.run():
            self.ready.set()
            await asyncio.Event().wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self.running is None:
            self.running = asyncio.create_task(self.run())
        await self.ready.wait()
        await self.manager.handle_request(scope, receive, cast("Any", send))
