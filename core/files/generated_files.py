"""The generated files of a request, each with its source map: what frames are decided from."""

from __future__ import annotations

from dataclasses import dataclass

from core.files.debug_ids import DebugId
from core.files.file_keys import EmbeddedMap, Failure, FileEntry, FileKey, FileType, Origin, ResolvedWith
from core.sourcemap.source_map import SourceMap


@dataclass(frozen=True, slots=True)
class MappedEntry:
    """A source map ready for use, or why there is none; ``origin`` and ``resolved_with`` are those of its file."""

    origin: Origin | None
    resolved_with: ResolvedWith
    result: SourceMap | Failure


@dataclass(frozen=True, slots=True)
class ResolvedModule:
    """What is known about a generated file.

    ``source_map`` is None if nothing says that there is one: neither a reference nor a debug id.  ``source_base`` is
    what the paths in the source map are seen from.  ``remote_url`` is where the generated file says its source map is,
    None if it doesn't say, or has it inside.
    """

    minified: FileEntry
    source_map: MappedEntry | None
    source_base: str
    remote_url: str | None


def source_map_key(minified: FileEntry, debug_id: DebugId | None) -> FileKey | None:
    """Return what the source map of a generated file is looked up by.

    ``debug_id`` is what the request says of the file.  None if the map is inside the file, or nothing says that there
    is one.  A file that can't be had may have a map all the same.
    """
    if isinstance(minified.result, Failure):
        return None if debug_id is None else FileKey(FileType.SOURCE_MAP, None, debug_id)
    reference = minified.result.source_map
    if isinstance(reference, EmbeddedMap):
        return None
    debug_id = debug_id or minified.result.debug_id
    if reference is None and debug_id is None:
        return None
    return FileKey(FileType.SOURCE_MAP, None if reference is None else reference.url, debug_id)
