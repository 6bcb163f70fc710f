"""How a server is set up: what a request may cost, and what the server may change or call.

The fields of `Limits` are the one table of limits: code, `--help`, docs, OpenAPI and tests read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Limit:
    """A limit: its option and default, the unit, what it bounds, and the status of a request beyond it.

    A default of 0 means that it is off. `status` is None where nothing is refused.
    """

    name: str
    default: float
    unit: str
    help: str
    status: HTTPStatus | None
    least: int = 0

    @property
    def option(self) -> str:
        """Return the option of `wicara serve` that sets it."""
        return "--" + self.name.replace("_", "-")

    @property
    def kind(self) -> type:
        """Return what its values are: whole numbers, or seconds with a fraction."""
        return type(self.default)


def limit(default: float, unit: str, text: str, status: HTTPStatus | None, least: int = 0) -> Any:  # noqa: ANN401 - as `field` has it
    """Return the field of a limit."""
    return field(default=default, metadata={"unit": unit, "help": text, "status": status, "least": least})


@dataclass(frozen=True)
class Limits:
    """The limits that a server runs with; the fields are the table."""

    timeout: float = limit(
        30.0, "seconds", "A query or update that takes longer is stopped.", HTTPStatus.SERVICE_UNAVAILABLE
    )
    memory: int = limit(
        512, "MB", "A query that needs more memory is stopped.", HTTPStatus.SERVICE_UNAVAILABLE
    )
    max_rows: int = limit(0, "rows", "A longer result is cut, and says so; 0: no limit.", None)
    max_bytes: int = limit(0, "bytes", "A larger result is cut, and says so; 0: no limit.", None)
    max_nesting: int = limit(100, "brackets", "Brackets within brackets in a query.", HTTPStatus.BAD_REQUEST)
    max_uri: int = limit(60_000, "bytes", "Length of a request's URI.", HTTPStatus.REQUEST_URI_TOO_LONG)
    max_query: int = limit(
        1 << 20, "bytes", "Length of the body of a query.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )
    max_upload: int = limit(
        1 << 26,
        "bytes",
        "Length of the body of an update, or of an uploaded graph.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )
    executors: int = limit(
        4, "processes", "Requests that are answered at the same time.", HTTPStatus.SERVICE_UNAVAILABLE, 1
    )
    slow_lane: int = limit(
        12,
        "processes",
        "Queries past 0.25 seconds: they go on beside the others, at low priority.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
    queue: int = limit(256, "requests", "Requests that wait for an executor.", HTTPStatus.SERVICE_UNAVAILABLE)
    rate: int = limit(
        0, "requests/second", "Requests of one client; 0: no limit.", HTTPStatus.TOO_MANY_REQUESTS
    )
    cache: int = limit(64, "MB", "Answers that are kept to be given again; 0: none.", None)


def limits() -> Iterator[Limit]:
    """Yield the limits in the order of the table."""
    for each in fields(Limits):
        yield Limit(each.name, cast("float", each.default), **each.metadata)


DEFAULTS: Final = Limits()


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
