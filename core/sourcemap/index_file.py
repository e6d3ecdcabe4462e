"""Index files: what is found out about a source map and its generated file, kept beside the two.

A file is a header, and a body: the prepared map and then the surveyed generated code, in ``binary_layout``.  It
is mapped into memory, so the processes of a host share it.  Opening it reads no more than the header.  Whatever isn't
as expected there makes the file stale: it is of another version, or cut off, or the texts aren't those it was made for.
The body is checked when the first question is asked; if it is damaged, the map is read instead, and the file written
again.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from struct import Struct

from core.errors import StaleIndex
from core.javascript.scopes import Scopes
from core.sourcemap.binary_layout import LayoutReader, LayoutWriter
from core.sourcemap.encoded_mappings import EncodedMappings
from core.sourcemap.functions import GeneratedCode
from core.sourcemap.inlining_tables import DartCalls, ScopeTables
from core.sourcemap.json_strings import JsonStrings
from core.sourcemap.metro import FunctionMaps
from core.sourcemap.prepared_map import PreparedMap
from core.sourcemap.source_contents import SourceContents
from core.sourcemap.source_map import Parts, SourceMap, read_source_map
from core.text.buffers import Content
from core.text.checksum import checksum

FORMAT_VERSION = 7
"""To be raised with every change to what is in the file, also to what kernels make of the same input."""


# Numbers are kept as this machine has them.
_MAGIC = b"unmangle" if sys.byteorder == "little" else b"UNMANGLE"
_HEADER = Struct("<8s8Q")
_CRC = Struct("<Q")
_BODY_START = _HEADER.size + _CRC.size
_NO_FILE = 2**64 - 1
_NEVER = (FORMAT_VERSION, _NO_FILE, 0, _NO_FILE, 0)
"""Facts about files that aren't UTF-8: they never fit, as the index is about the text that the files were read as."""
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
    parts = source_map.parts
    index = write_prepared_map(parts.index)
    body = index + (b"" if parts.code is None else write_code(parts.code))
    facts = _facts(parts.index.text, source_map.minified) if source_map.is_utf8 else _NEVER
    header = _HEADER.pack(_MAGIC, *facts, len(index), len(body), _body_checksum(memoryview(body)))
    return [header, _CRC.pack(zlib.crc32(header)), body]


def open_index(path: Path | str, text: Content, minified: Content | None) -> SourceMap:
    """Return the source map ``text`` of the generated file ``minified``, as the index file ``path`` has it.

    Raises StaleIndex if the file isn't what ``write_index`` writes for these two, FileNotFoundError if there is none.
    Damage in its body is found out, and repaired, when the map is asked its first question.
    """
    path = Path(path)
    read_body = _body_reader(_mapped(path), text, minified)

    def load() -> Parts:
        try:
            return read_body()
        except StaleIndex:
            source_map = read_source_map(text, minified)
        with suppress(OSError):
            write_index(source_map, path)
        return source_map.parts

    return SourceMap(load, minified)


def read_index(memory: memoryview, text: Content, minified: Content | None) -> SourceMap:
    """Return the source map ``text`` of the generated file ``minified``, as an index file in ``memory`` has it.

    Raises StaleIndex if that isn't what ``index_pieces`` returns for these two.
    """
    parts = _body_reader(memory, text, minified)()
    return SourceMap(lambda: parts, minified)


def _body_reader(memory: memoryview, text: Content, minified: Content | None) -> Callable[[], Parts]:
    """Return what reads the body of an index file whose header is right.  Both raise StaleIndex."""
    if len(memory) < _BODY_START:
        raise StaleIndex("it is cut off")
    header = memory[: _HEADER.size]
    magic, *facts, index_size, body_size, body_checksum = _HEADER.unpack(header)
    if magic != _MAGIC or memory[_HEADER.size : _BODY_START] != _CRC.pack(zlib.crc32(header)):
        raise StaleIndex("its header is damaged")
    if tuple(facts) != _facts(text, minified):
        raise StaleIndex("it is of another version, or was made of other files")
    body = memory[_BODY_START:]
    if len(body) != body_size:
        raise StaleIndex("it is cut off")

    def read_body() -> Parts:
        if _body_checksum(body) != body_checksum:
            raise StaleIndex("it is damaged")
        try:
            index = read_prepared_map(body[:index_size], text)
            code = read_code(body[index_size:], minified) if minified is not None and index_size < body_size else None
            _check_fit(index, code)
        except (ValueError, TypeError) as error:
            raise StaleIndex(str(error)) from error
        return Parts(index, code)

    return read_body


def _check_fit(index: PreparedMap, code: GeneratedCode | None) -> None:
    """Raise ValueError if what is known doesn't fit the texts: those that weren't UTF-8 were read as others."""
    index.mappings.reader()
    if code is not None:
        code.positions()


