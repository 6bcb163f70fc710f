"""What Prometheus may read at /metrics."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.core import Metric
    from wicara.server.process.cache import Cache
    from wicara.server.process.lookups import Lookups
    from wicara.server.process.pool import Pool

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
KINDS: Final = (
    ("/sparql", "query"),
    ("/update", "update"),
    ("/store", "graph store"),
    ("/export/", "export"),
    ("/id/", "resource"),
    ("/doc/", "resource"),
    ("/graph/", "resource"),
    ("/concept/", "resource"),
    ("/ont", "resource"),
    ("/explain", "explain"),
)
"""The beginnings of paths, and the kind of request that each is counted as."""
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


def request_kind(path: str) -> str:
    """Return the kind of request that a path makes."""
    return next((kind for start, kind in KINDS if path.startswith(start)), "page")


class Timer:
    """Seconds by bucket: a histogram of Prometheus, at the cost of a look-up."""

    def __init__(self) -> None:
        """Count from zero."""
        self.counts = [0] * (len(BUCKETS) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.sum += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return the upper bounds, each with how many were not above it."""
        return list(zip([*map(str, BUCKETS), "+Inf"], accumulate(self.counts), strict=True))


class Metrics(Collector):
    """What was answered: plain numbers, which the client library puts into words when it is asked.

    Its own counters take locks, and several microseconds a request.
    """

    def __init__(self, pool: Pool, cache: Cache, lookups: Lookups) -> None:
        """Count from zero, and look at these."""
        self.pool, self.cache, self.lookups = pool, cache, lookups
        self.requests: Counter[tuple[str, int]] = Counter()
        self.seconds: defaultdict[str, Timer] = defaultdict(Timer)
        self.rejections: Counter[str] = Counter()
        self.hits = self.misses = self.versions = 0
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def count(self, kind: str, status: int, seconds: float) -> None:
        """Count a request that has been answered."""
        self.requests[kind, status] += 1
        self.seconds[kind].observe(seconds)

    def state(self) -> Iterable[Metric]:
        """Yield the state of the executors and of the cache, as it is now."""
        pool = self.pool
        executors = GaugeMetricFamily("wicara_executors", "Executor processes by state", labels=["state"])
        idle = len(pool.generation.idle) if pool.generation else 0
        states = {"idle": idle, "busy": pool.running, "slow": pool.slow, "ending": pool.ending}
        for state, number in states.items():
            executors.add_metric([state], number)
        yield executors
        yield GaugeMetricFamily("wicara_queue", "Requests that wait for an executor", len(pool.queue))
        stopped = CounterMetricFamily("wicara_stopped", "Requests whose executor was stopped", labels=["why"])
        for why, number in pool.killed.items():
            stopped.add_metric([why.value], number)
        stopped.add_metric(["crash or memory"], pool.crashed)
        yield stopped
        yield CounterMetricFamily("wicara_forks", "Processes forked", pool.forked)
        yield CounterMetricFamily(
            "wicara_lookups", "Look-ups answered without an executor", self.lookups.answered
        )
        yield GaugeMetricFamily("wicara_cache_bytes", "Bytes of answers that are kept", self.cache.used)

    def collect(self) -> Iterable[Metric]:
        """Yield the state, and what has been counted."""
        yield from self.state()
        requests = CounterMetricFamily(
            "wicara_requests", "Requests by kind and status", labels=["kind", "status"]
        )
        for (kind, status), number in self.requests.items():
            requests.add_metric([kind, str(status)], number)
        yield requests
        seconds = HistogramMetricFamily(
            "wicara_request_seconds", "Seconds to the end of an answer", labels=["kind"]
        )
        for kind, timer in self.seconds.items():
            seconds.add_metric([kind], timer.buckets(), timer.sum)
        yield seconds
        cached = CounterMetricFamily("wicara_cache", "Look-ups in the cache", labels=["result"])
        cached.add_metric(["hit"], self.hits)
        cached.add_metric(["miss"], self.misses)
        yield cached
        rejections = CounterMetricFamily(
            "wicara_rejections", "Requests that a limit refused", labels=["limit"]
        )
        for limit, number in self.rejections.items():
            rejections.add_metric([limit], number)
        yield rejections
        yield CounterMetricFamily("wicara_versions", "Versions served since the start", self.versions)

    def text(self) -> bytes:
        """Return all of them in the text format of Prometheus."""
        return generate_latest(self.registry)
