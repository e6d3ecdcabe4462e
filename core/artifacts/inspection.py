"""What is in a source map or an archive of them, and whether it is sound: for people who wonder."""

from __future__ import annotations

from dataclasses import dataclass

from core.artifacts.artifact_file import ArtifactFile
from core.artifacts.map_search import MappedFile, MapSearch, Unmapped, comments
from core.buffers import Content
from core.errors import MalformedSourceMap
from core.sourcemap.source_map import SourceMap, read_source_map


@dataclass(frozen=True, slots=True)
class InspectedSource:
    """A source of a map.  ``size`` is that of its content in bytes, None if the map doesn't embed it."""

    name: str
    size: int | None
    is_ignored: bool


@dataclass(frozen=True, slots=True)
class InspectedMap:
    """A source map.  ``problem`` says what is wrong with it, None if nothing is; the rest is empty then."""

    place: str
    size: int
    debug_id: str | None = None
    tokens: int = 0
    names: int = 0
    sources: tuple[InspectedSource, ...] = ()
    problem: str | None = None

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


def _inspected_map(file: ArtifactFile) -> InspectedMap:
    content = file.read()
    try:
        source_map = read_source_map(content)
    except MalformedSourceMap as error:
        return InspectedMap(file.place, len(content), problem=str(error))
    return InspectedMap(
        place=file.place,
        size=len(content),
        debug_id=source_map.debug_id,
        tokens=source_map.index.mappings.token_count,
        names=len(source_map.index.names),
        sources=tuple(_source(source_map, index) for index in range(len(source_map.index.sources))),
    )


def _source(source_map: SourceMap, index: int) -> InspectedSource:
    content = source_map.source_content(index)
    size = None if content is None else len(content)
    return InspectedSource(source_map.file(index), size, source_map.is_ignored(index))


def _inspected_code(file: ArtifactFile, search: MapSearch) -> InspectedCode:
    content = file.read()
    debug_id = file.debug_id or comments(content).debug_id
    mapped = search.mapped(file)
    if isinstance(mapped, Unmapped):
        return InspectedCode(file.place, len(content), debug_id, None, mapped.detail)
    return InspectedCode(file.place, len(content), debug_id, mapped.map_place, _mismatch(mapped, content))


def _mismatch(mapped: MappedFile, content: Content) -> str | None:
    """Say why the map can't be of this file; None if it may be."""
    mappings = mapped.source_map.index.mappings
    if mappings.token_count == 0:
        return "its source map maps nothing"
    last_line = mappings.reader().token(mappings.token_count - 1).line
    line_count = content[:].count(b"\n") + 1
    if last_line > line_count:
        return f"its source map goes on to line {last_line + 1}, the file ends in line {line_count}: of another build?"
    return None
