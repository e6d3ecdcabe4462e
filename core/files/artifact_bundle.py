"""Artifact bundles: archives of generated files and source maps, read in place and never unpacked.

A bundle is 8 bytes of its own, then a ZIP archive with a ``manifest.json``.  Archives come from outside, so nothing in
them is trusted: neither sizes nor names, neither the manifest nor the table of contents.
"""

from __future__ import annotations

import copy
import hashlib
import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Self, cast

import orjson

from core.errors import MalformedBundle, OversizedBundle
from core.failures import Excess
from core.files.debug_ids import DebugId
from core.files.file_keys import FileType
from core.files.manifest import MAX_FILES, Admit, Manifest, Member, read_manifest

MAX_MANIFEST_BYTES = 64 << 20

_MAGIC = b"SYSB"
_VERSION = 2
_MIN_BYTES = 16
_MANIFEST_PATH = "manifest.json"

_DIRECTORY_ENTRY_MAGIC = b"PK\x01\x02"
_DIRECTORY_ENTRY_MIN_BYTES = 46
_BYTES_PER_MEMBER = 1200  # in our memory: a ZipInfo with its names, and the entry in the manifest
_LARGEST_DIRECTORY_ENTRY_BYTES = 1 << 10  # on average; a name and two comments could have 192 KiB
_STEP = 1 << 20

_serials = itertools.count()

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The compression methods of members that are read."""

# What ``zipfile`` raises on archives made to annoy: not only BadZipFile, but also ValueError (positions, names),
# OverflowError (sizes), NotImplementedError (methods, versions) and RuntimeError (encryption).
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """Limits of a bundle: files in it and in its manifest, and bytes of that."""

    max_files: int = MAX_FILES
    max_manifest_bytes: int = MAX_MANIFEST_BYTES


class Bundle:
    """An open artifact bundle.  May be used by several threads at once."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest, digest: bytes) -> None:
        self._archive = archive
        self.manifest = manifest
        self.size_bytes = _BYTES_PER_MEMBER * max(len(archive.filelist), manifest.files)
        """About how much memory the bundle takes, its file left aside."""
        self.serial = next(_serials)
        """A number that no other open bundle of this process ever had."""
        self.digest = digest
        """Made of the names, sizes and checksums of the members: different for different bundles."""

    @classmethod
    def open(cls, content: bytes, limits: BundleLimits = BundleLimits()) -> Self:
        """Open the bundle ``content``.  Raises MalformedBundle."""
        return cls.open_file(io.BytesIO(content), limits)

    @classmethod
    def open_file(cls, file: BinaryIO, limits: BundleLimits = BundleLimits(), admit: Admit | None = None) -> Self:
        """Open the bundle in ``file``, which is read from as long as the bundle is used.

        Raises MalformedBundle, and what ``admit`` raises.
        """
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        if size < _MIN_BYTES or file.read(len(_MAGIC)) != _MAGIC:
            raise MalformedBundle("not an artifact bundle")
        archive = open_archive(file, limits.max_files, admit)
        text = read_member(archive, _MANIFEST_PATH, limits.max_manifest_bytes)
        if text is None:
            raise _unreadable_manifest(archive, limits)
        manifest = read_manifest(text, limits.max_files, admit)
        return cls(archive, manifest, _digest(file, archive.start_dir))

    def member_by_debug_id(self, debug_id: DebugId, file_type: FileType) -> Member | None:
        """Return the member that the manifest lists with exactly this id and type."""
        return self.manifest.by_id.get((debug_id, file_type.value))

    def member_by_url(self, url: str) -> Member | None:
        """Return the member that the manifest lists with exactly this URL, whatever its type."""
        return self.manifest.by_url.get(url)

    def declared_size(self, member: Member) -> int:
        """Return how many bytes ``member`` claims to have; 0 if it isn't in the archive."""
        info = self._archive.NameToInfo.get(member.path)
        return info.file_size if info else 0

    def read(self, member: Member, max_bytes: int | None = None) -> bytes | None:
        """Return the content of ``member``.

        None if it can't be had: not in the archive, encrypted, damaged, longer or shorter than it claims, or longer
        than ``max_bytes``.
        """
        return read_member(self._archive, member.path, max_bytes)

    def copy(self, member: Member, write: Callable[[bytes], object], max_bytes: int | None = None) -> bool:
        """Give the content of ``member`` to ``write``, piece by piece.

        False if it can't be had, as for ``read``; what was written till then is of no use.
        """
        return copy_member(self._archive, member.path, write, max_bytes)


