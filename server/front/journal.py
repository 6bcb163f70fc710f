"""The log: a line of JSON for each thing worth telling, on standard error.

It holds no text of a query and no header of a request.
"""

from __future__ import annotations

import json
import sys
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from wicara.server.front.frames import Request

SLOW: Final = 1.0
"""Seconds past which a request is logged even without the access log."""


def log(event: str, **members: object) -> None:
    """Write a line."""
    told = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event} | members
    sys.stderr.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stderr.flush()


def query_hash(request: Request) -> str | None:
    """Return what a query or update is known by in the log: 16 hex digits of its text's BLAKE2b."""
    form = (
        request.body if dict(request.headers).get(b"content-type", b"").endswith(b"form-urlencoded") else b""
    )
    found = parse_qs((request.query + b"&" + form).decode("latin-1"))
    text = found.get("query") or found.get("update") or ([request.body.decode("latin-1")] if not form else [])
    return (
        blake2b(text[0].encode("latin-1", "replace"), digest_size=8).hexdigest() if text and text[0] else None
    )
