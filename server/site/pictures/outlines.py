"""The outlines of states, as the front-end build draws them from Natural Earth, and where places lie."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Final

from wicara.server.site.layout import BUILT

FILE: Final = BUILT / "outlines.json"
HALF: Final = 180.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Outline:
    """A state on the map: its path, the corners around it, and where its name may stand."""

    path: str
    box: Box
    at: tuple[float, float]


@dataclass(frozen=True)
class World:
    """The map: outlines by ISO 3166-1 alpha-3 code, the land of all others, and how places are projected."""

    outlines: dict[str, Outline]
    others: str
    sphere: str
    turn: float
    scale: float
    shift: tuple[float, float]

    def project(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a place lies: Natural Earth (Šavrič, Jenny, Patterson, Petrovič, Hurni, 2011)."""
        turned = math.radians((longitude + self.turn + HALF) % 360 - HALF)
        high = math.radians(latitude)
        square = high * high
        fourth = square * square
        x = turned * (
            0.8707
            - 0.131979 * square
            + fourth * (-0.013791 + fourth * (0.003971 * square - 0.001529 * fourth))
        )
        y = high * (
            1.007226 + square * (0.015085 + fourth * (-0.044475 + 0.028874 * square - 0.005916 * fourth))
        )
        return round(self.shift[0] + self.scale * x, 1), round(self.shift[1] - self.scale * y, 1)


@cache
def world() -> World | None:
    """Return the map, or None where the front end has not been built."""
    try:
        told = json.loads(FILE.read_text(encoding="utf-8"))
    except OSError:
        return None
    return World(
        {
            code: Outline(one["path"], tuple(one["box"]), tuple(one["at"]))
            for code, one in told["states"].items()
        },
        told["others"],
        told["sphere"],
        told["turn"],
        told["scale"],
        tuple(told["shift"]),
    )
