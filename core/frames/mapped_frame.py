"""Frames: a raw frame and its generated file with its source map → the original frame, or what went wrong.

The rules are those of the outcome table: whatever goes wrong for one frame is data, and the frame comes back as it
was, with the context of the minified file where that one was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from core.failures import Failure, FailureKind
from core.files.debug_ids import DebugId
from core.files.file_keys import EmbeddedMap, File, FileEntry, FileKey, FileType, Origin, ResolvedWith
from core.frames.function_names import function_to_show
from core.frames.module_names import generate_module, turbopack_filename, webpack_filename
from core.sourcemap.position import NoName, OriginalPosition
from core.sourcemap.source_map import SourceMap
from core.web.paths import join_paths, strip_async
from core.wire.frame import Frame, FrameData
from core.wire.origin import origin_document
from core.wire.response import ErrorType, FrameError

_U32_MAX = 4_294_967_295
_MOST_REMEMBERED = 8192
_MOST_REMEMBERED_CHARACTERS = 1000
_URL_PREFIXES = ("http:", "https:", "webpack:", "turbopack:", "app:")


# Events of one project name the same few files again and again.
_module_remembered = lru_cache(_MOST_REMEMBERED)(generate_module)
_join_remembered = lru_cache(_MOST_REMEMBERED)(join_paths)


@dataclass(frozen=True, slots=True)
class MappedEntry:
    """A source map ready for use, or why there is none; ``origin`` and ``resolved_with`` are those of its file."""

    origin: Origin | None
    resolved_with: ResolvedWith
    result: SourceMap | Failure


@dataclass(frozen=True, slots=True)
class ResolvedModule:
    """A generated file with its source map.

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


@dataclass(frozen=True, slots=True)
class Unsymbolicated:
    """A frame that stays as it came; ``error`` is None where that is no error."""

    raw: Frame
    error: FrameError | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """A frame whose original position is known.

    ``label`` is the display name of the source map, ``source_path`` the resolved path of the original file, None if
    the map gives it no name.
    """

    frame: Frame
    map: MappedEntry
    label: str
    position: OriginalPosition
    source_path: str | None


def raw_frame(frame: Frame) -> Frame:
    """Return the frame as it is looked up and echoed: some SDKs leave ``async `` in front of the path."""
    path = strip_async(frame.abs_path)
    return frame if path == frame.abs_path else replace(frame, abs_path=path)


def nowhere(raw: Frame) -> Unsymbolicated:
    """Return the outcome of a frame without a line: there is nothing to look up."""
    error = FrameError(abs_path=raw.abs_path, type="invalid_location", line=0, col=raw.colno)
    return Unsymbolicated(raw, error)


def minified_context(frame: Frame, module: ResolvedModule) -> bytes | None:
    """Return the lines of the generated file around ``frame``, as members of its JSON; None if there are no such."""
    minified = module.minified.result
    return None if isinstance(minified, Failure) else minified.context(frame.lineno, frame.colno or 0)


def locate(frame: Frame, module: ResolvedModule) -> Unsymbolicated | Located:
    """Find out where ``frame``, which has a line, comes from."""
    if isinstance(module.minified.result, Failure):
        return Unsymbolicated(frame, _minified_error(frame, module.minified.result))
    if module.source_map is None:
        return Unsymbolicated(frame)
    label = frame.abs_path if module.remote_url is None else module.remote_url
    if isinstance(module.source_map.result, Failure):
        return _unmapped(frame, module.source_map, module.source_map.result, label)
    position = module.source_map.result.lookup(frame.lineno - 1, max(frame.colno or 0, 1) - 1)
    if position is None:
        error = FrameError(abs_path=frame.abs_path, type="invalid_location", line=frame.lineno, col=frame.colno or 0)
        return Unsymbolicated(frame, error)
    path = _source_path(module.source_base, position.file) if position.file else None
    return Located(frame, module.source_map, label, position, path)


def original_calls(located: Located, module: ResolvedModule) -> list[Located]:
    """Return the original frames of a located one, caller first: inlined calls follow; none if it's to be hidden.

    Those after the first don't have the name that the frame came with.
    """
    source_map, frame = located.map.result, located.frame
    assert isinstance(source_map, SourceMap)
    calls = source_map.calls(frame.lineno - 1, max(frame.colno or 0, 1) - 1)
    if calls is None:
        return [located]
    nameless = replace(frame, function=None)
    return [
        Located(
            nameless if number else frame,
            located.map,
            located.label,
            position,
            _source_path(module.source_base, position.file) if position.file else None,
        )
        for number, position in enumerate(reversed(calls.frames))
    ]


def in_function(located: Located, function: str | None) -> Located:
    """Return a located frame as one of another function."""
    position = replace(located.position, function=NoName.UNKNOWN if function is None else function)
    frame = replace(located.frame, function=None)
    return Located(frame, located.map, located.label, position, located.source_path)


