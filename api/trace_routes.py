"""``/trace``: a stack trace, a log or an event in; its original frames, and the text with them, out."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.endpoints import Jobs, canonical_id, job_header, json_response, note_stored
from api.parameters import poll_timeout_s, prefers_text, trace_query
from api.submitted_body import is_json, read_body
from api.trace_bodies import TraceBodies, TraceBody
from core.errors import ShuttingDown
from core.explain.page import explained_page
from core.observing.counts import Counts
from core.observing.logs import REQUEST_ID
from core.observing.metrics import REQUEST_ID_UNKNOWN, RESPONSE_IDLING

LARGEST_KEPT_BYTES = 1 << 20
"""Bytes of a text, compressed, that are kept for those who poll for its answer."""

_TEXT_TYPES = frozenset({"", "text/plain", "application/x-www-form-urlencoded"})  # the last is what curl says
_PENDING = b'{"status":"pending"'
_COMPLETED = b'{"status":"completed"'


async def trace(request: Request) -> Response:
    """POST /trace: make a job of the frames of a trace, answer what comes of it in time, with the text rewritten."""
    state = request.app.state
    query = trace_query(request.scope["query_string"])
    has_json = _is_json(request)
    jobs: Jobs = state.jobs
    bodies: TraceBodies = state.trace_bodies
    with state.body_bytes.lease() as lease:
        content = await read_body(request.headers, request.receive, state.max_body_bytes, lease)
        read = await bodies.read(TraceBody(content, has_json, query.named, state.trace_defaults, state.has_store))
        del content
        if state.shutting_down:
            raise ShuttingDown
        scope = read.scope if query.scope is None else query.scope
        body, kept = read.request, read.kept
        del read
        answer = await jobs.submit(body, scope, query.timeout_s, note_stored(state.metrics.counts, lease))
    if answer.startswith(_PENDING) and len(kept) <= LARGEST_KEPT_BYTES:
        await jobs.keep_text(REQUEST_ID.get(), kept)
    return await _answered(request, answer, kept)


async def traced(request: Request) -> Response:
    """GET /trace/{request_id}: answer what has become of a trace, waiting if asked to."""
    state = request.app.state
    timeout_s = poll_timeout_s(request.scope["query_string"])
    jobs: Jobs = state.jobs
    request_id = canonical_id(request.path_params["request_id"])
    counts: Counts = state.metrics.counts
    answer = None
    if request_id is not None:
        answer = await jobs.poll(request_id, timeout_s, lambda idle_s: counts.observe(RESPONSE_IDLING, idle_s))
    if request_id is None or answer is None:
        counts.inc(REQUEST_ID_UNKNOWN.field())
        raise HTTPException(404, "unknown request id")
    kept = await jobs.kept_text(request_id) if answer.startswith(_COMPLETED) else None
    return await _answered(request, answer, kept or b"")


def _is_json(request: Request) -> bool:
    """Return whether the body is JSON, else it is text.  Raises HTTPException for other types.

    Browsers send text to other sites without asking these first: what another site makes them send is refused.
    """
    if is_json(request.headers):
        return True
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _TEXT_TYPES:
        raise HTTPException(415, "expected a body of content type application/json or text/plain")
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403, "text of another site is not taken: send application/json")
    return False


async def _answered(request: Request, answer: bytes, kept: bytes) -> Response:
    bodies: TraceBodies = request.app.state.trace_bodies
    if not prefers_text(request.headers.get("accept", "")):
        return json_response(await bodies.with_text(answer, kept), job_header())
    if answer.startswith(_COMPLETED) and kept:
        return Response(await bodies.text(answer, kept), headers=job_header(), media_type="text/plain")
    return PlainTextResponse(explained_page(answer, "/trace/"), headers=job_header())
