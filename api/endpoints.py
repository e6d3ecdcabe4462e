"""The endpoints, but for the one in ``api.endpoints``: read, decode, hand over, answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

import orjson
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.deployment import Deployment
from api.exposition import Metrics
from api.openapi import openapi_document
from api.parameters import poll_timeout_s, prefers_text, submit_query
from api.submitted_body import BodyLease, submitted_body
from core.errors import ShuttingDown, StoreUnavailable
from core.explain.explanation import with_explanation
from core.explain.page import explained_page
from core.observing.counts import Counts
from core.observing.logs import REQUEST_ID
from core.observing.metrics import ACCEPTED, HEALTHCHECKS, REQUEST_ID_UNKNOWN, RESPONSE_IDLING, TASK
from core.version import PYTHON, VERSION

_REQUEST_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Jobs(Protocol):
    """What the endpoints need to know about jobs.  Calls may raise ShuttingDown and StoreUnavailable."""

    @property
    def deployment(self) -> Deployment:
        """The deployment as a whole."""

    async def submit(
        self, body: bytes, scope: str | None, timeout_s: int | None, stored: Callable[[bool], None]
    ) -> bytes:
        """Make a job of a valid request body; return the JSON of its answer, or ``pending`` after ``timeout_s``.

        ``scope`` None is the global scope, ``timeout_s`` None waits to the end.  ``stored`` is called once the body is
        not needed any more, and told whether a job was made of it.  Raises AtCapacity.
        """

    async def poll(self, request_id: str, timeout_s: int | None, idled: Callable[[float], None]) -> bytes | None:
        """Return the JSON of a job's answer, ``pending`` after ``timeout_s``, None for an unknown id.

        ``idled`` is told for how many seconds an answer has been there.
        ``request_id`` is a UUID in lower case with hyphens.
        """


async def explain(request: Request) -> Response:
    """POST /explain: the same, and say of each frame why it came out as it did; as text if the client wants that."""
    answer = await _submitted(request, with_explanation)
    if prefers_text(request.headers.get("accept", "")):
        return PlainTextResponse(explained_page(answer), headers=_request_id())
    return _json_response(answer, _request_id())


async def poll(request: Request) -> Response:
    """GET /requests/{request_id}: answer what has become of a job, waiting if asked to."""
    state = request.app.state
    timeout_s = poll_timeout_s(request.scope["query_string"])
    jobs: Jobs = state.jobs
    request_id = _canonical(request.path_params["request_id"])
    counts: Counts = state.metrics.counts
    answer = None
    if request_id is not None:
        answer = await jobs.poll(request_id, timeout_s, lambda idle_s: counts.observe(RESPONSE_IDLING, idle_s))
    if answer is None:
        state.metrics.counts.inc(REQUEST_ID_UNKNOWN.field())
        raise HTTPException(404, "unknown request id")
    return _json_response(answer, _request_id())


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


async def version(_: Request) -> Response:
    """GET /version: what runs here."""
    return _json_response(orjson.dumps({"version": VERSION, "python": PYTHON}))


async def openapi(_: Request) -> Response:
    """GET /openapi.json: what the API takes and answers."""
    return _json_response(openapi_document())


async def _submitted(request: Request, changed: Callable[[bytes], bytes]) -> bytes:
    state = request.app.state
    query = submit_query(request.scope["query_string"])
    jobs: Jobs = state.jobs
    with state.body_bytes.lease() as lease:
        return await jobs.submit(
            changed(await submitted_body(request.headers, request.receive, state, lease)),
            query.scope,
            query.timeout_s,
            _note_stored_by(state.metrics, lease),
        )


def _note_stored_by(counted: Metrics, lease: BodyLease) -> Callable[[bool], None]:
    def note_stored(is_new: bool) -> None:
        lease.release()
        if is_new:
            counted.counts.inc(ACCEPTED.field(TASK))

    return note_stored


def _canonical(request_id: str) -> str | None:
    # ``uuid.UUID`` would also read braces, and hyphens anywhere.
    return request_id.lower() if _REQUEST_ID.fullmatch(request_id) else None


def _request_id() -> dict[str, str]:
    """Return the header that names the job of an answer, if there is one."""
    job_id = REQUEST_ID.get()
    return {"X-Request-Id": job_id} if job_id else {}


def _json_response(body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, headers=headers, media_type="application/json")