def write_bundle(files: Mapping[str, tuple[str | bytes, Mapping[str, Any]]], **attributes: str) -> bytes:
    """Return an artifact bundle.

    ``files`` are contents and manifest entries by path in the archive; an entry has ``type``, ``url`` and ``headers``,
    all optional.  ``attributes`` go to the manifest as they are: ``release``, ``dist``, ``org``, ``project``.
    The same input gives the same bytes.
    """
    manifest = {"files": {path: info for path, (_, info) in files.items()}, **attributes}
    out = io.BytesIO()
    out.write(_MAGIC + struct.pack("<I", _VERSION))
    with zipfile.ZipFile(out, "w") as archive:  # its offsets count from the start of the file, as those of others do
        for path, (text, _) in files.items():
            _write_member(archive, path, text)
        _write_member(archive, _MANIFEST_PATH, orjson.dumps(manifest))
    return out.getvalue()


class _Archive:
    """A file that refuses to be read if the archive's table of contents would fill our memory."""

    def __init__(self, file: BinaryIO, max_files: int, admit: Admit | None) -> None:
        self._file = file
        self._admit = admit
        self._max_files = max_files
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > min(self._max_files * _DIRECTORY_ENTRY_MIN_BYTES, _STEP):
            self._refuse_crowds(size)
        return self._file.read(size)

    def _refuse_crowds(self, size: int) -> None:
        """Look at the table of contents in steps, before ``zipfile`` makes an object of every entry."""
        start = self._file.tell()
        count = 0
        for step in range(0, size, _STEP):
            self._file.seek(start + step)
            count += self._file.read(min(_STEP + len(_DIRECTORY_ENTRY_MAGIC) - 1, size - step)).count(
                _DIRECTORY_ENTRY_MAGIC
            )
        self._file.seek(start)
        if count > self._max_files or size > self._max_files * _LARGEST_DIRECTORY_ENTRY_BYTES:
            raise OversizedBundle("files", Excess(max(count, self._max_files + 1), self._max_files))
        if self._admit is not None:
            self._admit(count)


def open_archive(file: BinaryIO, max_files: int = MAX_FILES, admit: Admit | None = None) -> zipfile.ZipFile:
    """Open the ZIP archive in ``file``, which is read from as long as it is used.

    Raises MalformedBundle, and what ``admit`` raises.
    """
    try:
        archive = zipfile.ZipFile(cast("BinaryIO", _Archive(file, max_files, admit)))
    except _ARCHIVE_ERRORS as error:
        raise MalformedBundle(f"not a ZIP archive: {error}") from None
    archive.fp = file
    return archive


def _unreadable_manifest(archive: zipfile.ZipFile, limits: BundleLimits) -> MalformedBundle:
    info = archive.NameToInfo.get(_MANIFEST_PATH)
    if info is None:
        return MalformedBundle(f"{_MANIFEST_PATH} is missing")
    if info.file_size > limits.max_manifest_bytes:
        return OversizedBundle(f"bytes of {_MANIFEST_PATH}", Excess(info.file_size, limits.max_manifest_bytes))
    return MalformedBundle(f"{_MANIFEST_PATH} is damaged")


def _digest(file: BinaryIO, start: int) -> bytes:
    """Return the digest of the table of contents, which starts at ``start``."""
    digest = hashlib.sha256()
    file.seek(start)
    while piece := file.read(_STEP):
        digest.update(piece)
    return digest.digest()


def read_member(archive: zipfile.ZipFile, path: str, max_bytes: int | None = None) -> bytes | None:
    """Return the content of a member; None if it can't be had, or is longer than ``max_bytes``."""
    info = archive.NameToInfo.get(path)
    try:
        content = b"".join(_pieces(archive, path, max_bytes))
    except _ARCHIVE_ERRORS:
        return None
    return content if info is not None and len(content) == info.file_size else None


def copy_member(
    archive: zipfile.ZipFile, path: str, write: Callable[[bytes], object], max_bytes: int | None = None
) -> bool:
    """Give the content of a member to ``write``, piece by piece.

    False if it can't be had, or is longer than ``max_bytes``; what was written till then is of no use.
    """
    info = archive.NameToInfo.get(path)
    written = 0
    try:
        for piece in _pieces(archive, path, max_bytes):
            written += len(piece)
            write(piece)
    except _ARCHIVE_ERRORS:
        return False
    return info is not None and written == info.file_size


def _pieces(archive: zipfile.ZipFile, path: str, max_bytes: int | None) -> Iterator[bytes]:
    """Yield the content of a member, and one byte more if there is one.  Raises BadZipFile if it may not be read."""
    info = archive.NameToInfo.get(path)
    if info is None or info.compress_type not in METHODS:
        raise zipfile.BadZipFile(path)
    if max_bytes is not None and info.file_size > max_bytes:
        raise zipfile.BadZipFile(path)
    # ``zipfile`` stops at the size that the archive claims.  Ask for one byte more, to see whether it is there.
    longer = copy.copy(info)
    longer.file_size += 1
    with archive.open(longer) as member:
        while piece := member.read(_STEP):
            yield piece


def _write_member(archive: zipfile.ZipFile, path: str, text: str | bytes) -> None:
    info = zipfile.ZipInfo(path)  # with the date of 1980 that such files have
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, text)
