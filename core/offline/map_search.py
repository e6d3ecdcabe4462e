"""The source map of a generated file among the artifacts: by its debug id, by what the file says, by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from core.errors import MalformedBundle, MalformedSourceMap
from core.files.debug_ids import DebugId, parse_debug_id
from core.files.magic_comments import effective_source_mapping_url, embedded_debug_id, source_mapping_url
from core.offline.artifact_collection import Ambiguous, Artifacts
from core.offline.artifact_files import ArtifactFile, path_segments
from core.offline.text_encodings import plain_utf8
from core.sourcemap.source_map import SourceMap, read_source_map
from core.text.buffers import Content

_DEBUG_ID = re.compile(rb'"debug_?[iI]d"\s*:\s*"([^"\\]{32,64})"')
_NOT_FILES = ("node:", "<anonymous>", "<unknown>", "internal/", "wasm:", "InternalBytecode.js")
_LONGEST_REFERENCE = 200
_DIGEST = re.compile(r"[.-](?=[\w-]{0,64}\d)[\w-]{5,64}(?=\.)")
_MAP_NAMES = ("{}.map", "{}.packager.map")  # the second one is React Native's


class UnmappedReason(StrEnum):
    """Reason why a frame stays as it is."""

    NOT_A_FILE = "not_a_file"
    NO_SUCH_FILE = "no_such_file"
    AMBIGUOUS_FILE = "ambiguous_file"
    UNREADABLE_FILE = "unreadable_file"
    NO_SOURCE_MAP = "no_source_map"
    MISSING_SOURCE_MAP = "missing_source_map"
    OTHER_DEBUG_ID = "other_debug_id"
    MALFORMED_SOURCE_MAP = "malformed_source_map"
    NOT_COVERED = "not_covered"
    NO_COLUMN = "no_column"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Absence of a map, with its reason; ``detail`` is for people."""

    reason: UnmappedReason
    detail: str


@dataclass(frozen=True, slots=True)
class FileWithMap:
    """A source map, and where it and its generated file are; ``code`` is None if only the map is there."""

    source_map: SourceMap
    map_place: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Comments:
    """Comments of a generated file.

    ``stray`` is what a comment refers to that doesn't count, as code follows it: a bundler may have taken a library in
    with its comment.
    """

    source_map: str | None
    debug_id: DebugId | None
    stray: str | None = None


def comments(content: Content) -> Comments:
    """Return what a generated file says in comments; nothing, if that isn't text: bytecode may hold anything."""
    value = effective_source_mapping_url(content)
    try:
        reference = None if value is None else content[slice(*value)].decode()
        if reference is not None and not reference.startswith("data:"):
            reference = reference.partition("?")[0].partition("#")[0]
        stray = source_mapping_url(content) if reference is None else None
        return Comments(reference, embedded_debug_id(content), stray)
    except UnicodeDecodeError:
        return Comments(None, None)


