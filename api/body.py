"""The body of a submission: what may come, how much of it, and what it says."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, State
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.large_bodies import CHECKED_HERE_BYTES
from api.submitted_body import BodyLease
from core.errors import ShuttingDown
from core.wire.request import decode_request, parse_document

_JSON = re.compile(r"application/(?:[!#$%&'*+.^_`|~0-9a-z-]*\+)?json[ \t]*(?:;.*)?", re.ASCII | re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,20}")


async def submitted_body(headers: Headers, receive: Receive, state: State, lease: BodyLease) -> bytes:
    """Return the bytes of a valid symbolication request; ``state`` is that of the application.

    The checks come in the order of the contract: content type, size, JSON, shape; ``lease`` grows with the body.
    Raises HTTPException for the first two, TooManyBodies, InvalidJson, InvalidRequest, ClientDisconnect if the rest
    won't come, and ShuttingDown.
    """
    _check_content_type(headers)
    body = await _read_body(headers, receive, state.settings.symbolicate_body_max_bytes, lease)
    if len(body) <= CHECKED_HERE_BYTES:
        decode_request(parse_document(body))
    else:
        await state.large_bodies.check(body)
    if state.shutting_down:
        raise ShuttingDown
    return body


def _check_content_type(headers: Headers) -> None:
    if not _JSON.fullmatch(headers.get("content-type", "")):
        raise HTTPException(415, "expected a body of content type application/json")
    encodings = ",".join(headers.getlist("content-encoding")).split(",")
    if any(encoding.strip().lower() not in ("", "identity") for encoding in encodings):
        raise HTTPException(415, "compressed bodies are not supported")


async def _read_body(headers: Headers, receive: Receive, max_bytes: int, lease: BodyLease) -> bytes:
    declared = headers.get("content-length", "")
    if _DIGITS.fullmatch(declared) and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    size, chunks, more_to_come = 0, [], True
    while more_to_come:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        lease.grow_to(size)
        chunks.append(chunk)
        more_to_come = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"the body is larger than {max_bytes} bytes")
