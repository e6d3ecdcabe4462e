"""A real HTTP server that tests put files on and misbehave with.

It runs on a loop in a thread of its own, so that it serves synchronous and asynchronous tests alike:

    with SourceServer() as server:
        server.put("/app.js", reply(b"run()"))
        server.put("/flaky.js", reply(status=503), reply(b"run()"))        # the last one repeats
        server.put_function("/lookup", lambda request: reply(answer_to(request.query)))
        ...
        assert [request.path for request in server.requests] == ["/app.js"]

A path with a query (``/lookup?release=1``) is served before the same path without one.  What isn't there is a 404.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import threading
import zlib
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import brotli
import zstandard

from tests.waiting import PATIENCE_S

_TURNS_TO_CLOSE = 3  # of the loop, from the end of a task to its aborted transport's closed socket
_MEBIBYTE = 1 << 20

Headers = Sequence[tuple[str, str]]


class Step(Enum):
    """What a reply does instead of sending bytes."""

    STALL = "send nothing more, and wait for the client to leave"
    HANG_UP = "close the connection"


@dataclass(frozen=True, slots=True)
class Pause:
    """A slow server: nothing for so many seconds."""

    seconds: float


class Gate:
    """A reply waits here until the test opens it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._event = asyncio.Event()

    def open(self) -> None:
        """Let every reply through that waits, and those to come."""
        self._loop.call_soon_threadsafe(self._event.set)

    async def passed(self) -> None:
        await self._event.wait()


