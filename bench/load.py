"""A load generator that costs little: HTTP by hand, over connections that stay open.

``fixed_rate`` is open-loop, as wrk2 is: requests are due at fixed times, whether or not earlier ones were answered, and
their time counts from when they were due.  So a stall shows in all requests that it kept waiting.
"""

from __future__ import annotations

import asyncio
import re
import time
from array import array
from collections.abc import Callable, Sequence

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_MOST_CONNECTIONS = 2000

NextBody = Callable[[], bytes]
"""Makes the body of the next request."""


class Times:
    """Times of requests (s), and the number of those not answered well."""

    def __init__(self) -> None:
        self._seconds = array("d")
        self.failures = 0

    def note(self, seconds: float, *, ok: bool) -> None:
        """Count one answer."""
        self._seconds.append(seconds)
        self.failures += not ok

    def __len__(self) -> int:
        return len(self._seconds)

    def quantiles_ms(self, *fractions: float) -> list[float]:
        """Return the times that these fractions of the requests stayed within."""
        ordered = sorted(self._seconds)
        return [1000 * ordered[min(int(len(ordered) * fraction), len(ordered) - 1)] for fraction in fractions]


class Client:
    """Sends requests to some ports of this machine, in turn.  ``next_body`` makes the body of the next one."""

    def __init__(self, ports: Sequence[int], next_body: NextBody, target: str = "/symbolicate-js") -> None:
        self._ports = ports
        self._next_body = next_body
        self._head = (
            f"POST {target} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: "
        ).encode()
        self._idle: list[_Connection] = []
        self._opened = 0

    async def closed_loop(self, callers: int, seconds: float) -> tuple[float, Times]:
        """Let ``callers`` send one request after another; return requests per second, and their times."""
        times = Times()
        started = time.perf_counter()

        async def call_again_and_again() -> None:
            while time.perf_counter() < started + seconds:
                sent = time.perf_counter()
                ok = await self.send()
                times.note(time.perf_counter() - sent, ok=ok)

        await asyncio.gather(*(call_again_and_again() for _ in range(callers)))
        return len(times) / (time.perf_counter() - started), times

    async def fixed_rate(self, rate: float, seconds: float) -> Times:
        """Send ``rate`` requests a second, come what may."""
        times, tasks = Times(), set()
        started = time.perf_counter()

        async def send_due(due: float) -> None:
            ok = await self.send()
            times.note(time.perf_counter() - due, ok=ok)

        for number in range(int(rate * seconds)):
            due = started + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            task = asyncio.create_task(send_due(due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        return times

    async def send(self) -> bool:
        """Send one request; tell if it was answered ``completed``."""
        connection = self._idle_connection() or await self._open()
        if connection is None:
            return False
        body = self._next_body()
        answer = await connection.ask(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        if connection.is_open:
            self._idle.append(connection)
        return answer is not None and answer.startswith(b"HTTP/1.1 200") and b'{"status":"completed"' in answer

    def _idle_connection(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:  # the server closes those that were idle for some seconds
                return connection
        return None

    def close(self) -> None:
        """Close the connections."""
        for connection in self._idle:
            connection.close()

    async def _open(self) -> _Connection | None:
        """Open a connection; None if more requests wait than this machine has connections for."""
        if self._opened == _MOST_CONNECTIONS:
            return None
        self._opened += 1
        port = self._ports[self._opened % len(self._ports)]
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", port)
        return connection


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = b""
        self._expected = -1
        self._answer: asyncio.Future[bytes | None] | None = None
        self.is_open = True

    def ask(self, request: bytes) -> asyncio.Future[bytes | None]:
        """Send a request; the future holds the answer with its head, or None if the connection broke."""
        self._received, self._expected = b"", -1
        self._answer = asyncio.get_running_loop().create_future()
        if self.is_open:
            self._transport.write(request)
        else:
            self._answer.set_result(None)
        return self._answer

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._expected < 0 and (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end)
            self._expected = end + 4 + (int(length[1]) if length else 0)
        if 0 <= self._expected <= len(self._received) and self._answer is not None:
            answer, self._answer = self._answer, None
            answer.set_result(self._received)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)