def is_ignored(located: Located) -> bool:
    """Return whether the map says that nobody wants to see the original file."""
    source, source_map = located.position.source, located.map.result
    return source is not None and isinstance(source_map, SourceMap) and source_map.is_ignored(source)


def embeds_content(located: Located) -> bool:
    """Return whether the map embeds the text of the original file, or doesn't know which file that is."""
    source, source_map = located.position.source, located.map.result
    return source is None or (isinstance(source_map, SourceMap) and source_map.has_content(source))


def embedded_context(located: Located) -> bytes | None:
    """Return the original lines that the map embeds, as members of JSON; None if there are no such lines."""
    source, source_map = located.position.source, located.map.result
    if source is None or isinstance(source_map, Failure):
        return None
    return source_map.source_context(source, located.position.line, located.position.column)


def fetched_context(located: Located, file: File) -> bytes | None:
    """Return the original lines, of an original file that was had from elsewhere, as members of JSON.

    None if there are no such lines.
    """
    return file.context(located.position.line + 1, located.position.column + 1)


def source_key(located: Located) -> FileKey:
    """Return what to look the original file up by, if its text must be had from elsewhere."""
    return FileKey(FileType.SOURCE, located.source_path)


def symbolicated(located: Located, caller_name: str | None) -> Frame:
    """Return the original frame, but for its context and ``original_data``.

    ``caller_name`` is the token name at the caller's position.
    """
    frame, position = located.frame, located.position
    abs_path, filename, module = _names(located)
    return Frame(
        platform=frame.platform,
        function=function_to_show(position, frame.function, caller_name),
        filename=filename,
        module=module,
        abs_path=abs_path,
        lineno=min(position.line + 1, _U32_MAX),
        colno=min(position.column + 1, _U32_MAX),
        pre_context=frame.pre_context,
        context_line=frame.context_line,
        post_context=frame.post_context,
    )


def original_data(located: Located) -> FrameData:
    """Return the data of an original frame: the same for all of a source map."""
    return FrameData(
        sourcemap=located.label,
        sourcemap_origin=_origin(located.map),
        resolved_with=located.map.resolved_with,
        symbolicated=True,
    )


def missing_source_content(located: Located) -> FrameError:
    """Return the error of a frame whose original text can't be had."""
    return FrameError(
        abs_path=located.frame.abs_path,
        type="missing_source_content",
        source=located.source_path or "",
        sourcemap=located.label,
    )


def _minified_error(frame: Frame, failure: Failure) -> FrameError:
    disabled = failure.kind is FailureKind.SCRAPING_DISABLED
    error_type: ErrorType = "scraping_disabled" if disabled else "missing_source"
    return _with_excess(FrameError(abs_path=frame.abs_path, type=error_type), failure)


def _unmapped(raw: Frame, entry: MappedEntry, failure: Failure, label: str) -> Unsymbolicated:
    if failure.kind is FailureKind.MALFORMED:
        data = replace(raw.data, sourcemap_origin=_origin(entry), resolved_with=entry.resolved_with)
        error = _with_excess(FrameError(abs_path=raw.abs_path, type="malformed_sourcemap", url=label), failure)
        return Unsymbolicated(replace(raw, data=data), error)
    disabled = failure.kind is FailureKind.SCRAPING_DISABLED
    return Unsymbolicated(
        raw, FrameError(abs_path=raw.abs_path, type="scraping_disabled" if disabled else "missing_sourcemap")
    )


def _with_excess(error: FrameError, failure: Failure) -> FrameError:
    """Return the error of a failure, with its figures if a file is too large."""
    excess = failure.excess
    return error if excess is None else replace(error, size=excess.size, limit=excess.limit)


def _names(located: Located) -> tuple[str, str | None, str | None]:
    """Return path, filename and module: those of the original file, where the mapping has any."""
    frame, file, path = located.frame, located.position.file, located.source_path
    if not file or path is None:
        return frame.abs_path, frame.filename, frame.module
    if file.startswith("webpack:"):
        filename = webpack_filename(file)
        return path, filename, _module(filename)
    if file.startswith("turbopack:"):
        filename = turbopack_filename(file)
        return path, filename, _module(filename)
    if frame.module is None and path.startswith(_URL_PREFIXES):
        return path, file, _module(path)
    return path, file, frame.module


def _module(path: str) -> str:
    return _module_remembered(path) if len(path) <= _MOST_REMEMBERED_CHARACTERS else generate_module(path)


def _source_path(base: str, file: str) -> str:
    short = len(base) + len(file) <= _MOST_REMEMBERED_CHARACTERS
    return _join_remembered(base, file) if short else join_paths(base, file)


def _origin(entry: MappedEntry) -> object:
    return None if entry.origin is None else origin_document(entry.origin)
