"""Index files: what is found out about a source map and its generated file, kept beside the two.

A file is a header, and what ``core.sourcemap.index_body`` says of the map and then of the generated file.  It is mapped
into memory, so the processes of a host share it, and opening it reads no more than its checksum takes.  Whatever isn't
as expected makes the file stale: it is of another version, or damaged, or the texts aren't those it was made for.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import zlib
from pathlib import Path
from struct import Struct

from core.buffers import Content
from core.errors import StaleIndex
from core.sourcemap.checksum import checksum
from core.sourcemap.index_body import read_code, read_map_index, write_code, write_map_index
from core.sourcemap.source_map import SourceMap, read_source_map

FORMAT_VERSION = 1
"""To be raised with every change to what is in the file, also to what kernels make of the same input."""

# Numbers are kept as this machine has them.
_MAGIC = b"unmangle" if sys.byteorder == "little" else b"UNMANGLE"
_HEADER = Struct("<8s8Q")
_CRC = Struct("<Q")
_BODY_START = _HEADER.size + _CRC.size
_NO_FILE = 2**64 - 1
_FINGERPRINT_BYTES = 4096


def open_or_build(path: Path | str, text: Content, minified: Content | None) -> SourceMap:
    """Return the source map ``text`` from its index file; if that is stale or missing, read it and write the file.

    Raises as ``core.sourcemap.source_map.read_source_map`` does, and OSError if the file can't be written.
    """
    try:
        return open_index(path, text, minified)
    except (FileNotFoundError, StaleIndex):
        source_map = read_source_map(text, minified)
    write_index(source_map, path)
    return source_map


def write_index(source_map: SourceMap, path: Path | str) -> None:
    """Write the index file of a source map.  Whoever opens ``path`` sees all of it, or what was there before."""
    path = Path(path)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.writelines(index_pieces(source_map))
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def index_pieces(source_map: SourceMap) -> list[bytes]:
    """Return what the index file of a source map consists of."""
    index = write_map_index(source_map.index)
    body = index + (b"" if source_map.code is None else write_code(source_map.code))
    facts = _facts(source_map.index.text, source_map.minified)
    header = _HEADER.pack(_MAGIC, *facts, len(index), len(body), _body_checksum(memoryview(body)))
    return [header, _CRC.pack(zlib.crc32(header)), body]


def open_index(path: Path | str, text: Content, minified: Content | None) -> SourceMap:
    """Return the source map ``text`` of the generated file ``minified``, as the index file ``path`` has it.

    Raises StaleIndex if the file isn't what ``write_index`` writes for these two, FileNotFoundError if there is none.
    """
    return read_index(_mapped(path), text, minified)


def read_index(memory: memoryview, text: Content, minified: Content | None) -> SourceMap:
    """Return the source map ``text`` of the generated file ``minified``, as an index file in ``memory`` has it.

    Raises StaleIndex if that isn't what ``index_pieces`` returns for these two.
    """
    if len(memory) < _BODY_START:
        raise StaleIndex("it is cut off")
    header = memory[: _HEADER.size]
    magic, *facts, index_size, body_size, body_checksum = _HEADER.unpack(header)
    if magic != _MAGIC or memory[_HEADER.size : _BODY_START] != _CRC.pack(zlib.crc32(header)):
        raise StaleIndex("its header is damaged")
    if tuple(facts) != _facts(text, minified):
        raise StaleIndex("it is of another version, or was made of other files")
    body = memory[_BODY_START:]
    if len(body) != body_size or _body_checksum(body) != body_checksum:
        raise StaleIndex("it is damaged")
    try:
        index = read_map_index(body[:index_size], text)
        code = read_code(body[index_size:], minified) if minified is not None and index_size < body_size else None
        return SourceMap(index, code, minified)
    except ValueError as error:
        raise StaleIndex(str(error)) from error


def _mapped(path: Path | str) -> memoryview:
    with Path(path).open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _facts(text: Content, minified: Content | None) -> tuple[int, ...]:
    """Return the version, and what tells the files apart from others."""
    return FORMAT_VERSION, *_size_and_fingerprint(text), *_size_and_fingerprint(minified)


def _size_and_fingerprint(text: Content | None) -> tuple[int, int]:
    """Return the size of a text, and a number made of its start and end."""
    if text is None:
        return _NO_FILE, 0
    return len(text), zlib.crc32(text[-_FINGERPRINT_BYTES:], zlib.crc32(text[:_FINGERPRINT_BYTES]))


def _body_checksum(body: memoryview) -> int:
    return int(checksum(body.cast("Q")))
