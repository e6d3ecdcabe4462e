"""HTTP requests as spans, below those of clients that send a ``traceparent``."""

from __future__ import annotations

from starlette.types import ASGIApp

from core.observing.tracing import is_tracing

_LEFT_OUT = r"/(healthcheck|readiness|metrics)$"


def traced(app: ASGIApp) -> ASGIApp:
    """Return ``app`` with a span around each request that it serves, if spans are exported; else just ``app``."""
    if not is_tracing():
        return app
    from starlette.middleware.opentelemetry import OpenTelemetryMiddleware

    return OpenTelemetryMiddleware(app, excluded_urls=_LEFT_OUT)
