"""Artifact bundles: archives of generated files and source maps, read in place and never unpacked.

A bundle is 8 bytes of its own, then a ZIP archive with a ``manifest.json``.  Archives come from outside, so nothing in
them is trusted: neither sizes nor names, neither the manifest nor the table of contents.
"""

from __future__ import annotations

import copy
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, Self

import orjson

from core.debug_ids import DebugId
from core.errors import MalformedBundle
from core.files import FileType
from core.manifest import Manifest, Member, read_manifest

MAX_MEMBERS = 500_000
MAX_MANIFEST_BYTES = 64 << 20

_MAGIC = b"SYSB"
_VERSION = 2
_MIN_BYTES = 16
_MANIFEST_PATH = "manifest.json"

_DIRECTORY_ENTRY_MAGIC = b"PK\x01\x02"
_DIRECTORY_ENTRY_MIN_BYTES = 46
_BYTES_PER_MEMBER = 1200  # in our memory: a ZipInfo with its names, and the entry in the manifest
_COUNTING_STEP = 16 << 20

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

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


class Bundle:
    """An open artifact bundle.  May be used by several threads at once."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest, content_size: int, digest: bytes) -> None:
        self._archive = archive
        self._manifest = manifest
        self.size_bytes = content_size + _BYTES_PER_MEMBER * len(archive.filelist)
        """About how much memory the bundle takes."""
        self.digest = digest
        """Made of the names, sizes and checksums of the members: different for different bundles."""

    @classmethod
    def open(cls, content: bytes) -> Self:
        """Open the bundle ``content``.  Raises MalformedBundle."""
        if len(content) < _MIN_BYTES or not content.startswith(_MAGIC):
            raise MalformedBundle("not an artifact bundle")
        _refuse_crowds(content)
        archive = _open_archive(content)
        text = _read_member(archive, _MANIFEST_PATH, MAX_MANIFEST_BYTES)
        if text is None:
            raise MalformedBundle(f"{_MANIFEST_PATH} is missing, damaged or longer than {MAX_MANIFEST_BYTES} bytes")
        directory = memoryview(content)[archive.start_dir :]
        return cls(archive, read_manifest(text), len(content), hashlib.sha256(directory).digest())

    def member_by_debug_id(self, debug_id: DebugId, file_type: FileType) -> Member | None:
        """Return the member that the manifest lists with exactly this id and type."""
        return self._manifest.by_id.get((debug_id, file_type.value))

    def member_by_url(self, url: str) -> Member | None:
        """Return the member that the manifest lists with exactly this URL, whatever its type."""
        return self._manifest.by_url.get(url)

    def declared_size(self, member: Member) -> int:
        """Return how many bytes ``member`` claims to have; 0 if it isn't in the archive."""
        info = self._archive.NameToInfo.get(member.path)
        return info.file_size if info else 0

    def read(self, member: Member, max_bytes: int | None = None) -> bytes | None:
        """Return the content of ``member``.

        None if it can't be had: not in the archive, encrypted, damaged, longer or shorter than it claims, or longer
        than ``max_bytes``.
        """
        return _read_member(self._archive, member.path, max_bytes)


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


def _refuse_crowds(content: bytes) -> None:
    """Refuse an archive whose table of contents would fill our memory, before anything reads that table."""
    if len(content) <= MAX_MEMBERS * _DIRECTORY_ENTRY_MIN_BYTES:
        return
    count = 0
    for start in range(0, len(content), _COUNTING_STEP):  # in steps, because counting keeps other threads waiting
        end = start + _COUNTING_STEP + len(_DIRECTORY_ENTRY_MAGIC) - 1
        count += content.count(_DIRECTORY_ENTRY_MAGIC, start, end)
    if count > MAX_MEMBERS:
        raise MalformedBundle(f"more than {MAX_MEMBERS} members")


def _open_archive(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except _ARCHIVE_ERRORS as error:
        raise MalformedBundle(f"not a ZIP archive: {error}") from None


def _read_member(archive: zipfile.ZipFile, path: str, max_bytes: int | None) -> bytes | None:
    info = archive.NameToInfo.get(path)
    if info is None or info.compress_type not in _METHODS:
        return None
    if max_bytes is not None and info.file_size > max_bytes:
        return None
    # ``zipfile`` stops at the size that the archive claims.  Ask for one byte more, to see whether it is there.
    longer = copy.copy(info)
    longer.file_size += 1
    try:
        with archive.open(longer) as member:
            content = member.read(longer.file_size)
    except _ARCHIVE_ERRORS:
        return None
    return content if len(content) == info.file_size else None


def _write_member(archive: zipfile.ZipFile, path: str, text: str | bytes) -> None:
    info = zipfile.ZipInfo(path)  # with the date of 1980 that such files have
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, text)
