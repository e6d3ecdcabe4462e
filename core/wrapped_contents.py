"""Files that were uploaded or served in a compressed wrapping: what is inside, one layer down."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from core.decompression import Decompressor, gzip_decompressor, zlib_decompressor, zstd_decompressor
from core.errors import CorruptData, FetchFailed
from core.files import Failure, FailureKind
from core.size_limit import LimitedBuffer, check_size

_ZIP_START = b"PK\x03\x04"
_DECOMPRESSORS = (
    (b"\x28\xb5\x2f\xfd", zstd_decompressor),
    (b"\x1f\x8b", gzip_decompressor),
    (b"\x78\x01", zlib_decompressor),
    (b"\x78\x9c", zlib_decompressor),
    (b"\x78\xda", zlib_decompressor),
)
_SHORTEST_WRAPPING = 4
_STEP = 1 << 16

# The directory of an archive with one member: two names and a comment of at most 64 KiB each, and then some.
_LARGEST_DIRECTORY = 1 << 18
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


def unwrap(content: bytes, max_bytes: int) -> bytes:
    """Return what ``content`` is a wrapping of (zstd, gzip, zlib, or a ZIP with one member), else itself.

    Raises FetchFailed with a MALFORMED failure: the wrapping is broken, or there is more than ``max_bytes`` inside.
    """
    if len(content) < _SHORTEST_WRAPPING:
        return content
    if content.startswith(_ZIP_START):
        return _only_member(content, max_bytes)
    for start, decompressor in _DECOMPRESSORS:
        if content.startswith(start):
            return _decompressed(decompressor(), content, max_bytes)
    return content


def _decompressed(decompressor: Decompressor, content: bytes, max_bytes: int) -> bytes:
    buffer = LimitedBuffer(max_bytes)
    try:
        for piece in decompressor.feed(content):
            buffer.append(piece)
        decompressor.finish()
    except CorruptData as error:
        raise _malformed(str(error)) from error
    return buffer.content()


class _SmallReads(io.BytesIO):
    """A file that no directory of a million members is read from in one go."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("the directory is too large for one member")
        return super().read(size)


def _only_member(content: bytes, max_bytes: int) -> bytes:
    try:
        with zipfile.ZipFile(_SmallReads(content)) as archive:
            return _read_only_member(archive, max_bytes)
    except _ZIP_ERRORS as error:
        raise _malformed(f"bad ZIP archive: {error}") from error


def _read_only_member(archive: zipfile.ZipFile, max_bytes: int) -> bytes:
    members = archive.infolist()
    if len(members) != 1:
        raise _malformed(f"a ZIP archive with {len(members)} members, not one")
    if members[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _malformed(f"ZIP compression method {members[0].compress_type}")
    check_size(members[0].file_size, max_bytes)
    buffer = LimitedBuffer(max_bytes)
    for piece in _pieces(archive, members[0]):
        buffer.append(piece)
    return buffer.content()


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while piece := stream.read(_STEP):
            yield piece


def _malformed(text: str) -> FetchFailed:
    return FetchFailed(Failure(FailureKind.MALFORMED, text))
