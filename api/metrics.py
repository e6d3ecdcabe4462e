"""What the API counts: the metrics of one application, and the middleware that feeds those of HTTP."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DURATIONS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)


class Metrics:
    """The metrics of one application, in a registry of their own.  No label takes values from clients."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.duration = Histogram(
            "unmangle_requests_duration_seconds",
            "How long HTTP requests took, waiting included",
            buckets=_DURATIONS_S,
            registry=self.registry,
        )
        self.statuses = self._counter("responses_status_code", "HTTP answers by status", "status")
        self.accepted = self._counter("requests_accepted", "Jobs accepted", "task").labels("symbolicate_js")
        self.rejected = self._counter("requests_rejected", "Submissions refused for capacity")
        self.request_id_unknown = self._counter("symbolication_request_id_unknown", "Polls for an id nobody knows")
        self.healthchecks = self._counter("healthcheck", "Health checks")
        self.starts = self._counter("server_starting", "Process starts")

    def exposition(self) -> bytes:
        """Return all of them as Prometheus text, version 0.0.4."""
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"unmangle_{name}", meaning, labels, registry=self.registry)


class RequestMetrics:
    """ASGI middleware that times requests and counts their answers, health checks aside."""

    def __init__(self, app: ASGIApp, metrics: Metrics, uncounted_path: str) -> None:
        self._app = app
        self._metrics = metrics
        self._uncounted_path = uncounted_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] == self._uncounted_path:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def counting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.statuses.labels(message["status"]).inc()
            await send(message)

        try:
            await self._app(scope, receive, counting_send)
        except Exception:
            self._metrics.statuses.labels(500).inc()  # the answer is written further out
            raise
        finally:
            self._metrics.duration.observe(time.perf_counter() - started)