def _mapped(path: Path) -> memoryview:
    file = os.open(path, os.O_RDONLY)
    try:
        if not os.fstat(file).st_size:
            return memoryview(b"")
        return memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))
    finally:
        os.close(file)


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


def write_prepared_map(index: PreparedMap) -> bytes:
    """Return what is to be remembered of a source map beside its text."""
    writer, text = LayoutWriter(), index.text
    _write_mappings(writer, index.mappings, text)
    _write_literals(writer, index.sources, text)
    writer.buffer(index.root.encode())
    _write_literals(writer, index.names, text)
    writer.numbers(index.contents.starts)
    writer.numbers(index.contents.ends)
    writer.number(index.functions is not None)
    if index.functions is not None:
        _write_function_maps(writer, index.functions, text)
    _write_calls(writer, index)
    writer.numbers(index.ignored)
    writer.buffer(b"" if index.debug_id is None else index.debug_id.encode())
    return writer.finished()


def read_prepared_map(memory: memoryview, text: Content) -> PreparedMap:
    """Return what ``write_prepared_map`` has written for the same text."""
    reader = LayoutReader(memory)
    return PreparedMap(
        text=text,
        mappings=_read_mappings(reader, text),
        sources=_read_literals(reader, text),
        root=_read_string(reader),
        names=_read_literals(reader, text),
        contents=SourceContents(text, reader.numbers(), reader.numbers()),
        functions=_read_function_maps(reader, text) if reader.number() else None,
        scopes=_read_scopes(reader) if reader.number() else None,
        dart=DartCalls(reader.numbers(), reader.numbers()) if reader.number() else None,
        ignored=reader.numbers(),
        debug_id=_read_string(reader) or None,
    )


def write_code(code: GeneratedCode) -> bytes:
    """Return what is to be remembered of a generated file."""
    writer = LayoutWriter()
    writer.numbers(code.blocks)
    writer.numbers(code.scopes.records)
    writer.numbers(code.scopes.parts)
    return writer.finished()


def read_code(memory: memoryview, text: Content) -> GeneratedCode:
    """Return what ``write_code`` has written for the same text."""
    reader = LayoutReader(memory)
    blocks = reader.numbers()
    return GeneratedCode(Scopes(text, reader.signed_numbers(), reader.signed_numbers()), blocks)


def _write_mappings(writer: LayoutWriter, mappings: EncodedMappings, text: Content) -> None:
    _write_text(writer, mappings.text, text)
    writer.number(mappings.start)
    writer.number(mappings.end)
    writer.number(mappings.token_count)
    writer.numbers(mappings.checkpoints)
    writer.buffer(mappings.ranges)


def _read_mappings(reader: LayoutReader, text: Content) -> EncodedMappings:
    return EncodedMappings(
        text=_read_text(reader, text),
        start=reader.number(),
        end=reader.number(),
        token_count=reader.number(),
        checkpoints=reader.numbers(),
        ranges=reader.buffer(),
    )


def _write_literals(writer: LayoutWriter, literals: JsonStrings, text: Content) -> None:
    _write_text(writer, literals.text, text)
    writer.numbers(literals.starts)


def _read_literals(reader: LayoutReader, text: Content) -> JsonStrings:
    return JsonStrings(_read_text(reader, text), reader.numbers())


def _write_function_maps(writer: LayoutWriter, functions: FunctionMaps, text: Content) -> None:
    for numbers in (functions.starts, functions.lines, functions.columns, functions.names):
        writer.numbers(numbers)
    _write_literals(writer, functions.texts, text)


def _read_function_maps(reader: LayoutReader, text: Content) -> FunctionMaps:
    return FunctionMaps(
        reader.numbers(), reader.numbers(), reader.numbers(), reader.numbers(), _read_literals(reader, text)
    )


def _write_calls(writer: LayoutWriter, index: PreparedMap) -> None:
    writer.number(index.scopes is not None)
    if index.scopes is not None:
        writer.numbers(index.scopes.scopes)
        writer.numbers(index.scopes.ranges)
        writer.number(index.scopes.has_frames)
    writer.number(index.dart is not None)
    if index.dart is not None:
        writer.numbers(index.dart.entries)
        writer.numbers(index.dart.calls)


def _read_scopes(reader: LayoutReader) -> ScopeTables:
    return ScopeTables(reader.numbers(), reader.numbers(), bool(reader.number()))


def _write_text(writer: LayoutWriter, own: Content, text: Content) -> None:
    """Write a text, unless it is that of the map."""
    writer.number(own is text)
    if own is not text:
        writer.buffer(own[:])


def _read_text(reader: LayoutReader, text: Content) -> Content:
    return text if reader.number() else bytes(reader.buffer())


def _read_string(reader: LayoutReader) -> str:
    return str(reader.buffer(), "utf-8")
