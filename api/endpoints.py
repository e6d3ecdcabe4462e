"""The endpoints, but for the one in ``api.submissions``: read, decode, hand over, answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.metrics import Metrics
from api.query import poll_timeout_s

_REQUEST_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Jobs(Protocol):
    """What the endpoints need to know about jobs.  Both methods may raise ShuttingDown and StoreUnavailable."""

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
        state.metrics.request_id_unknown.inc()
        raise HTTPException(404, "unknown request id")
    return _json_response(answer)


async def healthcheck(request: Request) -> Response:
    """GET /healthcheck: the process serves HTTP."""
    request.app.state.metrics.healthchecks.inc()
    return PlainTextResponse("ok")


async def metrics(request: Request) -> Response:
    """GET /metrics: Prometheus text."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.exposition(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _canonical(request_id: str) -> str | None:
    # ``uuid.UUID`` would also read braces, and hyphens anywhere.
    return request_id.lower() if _REQUEST_ID.fullmatch(request_id) else None


def _json_response(body: bytes) -> Response:
    return Response(body, media_type="application/json")
