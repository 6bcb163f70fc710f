"""Answers that are given again: kept by request, for one version of the dataset, the latest used ones."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable

    from wicara.server.front.frames import Reply

LARGEST: Final = 8
"""An answer may take this part of the cache."""
OVERHEAD: Final = 1000
"""Bytes that an entry costs beside its body, about."""


class Cache:
    """Replies by request, up to a number of bytes."""

    def __init__(self, megabytes: int) -> None:
        """Keep nothing yet."""
        self.room = megabytes << 20
        self.used = 0
        self.replies: OrderedDict[Hashable, Reply] = OrderedDict()

    def get(self, key: Hashable) -> Reply | None:
        """Return the reply of a request, or None."""
        reply = self.replies.get(key)
        if reply is not None:
            self.replies.move_to_end(key)
        return reply

    def put(self, key: Hashable, reply: Reply) -> None:
        """Keep a reply, if it is not too large; what was not used for longest goes."""
        size = len(reply.body) + OVERHEAD
        if size * LARGEST > self.room or key in self.replies:
            return
        self.replies[key] = reply
        self.used += size
        while self.used > self.room:
            _, gone = self.replies.popitem(last=False)
            self.used -= len(gone.body) + OVERHEAD

    def clear(self) -> None:
        """Forget everything: there is another version."""
        self.replies.clear()
        self.used = 0
