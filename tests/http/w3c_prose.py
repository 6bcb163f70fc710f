"""The HTTP messages that the deprecated suite of the Graph Store Protocol tells in prose."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import Final

PROSE: Final = "#### Request"
"""What the comment that tells a test begins with."""
GRAPH_STORE: Final = "/store"
"""Where the graph store of this server is."""
HOST: Final = "www.example"
TEMPLATE: Final = (
    ("http://$HOST$/$GRAPHSTORE$", f"http://{HOST}{GRAPH_STORE}"),
    ("$GRAPHSTORE$", GRAPH_STORE),
    ("$HOST$", HOST),
)
"""The variables of the prose; inside an IRI the path has a slash of its own."""
MULTIPART: Final = "multipart/"


@dataclass(frozen=True)
class Message:
    """An HTTP message: its first line, its headers by names in lower case, and its body."""

    start: str
    headers: dict[str, str]
    body: str


def message(prose: str) -> Message:
    """Return the message that stands indented in a comment."""
    text = dedent(prose).strip("\n ")
    for variable, value in TEMPLATE:
        text = text.replace(variable, value)
    head, _, body = text.partition("\n\n")
    start, *lines = head.splitlines()
    fields = (line.partition(": ") for line in lines)
    headers = {name.lower(): value for name, _, value in fields}
    if headers.get("content-type", "").startswith(MULTIPART):
        body = body.replace("\n", "\r\n") + "\r\n"
    return Message(start, headers, body)
