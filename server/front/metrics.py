"""What Prometheus may read at /metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.core import Metric
    from wicara.server.front.cache import Cache
    from wicara.server.front.pool import Pool

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


def kind_of(path: str) -> str:
    """Return the kind of request that a path makes."""
    return next((kind for start, kind in KINDS if path.startswith(start)), "page")


class PoolCollector(Collector):
    """The state of the executors and of the cache, read when it is asked for."""

    def __init__(self, pool: Pool, cache: Cache) -> None:
        """Look at these."""
        self.pool = pool
        self.cache = cache

    def collect(self) -> Iterable[Metric]:
        """Yield what there is now."""
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
        yield GaugeMetricFamily("wicara_cache_bytes", "Bytes of answers that are kept", self.cache.used)


class Metrics:
    """Counters of requests, with those of the pool and the cache."""

    def __init__(self, pool: Pool, cache: Cache) -> None:
        """Count from zero."""
        self.registry = CollectorRegistry()
        self.registry.register(PoolCollector(pool, cache))
        self.requests = Counter(
            "wicara_requests", "Requests by kind and status", ["kind", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "wicara_request_seconds",
            "Seconds to the end of an answer",
            ["kind"],
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.cached = Counter("wicara_cache", "Look-ups in the cache", ["result"], registry=self.registry)
        self.rejected = Counter(
            "wicara_rejections", "Requests that a limit refused", ["limit"], registry=self.registry
        )
        self.version = Gauge(
            "wicara_versions_served", "Versions served since the start", registry=self.registry
        )
        self.hit = self.cached.labels("hit")
        self.missed = self.cached.labels("miss")
        self.counters: dict[tuple[str, int], Counter] = {}
        self.timers: dict[str, Histogram] = {}

    def count(self, kind: str, status: int, seconds: float) -> None:
        """Count a request that has been answered."""
        counter = self.counters.get((kind, status))
        if counter is None:
            counter = self.counters[kind, status] = self.requests.labels(kind, str(status))
        timer = self.timers.get(kind)
        if timer is None:
            timer = self.timers[kind] = self.seconds.labels(kind)
        counter.inc()
        timer.observe(seconds)

    def text(self) -> bytes:
        """Return all of them in the text format of Prometheus."""
        return generate_latest(self.registry)
