"""Documents of an upload: its record, and the list of its files.

Readers leave unknown members alone, and take versions up to their own.
"""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime
from typing import Literal, TypeVar

import msgspec

from core.errors import UnmangleError

VERSION = 1
MAX_CONTENTS_BYTES = 1 << 28
"""Most bytes of an unpacked list of files: 50,000 of them with long names have a fifth of it."""

_FIRST_FINDINGS = 20


class MalformedDocument(UnmangleError):
    """A document of the artifact store can't be read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why


class UploadFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem of an upload, or a note.

    ``file`` is a name of the manifest, absent if the finding is about the upload as a whole.  ``more`` is how many
    further files have the same code.
    """

    code: str
    said: str
    file: str | None = None
    more: int = 0


class UploadReport(msgspec.Struct, frozen=True):
    """Findings of an upload, the gravest first; ``unchecked`` files were not looked into, for there was too much."""

    errors: int = 0
    warnings: int = 0
    findings: list[UploadFinding] = msgspec.field(default_factory=list, name="first")
    unchecked: int = 0

    def short(self) -> UploadReport:
        """Return the report of a record: with the first findings only."""
        return msgspec.structs.replace(self, findings=self.findings[:_FIRST_FINDINGS])


class UploadCounts(msgspec.Struct, frozen=True):
    """Numbers of files, of distinct debug ids, and of files that are found by their names."""

    files: int = 0
    minified: int = 0
    maps: int = 0
    debug_ids: int = 0
    names: int = 0


class Uploader(msgspec.Struct, frozen=True):
    """Name of the token and the ``User-Agent`` that an upload came with."""

    token: str = ""
    agent: str = ""


class UploadRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An upload; ``created`` is RFC 3339, ``sha1`` and ``sha256`` are of the bundle."""

    v: int = VERSION
    id: str
    org: str
    projects: list[str]
    release: str | None = None
    dist: str | None = None
    created: str
    by: Uploader = Uploader()
    kind: str = "bundle"
    bytes: int
    sha1: str
    sha256: str
    counts: UploadCounts = UploadCounts()
    report: UploadReport = UploadReport()


class ListedMember(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an upload: ``name`` is what it was uploaded under, ``path`` where it is in the archive."""

    name: str
    path: str
    type: str | None = None
    size: int = 0
    crc: int = 0
    debug_id: str | None = None
    reference: str | None = None


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """Contents of an upload: all that its index keys can be computed from."""

    v: int = VERSION
    projects: list[str]
    release: str | None = None
    dist: str | None = None
    same: str = ""
    files: list[ListedMember]
    report: UploadReport = UploadReport()


class UploadTask(msgspec.Struct, frozen=True, kw_only=True):
    """Upload to be assembled: its chunks, and the id it gets.

    ``kind`` says what the chunks are together: an artifact bundle, or an archive of a folder.  ``is_queued`` is false
    if no job was made of it, so that whoever finds it takes it over at once.
    """

    v: int = VERSION
    upload: str
    org: str
    projects: list[str]
    checksum: str
    chunks: list[str]
    release: str | None = None
    dist: str | None = None
    strict: bool = False
    kind: Literal["bundle", "zip", "tar"] = "bundle"
    url_prefix: str = "~/"
    by: Uploader = Uploader()
    is_queued: bool = True


class UploadOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """Outcome of an upload; ``id`` is absent from what was refused.

    ``unavailable`` is what the object store didn't let through: nothing is wrong with the upload, so try again.
    """

    state: Literal["ok", "error", "unavailable"]
    detail: str | None = None
    id: str | None = None
    report: UploadReport | None = None


T = TypeVar("T")


def encode(document: msgspec.Struct) -> bytes:
    """Return a document as it is stored."""
    return msgspec.json.encode(document)


def decode(content: bytes, kind: type[T]) -> T:
    """Read a stored document.  Raises MalformedDocument."""
    try:
        document = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedDocument(str(error)) from None
    version = getattr(document, "v", VERSION)
    if version > VERSION:
        raise MalformedDocument(f"version {version} of it is newer than this program")
    return document


def encode_contents(contents: Contents) -> bytes:
    """Return the list of files as it is stored; equal ones are equal bytes."""
    return gzip.compress(msgspec.json.encode(contents), 6, mtime=0)


def decode_contents(packed: bytes) -> Contents:
    """Read a list of files.  Raises MalformedDocument."""
    inflate = zlib.decompressobj(31)
    try:
        content = inflate.decompress(packed, MAX_CONTENTS_BYTES)
    except zlib.error as error:
        raise MalformedDocument(str(error)) from None
    if not inflate.eof:
        raise MalformedDocument("the list of files ends too early, or is too long")
    return decode(content, Contents)


def rfc3339(ms: int) -> str:
    """Return a time in milliseconds since 1970 as text."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
