"""Body of a submission: its checks, and the bytes that all bodies of a process may take together."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Self

from starlette.datastructures import Headers, State
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.http_protocol import HttpLimit
from api.large_bodies import CHECKED_HERE_BYTES
from core.errors import ShuttingDown, TooManyBodies
from core.observing.counts import Counts
from core.observing.metrics import HTTP_REFUSALS
from core.wire.request import decode_request, parse_document

_JSON = re.compile(r"application/(?:[!#$%&'*+.^_`|~0-9a-z-]*\+)?json[ \t]*(?:;.*)?", re.ASCII | re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,20}")

FREE_BODY_BYTES = 64 << 10
"""Bytes of each body that don't count among those of all bodies: large ones must not shut out small ones."""


async def submitted_body(headers: Headers, receive: Receive, state: State, lease: BodyLease) -> bytes:
    """Return the bytes of a valid symbolication request; ``state`` is that of the application.

    The checks come in the order of the contract: content type, size, JSON, shape; ``lease`` grows with the body.
    Raises HTTPException for the first two, TooManyBodies, InvalidJson, InvalidRequest, ClientDisconnect if the rest
    won't come, and ShuttingDown.
    """
    if not is_json(headers):
        raise HTTPException(415, "expected a body of content type application/json")
    body = await read_body(headers, receive, state.max_body_bytes, lease)
    if len(body) <= CHECKED_HERE_BYTES:
        decode_request(parse_document(body), has_store=state.has_store)
    else:
        await state.large_bodies.check(body)
    if state.shutting_down:
        raise ShuttingDown
    return body


def is_json(headers: Headers) -> bool:
    """Return whether a body says that it is JSON."""
    return _JSON.fullmatch(headers.get("content-type", "")) is not None


async def read_body(headers: Headers, receive: Receive, max_bytes: int, lease: BodyLease) -> bytes:
    """Return the bytes of a body; ``lease`` grows with them.  Raises HTTPException, TooManyBodies, ClientDisconnect."""
    _check_encoding(headers)
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


class BodyBytes:
    """The bytes of all bodies that a process holds.  Belongs to one event loop."""

    def __init__(self, max_bytes: int, counts: Counts) -> None:
        self._max_bytes = max_bytes
        self._counts = counts
        self._held = 0

    def lease(self) -> BodyLease:
        """Return what a request takes of them: nothing yet."""
        return BodyLease(self)

    def take(self, size: int) -> None:
        """Take some.  Raises TooManyBodies if there are not so many left."""
        if self._held + size > self._max_bytes:
            self._counts.inc(HTTP_REFUSALS.field(HttpLimit.BODIES))
            raise TooManyBodies
        self._held += size

    def give_back(self, size: int) -> None:
        """Give some back."""
        self._held -= size


class BodyLease:
    """Share of one request in ``BodyBytes``; the end of its block gives it back."""

    def __init__(self, body_bytes: BodyBytes) -> None:
        self._body_bytes = body_bytes
        self._held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def grow_to(self, size: int) -> None:
        """Hold what a body of ``size`` bytes takes.  Raises TooManyBodies if there is no room for it."""
        more = max(size - FREE_BODY_BYTES, 0) - self._held
        if more > 0:
            self._body_bytes.take(more)
            self._held += more

    def release(self) -> None:
        """Give everything back.  Harmless to repeat."""
        self._body_bytes.give_back(self._held)
        self._held = 0


def _check_encoding(headers: Headers) -> None:
    encodings = ",".join(headers.getlist("content-encoding")).split(",")
    if any(encoding.strip().lower() not in ("", "identity") for encoding in encodings):
        raise HTTPException(415, "compressed bodies are not supported")


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"the body is larger than {max_bytes} bytes")
