"""Bodies of plain uploads: an archive, or files of a form, cut into chunks that are stored as they come.

One chunk is in memory for each request.
"""

from __future__ import annotations

import asyncio
import hashlib
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import IO, BinaryIO, Literal, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers

from api.uploads.upload_calls import Refused
from core.store.upload_protocol import CHUNK_BYTES, BadUpload

_MAGICS: tuple[tuple[bytes, Literal["bundle", "zip", "tar"]], ...] = (
    (b"SYSB", "bundle"),
    (b"PK", "zip"),
    (b"\x1f\x8b", "tar"),
)
_LONGEST_MAGIC = 4
_LONGEST_HEADER = 16 << 10
_LONGEST_NAME = 1_000
_FORM = "multipart/form-data"


@dataclass(slots=True)
class StoredBody:
    """A body that was stored: its chunks in order, the SHA-1 of all of it, its size, and what it is."""

    kind: Literal["bundle", "zip", "tar"] = "bundle"
    chunks: list[str] = field(default_factory=list)
    size: int = 0
    checksum: str = ""


async def store_body(
    headers: Headers,
    body: AsyncIterator[bytes],
    store: Callable[[str, bytes], Awaitable[None]],
    max_bytes: int,
    max_files: int,
) -> StoredBody:
    """Give the chunks of a body to ``store``.

    Files of a form become a ZIP on the way.  Raises BadUpload, Refused (413, 415), and what ``store`` raises.
    """
    writer = _ChunkWriter(store, max_bytes)
    if headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        form = _FormArchive(headers, max_files)
        async for piece in body:
            await writer.write(form.archived(piece))
        await writer.write(form.end())
    else:
        async for piece in body:
            await writer.write(piece)
    return await writer.end()


class _ChunkWriter:
    """Cuts what it is given into chunks."""

    def __init__(self, store: Callable[[str, bytes], Awaitable[None]], max_bytes: int) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._pieces: list[bytes] = []
        self._held = 0
        self._whole = hashlib.sha1(usedforsecurity=False)
        self._stored = StoredBody()
        self._head = b""

    async def write(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._stored.size += len(piece)
        if self._stored.size > self._max_bytes:
            raise Refused(413, f"the upload is larger than {self._max_bytes} bytes (UNMANGLE_STORE_MAX_UPLOAD)")
        if len(self._head) < _LONGEST_MAGIC:
            self._head += piece[: _LONGEST_MAGIC - len(self._head)]
            if len(self._head) == _LONGEST_MAGIC:
                self._stored.kind = _kind(self._head)
        self._pieces.append(piece)
        self._held += len(piece)
        while self._held >= CHUNK_BYTES:
            await self._store_chunk()

    async def end(self) -> StoredBody:
        """Store what is left, and return all of it."""
        self._stored.kind = _kind(self._head)
        if self._held:
            await self._store_chunk()
        self._stored.checksum = self._whole.hexdigest()
        return self._stored

    async def _store_chunk(self) -> None:
        held = b"".join(self._pieces)
        chunk, rest = held[:CHUNK_BYTES], held[CHUNK_BYTES:]
        self._pieces, self._held = [rest] if rest else [], len(rest)
        sha1 = await asyncio.to_thread(self._digest, chunk)
        await self._store(sha1, chunk)
        self._stored.chunks.append(sha1)

    def _digest(self, chunk: bytes) -> str:
        self._whole.update(chunk)
        return hashlib.sha1(chunk, usedforsecurity=False).hexdigest()


class _Spool:
    """A file that can only be written to, and is emptied after each piece of a body."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._written.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        content, self._written = b"".join(self._written), []
        return content


class _FormArchive:
    """Turns the files of a form into a ZIP of a folder; a file's name is its path."""

    def __init__(self, headers: Headers, max_files: int) -> None:
        _, options = parse_options_header(headers.get("content-type", ""))
        boundary = options.get(b"boundary", b"")
        if not boundary:
            raise BadUpload("the body is not multipart/form-data: there is no boundary")
        self._spool = _Spool()
        self._archive = zipfile.ZipFile(cast("BinaryIO", self._spool), "w", zipfile.ZIP_STORED)
        self._max_files = max_files
        self._names = set[str]()
        self._member: IO[bytes] | None = None
        self._header, self._value, self._name = b"", b"", ""
        self._is_over = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_to_header,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open,
                "on_part_data": self._add_data,
                "on_part_end": self._close,
                "on_end": self._end,
            },
        )

    def archived(self, piece: bytes) -> bytes:
        """Return what another piece of the body adds to the archive.  Raises BadUpload."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise BadUpload(f"the body is not {_FORM}: {error}") from None
        return self._spool.taken()

    def end(self) -> bytes:
        """Return the end of the archive.  Raises BadUpload if there are no files, or the body ended too early."""
        if not self._is_over:
            raise BadUpload(f"the body is not {_FORM}: it ends too early")
        if not self._names:
            raise BadUpload('there are no files in the form: each needs a filename, as with curl -F "file=@app.js"')
        self._archive.close()
        return self._spool.taken()

    def _begin(self) -> None:
        self._name = ""

    def _add_to_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._check_header()

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._header) + len(self._value) > _LONGEST_HEADER:
            raise BadUpload(f"a header of a part is longer than {_LONGEST_HEADER} bytes")

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = options.get(b"filename", b"").decode("utf-8", "replace")
        self._header, self._value = b"", b""

    def _open(self) -> None:
        if not self._name:
            return
        if len(self._name) > _LONGEST_NAME:
            raise BadUpload(f"the name of a file is longer than {_LONGEST_NAME} characters: {self._name[:80]!r}…")
        if self._name in self._names:
            raise BadUpload(f"two files are called {self._name!r}: the filename is the path, with its folders")
        if len(self._names) >= self._max_files:
            raise BadUpload(f"more than {self._max_files} files (UNMANGLE_STORE_MAX_FILES)")
        self._names.add(self._name)
        self._member = self._archive.open(zipfile.ZipInfo(self._name), "w", force_zip64=True)

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._member is not None:
            self._member.write(data[start:end])

    def _close(self) -> None:
        if self._member is not None:
            self._member.close()
            self._member = None

    def _end(self) -> None:
        self._is_over = True


def _kind(head: bytes) -> Literal["bundle", "zip", "tar"]:
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind
    raise Refused(415, f"the body is neither an artifact bundle, nor a ZIP, nor a tar.gz, nor {_FORM}")
