"""Speak the Model Context Protocol with an agent."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from wicara.commands import dataset_options
from wicara.graph.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS: Final = re.compile(r"http://\S+?(?=/ )")
NOT_INSTALLED: Final = "The Model Context Protocol is an extra: pip install 'wicara[mcp]'"


@click.command()
@dataset_options
@click.option("--url", metavar="URL", help="Ask the server at this address, instead of one of its own.")
def mcp(data: Path, extra: Path | None, url: str | None) -> None:
    """Answer an agent on standard input and output by the Model Context Protocol, until the input ends.

    The tools are search, describe, ask, query, explain and sources. The command starts a server for itself,
    reachable from this machine alone, unless --url names one. A server of its own has the same at /mcp.

    \b
    Example of the configuration of a client:
      {"mcpServers": {"wicara": {"command": "wicara", "args": ["mcp"]}}}
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    try:
        from wicara.server.agents.protocol import run_on_stdio  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as fault:
        raise Unavailable(NOT_INSTALLED) from fault
    if url:
        run_on_stdio(url)
    else:
        with own_server(data, extra) as address:
            run_on_stdio(address)


@contextmanager
def own_server(data: Path, extra: Path | None) -> Iterator[str]:
    """Start a server on a free port, and yield its address; it ends with the block. Raises Unavailable."""
    options = ["--data", str(data), *(["--add", str(extra)] if extra else [])]
    command = [sys.executable, "-m", "wicara", "serve", "--port", "0", *options]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            found = ADDRESS.search(process.stdout.readline() if process.stdout else "")
            if found is None:
                raise Unavailable("The server did not start: see its message above.")
            yield found[0]
        finally:
            process.terminate()
