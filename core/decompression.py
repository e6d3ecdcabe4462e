"""Decompression in steps, so that a bomb is noticed before it goes off.

A decompressor takes compressed bytes as they come and gives the original ones in pieces of about a mebibyte, 16 at
most.  Whoever takes the pieces counts them and may stop at any.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli
import zstandard

from core.errors import CorruptData

_STEP = 1 << 20
_INPUT_STEP = 1 << 14

# A zstd block of 4 bytes may stand for 128 KiB, and the library can't stop in the middle of its input.
_ZSTD_INPUT_STEP = 512

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
    """gzip with all its members, or a single zlib stream; what follows a zlib stream is ignored."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._member = zlib.decompressobj(wbits)
        self._is_inside = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _INPUT_STEP):
            yield from self._feed_step(data[start : start + _INPUT_STEP])

    def finish(self) -> None:
        if self._is_inside:
            raise CorruptData("compressed data is cut off")

    def _feed_step(self, data: bytes) -> Iterator[bytes]:
        may_hold_more = False
        while data or may_hold_more:
            if self._member.eof and not self._start_next_member():
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

    def _start_next_member(self) -> bool:
        if self._wbits != _GZIP_FORMAT:
            return False
        self._member = zlib.decompressobj(self._wbits)
        return True


class _ZstdDecompressor:
    """Zstandard, all frames."""

    def __init__(self) -> None:
        self._library = zstandard.ZstdDecompressor()
        self._frame = self._library.decompressobj()
        self._is_inside = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_INPUT_STEP):
            yield from self._feed_step(data[start : start + _ZSTD_INPUT_STEP])

    def finish(self) -> None:
        if self._is_inside:
            raise CorruptData("compressed data is cut off")

    def _feed_step(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._frame.eof:
                self._frame = self._library.decompressobj()
            try:
                piece = self._frame.decompress(data)
            except zstandard.ZstdError as error:
                raise CorruptData(f"bad compressed data: {error}") from error
            data = self._frame.unused_data
            self._is_inside = not self._frame.eof
            if piece:
                yield piece


class _BrotliDecompressor:
    """Brotli.  Anything after the end of the stream is an error."""

    def __init__(self) -> None:
        self._library = brotli.Decompressor()
        self._is_inside = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _INPUT_STEP):
            piece = self._process(data[start : start + _INPUT_STEP])
            while piece:  # it may hold back output even when it could take more input
                yield piece
                piece = b"" if self._library.is_finished() else self._process(b"")

    def finish(self) -> None:
        if self._is_inside:
            raise CorruptData("compressed data is cut off")

    def _process(self, data: bytes) -> bytes:
        try:
            piece: bytes = self._library.process(data, output_buffer_limit=_STEP)
        except brotli.error as error:
            raise CorruptData(f"bad compressed data: {error}") from error
        self._is_inside = not self._library.is_finished()
        return piece


def gzip_decompressor() -> Decompressor:
    """Return a decompressor for gzip with any number of members."""
    return _ZlibDecompressor(_GZIP_FORMAT)


def zlib_decompressor() -> Decompressor:
    """Return a decompressor for the zlib format, which HTTP calls ``deflate``."""
    return _ZlibDecompressor(_ZLIB_FORMAT)


def zstd_decompressor() -> Decompressor:
    """Return a decompressor for Zstandard with any number of frames."""
    return _ZstdDecompressor()


def brotli_decompressor() -> Decompressor:
    """Return a decompressor for Brotli."""
    return _BrotliDecompressor()
