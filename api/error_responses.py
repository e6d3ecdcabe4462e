"""Exceptions to answers: the class decides the status, the body is always ``{"error": text}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from core.errors import (
    AtCapacity,
    InvalidJson,
    InvalidQuery,
    InvalidRequest,
    ShuttingDown,
    StoreUnavailable,
    TooManyBodies,
)
from core.observing.metrics import REJECTED
from core.observing.outages import redis_outage


def exception_handlers() -> dict[Any, ExceptionHandler]:
    """Return the handlers for everything that endpoints raise, by class."""
    return {
        InvalidQuery: _refusal(400),
        InvalidJson: _refusal(400),
        InvalidRequest: _refusal(422),
        AtCapacity: _at_capacity,
        TooManyBodies: _refusal(503),
        ShuttingDown: _refusal(503),
        StoreUnavailable: _store_unavailable,
        HTTPException: _http_error,
        ClientDisconnect: _client_left,  # type: ignore[dict-item]  # may return None, though its type doesn't say so
        Exception: _bug,
    }


def _refusal(status: int) -> ExceptionHandler:
    async def refuse(request: Request, error: Exception) -> Response:
        return _error_response(request, status, str(error))

    return refuse


async def _at_capacity(request: Request, error: Exception) -> Response:
    request.app.state.metrics.counts.inc(REJECTED.field())
    return _error_response(request, 503, str(error))


async def _store_unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreUnavailable)
    redis_outage.note(error.why)
    return _error_response(request, 503, "the job store is unavailable")


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if "Allow" in headers:  # Starlette joins a set, in any order
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return _error_response(request, error.status_code, error.detail, headers)


async def _client_left(request: Request, error: Exception) -> None:
    """Answer nothing: nobody is there any more."""


async def _bug(request: Request, error: Exception) -> Response:  # noqa: ARG001
    # Starlette raises the exception again after the answer, and the server logs it with its traceback.
    return _error_response(request, 500, "internal server error")


def _error_response(request: Request, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    headers = dict(headers or {})
    if status == 503:
        headers["Retry-After"] = str(request.app.state.retry_after_s)
    if "expect" in request.headers:
        # After a refusal, a client that waits for "100 Continue" doesn't send its body: what it would send next on
        # this connection must not be taken for that body.
        headers["Connection"] = "close"
    return Response(orjson.dumps({"error": text}), status, headers, media_type="application/json")