Piece = bytes | Step | Pause | Gate
Reply = Callable[[], Iterable[Piece]]
"""Makes what goes to the socket, byte for byte, one request at a time."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in.  Header names are as the client spelled them."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The decoded parameters, in the order they came."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def header_lines(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The value of a header that was sent at most once."""
        lines = self.header_lines(name)
        assert len(lines) < 2, f"{name} was sent {len(lines)} times"
        return lines[0] if lines else None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate; to trust it, name ``path`` in SSL_CERT_FILE."""

    path: Path
    key_path: Path


class SourceServer:
    """Serves what it was told to, on a free port, and remembers every request."""

    def __init__(self, host: str = "127.0.0.1", certificate: Certificate | None = None) -> None:
        self.host = host
        self.port = 0
        self._certificate = certificate
        self._routes: dict[str, Callable[[Request], Reply]] = {}
        self._elsewhere = reply(b"not here", status=404)
        self._requests: list[Request] = []
        self._connections = 0
        self._accepted = 0
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, _context: None)  # clients may leave in the middle of anything
        self._thread = threading.Thread(target=self._loop.run_forever, name="source server")
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._errors: list[BaseException] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._shut_down())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        assert not self._errors, "the server failed, not its client"

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._certificate else 'http'}://{host}:{self.port}"

    def url(self, target: str) -> str:
        """Return the absolute URL of a path that starts with a slash."""
        return self.origin + target

    def put(self, target: str, first: Reply, *more: Reply) -> str:
        """Answer requests for ``target`` with these replies in turn, then the last for ever.  Returns the URL."""
        waiting = [first, *more]

        def next_reply(_request: Request) -> Reply:
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        return self.put_function(target, next_reply)

    def put_function(self, target: str, answer: Callable[[Request], Reply]) -> str:
        """Answer requests for ``target`` with what ``answer`` says, called in the server's thread.  Returns the URL."""
        self._routes[target] = answer
        return self.url(target)

    def put_everywhere(self, answer: Reply) -> None:
        """Answer requests for what wasn't put anywhere with this, instead of a 404."""
        self._elsewhere = answer

    def gate(self) -> Gate:
        """Make a gate for a reply to wait at: ``gated(server.gate(), reply(...))``."""
        return Gate(self._loop)

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in the order of arrival."""
        with self._changed:
            return list(self._requests)

    def requests_for(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    @property
    def accepted(self) -> int:
        """How many connections were ever made."""
        with self._changed:
            return self._accepted

    def wait_for_requests(self, path: str, count: int = 1) -> list[Request]:
        """Block until ``count`` requests for a path have come (their replies may be under way); fails after 10 s."""
        with self._changed:
            come = self._changed.wait_for(
                lambda: sum(request.path == path for request in self._requests) >= count, PATIENCE_S
            )
        assert come, f"fewer than {count} requests for {path}"
        return self.requests_for(path)

    def wait_until_idle(self) -> None:
        """Block until no client is connected; fails after 10 s."""
        with self._changed:
            idle = self._changed.wait_for(lambda: self._connections == 0, PATIENCE_S)
        assert idle, "a client is still connected"

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _listen(self) -> None:
        context = _server_context(self._certificate) if self._certificate else None
        self._server = await asyncio.start_server(self._accept, self.host, 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut_down(self) -> None:
        assert self._server is not None
        # Connections that are just being accepted are tasks of asyncio's, each of which starts one of ours.  They leak
        # their sockets if the server is closed meanwhile, so first no more of them may begin.
        for listening in self._server.sockets:
            self._loop.remove_reader(listening.fileno())
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(others)
        self._server.close()
        for _ in range(_TURNS_TO_CLOSE):
            await asyncio.sleep(0)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        self._count_connection(+1)
        task.add_done_callback(lambda _: self._leave(task, writer))

    def _leave(self, task: asyncio.Task[None], writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, OSError | EOFError):  # the client may leave at any time
            self._errors.append(error)
        self._tasks.discard(task)
        self._count_connection(-1)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await _read_request(reader, writer)
            with self._changed:
                self._requests.append(request)
                self._changed.notify_all()
            for piece in self._answer(request)():
                await _perform(piece, reader, writer)
                if piece is Step.HANG_UP or piece is Step.STALL:
                    return

    def _answer(self, request: Request) -> Reply:
        answer = self._routes.get(request.target) or self._routes.get(request.path)
        return answer(request) if answer else self._elsewhere

    def _count_connection(self, change: int) -> None:
        with self._changed:
            self._connections += change
            self._accepted += max(change, 0)
            self._changed.notify_all()


def reply(body: bytes = b"", status: int = 200, headers: Headers = (), phrase: str = "Phrase Of The Server") -> Reply:
    """Answer as it should be, and keep the connection."""
    return lambda: [_head(status, [("Content-Length", str(len(body))), *headers], phrase), body]


def redirect(location: str, status: int = 302, headers: Headers = ()) -> Reply:
    return reply(b"over there", status, [("Location", location), *headers])


def encoded(body: bytes, encoding: str, headers: Headers = ()) -> Reply:
    """Answer with a body in a content encoding: gzip, deflate, br or zstd."""
    encode = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstandard.compress}
    return reply(encode[encoding](body), headers=[("Content-Encoding", encoding), *headers])


def chunked(pieces: Callable[[], Iterable[Piece]], headers: Headers = ()) -> Reply:
    """Answer in chunks, without saying how many will come; pauses and gates may stand between them."""

    def steps() -> Iterator[Piece]:
        yield _head(200, [("Transfer-Encoding", "chunked"), *headers])
        for piece in pieces():
            yield b"%x\r\n%b\r\n" % (len(piece), piece) if isinstance(piece, bytes) else piece
        yield b"0\r\n\r\n"

    return steps


def dripping(piece: bytes = b"drop\n", interval_s: float = 0.01) -> Reply:
    """Answer with a body that never ends, a small piece at a time."""

    def pieces() -> Iterator[Piece]:
        while True:
            yield piece
            yield Pause(interval_s)

    return chunked(pieces)


def bomb(encoding: str, size: int = 1 << 30) -> Reply:
    """Answer with ``size`` zeros in a content encoding, compressed while they are sent."""
    return chunked(lambda: compressed_zeros(encoding, size), [("Content-Encoding", encoding)])


def half_a_body(body: bytes, headers: Headers = ()) -> Reply:
    """Promise a body, send half of it, hang up."""
    return lambda: [
        _head(200, [("Content-Length", str(len(body))), *headers]),
        body[: len(body) // 2],
        Step.HANG_UP,
    ]


def stalled_body(body: bytes, headers: Headers = ()) -> Reply:
    """Promise a body, send half of it, then nothing more."""
    return lambda: [
        _head(200, [("Content-Length", str(len(body))), *headers]),
        body[: len(body) // 2],
        Step.STALL,
    ]


def silence() -> Reply:
    """Never answer."""
    return lambda: [Step.STALL]


def hang_up() -> Reply:
    """Close the connection instead of answering."""
    return lambda: [Step.HANG_UP]


def raw(sent: bytes) -> Reply:
    """Send exactly these bytes, HTTP or not, and hang up."""
    return lambda: [sent, Step.HANG_UP]


def gated(gate: Gate, then: Reply) -> Reply:
    """Answer once the gate is open."""

    def steps() -> Iterator[Piece]:
        yield gate
        yield from then()

    return steps


def compressed_zeros(encoding: str, size: int) -> Iterator[bytes]:
    """Compress ``size`` zeros (whole mebibytes) step by step: gzip, deflate, br or zstd."""
    zeros = bytes(_MEBIBYTE)
    compress, finish = _compressor(encoding)
    for _ in range(size // _MEBIBYTE):
        if piece := compress(zeros):
            yield piece
    if piece := finish():
        yield piece


def self_signed_certificate(directory: Path, *names: str) -> Certificate:
    """Make a certificate for ``names`` (``DNS:localhost``, ``IP:127.0.0.1``; both if none is given)."""
    certificate = Certificate(directory / "certificate.pem", directory / "key.pem")
    subject = ",".join(names or ("DNS:localhost", "IP:127.0.0.1"))
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=source server"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-addext", f"subjectAltName={subject}"]
    command += ["-keyout", str(certificate.key_path), "-out", str(certificate.path)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate


def _server_context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key_path)
    return context


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    start = await reader.readexactly(1)
    if not start.isalpha():  # a TLS greeting
        await _perform(_head(400, []), reader, writer)
        await _perform(Step.HANG_UP, reader, writer)
    head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    method, target, _version = first.split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    return Request(method, target, headers)


async def _perform(piece: Piece, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    match piece:
        case bytes():
            writer.write(piece)
            await writer.drain()
        case Pause():
            await asyncio.sleep(piece.seconds)
        case Gate():
            await piece.passed()
        case Step.STALL:
            await reader.read()  # to the end: the client has left
        case Step.HANG_UP:
            writer.close()
            await writer.wait_closed()


def _head(status: int, headers: Headers, phrase: str = "Phrase Of The Server") -> bytes:
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _compressor(encoding: str) -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    if encoding == "br":
        brotli_compressor = brotli.Compressor(quality=1)
        return brotli_compressor.process, brotli_compressor.finish
    if encoding == "zstd":
        zstd_compressor = zstandard.ZstdCompressor(level=1).compressobj()
        return zstd_compressor.compress, zstd_compressor.flush
    zlib_compressor = zlib.compressobj(1, wbits=31 if encoding == "gzip" else 15)
    return zlib_compressor.compress, zlib_compressor.flush
