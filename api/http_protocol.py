"""HTTP/1.1 protocol of uvicorn with limits on what clients send; its own refusals are JSON, too."""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import ClassVar

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from core.observing.counts import Counts
from core.observing.metrics import HTTP_REFUSALS, RESPONSES

_MOST_PIPELINED = 32
_UPLOADS = (b"/api/0/", b"/artifacts/")
_LONGER_UPLOADS = 10  # 32 MiB in 600 s are half a megabit a second
_DISCARD_PAUSE_S = 0.01
_LINE_BYTES = 4  # of a header line besides name and value


class HttpLimit(StrEnum):
    """Limits of what clients send; the values are those of the metric's label."""

    HEAD_SIZE = "head size"
    HEADERS = "headers"
    HEAD_TIME = "head time"
    BODY_TIME = "body time"
    PIPELINE = "pipeline"
    BODIES = "bodies"


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Values of the limits: bytes of a head, its header lines, and the time (s) that head and body may take."""

    head_bytes: int
    headers: int
    head_s: float
    body_s: float


_REFUSALS = {
    HttpLimit.HEAD_SIZE: (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the head of the request is too large"),
    HttpLimit.HEADERS: (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request has too many headers"),
    HttpLimit.HEAD_TIME: (HTTPStatus.REQUEST_TIMEOUT, "the head of the request took too long"),
    HttpLimit.BODY_TIME: (HTTPStatus.REQUEST_TIMEOUT, "the body of the request took too long"),
    HttpLimit.PIPELINE: (HTTPStatus.BAD_REQUEST, "too many requests wait on this connection"),
}


class _Refused(Exception):
    """A limit is hit inside of the parser, which turns this into an error of its own."""


class HttpProtocol(HttpToolsProtocol):
    """One connection.

    Usually all of a request comes at once, and is smaller than its head may be: what it takes to watch it begins only
    when something is still missing.  (Methods of uvicorn are called by its name, as ``super`` takes longer.)
    """

    limits: ClassVar[HttpLimits]
    counts: ClassVar[Counts]
    discarding: ClassVar[set[HttpProtocol]] = set()
    """The connections of the server on which the rest of a refused body comes, which nobody wants."""

    _awaited: HttpLimit | None = None  # the time that what is missing has: that of the head, or of the body
    _timer: TimerHandle | None = None
    _timed: HttpLimit | None = None
    _refusal: HttpLimit | None = None
    _unparsed_bytes = 0  # that came since a head began, or since the last piece of a body
    _got_body = False
    _may_be_large = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin; a client that sends nothing at all is one that keeps its connection."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._stop_timer()
        self._unset_keepalive_if_required()
        self.discarding.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take the next bytes."""
        awaited, self._got_body = self._awaited, False
        self._may_be_large = awaited is not None or len(data) > self.limits.head_bytes
        HttpToolsProtocol.data_received(self, data)
        if self._awaited is not None:
            if not self.transport.is_closing():
                self._look_at_rest(len(data), is_same=awaited is self._awaited)
        elif self._timer is not None:
            self._stop_timer()
            self.discarding.discard(self)

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        HttpToolsProtocol.on_message_begin(self)
        self._awaited = HttpLimit.HEAD_TIME

    def on_headers_complete(self) -> None:
        """Begin to serve the request."""
        if len(self.headers) > self.limits.headers:
            self._refuse_inside(HttpLimit.HEADERS)
        if self._may_be_large and self._head_bytes() > self.limits.head_bytes:
            self._refuse_inside(HttpLimit.HEAD_SIZE)
        if len(self.pipeline) >= _MOST_PIPELINED:
            self._refuse_inside(HttpLimit.PIPELINE)
        self._awaited = HttpLimit.BODY_TIME
        HttpToolsProtocol.on_headers_complete(self)

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._got_body = True
        HttpToolsProtocol.on_body(self, body)

    def on_message_complete(self) -> None:
        """Note that nothing is missing any more."""
        self._awaited = None
        HttpToolsProtocol.on_message_complete(self)

    def on_response_complete(self) -> None:
        """Go on with what came meanwhile."""
        HttpToolsProtocol.on_response_complete(self)
        if self._awaited is not None and not self.transport.is_closing():
            self._watch()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or more than is taken, and close the connection."""
        if self._refusal is None:
            self._send_refusal(HTTPStatus.BAD_REQUEST, msg)
        else:
            self._count_and_send(self._refusal)

    def _refuse_inside(self, limit: HttpLimit) -> None:
        self._refusal = limit
        raise _Refused

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + _LINE_BYTES for name, value in self.headers)

    def _look_at_rest(self, size: int, *, is_same: bool) -> None:
        """Look at what the last ``size`` bytes didn't complete; ``is_same`` if the bytes before didn't either."""
        if len(self.headers) > self.limits.headers:  # with its trailers
            self._refuse(HttpLimit.HEADERS)
            return
        self._unparsed_bytes = self._unparsed_bytes + size if is_same and not self._got_body else 0
        if self._unparsed_bytes > self.limits.head_bytes:  # a line that doesn't end, or a trailer
            self._refuse(HttpLimit.HEAD_SIZE)
            return
        self._watch()
        if self._awaited is HttpLimit.BODY_TIME and not self._is_answering():
            self._discard_slowly()

    def _discard_slowly(self) -> None:
        """Read on after a pause, the longer the more there is to discard: others have requests."""
        self.discarding.add(self)
        self.flow.pause_reading()
        self.loop.call_later(_DISCARD_PAUSE_S * len(self.discarding), self._read_on)

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def _watch(self) -> None:
        """Have a timer run for what is missing, unless it waits for an answer of ours to what came before."""
        if self.pipeline or (self._awaited is HttpLimit.HEAD_TIME and self._is_answering()):
            self._stop_timer()
        elif self._timed is not self._awaited or self._timer is None:
            self._stop_timer()
            self._start_timer()

    def _start_timer(self) -> None:
        seconds = self.limits.head_s if self._awaited is HttpLimit.HEAD_TIME else self._body_s()
        self._timed = self._awaited
        self._timer = self.loop.call_later(seconds, self._time_is_up)

    def _body_s(self) -> float:
        """Return how long the body may take: one of an upload as much longer as it is larger."""
        is_upload = self.url.startswith(_UPLOADS)
        return self.limits.body_s * _LONGER_UPLOADS if is_upload else self.limits.body_s

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_up(self) -> None:
        self._timer = None
        if self.transport.is_closing() or self._awaited is None:
            return
        if self.flow.read_paused and self not in self.discarding:  # it is us who don't read
            self._start_timer()
            return
        self._refuse(self._awaited)

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, limit: HttpLimit) -> None:
        """Refuse the rest of a request; its endpoint, if there is one already, sees that the client has left."""
        has_begun = self._awaited is HttpLimit.BODY_TIME  # the request, and perhaps its answer
        if has_begun and self.cycle.response_started:
            self.counts.inc(HTTP_REFUSALS.field(limit))
            self.transport.close()
        elif has_begun:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._count_and_send(limit)
        elif self._is_answering():  # what came before, on the same connection
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.counts.inc(HTTP_REFUSALS.field(limit))
            self.transport.close()
        else:
            self._count_and_send(limit)

    def _count_and_send(self, limit: HttpLimit) -> None:
        self.counts.inc(HTTP_REFUSALS.field(limit))
        self._send_refusal(*_REFUSALS[limit])

    def _send_refusal(self, status: HTTPStatus, text: str) -> None:
        self.counts.inc(RESPONSES.field(str(status.value)))
        self._stop_timer()
        body = orjson.dumps({"error": text})
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


def http_protocol(limits: HttpLimits, counts: Counts) -> type[HttpProtocol]:
    """Return the protocol of a server with these limits, which counts what it refuses."""
    return type("HttpProtocol", (HttpProtocol,), {"limits": limits, "counts": counts, "discarding": set()})
