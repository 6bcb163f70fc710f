"""How often a client may ask: a token bucket each, as deep as one second's requests."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final

CLIENTS: Final = 10_000
"""How many clients are remembered; the one that asked longest ago is forgotten first."""


class Rates:
    """The requests that each client has left."""

    def __init__(self, per_second: int) -> None:
        """Let each client ask so often; 0: as often as it likes."""
        self.per_second = per_second
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Tell whether a client may ask now, and count it."""
        if not self.per_second:
            return True
        now = time.monotonic()
        left, since = self.left.pop(client, (float(self.per_second), now))
        left = min(float(self.per_second), left + (now - since) * self.per_second)
        allowed = left >= 1
        self.left[client] = (left - allowed, now)
        if len(self.left) > CLIENTS:
            self.left.popitem(last=False)
        return allowed
