"""The generated files of a request, each with its source map: what frames are decided from."""

from __future__ import annotations

from dataclasses import dataclass

from core.files import Failure, FileEntry, Origin, ResolvedWith
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
