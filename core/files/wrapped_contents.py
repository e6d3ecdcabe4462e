"""Contents of files that were uploaded or served in a compressed wrapping, one layer down."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, cast

from core.errors import CorruptData, FetchFailed
from core.failures import Failure, FailureKind
from core.files.decompression import Decompressor, check_size, gzip_decompressor, zlib_decompressor, zstd_decompressor

Write = Callable[[bytes], object]
"""Takes the next piece of a file."""

_ZIP_START = b"PK\x03\x04"
_DECOMPRESSORS = (
    (b"\x28\xb5\x2f\xfd", partial(zstd_decompressor, strict=True)),
    (b"\x1f\x8b", partial(gzip_decompressor, strict=True)),
    (b"\x78\x01", zlib_decompressor),
    (b"\x78\x9c", zlib_decompressor),
    (b"\x78\xda", zlib_decompressor),
)
_SHORTEST_WRAPPING = 4
_STEP = 1 << 16

# The directory of an archive with one member: two names and a comment of at most 64 KiB each, and then some.
_LARGEST_DIRECTORY = 1 << 18
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


def is_wrapped(start: bytes) -> bool:
    """Return whether a file that begins with ``start``, at least four bytes if it has them, is wrapped."""
    return len(start) >= _SHORTEST_WRAPPING and start.startswith((_ZIP_START, *(magic for magic, _ in _DECOMPRESSORS)))


def unwrap_file(file: BinaryIO, max_bytes: int, write: Write) -> None:
    """Give to ``write``, piece by piece, what the file that begins like a wrapped one has inside.

    Raises FetchFailed with a MALFORMED failure: the wrapping is broken, or there is more than ``max_bytes`` inside.
    """
    written = 0
    for piece in _pieces(file, max_bytes):
        written += len(piece)
        check_size(written, max_bytes)
        write(piece)


def _pieces(file: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    file.seek(0)
    start = file.read(_SHORTEST_WRAPPING)
    file.seek(0)
    if start == _ZIP_START:
        return _pieces_of_only_member(file, max_bytes)
    make = next(make for magic, make in _DECOMPRESSORS if start.startswith(magic))
    return _decompressed(make(), file)


def _decompressed(decompressor: Decompressor, file: BinaryIO) -> Iterator[bytes]:
    try:
        while piece := file.read(_STEP):
            yield from decompressor.feed(piece)
        decompressor.finish()
    except CorruptData as error:
        raise _malformed(str(error)) from error


class _SmallReads:
    """A file that no directory of a million members is read from in one go."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("the directory is too large for one member")
        return self._file.read(size)


def _pieces_of_only_member(file: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(cast("BinaryIO", _SmallReads(file))) as archive:
            member = _only_member(archive)
            check_size(member.file_size, max_bytes)
            with archive.open(member) as stream:
                while piece := stream.read(_STEP):
                    yield piece
    except _ZIP_ERRORS as error:
        raise _malformed(f"bad ZIP archive: {error}") from error


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) != 1:
        raise _malformed(f"a ZIP archive with {len(members)} members, not one")
    if members[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _malformed(f"ZIP compression method {members[0].compress_type}")
    return members[0]


def _malformed(text: str) -> FetchFailed:
    return FetchFailed(Failure(FailureKind.MALFORMED, text))
