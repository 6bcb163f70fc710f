"""What the front tells its processes: the first one its setup, each of the others its ticket."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from wicara.server.settings import Limits, Settings

FORK_SERVER: Final = "fork server"
EXECUTOR: Final = "executor"
WRITER: Final = "writer"
DISK: Final = "disk"
"""The kind of an origin whose executors each open a snapshot by themselves, rather than share memory."""


@dataclass(frozen=True)
class Origin:
    """Where the dataset comes from: a kind that `origins.LOADERS` has, and the paths that it needs."""

    kind: str
    paths: tuple[str, ...] = ()

    @property
    def on_disk(self) -> bool:
        """Tell whether each executor opens the dataset by itself."""
        return self.kind == DISK


@dataclass(frozen=True)
class Setup:
    """What the first process is told: where the dataset is, and how it is served."""

    origin: Origin
    settings: Settings

    def packed(self) -> bytes:
        """Return this as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, raw: bytes) -> Setup:
        """Return what JSON tells."""
        told = json.loads(raw)
        settings = told["settings"]
        limits = Limits(**settings.pop("limits"))
        settings["allow_service"] = tuple(settings["allow_service"])
        origin = Origin(told["origin"]["kind"], tuple(told["origin"]["paths"]))
        return cls(origin, Settings(limits=limits, **settings))


@dataclass(frozen=True)
class Ticket:
    """What a new process is for: its number, its role, and the version of a dataset on disk that it opens."""

    number: int
    role: str
    digest: str = ""

    def packed(self) -> bytes:
        """Return this as JSON."""
        return json.dumps(asdict(self)).encode()