class MapSearch:
    """Finds and reads source maps, each once."""

    def __init__(
        self,
        artifacts: Artifacts,
        debug_ids: Mapping[str, DebugId] = MappingProxyType({}),
        on_look: Callable[[], None] = lambda: None,
    ) -> None:
        self._artifacts = artifacts
        self._debug_ids = debug_ids
        """The known debug ids of files, by their paths in stack traces."""
        self._on_look = on_look
        """Called for each file that is looked into for its debug id: of all files, that may take a while."""
        self._known: dict[str, bool] = {}
        self._by_path: dict[str, FileWithMap | Unmapped] = {}
        self._by_code: dict[str, FileWithMap | Unmapped] = {}
        self._by_id: dict[DebugId, ArtifactFile] | None = None
        self._code_ids: dict[DebugId, list[tuple[ArtifactFile, Comments]]] | None = None

    def mapped_file(self, path: str) -> FileWithMap | Unmapped:
        """Return the source map of the generated file that ``path`` means, or why there is none.

        An empty path means the only file there is.
        """
        mapped = self._by_path.get(path)
        if mapped is None:
            mapped = self._by_path[path] = self._search(path)
        return mapped

    def knows(self, path: str) -> bool:
        """Say whether a generated file that ``path`` means is there, or its map."""
        known = self._known.get(path)
        if known is None:
            names = [name.format(_without_query(path)) for name in _MAP_NAMES]
            is_there = self._artifacts.code(path) is not None
            known = self._known[path] = is_there or any(self._artifacts.source_map(name) is not None for name in names)
        return known

    def _search(self, path: str) -> FileWithMap | Unmapped:
        if path.startswith(_NOT_FILES):
            return Unmapped(UnmappedReason.NOT_A_FILE, f"{path} is not a file")
        debug_id = self._debug_ids.get(path)
        if debug_id is not None:
            found = self._map_of_id(debug_id)
            if found is not None:
                return found
        code = self._artifacts.code(path) if path else self._artifacts.only_code
        if isinstance(code, Ambiguous):
            return _ambiguous(path, code)
        if code is None:
            return self._map_alone(path)
        mapped = self._by_code.get(code.place)
        if mapped is None:
            mapped = self._by_code[code.place] = self.mapped(code)
        return mapped

    def _map_of_id(self, debug_id: DebugId) -> FileWithMap | Unmapped | None:
        """Return the map with a debug id; with the generated file, if that is there."""
        source_map = self._with_id(debug_id)
        if source_map is None:
            return None
        code = next((code for code, _ in self._codes_with(debug_id)), None)
        return _read(source_map, code, None if code is None else plain_utf8(code.read()))

    def mapped(self, file: ArtifactFile) -> FileWithMap | Unmapped:
        """Return the source map of a generated file, or the map that ``file`` is; or why it can't be had."""
        return _read(file, None) if file.is_map else self._read_with_code(file)

    def _map_alone(self, path: str) -> FileWithMap | Unmapped:
        """Return the map of a file that isn't there: good for lines, but not for the names of functions."""
        for name in _MAP_NAMES:
            found = self._artifacts.source_map(name.format(_without_query(path))) if path else self._artifacts.only_map
            if isinstance(found, Ambiguous):
                return _ambiguous(path, found)
            if found is not None:
                return _read(found, None)
        if not path:
            return Unmapped(UnmappedReason.NO_SUCH_FILE, "there is more than one file")
        return Unmapped(UnmappedReason.NO_SUCH_FILE, f"{path} is not among the artifacts{self._like_name(path)}")

    def _like_name(self, path: str) -> str:
        """Return a word about a file that has the name in ``path`` but for a digest in it: of another build, mostly."""
        stem = _DIGEST.sub("", "".join(path_segments(path)[-1:]))
        like = (file.place for file in self._artifacts.all_code() if stem and _DIGEST.sub("", file.name) == stem)
        return next((f"; {place}, of another build, is" for place in like), "")

    def _read_with_code(self, code: ArtifactFile) -> FileWithMap | Unmapped:
        try:
            content = plain_utf8(code.read())
        except (OSError, MalformedBundle) as error:
            return Unmapped(UnmappedReason.UNREADABLE_FILE, f"{code.place}: {error}")
        said = comments(content)
        found = self.map_file(code, said)
        if found is None:
            return _no_map(code, said)
        debug_id = code.debug_id or said.debug_id
        mapped = _read(found, code, content)
        if isinstance(mapped, Unmapped):
            return mapped
        own = _own_id(found, mapped.source_map)
        if own is None or own == debug_id or (debug_id is None and not self._is_of_a_copy(own, found)):
            return mapped
        other = self._with_id(debug_id)
        return _other_build(code, found) if other is None else _read(other, code, content)

    def _is_of_a_copy(self, debug_id: DebugId, source_map: ArtifactFile) -> bool:
        """Say whether a file has the debug id of a map and refers to it: it isn't right for those without the id."""
        found = (self.map_file(*copy) for copy in self._codes_with(debug_id))
        return any(each is not None and each.place == source_map.place for each in found)

    def _codes_with(self, debug_id: DebugId) -> list[tuple[ArtifactFile, Comments]]:
        """Return the generated files with a debug id.  Takes a look into all of them, the first time."""
        if self._code_ids is None:
            self._code_ids = {}
            for code in self._artifacts.all_code():
                self._on_look()
                with suppress(OSError, MalformedBundle):
                    said = comments(plain_utf8(code.read()))
                    own_id = code.debug_id or said.debug_id
                    if own_id is not None:
                        self._code_ids.setdefault(own_id, []).append((code, said))
        return self._code_ids.get(debug_id, [])

    def map_file(self, code: ArtifactFile, said: Comments) -> ArtifactFile | None:
        """Return the file with the source map of a generated file: what that refers to, or has its name, or its id."""
        return self._referred(code, _reference(code, said)) or self._with_id(code.debug_id or said.debug_id)

    def _referred(self, code: ArtifactFile, reference: str | None) -> ArtifactFile | None:
        """Return the map that the file refers to, or that has its name."""
        if reference is not None and reference.startswith("data:"):
            embedded = _embedded_map(code, reference)
            if embedded is not None:
                return embedded
            reference = None
        names = _map_names(code)
        for name in names if reference is None else [reference, *names]:
            found = self._artifacts.map_beside(code, name)
            if found is not None:
                return found
        return None

    def _with_id(self, debug_id: DebugId | None) -> ArtifactFile | None:
        """Return the map with a debug id.  Takes a look into all maps, the first time."""
        if debug_id is None:
            return None
        if self._by_id is None:
            self._by_id = {}
            for file in self._artifacts.all_maps():
                self._on_look()
                own_id = file.debug_id or _debug_id_in(file)
                if own_id is not None:
                    self._by_id.setdefault(own_id, file)
        return self._by_id.get(debug_id)


