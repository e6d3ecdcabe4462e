"""What an API process counts: by the middleware for HTTP, and for Prometheus together with what all others count."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.deployment import Deployment, Overview
from api.exposition import exposition
from core.errors import StoreUnavailable
from core.observing.counts import Counts, Values, sum_of
from core.observing.metrics import REQUEST_DURATION, RESPONSES


class Metrics:
    """The counts of this process, and what it last heard of those of the others."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._heard: Values = {}

    async def exposition(self, deployment: Deployment, max_in_flight: int | None) -> bytes:
        """Return Prometheus text.  While Redis is away, counts are those last heard of, and what was counted since."""
        overview: Overview | None = None
        try:
            await deployment.share(self.counts)
            overview = await deployment.overview()
            self._heard = overview.counts
        except StoreUnavailable:
            pass
        return exposition(sum_of(self._heard, self.counts.news()), overview, max_in_flight)


class RequestMetrics:
    """ASGI middleware that times requests and counts their answers, health checks aside."""

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
