"""ASGI middleware: access log, spans, and the metrics of requests."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.observing.counts import Counts
from core.observing.metrics import REQUEST_DURATION, RESPONSES
from core.observing.tracing import is_tracing

_log = logging.getLogger("api.access")

_LONGEST_TARGET = 500

_LEFT_OUT = r"/(healthcheck|readiness|metrics)$"


class AccessLog:
    """Log line for each request: its target, status, bytes of the answer, and how long it took (s).

    The status is 0 if there was nobody to answer to.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        _log.setLevel(logging.INFO)  # whatever the level of the others is: it was asked for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, size = time.perf_counter(), 0, 0

        async def noting_send(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        finally:
            _write(scope, status, size, time.perf_counter() - started)


def traced(app: ASGIApp) -> ASGIApp:
    """Return ``app`` with a span around each request that it serves, if spans are exported; else just ``app``."""
    if not is_tracing():
        return app
    from starlette.middleware.opentelemetry import OpenTelemetryMiddleware

    return OpenTelemetryMiddleware(app, excluded_urls=_LEFT_OUT)


class RequestMetrics:
    """Durations of requests and counts of their answers, health checks aside."""

    def __init__(self, app: ASGIApp, counts: Counts, uncounted_paths: frozenset[str]) -> None:
        self._app = app
        self._counts = counts
        self._uncounted_paths = uncounted_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] in self._uncounted_paths:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def counting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counts.inc(RESPONSES.field(str(message["status"])))
            await send(message)

        try:
            await self._app(scope, receive, counting_send)
        except Exception:
            self._counts.inc(RESPONSES.field("500"))  # the answer is written further out
            raise
        finally:
            self._counts.observe(REQUEST_DURATION, time.perf_counter() - started)


def _write(scope: Scope, status: int, size: int, duration_s: float) -> None:
    client = scope["client"][0] if scope.get("client") else "-"
    target = _target(scope)
    fields = {
        "client": client,
        "method": scope["method"],
        "target": target,
        "status": status,
        "bytes": size,
        "duration_s": round(duration_s, 4),
    }
    line = '%s "%s %s" %d %d %.4f'
    _log.info(line, client, scope["method"], target, status, size, duration_s, extra={"fields": fields})


def _target(scope: Scope) -> str:
    """Return the path and the query as they came: nothing is decoded, so nothing can end a line."""
    query: bytes = scope["query_string"]
    target: bytes = scope.get("raw_path") or b""
    target = target + b"?" + query if query else target
    return target[:_LONGEST_TARGET].decode("ascii", "backslashreplace")
