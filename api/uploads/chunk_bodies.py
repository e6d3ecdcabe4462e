"""Multipart bodies of chunks, read as they come: one chunk at a time is in memory for each request."""

from __future__ import annotations

import asyncio
import hashlib
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from core.store.upload_protocol import CHUNK_BYTES, CHUNKS_PER_REQUEST, BadUpload, is_sha1, max_request_bytes

_PLAIN, _GZIP = b"file", b"file_gzip"
_MOST_GZIP_BYTES = CHUNK_BYTES + (64 << 10)  # what can't be compressed grows
_DIGITS = re.compile(r"[0-9]{1,20}")
_READERS = 16
_WRITERS = 8


class BodyTooLarge(Exception):
    """A body is larger than a request may be."""


@dataclass(slots=True)
class Part:
    """A part of a multipart body, as it came."""

    name: bytes = b""
    filename: bytes = b""
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    @property
    def is_chunk(self) -> bool:
        """Whether it is a chunk; what has another name is not looked at."""
        return self.name in (_PLAIN, _GZIP)

    @property
    def sha1(self) -> str:
        """What the chunk is called."""
        return self.filename.decode("ascii", "replace")

    def add(self, piece: bytes) -> None:
        """Take another piece.  Raises BadUpload if there is too much of it."""
        if not self.is_chunk:
            return
        self.size += len(piece)
        if self.size > (_MOST_GZIP_BYTES if self.name == _GZIP else CHUNK_BYTES):
            raise too_large(self.sha1)
        self.pieces.append(piece)

    def content(self) -> bytes:
        """Return the unpacked chunk.  Raises BadUpload if it isn't what it is called."""
        content = b"".join(self.pieces)
        self.pieces = []
        if self.name == _GZIP:
            content = _unpacked(content, self.sha1)
        if hashlib.sha1(content, usedforsecurity=False).hexdigest() != self.sha1:
            raise BadUpload(f"chunk {self.sha1} has another checksum")
        return content


class ChunkBodies:
    """Reads the bodies of a process: so many at a time, and so many chunks of all of them are being stored."""

    def __init__(self) -> None:
        self._readers = asyncio.Semaphore(_READERS)
        self._writers = asyncio.Semaphore(_WRITERS)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Return what is entered as long as a body is read: only so many are at a time."""
        return self._readers

    async def store_all(
        self, headers: Headers, receive: Receive, store: Callable[[str, bytes], Awaitable[None]]
    ) -> int:
        """Give every chunk of a body to ``store``; return how many there were.

        Raises BadUpload, BodyTooLarge, ClientDisconnect, and what ``store`` raises.
        """
        declared = headers.get("content-length", "")
        if _DIGITS.fullmatch(declared) and int(declared) > max_request_bytes():
            raise BodyTooLarge
        storing: set[asyncio.Task[None]] = set()
        count = 0
        try:
            async with self._readers:
                async for part in _parts(headers, receive):
                    count += 1
                    if count > CHUNKS_PER_REQUEST:
                        raise BadUpload(f"more than {CHUNKS_PER_REQUEST} chunks")
                    await self._writers.acquire()
                    task = asyncio.create_task(_store(part, store))
                    task.add_done_callback(lambda _: self._writers.release())
                    storing.add(task)
                    del part
                    await _raise_failures(storing)
            await asyncio.gather(*storing)
        finally:
            for task in storing:
                task.cancel()
            await asyncio.gather(*storing, return_exceptions=True)
        return count


async def _store(part: Part, store: Callable[[str, bytes], Awaitable[None]]) -> None:
    await store(part.sha1, await asyncio.to_thread(part.content))


def too_large(name: str) -> BadUpload:
    """Return what is to be raised for a chunk with too many bytes."""
    return BadUpload(f"chunk {name} is larger than {CHUNK_BYTES} bytes")


async def _raise_failures(storing: set[asyncio.Task[None]]) -> None:
    for task in [task for task in storing if task.done()]:
        storing.discard(task)
        task.result()


async def _parts(headers: Headers, receive: Receive) -> AsyncIterator[Part]:
    """Yield the chunks of a body, each once it is complete."""
    parser = _Parser(_boundary(headers))
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(body)
        if size > max_request_bytes():
            raise BodyTooLarge
        for part in parser.complete_after(body):
            yield part
    parser.finish()


class _Parser:
    """Turns a multipart body into parts."""

    def __init__(self, boundary: bytes) -> None:
        self._part = Part()
        self._header, self._value = b"", b""
        self._complete: list[Part] = []
        self._is_over = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_to_header,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_part_data": self._add_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    def complete_after(self, body: bytes) -> list[Part]:
        """Return the parts that another piece of the body completes.  Raises BadUpload."""
        try:
            self._parser.write(body)
        except FormParserError as error:
            raise BadUpload(f"the body is not multipart/form-data: {error}") from None
        complete, self._complete = self._complete, []
        return complete

    def finish(self) -> None:
        """Raise BadUpload if the body ended too early."""
        if not self._is_over:
            raise BadUpload("the body is not multipart/form-data: it ends too early")

    def _begin(self) -> None:
        self._part = Part()

    def _add_to_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._part.name, self._part.filename = options.get(b"name", b""), options.get(b"filename", b"")
            if self._part.is_chunk and not is_sha1(self._part.sha1):
                raise BadUpload(f"filename: expected 40 hex digits, got {self._part.sha1[:50]!r}")
        self._header, self._value = b"", b""

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        self._part.add(data[start:end])

    def _end_part(self) -> None:
        if self._part.is_chunk:
            self._complete.append(self._part)

    def _end(self) -> None:
        self._is_over = True


def _boundary(headers: Headers) -> bytes:
    kind, options = parse_options_header(headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise BadUpload("expected a body of content type multipart/form-data")
    return boundary


def _unpacked(packed: bytes, name: str) -> bytes:
    inflate = zlib.decompressobj(31)
    try:
        content = inflate.decompress(packed, CHUNK_BYTES)
        if not inflate.eof and inflate.decompress(inflate.unconsumed_tail, 1):
            raise too_large(name)
    except zlib.error as error:
        raise BadUpload(f"chunk {name} is no gzip: {error}") from None
    if not inflate.eof:
        raise BadUpload(f"chunk {name} is no gzip: it ends too early")
    return content
