"""``POST /symbolicate-js``: read, decode, hand over, answer; as an ASGI application of its own.

Nearly all requests are submissions.  What Starlette does for each of them (routing, a middleware's ``send`` inside the
next one's, wrappers that look for exceptions) would be a third of the API's time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler, Receive, Scope, Send

from api.endpoints import Jobs
from api.parameters import submit_query
from api.submitted_body import BodyLease, submitted_body
from core.observing.counts import Counts
from core.observing.logs import REQUEST_ID
from core.observing.metrics import ACCEPTED, REQUEST_DURATION, RESPONSES, TASK

PATH = "/symbolicate-js"

_ANSWERED = RESPONSES.field("200")
_ACCEPTED = ACCEPTED.field(TASK)
_CONTENT_TYPE = (b"content-type", b"application/json")


class Submissions:
    """Makes a job of each submission, and answers what comes of it in time.  ``handlers`` answer what it raises."""

    def __init__(self, app: Starlette, counts: Counts, handlers: Mapping[Any, ExceptionHandler]) -> None:
        self._app = app
        self._counts = counts
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one submission."""
        started = time.perf_counter()
        try:
            answer = await self._answer(scope, receive)
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

    async def _answer(self, scope: Scope, receive: Receive) -> bytes:
        state = self._app.state
        query = submit_query(scope["query_string"])
        jobs: Jobs = state.jobs
        lease = state.body_bytes.lease()
        with lease:
            return await jobs.submit(
                await submitted_body(Headers(scope=scope), receive, state, lease),  # nobody else holds on to it
                query.scope,
                query.timeout_s,
                lambda is_new: self._note_stored(lease, is_new=is_new),
            )

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

    def _note_stored(self, lease: BodyLease, *, is_new: bool) -> None:
        lease.release()
        if is_new:
            self._counts.inc(_ACCEPTED)
