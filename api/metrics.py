"""Metrics for Prometheus. Labels are route templates and statuses, never paths, ids or users."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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
        self._served = Gauge("hub_release_info", "1 for the release served.", ("release",), registry=self._registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request; `route` is the route's template."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, release_id: str | None) -> bytes:
        """All metrics in Prometheus' exposition format, with the release that is served now."""
        self._served.clear()
        if release_id:
            self._served.labels(release_id).set(1)
        return generate_latest(self._registry)
