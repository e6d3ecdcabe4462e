"""Decompression in steps, so that a bomb is noticed before it goes off.

A decompressor takes compressed bytes as they come and gives the original ones in pieces of about a mebibyte, 16 at
most.  Whoever takes the pieces counts them and may stop at any.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import brotli
import zstandard

from core.errors import CorruptData, FetchFailed
from core.failures import TOO_LARGE, Excess

_STEP = 1 << 20
_INPUT_STEP = 1 << 14

# A zstd block of 4 bytes may stand for 128 KiB, and the library can't stop in the middle of its input.
_ZSTD_INPUT_STEP = 512

# What follows a complete stream and doesn't begin like another one is padding: browsers and curl don't look at it.
_GZIP_MAGIC = b"\x1f\x8b\x08"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_MAGIC_BYTES = 4
_BROTLI_KEPT_BYTES = 1 << 20

_GZIP_FORMAT = 31
_ZLIB_FORMAT = 15


class Decompressor(Protocol):
    """One compressed stream.  No input at all stands for no output."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the original bytes that ``data`` completes.  Raises CorruptData."""
        ...

    def finish(self) -> None:
        """Note that no more data will come.  Raises CorruptData if some is missing."""
        ...


class _ZlibDecompressor:
    """gzip with all its members, or a single zlib stream; what follows is ignored, unless ``strict`` about gzip."""

    def __init__(self, wbits: int, *, strict: bool = False) -> None:
        self._wbits = wbits
        self._strict = strict
        self._member = zlib.decompressobj(wbits)
        self._is_inside = False
        self._rest = b""  # what may be the start of another member
        self._is_over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _INPUT_STEP):
            yield from self._feed_step(data[start : start + _INPUT_STEP])

    def finish(self) -> None:
        if self._is_inside:
            raise CorruptData("compressed data is cut off")

    def _feed_step(self, data: bytes) -> Iterator[bytes]:
        may_hold_more = False
        while (data or may_hold_more) and not self._is_over:
            if self._member.eof:
                data, self._rest = self._rest + data, b""
                if not self._starts_next_member(data):
                    return
            try:
                piece = self._member.decompress(data, _STEP)
            except zlib.error as error:
                raise CorruptData(f"bad compressed data: {error}") from error
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            may_hold_more = not self._member.eof and len(piece) == _STEP
            self._is_inside = not self._member.eof
            if piece:
                yield piece

    def _starts_next_member(self, data: bytes) -> bool:
        if self._wbits == _GZIP_FORMAT and (self._strict or data.startswith(_GZIP_MAGIC)):
            self._member = zlib.decompressobj(self._wbits)
            return True
        if self._wbits == _GZIP_FORMAT and _GZIP_MAGIC.startswith(data):
            self._rest = data
        else:
            self._is_over = True
        return False


class _ZstdDecompressor:
    """Zstandard, all frames; what follows is ignored, unless ``strict``."""

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._library = zstandard.ZstdDecompressor()
        self._frame = self._library.decompressobj()
        self._is_inside = False
        self._rest = b""  # what may be the start of another frame
        self._is_over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_INPUT_STEP):
            yield from self._feed_step(data[start : start + _ZSTD_INPUT_STEP])

    def finish(self) -> None:
        if self._is_inside:
            raise CorruptData("compressed data is cut off")

    def _feed_step(self, data: bytes) -> Iterator[bytes]:
        while data and not self._is_over:
            if self._frame.eof:
                data, self._rest = self._rest + data, b""
                if not self._starts_next_frame(data):
                    return
            try:
                piece = self._frame.decompress(data)
            except zstandard.ZstdError as error:
                raise CorruptData(f"bad compressed data: {error}") from error
            data = self._frame.unused_data
            self._is_inside = not self._frame.eof
            if piece:
                yield piece

    def _starts_next_frame(self, data: bytes) -> bool:
        if self._strict or data.startswith(_ZSTD_MAGIC) or _ZSTD_SKIPPABLE.match(data):
            self._frame = self._library.decompressobj()
            return True
        if len(data) < _MAGIC_BYTES:
            self._rest = data
        else:
            self._is_over = True
        return False


class _BrotliDecompressor:
    """Brotli; what follows the stream is ignored.

    The library fails if the end of the stream and what follows come in one call, and then gives nothing.  So what it
    was given is kept, as long as that is little, to find the end byte by byte.
    """

    def __init__(self) -> None:
        self._library = brotli.Decompressor()
        self._is_inside = False
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._given = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _INPUT_STEP):
            if self._library.is_finished():
                return
            step = data[start : start + _INPUT_STEP]
            self._keep(step)
            try:
                for piece in _brotli_pieces(self._library, step):
                    self._given += len(piece)
                    yield piece
            except brotli.error as error:
                yield self._last_piece(error)
            self._is_inside = not self._library.is_finished()

    def finish(self) -> None:
        if self._is_inside:
            raise CorruptData("compressed data is cut off")

    def _keep(self, step: bytes) -> None:
        self._kept_bytes += len(step)
        if self._kept_bytes <= _BROTLI_KEPT_BYTES:
            self._kept.append(step)
        else:
            self._kept.clear()

    def _last_piece(self, error: Exception) -> bytes:
        """Return what the last step gives up to the end of the stream.  Raises CorruptData if there is none."""
        self._library = brotli.Decompressor()
        try:
            seen, piece = 0, b""
            for step in self._kept[:-1]:
                seen += sum(map(len, _brotli_pieces(self._library, step)))
            for byte in self._kept[-1] if self._kept else b"":
                piece += b"".join(_brotli_pieces(self._library, bytes((byte,))))
                if self._library.is_finished():
                    return piece[self._given - seen :]
        except brotli.error:
            pass
        raise CorruptData(f"bad compressed data: {error}") from error


def _brotli_pieces(library: brotli.Decompressor, data: bytes) -> Iterator[bytes]:
    piece = library.process(data, output_buffer_limit=_STEP)
    while piece:  # it may hold back output even when it could take more input
        yield piece
        piece = b"" if library.is_finished() else library.process(b"", output_buffer_limit=_STEP)


def gzip_decompressor(*, strict: bool = False) -> Decompressor:
    """Return a decompressor for gzip with any number of members; ``strict`` if nothing else may follow."""
    return _ZlibDecompressor(_GZIP_FORMAT, strict=strict)


def zlib_decompressor() -> Decompressor:
    """Return a decompressor for the zlib format, which HTTP calls ``deflate``."""
    return _ZlibDecompressor(_ZLIB_FORMAT)


def zstd_decompressor(*, strict: bool = False) -> Decompressor:
    """Return a decompressor for Zstandard with any number of frames; ``strict`` if nothing else may follow."""
    return _ZstdDecompressor(strict=strict)


def brotli_decompressor() -> Decompressor:
    """Return a decompressor for Brotli."""
    return _BrotliDecompressor()


def check_size(size: int, max_bytes: int) -> None:
    """Raise FetchFailed(TOO_LARGE) if the ``size`` that a file has so far is over the limit."""
    if size > max_bytes:
        raise FetchFailed(replace(TOO_LARGE, excess=Excess(size, max_bytes)))
