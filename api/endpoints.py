"""The endpoints, but for the one in ``api.submissions``: read, decode, hand over, answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

import orjson
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.deployment import Deployment
from api.metrics import Metrics
from api.query import poll_timeout_s
from core.errors import ShuttingDown, StoreUnavailable
from core.metrics import HEALTHCHECKS, REQUEST_ID_UNKNOWN

_REQUEST_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Jobs(Protocol):
    """What the endpoints need to know about jobs.  Calls may raise ShuttingDown and StoreUnavailable."""

    @property
    def deployment(self) -> Deployment:
        """The deployment as a whole."""

    async def submit(
        self, body: bytes, scope: str | None, timeout_s: int | None, accepted: Callable[[], None]
    ) -> bytes:
        """Make a job of a valid request body; return the JSON of its answer, or ``pending`` after ``timeout_s``.

        ``scope`` None is the global scope, ``timeout_s`` None waits to the end.  ``accepted`` is called once there is
        a job.  Raises AtCapacity.
        """

    async def poll(self, request_id: str, timeout_s: int | None) -> bytes | None:
        """Return the JSON of a job's answer, ``pending`` after ``timeout_s``, None for an unknown id.

        ``request_id`` is a UUID in lower case with hyphens.
        """


async def poll(request: Request) -> Response:
    """GET /requests/{request_id}: answer what has become of a job, waiting if asked to."""
    state = request.app.state
    timeout_s = poll_timeout_s(request.scope["query_string"])
    jobs: Jobs = state.jobs
    request_id = _canonical(request.path_params["request_id"])
    answer = None if request_id is None else await jobs.poll(request_id, timeout_s)
    if answer is None:
        state.metrics.counts.inc(REQUEST_ID_UNKNOWN.field())
        raise HTTPException(404, "unknown request id")
    return _json_response(answer)


async def healthcheck(request: Request) -> Response:
    """GET /healthcheck: the process serves HTTP."""
    request.app.state.metrics.counts.inc(HEALTHCHECKS.field())
    return PlainTextResponse("ok")


async def readiness(request: Request) -> Response:
    """GET /readiness: whether a job could be accepted now; how many workers there are is information."""
    state = request.app.state
    if state.shutting_down:
        raise ShuttingDown
    try:
        workers = await state.jobs.deployment.check_writable()
    except StoreUnavailable as error:
        raise HTTPException(503, str(error)) from error  # here, why is the point
    return _json_response(orjson.dumps({"ready": True, "workers": workers}))


async def metrics(request: Request) -> Response:
    """GET /metrics: Prometheus text."""
    state = request.app.state
    counted: Metrics = state.metrics
    text = await counted.exposition(state.jobs.deployment, state.settings.max_concurrent_requests)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _canonical(request_id: str) -> str | None:
    # ``uuid.UUID`` would also read braces, and hyphens anywhere.
    return request_id.lower() if _REQUEST_ID.fullmatch(request_id) else None


def _json_response(body: bytes) -> Response:
    return Response(body, media_type="application/json")
