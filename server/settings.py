"""How a server is set up: what a request may cost, and what the server may change or call.

The fields of `Limits` are the one table of limits: code, `--help`, docs, OpenAPI and tests read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
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

    @cached_property
    def signature(self) -> str:
        """All of them as a text, on which the tag of an answer depends."""
        return repr(self)

    timeout: float = limit(
        30.0, "seconds", "Stop a query or update that takes longer.", HTTPStatus.SERVICE_UNAVAILABLE
    )
    memory: int = limit(512, "MB", "Stop a query that needs more memory.", HTTPStatus.SERVICE_UNAVAILABLE)
    max_rows: int = limit(0, "rows", "Truncate results after this many rows (0: unlimited).", None)
    max_bytes: int = limit(0, "bytes", "Truncate results after this many bytes (0: unlimited).", None)
    max_nesting: int = limit(
        100, "brackets", "Maximum depth of nested brackets in a query.", HTTPStatus.BAD_REQUEST
    )
    max_uri: int = limit(60_000, "bytes", "Maximum length of a request URI.", HTTPStatus.REQUEST_URI_TOO_LONG)
    max_query: int = limit(
        1 << 20, "bytes", "Maximum length of the body of a query.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )
    max_upload: int = limit(
        1 << 26,
        "bytes",
        "Maximum length of the body of an update or an uploaded graph.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )
    executors: int = limit(
        4, "processes", "Number of requests that run at the same time.", HTTPStatus.SERVICE_UNAVAILABLE, 1
    )
    slow_lane: int = limit(
        12,
        "processes",
        "Number of queries longer than 0.25 seconds that may continue, at low priority.",
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
    queue: int = limit(
        256, "requests", "Number of requests that may wait for an executor.", HTTPStatus.SERVICE_UNAVAILABLE
    )
    rate: int = limit(
        0, "requests/second", "Request rate of one client (0: unlimited).", HTTPStatus.TOO_MANY_REQUESTS
    )
    cache: int = limit(64, "MB", "Size of the response cache (0: none).", None)


def limits() -> Iterator[Limit]:
    """Yield the limits in the order of the table."""
    for setting in fields(Limits):
        yield Limit(setting.name, cast("float", setting.default), **setting.metadata)


DEFAULTS: Final = Limits()


@dataclass(frozen=True)
class Settings:
    """What the person who starts a server decides.

    `token` is what a write must bring, None where nobody may write; `allow_service` are the IRIs that
    SERVICE, LOAD and a remote FROM may name, by their beginnings; `trust_proxy` takes the client's address
    from X-Forwarded-For and the public URL from X-Forwarded-Proto and -Host; `report_errors` is where pages
    send those who report an error, on the web or by mail; without it, `reports` is the file that the form for
    reports writes to; `reports_answered` says who answers them and in about what time; `texts` is a folder
    with texts of articles; `index` is where the search index of files stays for the next server of these, a
    folder and the beginning of a name.
    """

    limits: Limits = DEFAULTS
    writable: bool = False
    token: str | None = None
    allow_service: tuple[str, ...] = ()
    trust_proxy: bool = False
    access_log: bool = False
    report_errors: str | None = None
    reports: str | None = None
    reports_answered: str | None = None
    texts: str | None = None
    index: str | None = None


DEFAULT_SETTINGS: Final = Settings()
