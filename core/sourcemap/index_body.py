"""What an index file holds of a source map and its generated file, and in which order."""

from __future__ import annotations

from core.javascript.scopes import Scopes
from core.sourcemap.contents import Contents
from core.sourcemap.encoded_mappings import EncodedMappings
from core.sourcemap.function_maps import FunctionMaps
from core.sourcemap.generated_code import GeneratedCode
from core.sourcemap.literals import Literals
from core.sourcemap.map_index import MapIndex
from core.sourcemap.sections import SectionReader, SectionWriter
from core.text.buffers import Content


def write_map_index(index: MapIndex) -> bytes:
    """Return what is to be remembered of a source map beside its text."""
    writer, text = SectionWriter(), index.text
    _write_mappings(writer, index.mappings, text)
    _write_literals(writer, index.sources, text)
    writer.buffer(index.root.encode())
    _write_literals(writer, index.names, text)
    writer.numbers(index.contents.starts)
    writer.numbers(index.contents.ends)
    writer.number(index.functions is not None)
    if index.functions is not None:
        _write_function_maps(writer, index.functions, text)
    writer.numbers(index.ignored)
    writer.buffer(b"" if index.debug_id is None else index.debug_id.encode())
    return writer.finished()


def read_map_index(memory: memoryview, text: Content) -> MapIndex:
    """Return what ``write_map_index`` has written for the same text."""
    reader = SectionReader(memory)
    return MapIndex(
        text=text,
        mappings=_read_mappings(reader, text),
        sources=_read_literals(reader, text),
        root=_read_string(reader),
        names=_read_literals(reader, text),
        contents=Contents(text, reader.numbers(), reader.numbers()),
        functions=_read_function_maps(reader, text) if reader.number() else None,
        ignored=reader.numbers(),
        debug_id=_read_string(reader) or None,
    )


def write_code(code: GeneratedCode) -> bytes:
    """Return what is to be remembered of a generated file."""
    writer = SectionWriter()
    writer.numbers(code.blocks)
    writer.numbers(code.scopes.records)
    writer.numbers(code.scopes.parts)
    return writer.finished()


def read_code(memory: memoryview, text: Content) -> GeneratedCode:
    """Return what ``write_code`` has written for the same text."""
    reader = SectionReader(memory)
    blocks = reader.numbers()
    return GeneratedCode(Scopes(text, reader.signed_numbers(), reader.signed_numbers()), blocks)


def _write_mappings(writer: SectionWriter, mappings: EncodedMappings, text: Content) -> None:
    _write_text(writer, mappings.text, text)
    writer.number(mappings.start)
    writer.number(mappings.end)
    writer.number(mappings.token_count)
    writer.numbers(mappings.checkpoints)
    writer.buffer(mappings.ranges)


def _read_mappings(reader: SectionReader, text: Content) -> EncodedMappings:
    return EncodedMappings(
        text=_read_text(reader, text),
        start=reader.number(),
        end=reader.number(),
        token_count=reader.number(),
        checkpoints=reader.numbers(),
        ranges=reader.buffer(),
    )


def _write_literals(writer: SectionWriter, literals: Literals, text: Content) -> None:
    _write_text(writer, literals.text, text)
    writer.numbers(literals.starts)


def _read_literals(reader: SectionReader, text: Content) -> Literals:
    return Literals(_read_text(reader, text), reader.numbers())


def _write_function_maps(writer: SectionWriter, functions: FunctionMaps, text: Content) -> None:
    for numbers in (functions.starts, functions.lines, functions.columns, functions.names):
        writer.numbers(numbers)
    _write_literals(writer, functions.texts, text)


def _read_function_maps(reader: SectionReader, text: Content) -> FunctionMaps:
    return FunctionMaps(
        reader.numbers(), reader.numbers(), reader.numbers(), reader.numbers(), _read_literals(reader, text)
    )


def _write_text(writer: SectionWriter, own: Content, text: Content) -> None:
    """Write a text, unless it is that of the map."""
    writer.number(own is text)
    if own is not text:
        writer.buffer(own[:])


def _read_text(reader: SectionReader, text: Content) -> Content:
    return text if reader.number() else bytes(reader.buffer())


def _read_string(reader: SectionReader) -> str:
    return str(reader.buffer(), "utf-8")
