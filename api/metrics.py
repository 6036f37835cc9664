"""Metrics for Prometheus. Labels are route templates and statuses, never paths, ids or users.

Several processes count into files that their supervisor made (`share_counts`), and whichever is asked answers with the sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """The metrics of one application, in a registry of its own so that two can live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "hub_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "hub_request_seconds",
            "Time to the end of the answer.",
            ("route",),
            buckets=BUCKETS,
            registry=self._registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request; `method` is one of METHODS or "other", `route` the route's template."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, release_id: str | None) -> bytes:
        """All metrics in Prometheus' exposition format, of all processes, with the release that is served now."""
        registry = CollectorRegistry()
        try:
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # its own
        except ValueError:  # this is the only process
            registry.register(RegistryCollector(self._registry))
        registry.register(ReleaseCollector(release_id))
        return generate_latest(registry)


@dataclass(frozen=True)
class RegistryCollector(Collector):
    """The metrics of another registry."""

    registry: CollectorRegistry

    def collect(self) -> Iterable[Metric]:
        return self.registry.collect()


@dataclass(frozen=True)
class ReleaseCollector(Collector):
    """The served release; no gauge, for that would be kept for each process."""

    release_id: str | None

    def collect(self) -> Iterable[Metric]:
        served = GaugeMetricFamily("hub_release_info", "1 for the release served.", labels=["release"])
        if self.release_id:
            served.add_metric([self.release_id], 1)
        yield served
