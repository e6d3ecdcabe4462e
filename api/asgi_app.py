"""ASGI application: routes, state, start and stop."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from api import endpoints, trace_routes
from api.endpoints import SUBMISSION_PATH, Jobs, Submissions
from api.error_responses import exception_handlers
from api.exposition import Metrics
from api.large_bodies import LargeBodies
from api.middleware import RequestMetrics
from api.page_route import PageRoute
from api.submitted_body import BodyBytes
from api.trace_bodies import TraceBodies
from api.uploads.plain_routes import PLAIN_PREFIX, plain_routes
from api.uploads.upload_calls import marked, open_state
from api.uploads.upload_routes import PREFIX, UploadRoutes
from core.observing.logs import LOG_FIELDS, log_fields
from core.observing.metrics import STARTS
from core.settings import Settings

OpenJobs = Callable[[Settings], AbstractAsyncContextManager[Jobs]]

_HEALTHCHECK = "/healthcheck"
_READINESS = "/readiness"
_UNCOUNTED = frozenset((_HEALTHCHECK, _READINESS))


def create_app(settings: Settings, open_jobs: OpenJobs) -> Starlette:
    """Return the API.  ``open_jobs`` is entered when the server starts and left when it stops.

    While ``app.state.shutting_down`` is true, submissions are refused and polls are still answered.
    """
    metrics = Metrics()
    handlers = exception_handlers()
    app = _Api(
        routes=[
            *(_symbolication_routes() if settings.serve != "uploads" else []),
            _ExactRoute(_HEALTHCHECK, endpoints.healthcheck, methods=["GET"]),
            _ExactRoute(_READINESS, endpoints.readiness, methods=["GET"]),
            _ExactRoute("/metrics", endpoints.metrics, methods=["GET"]),
            _ExactRoute("/status", endpoints.status, methods=["GET"]),
            _ExactRoute("/version", endpoints.version, methods=["GET"]),
            _ExactRoute("/openapi.json", endpoints.openapi, methods=["GET"]),
        ],
        middleware=[Middleware(RequestMetrics, counts=metrics.counts, uncounted_paths=_UNCOUNTED)],
        exception_handlers=handlers,
        lifespan=_lifespan(settings, lambda: open_jobs(settings)),
    )
    app.state.store_routes = (UploadRoutes(), plain_routes())
    if settings.serve != "symbolication":
        for prefix, store_routes in zip((PREFIX, PLAIN_PREFIX), app.state.store_routes, strict=True):
            app.router.routes.append(Mount(prefix, store_routes))
    if settings.serve != "uploads":
        app.submissions = Submissions(app, metrics.counts, handlers)
        app.router.routes.append(_ExactRoute(SUBMISSION_PATH, app.submissions, methods=["POST"]))
    if settings.page == "on" and settings.serve != "uploads":
        app.router.routes.append(PageRoute())
    app.router.redirect_slashes = False
    app.state.max_in_flight = settings.max_concurrent_requests
    app.state.max_body_bytes = settings.symbolicate_body_max_bytes
    app.state.retry_after_s = settings.overload_retry_after_s
    app.state.metrics = metrics
    app.state.has_store = settings.store_url is not None
    app.state.large_bodies = LargeBodies(has_store=app.state.has_store)
    app.state.trace_bodies = TraceBodies()
    app.state.trace_defaults = settings.trace_defaults or "{}"
    app.state.body_bytes = BodyBytes(settings.bodies_max_bytes, metrics.counts)
    app.state.shutting_down = False
    return app


def _lifespan(
    settings: Settings,
    open_jobs: Callable[[], AbstractAsyncContextManager[Jobs]],
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_jobs() as jobs:
            app.state.jobs = jobs
            app.state.metrics.counts.inc(STARTS.field())
            opened = open_state(settings, app.state.metrics.counts, jobs)
            for store_routes in app.state.store_routes:
                store_routes.state = opened
            async with jobs.deployment.sharing(app.state.metrics.counts), marked(opened):
                yield
            app.state.large_bodies.close()

    return lifespan


def _symbolication_routes() -> list[BaseRoute]:
    return [
        _ExactRoute("/explain", endpoints.explain, methods=["POST"]),
        _ExactRoute("/requests/{request_id}", endpoints.poll, methods=["GET"]),
        _ExactRoute("/trace", trace_routes.trace, methods=["POST"]),
        _ExactRoute("/trace/{request_id}", trace_routes.traced, methods=["GET"]),
    ]


class _Api(Starlette):
    """Starlette, and for submissions a way past it."""

    submissions: Submissions | None = None
    """None in a process that serves uploads only."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (fields := log_fields(scope["headers"])):
            LOG_FIELDS.set(fields)
        is_submission = scope["type"] == "http" and scope["path"] == SUBMISSION_PATH and scope["method"] == "POST"
        if is_submission and self.submissions is not None:
            await self.submissions(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class _ExactRoute(Route):
    """A route for its path and no other: Starlette's own pattern ends with ``$``, so a newline could follow."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, methods: list[str]) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z")
