"""How a server is set up: its limits, and what it may change or call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wicara.server.limits import DEFAULTS, Limits


@dataclass(frozen=True)
class Settings:
    """What the person who starts a server decides.

    `token` is what a write must bring, None where nobody may write; `allow_service` are the IRIs that
    SERVICE, LOAD and a remote FROM may name, by their beginnings; `trust_proxy` takes the client's address
    from X-Forwarded-For and the public URL from X-Forwarded-Proto and -Host; `report_errors` is where pages
    send those who report an error, on the web or by mail.
    """

    limits: Limits = DEFAULTS
    writable: bool = False
    token: str | None = None
    allow_service: tuple[str, ...] = ()
    trust_proxy: bool = False
    access_log: bool = False
    report_errors: str | None = None


DEFAULT_SETTINGS: Final = Settings()
