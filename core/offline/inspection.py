"""Inspection of source maps and archives of them: their contents, and whether they are sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.errors import MalformedSourceMap
from core.offline.artifact_files import ArtifactFile
from core.offline.map_search import MapSearch, Unmapped, comments
from core.offline.text_encodings import plain_utf8
from core.sourcemap.call_fields import DartCall, Row
from core.sourcemap.json_document import json_start, read_json
from core.sourcemap.map_document import IndexMap, PlainMap, map_document
from core.sourcemap.prepared_map import PreparedMap, prepare_map
from core.text.buffers import Content


@dataclass(frozen=True, slots=True)
class InspectedSource:
    """A source of a map.  ``size`` is that of its content in bytes, None if the map doesn't embed it."""

    name: str
    size: int | None
    is_ignored: bool


@dataclass(frozen=True, slots=True)
class InspectedMap:
    """A source map.  ``problem`` says what is wrong with it, None if nothing is; the rest may be empty then.

    ``ranges`` is the number of mappings that are ranges; ``scopes``, ``scope_ranges`` and ``inlined_calls`` those of
    what ``scopes`` and dart2js tell of.  ``ignored_parts`` are the fields that count as absent, as they make no sense.
    ``is_verified`` says that another decoder says the same of every token.
    """

    place: str
    size: int
    debug_id: str | None = None
    tokens: int = 0
    names: int = 0
    sources: tuple[InspectedSource, ...] = ()
    ranges: int = 0
    scopes: int = 0
    scope_ranges: int = 0
    inlined_calls: int = 0
    ignored_parts: tuple[str, ...] = ()
    problem: str | None = None
    is_verified: bool = False

    @property
    def without_content(self) -> list[str]:
        """The sources that the map doesn't embed."""
        return [source.name for source in self.sources if source.size is None]


@dataclass(frozen=True, slots=True)
class InspectedCode:
    """A generated file, and where its source map is; ``problem`` says what is wrong with the two, if anything."""

    place: str
    size: int
    debug_id: str | None
    source_map: str | None
    problem: str | None


def inspect_file(file: ArtifactFile, search: MapSearch) -> InspectedMap | InspectedCode:
    """Return what is in a source map, or what a generated file has for a map.  Raises OSError, and MalformedBundle."""
    return _inspected_map(file) if file.is_map else _inspected_code(file, search)


def verified(inspected: InspectedMap, file: ArtifactFile) -> InspectedMap:
    """Return what was found out about a map, and whether another decoder agrees; that takes a second a megabyte."""
    from core.offline.verification import difference  # its package is slow to import

    if inspected.problem is not None:
        return inspected
    problem = difference(file.read())
    return replace(inspected, problem=problem, is_verified=problem is None)


def _inspected_map(file: ArtifactFile) -> InspectedMap:
    content = file.read()
    try:
        document, index = _read_index(content)
    except MalformedSourceMap as error:
        return InspectedMap(file.place, len(content), problem=str(error))
    return InspectedMap(
        place=file.place,
        size=len(content),
        debug_id=index.debug_id,
        tokens=index.mappings.token_count,
        names=len(index.names),
        sources=tuple(_source(index, number) for number in range(len(index.sources))),
        ranges=sum(index.mappings.ranges),
        scopes=0 if index.scopes is None else len(index.scopes.scopes) // Row.SCOPE_SIZE,
        scope_ranges=0 if index.scopes is None else len(index.scopes.ranges) // Row.RANGE_SIZE,
        inlined_calls=0 if index.dart is None else len(index.dart.calls) // DartCall.CALL_SIZE,
        ignored_parts=tuple(_ignored_parts(document, index)) if isinstance(document, PlainMap) else (),
    )


def _ignored_parts(document: PlainMap, index: PreparedMap) -> Iterator[str]:
    """Yield the fields of a map that are there, and can't be decoded or don't make sense."""
    if bytes(document.mappings.ranges).strip(b";") and not index.mappings.ranges:
        yield "rangeMappings"
    if document.scopes and index.scopes is None:
        yield "scopes"
    if document.dart_calls and index.dart is not None and not index.dart.entries:
        yield "x_org_dartlang_dart2js.frames"


def _read_index(content: Content) -> tuple[PlainMap | IndexMap, PreparedMap]:
    text = plain_utf8(content)
    json = read_json(text, json_start(text))
    document = map_document(json)
    return document, prepare_map(document, json.document.text)


def _source(index: PreparedMap, number: int) -> InspectedSource:
    content = index.contents.content(number)
    size = None if content is None else len(content)
    return InspectedSource(index.source(number), size, number in index.ignored)


def _inspected_code(file: ArtifactFile, search: MapSearch) -> InspectedCode:
    content = file.read()
    said = comments(content)
    mapped = search.mapped(file)
    if isinstance(mapped, Unmapped):
        return InspectedCode(file.place, len(content), file.debug_id or said.debug_id, None, mapped.detail)
    source_map = search.map_file(file, said)
    problem = None if source_map is None else _mismatch(_read_index(source_map.read())[1], content)
    return InspectedCode(file.place, len(content), file.debug_id or said.debug_id, mapped.map_place, problem)


def _mismatch(index: PreparedMap, content: Content) -> str | None:
    """Say why the map can't be of this file; None if it may be."""
    mappings = index.mappings
    if mappings.token_count == 0:
        return "its source map maps nothing"
    last_line = mappings.reader().token(mappings.token_count - 1).line
    line_count = content[:].count(b"\n") + 1
    if last_line > line_count:
        return f"its source map goes on to line {last_line + 1}, the file ends in line {line_count}: of another build?"
    return None