def _reference(code: ArtifactFile, said: Comments) -> str | None:
    """Return what a file refers to: a comment in the midst of it only if it names the file itself."""
    if code.source_map_header is not None:
        return code.source_map_header
    if said.stray is not None and said.stray.rpartition("/")[2] in _map_names(code):
        return said.stray
    return said.source_map


def _map_names(code: ArtifactFile) -> list[str]:
    return [name.format(code.name) for name in _MAP_NAMES]


def _read(file: ArtifactFile, code: ArtifactFile | None, content: Content | None = None) -> FileWithMap | Unmapped:
    try:
        source_map = read_source_map(plain_utf8(file.read()), content)
    except (OSError, MalformedBundle) as error:
        return Unmapped(UnmappedReason.UNREADABLE_FILE, f"{file.place}: {error}")
    except MalformedSourceMap as error:
        return Unmapped(UnmappedReason.MALFORMED_SOURCE_MAP, f"{file.place}: {error}")
    return FileWithMap(source_map, file.place, None if code is None else code.place)


def _embedded_map(code: ArtifactFile, reference: str) -> ArtifactFile | None:
    from core.files.data_urls import decode_data_url  # most have none

    content = decode_data_url(reference)
    return None if content is None else replace(code, place=f"{code.place} (embedded map)", read=lambda: content)


def _debug_id_in(file: ArtifactFile) -> DebugId | None:
    """Return the debug id of a map, without reading it as one: its own texts have their quotes escaped."""
    try:
        found = _DEBUG_ID.search(plain_utf8(file.read()))
    except (OSError, MalformedBundle):
        return None
    return None if found is None else parse_debug_id(found[1].decode())


def _own_id(file: ArtifactFile, source_map: SourceMap) -> DebugId | None:
    return file.debug_id or (None if source_map.debug_id is None else parse_debug_id(source_map.debug_id))


def _ambiguous(path: str, files: Ambiguous) -> Unmapped:
    return Unmapped(UnmappedReason.AMBIGUOUS_FILE, f"{path} may be {' or '.join(file.place for file in files)}")


def _no_map(code: ArtifactFile, said: Comments) -> Unmapped:
    reference = _reference(code, said)
    if reference is None:
        stray = "" if said.stray is None else f"; that to {said.stray[:_LONGEST_REFERENCE]} is followed by code"
        return Unmapped(
            UnmappedReason.NO_SOURCE_MAP, f"{code.place} refers to no source map, and has none beside it{stray}"
        )
    if reference.startswith("data:"):
        return Unmapped(UnmappedReason.MALFORMED_SOURCE_MAP, f"{code.place}: the source map in it can't be decoded")
    return Unmapped(
        UnmappedReason.MISSING_SOURCE_MAP,
        f"{code.place} refers to {reference[:_LONGEST_REFERENCE]}, which is not among the artifacts",
    )


def _other_build(code: ArtifactFile, found: ArtifactFile) -> Unmapped:
    return Unmapped(
        UnmappedReason.OTHER_DEBUG_ID, f"{found.place} has not the debug id of {code.place}, but of another build"
    )


def _without_query(path: str) -> str:
    return path.partition("?")[0].partition("//&")[0]
