"""The body of a submission: what may come, how much of it, and what it says."""

from __future__ import annotations

import contextlib
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request

from core.wire.document import parse_document
from core.wire.request import decode_request

_JSON = re.compile(r"application/(?:[!#$%&'*+.^_`|~0-9a-z-]*\+)?json[ \t]*(?:;.*)?", re.ASCII | re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,20}")


async def submitted_body(request: Request, max_bytes: int) -> bytes:
    """Return the bytes of a valid symbolication request.

    The checks come in the order of the contract: content type, size, JSON, shape.
    Raises HTTPException for the first two, InvalidJson, InvalidRequest, and ClientDisconnect if the rest won't come.
    """
    _check_content_type(request)
    body = await _read_body(request, max_bytes)
    decode_request(parse_document(body))
    return body


def _check_content_type(request: Request) -> None:
    if not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise HTTPException(415, "expected a body of content type application/json")
    encodings = ",".join(request.headers.getlist("content-encoding")).split(",")
    if any(encoding.strip().lower() not in ("", "identity") for encoding in encodings):
        raise HTTPException(415, "compressed bodies are not supported")


async def _read_body(request: Request, max_bytes: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if _DIGITS.fullmatch(declared) and int(declared) > max_bytes:
        raise _too_large(max_bytes)
    size, chunks = 0, []
    async with contextlib.aclosing(request.stream()) as stream:
        async for chunk in stream:
            size += len(chunk)
            if size > max_bytes:
                raise _too_large(max_bytes)
            chunks.append(chunk)
    return b"".join(chunks)


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"the body is larger than {max_bytes} bytes")
