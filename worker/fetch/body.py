"""The body of a response, read and decoded while both sizes are watched."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Final, Protocol

from aiohttp import ClientResponse, hdrs

from core.errors import CorruptData, FetchFailed
from core.failures import SEVERAL_ENCODINGS, UNKNOWN_ENCODING, Failure, FailureKind
from core.files.decompression import (
    Decompressor,
    brotli_decompressor,
    check_size,
    gzip_decompressor,
    zlib_decompressor,
    zstd_decompressor,
)

_DECOMPRESSORS: Final[dict[str, Callable[[], Decompressor] | None]] = {
    "": None,
    "identity": None,
    "br": brotli_decompressor,
    "gzip": gzip_decompressor,
    "x-gzip": gzip_decompressor,
    "deflate": zlib_decompressor,
    "zstd": zstd_decompressor,
}


class Sink(Protocol):
    """Destination of a body."""

    async def write(self, piece: bytes) -> None:
        """Take the next piece."""
        ...

    async def restart(self) -> None:
        """Forget all pieces: the body is sent once more."""
        ...


class MemorySink:
    """A body in memory."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()

    async def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self._buffer.write(piece)

    async def restart(self) -> None:
        """Forget all pieces."""
        self._buffer = io.BytesIO()

    def content(self) -> bytes:
        """Return what was taken."""
        return self._buffer.getvalue()


async def copy_body(response: ClientResponse, max_bytes: int, sink: Sink) -> None:
    """Give the decoded body of ``response``, whose decoding must have been left to us, to ``sink``.

    Raises FetchFailed: what is received or what it decodes to is over ``max_bytes``, or it can't be decoded.
    """
    decompressor = _decompressor(response.headers.getall(hdrs.CONTENT_ENCODING, []))
    check_size(response.content_length or 0, max_bytes)
    if decompressor is None:
        await _copy_plain(response, max_bytes, sink)
        return
    try:
        await _copy_compressed(response, decompressor, max_bytes, sink)
    except CorruptData as error:
        raise FetchFailed(Failure(FailureKind.DOWNLOAD_ERROR, str(error))) from error


def _decompressor(encodings: list[str]) -> Decompressor | None:
    """Return what undoes the content encodings, None if there is nothing to undo."""
    if len(encodings) > 1:
        raise FetchFailed(SEVERAL_ENCODINGS)
    encoding = encodings[0].strip() if encodings else ""
    if encoding not in _DECOMPRESSORS:
        raise FetchFailed(UNKNOWN_ENCODING)
    make = _DECOMPRESSORS[encoding]
    return make() if make else None


async def _copy_plain(response: ClientResponse, max_bytes: int, sink: Sink) -> None:
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        check_size(size, max_bytes)
        await sink.write(chunk)


async def _copy_compressed(response: ClientResponse, decompressor: Decompressor, max_bytes: int, sink: Sink) -> None:
    received = size = 0
    async for chunk in response.content.iter_any():
        received += len(chunk)
        check_size(received, max_bytes)
        for piece in decompressor.feed(chunk):
            size += len(piece)
            check_size(size, max_bytes)
            await sink.write(piece)
            await asyncio.sleep(0)  # a chunk may be a thousand pieces, and there are other jobs
    decompressor.finish()
