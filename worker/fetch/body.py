"""The body of a response, read and decoded while both sizes are watched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import ClientResponse, hdrs

from core.decompression import (
    Decompressor,
    brotli_decompressor,
    gzip_decompressor,
    zlib_decompressor,
    zstd_decompressor,
)
from core.errors import CorruptData, FetchFailed
from core.files import Failure, FailureKind
from core.size_limit import LimitedBuffer, check_size

_DECOMPRESSORS: Final[dict[str, Callable[[], Decompressor] | None]] = {
    "": None,
    "identity": None,
    "br": brotli_decompressor,
    "gzip": gzip_decompressor,
    "x-gzip": gzip_decompressor,
    "deflate": zlib_decompressor,
    "zstd": zstd_decompressor,
}
_SEVERAL_ENCODINGS = Failure(FailureKind.DOWNLOAD_ERROR, "Multiple content encodings not supported")
_UNKNOWN_ENCODING = Failure(FailureKind.DOWNLOAD_ERROR, "Unsupported content encoding")


async def read_body(response: ClientResponse, max_bytes: int) -> bytes:
    """Return the decoded body of ``response``, whose decoding must have been left to us.

    Raises FetchFailed: what is received or what it decodes to is over ``max_bytes``, or it can't be decoded.
    """
    decompressor = _decompressor(response.headers.getall(hdrs.CONTENT_ENCODING, []))
    check_size(response.content_length or 0, max_bytes)
    if decompressor is None:
        return await _read_plain(response, max_bytes)
    try:
        return await _read_compressed(response, decompressor, max_bytes)
    except CorruptData as error:
        raise FetchFailed(Failure(FailureKind.DOWNLOAD_ERROR, str(error))) from error


def _decompressor(encodings: list[str]) -> Decompressor | None:
    """Return what undoes the content encodings, None if there is nothing to undo."""
    if len(encodings) > 1:
        raise FetchFailed(_SEVERAL_ENCODINGS)
    encoding = encodings[0].strip() if encodings else ""
    if encoding not in _DECOMPRESSORS:
        raise FetchFailed(_UNKNOWN_ENCODING)
    make = _DECOMPRESSORS[encoding]
    return make() if make else None


async def _read_plain(response: ClientResponse, max_bytes: int) -> bytes:
    body = LimitedBuffer(max_bytes)
    async for chunk in response.content.iter_any():
        body.append(chunk)
    return body.content()


async def _read_compressed(response: ClientResponse, decompressor: Decompressor, max_bytes: int) -> bytes:
    received = 0
    body = LimitedBuffer(max_bytes)
    async for chunk in response.content.iter_any():
        received += len(chunk)
        check_size(received, max_bytes)
        for piece in decompressor.feed(chunk):
            body.append(piece)
            await asyncio.sleep(0)  # a chunk may be a thousand pieces, and there are other jobs
    decompressor.finish()
    return body.content()
