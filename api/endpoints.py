"""Endpoints: read, decode, hand over, answer.

Nearly all requests are submissions, so ``Submissions`` is an ASGI application of its own.  What Starlette does for
each request (routing, a middleware's ``send`` inside the next one's, wrappers that look for exceptions) would be a
third of the API's time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
import orjson
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.datastructures import Headers, State
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ExceptionHandler, Receive, Scope, Send

from api.deployment import Deployment
from api.exposition import Metrics
from api.openapi import openapi_document
from api.parameters import poll_timeout_s, prefers_text, submit_query
from api.status_document import status_document
from api.submitted_body import BodyLease, submitted_body
from core.errors import ShuttingDown, StoreUnavailable
from core.explain.explanation import with_explanation
from core.explain.page import explained_page
from core.observing.counts import Counts
from core.observing.health import judge_workers
from core.observing.logs import REQUEST_ID
from core.observing.metrics import (
    ACCEPTED,
    HEALTHCHECKS,
    REQUEST_DURATION,
    REQUEST_ID_UNKNOWN,
    RESPONSE_IDLING,
    RESPONSES,
    TASK,
)
from core.version import PYTHON, VERSION

SUBMISSION_PATH = "/symbolicate-js"

_ANSWERED = RESPONSES.field("200")
_ACCEPTED = ACCEPTED.field(TASK)
_CONTENT_TYPE = (b"content-type", b"application/json")
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Jobs(Protocol):
    """Jobs, as the endpoints need them.  Calls may raise ShuttingDown and StoreUnavailable."""

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

    async def keep_text(self, request_id: str, text: bytes) -> None:
        """Keep the text of a trace for as long as its answer may be asked for."""

    async def kept_text(self, request_id: str) -> bytes | None:
        """Return the text that was kept for a request, None if there is none."""


class Submissions:
    """POST /symbolicate-js: make a job of the body, answer what comes of it in time.

    ``handlers`` answer what that raises.
    """

    def __init__(self, app: Starlette, counts: Counts, handlers: Mapping[Any, ExceptionHandler]) -> None:
        self._app = app
        self._counts = counts
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one submission."""
        started = time.perf_counter()
        try:
            answer = await _submitted(self._app.state, Headers(scope=scope), scope["query_string"], receive, _unchanged)
        except Exception as error:
            await self._refuse(error, scope, receive, send)
        else:
            self._counts.inc(_ANSWERED)
            headers = [(b"content-length", b"%d" % len(answer)), _CONTENT_TYPE]
            if job_id := REQUEST_ID.get():
                headers.append((b"x-request-id", job_id.encode()))
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer})
        finally:
            self._counts.observe(REQUEST_DURATION, time.perf_counter() - started)

    async def _refuse(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what went wrong; a bug is raised again afterwards, so that the server logs it."""
        kind = next(kind for kind in type(error).__mro__ if kind in self._handlers)
        scope["app"] = self._app
        handler: Any = self._handlers[kind]
        response: Response | None = await handler(Request(scope, receive), error)
        if response is not None:
            self._counts.inc(RESPONSES.field(str(response.status_code)))
            await response(scope, receive, send)
        if kind is Exception:
            raise error


async def explain(request: Request) -> Response:
    """POST /explain: answer a submission, and say of each frame why it is as it is; as text if that is preferred."""
    answer = await _submitted(
        request.app.state, request.headers, request.scope["query_string"], request.receive, with_explanation
    )
    if prefers_text(request.headers.get("accept", "")):
        return PlainTextResponse(explained_page(answer), headers=job_header())
    return json_response(answer, job_header())


async def poll(request: Request) -> Response:
    """GET /requests/{request_id}: answer what has become of a job, waiting if asked to."""
    state = request.app.state
    timeout_s = poll_timeout_s(request.scope["query_string"])
    jobs: Jobs = state.jobs
    request_id = canonical_id(request.path_params["request_id"])
    counts: Counts = state.metrics.counts
    answer = None
    if request_id is not None:
        answer = await jobs.poll(request_id, timeout_s, lambda idle_s: counts.observe(RESPONSE_IDLING, idle_s))
    if answer is None:
        state.metrics.counts.inc(REQUEST_ID_UNKNOWN.field())
        raise HTTPException(404, "unknown request id")
    return json_response(answer, job_header())


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
    return json_response(orjson.dumps({"ready": True, "workers": workers}))


async def metrics(request: Request) -> Response:
    """GET /metrics: Prometheus text."""
    state = request.app.state
    counted: Metrics = state.metrics
    text = await counted.exposition(state.jobs.deployment, state.max_in_flight)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


async def status(request: Request) -> Response:
    """GET /status: the deployment now and in the last hour."""
    state = request.app.state
    deployment: Deployment = state.jobs.deployment
    await deployment.share(state.metrics.counts)
    overview = await deployment.overview()
    document = status_document(
        overview,
        state.max_in_flight,
        await deployment.history(),
        await deployment.worker_states(),
        [*await deployment.findings(), judge_workers(overview.workers)],
    )
    return json_response(msgspec.json.encode(document), {"Cache-Control": "no-store"})


async def version(_: Request) -> Response:
    """GET /version: what runs here."""
    return json_response(orjson.dumps({"version": VERSION, "python": PYTHON}))


async def openapi(_: Request) -> Response:
    """GET /openapi.json: what the API takes and answers."""
    return json_response(openapi_document())


def note_stored(counts: Counts, lease: BodyLease) -> Callable[[bool], None]:
    """Return the function that is called once a body is in Redis."""

    def note(is_new: bool) -> None:
        lease.release()
        if is_new:
            counts.inc(_ACCEPTED)

    return note


def canonical_id(request_id: str) -> str | None:
    """Return a request id in lower case, None if it can't be one."""
    # ``uuid.UUID`` would also read braces, and hyphens anywhere.
    return request_id.lower() if _REQUEST_ID.fullmatch(request_id) else None


def job_header() -> dict[str, str]:
    """Return the header that names the job of an answer, if there is one."""
    job_id = REQUEST_ID.get()
    return {"X-Request-Id": job_id} if job_id else {}


def json_response(body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that is JSON."""
    return Response(body, headers=headers, media_type="application/json")


async def _submitted(
    state: State, headers: Headers, query_string: bytes, receive: Receive, changed: Callable[[bytes], bytes]
) -> bytes:
    """Return the answer to a submission, whose valid body becomes a job once it is ``changed``."""
    query = submit_query(query_string)
    jobs: Jobs = state.jobs
    with state.body_bytes.lease() as lease:
        return await jobs.submit(
            changed(await submitted_body(headers, receive, state, lease)),  # nobody else holds on to it
            query.scope,
            query.timeout_s,
            note_stored(state.metrics.counts, lease),
        )


def _unchanged(body: bytes) -> bytes:
    return body
