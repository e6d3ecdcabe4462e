"""Finding of one frame: its reason, from what is known of its file, its map and the lookups."""

from __future__ import annotations

from collections.abc import Mapping

from core.explain.event_findings import inline_script, is_page, unmappable
from core.explain.file_records import FileRecord
from core.explain.findings import FILE_NAMES, Finding, Reason, bundle_name, failure_text, quoted
from core.explain.mapped_frames import GeneratedPlaces, blemishes, misfits, unmapped
from core.explain.missing_file import why_missing
from core.explain.uploaded_names import UploadedNames, upload_name
from core.failures import Failure, FailureKind
from core.files.data_urls import is_data_url
from core.files.file_keys import File, FileKey, FileType
from core.files.magic_comments import source_mapping_url
from core.files.text_files import is_html
from core.frames.mapped_frame import Located, ResolvedModule, locate, source_key
from core.wire.frame import Frame
from core.wire.request import SymbolicateRequest

_MINIFIED = FileType.MINIFIED_SOURCE
_MAP = FileType.SOURCE_MAP


class FrameFindings:
    """Finds the reasons of one request's frames.  ``records`` are its lookups, by key."""

    def __init__(
        self, request: SymbolicateRequest, records: Mapping[FileKey, FileRecord], names: UploadedNames
    ) -> None:
        self._request = request
        self._records = records
        self._names = names
        self._missing: dict[FileKey, Finding] = {}
        self._places = GeneratedPlaces()

    def of_frame(self, frame: Frame, module: ResolvedModule | None, keys: tuple[FileKey, FileKey | None]) -> Finding:
        """Return why ``frame``, as it was looked up, came out as it did.

        ``module`` is what is known of its file, None if the frame has no line; ``keys`` are those of file and map.
        """
        if module is None:
            return unmappable(frame.abs_path, upload_name(frame.abs_path)) or _no_line(frame)
        minified_key, map_key = keys
        if isinstance(module.minified.result, Failure):
            return self._why_missing(minified_key, module.minified.result)
        if module.source_map is None:
            return self._without_map(frame, module.minified.result)
        if isinstance(module.source_map.result, Failure):
            return self._without_usable_map(map_key, module.source_map.result)
        return self._with_map(frame, module)

    def _why_missing(self, key: FileKey, failure: Failure) -> Finding:
        if key not in self._missing:
            self._missing[key] = why_missing(self._records[key], failure, self._names, self._request)
        return self._missing[key]

    def _without_map(self, frame: Frame, minified: File) -> Finding:
        """Return why a file that is there is not known to have a map."""
        if is_html(minified.content):
            return (
                inline_script(frame.abs_path) if is_page(frame.abs_path) else _html_instead(_MINIFIED, frame.abs_path)
            )
        comment = source_mapping_url(minified.content)
        if comment is not None and is_data_url(comment):
            cause = f"The `data:` URL at the end of {quoted(frame.abs_path)} can't be decoded"
            return Finding(Reason.REFERENCE_UNREADABLE, cause, "Build again: the source map in it is damaged", _MAP)
        cause = (
            f"{quoted(frame.abs_path)} says nothing of a source map: it has no `//# sourceMappingURL=` comment, "
            "its upload no such header, and there is no debug id"
        )
        map_name = f"{upload_name(frame.abs_path)}.map"
        held = [f"But the upload {bundle_name(owner)} has {quoted(map_name)}" for owner in self._names.owners(map_name)]
        advice = (
            f"Build with source maps, and keep `//# sourceMappingURL={map_name.rpartition('/')[2]}` at the end of the "
            "file, or inject debug ids"
        )
        return Finding(Reason.NO_REFERENCE, ". ".join([cause, *held[:1]]), advice, _MAP)

    def _without_usable_map(self, key: FileKey | None, failure: Failure) -> Finding:
        record = None if key is None else self._records.get(key)
        if record is None:
            return _unreadable_map("inside the minified file", failure)
        if isinstance(record.entry.result, Failure):
            return self._why_missing(record.key, record.entry.result)
        where = quoted(record.key.abs_path or f"with the debug id {record.key.debug_id}")
        if is_html(record.entry.result.content):
            return _html_instead(_MAP, record.key.abs_path or "")
        return _unreadable_map(where, failure)

    def _with_map(self, frame: Frame, module: ResolvedModule) -> Finding:
        assert module.source_map is not None
        source_map = module.source_map.result
        assert not isinstance(source_map, Failure)
        assert not isinstance(module.minified.result, Failure)
        place = self._places.place(frame, module.minified.result.content)
        misfit = next(misfits(frame, place, module, source_map, self._names), None)
        if misfit is not None:
            return misfit
        located = locate(frame, module)
        if not isinstance(located, Located):
            return unmapped(frame, source_map, place)
        blemish = next(blemishes(frame, located, source_map), None)
        return blemish or self._without_content(located) or Finding(Reason.RESOLVED, "The frame is original again")

    def _without_content(self, located: Located) -> Finding | None:
        """Return why an original frame has no source lines, None if it has."""
        if not self._request.options.apply_source_context or located.position.source is None:
            return None
        record = self._records.get(source_key(located))
        if record is None or isinstance(record.entry.result, File) or _embeds(located):
            return None
        missing = self._why_missing(record.key, record.entry.result)
        cause = f"The source map doesn't hold the text of {quoted(located.position.file or '')}. {missing.cause}"
        advice = "Build with `sourcesContent` in the map. Else, for the file alone: " + missing.advice
        return Finding(Reason.SOURCE_CONTENT_MISSING, cause, advice, FileType.SOURCE)


def _embeds(located: Located) -> bool:
    """Return whether the map holds the text of the original file, as another map of it may not."""
    source, source_map = located.position.source, located.map.result
    return source is not None and not isinstance(source_map, Failure) and source_map.source_content(source) is not None


def _no_line(frame: Frame) -> Finding:
    cause = f"The frame at {quoted(frame.abs_path)} has line 0: lines count from 1, so it is nowhere"
    return Finding(
        Reason.NO_LINE, cause, "Let the SDK send `lineno`, counted from 1; leave frames without lines as they are"
    )


def _html_instead(file_type: FileType, path: str) -> Finding:
    cause = (
        f"The {FILE_NAMES[file_type]} {quoted(path)} is an HTML page: an error, a login, or the page of an application"
    )
    advice = "Let the server deliver the file itself there, to us as well, or upload it"
    return Finding(Reason.HTML_INSTEAD, cause, advice, file_type)


def _unreadable_map(where: str, failure: Failure) -> Finding:
    if failure.excess is not None:
        size, limit = failure.excess.size, failure.excess.limit
        cause = f"The source map {where} is too large: {size:,} bytes, at most {limit:,} are allowed"
        return Finding(Reason.FILE_TOO_LARGE, cause, "Make it smaller, or have the limit raised", _MAP)
    cause = f"The source map {where} can't be read: {failure_text(failure)}"
    if failure.kind is FailureKind.INTERNAL:
        return Finding(Reason.INTERNAL_ERROR, cause, "Look into the log of the worker", _MAP)
    advice = "Build and upload it again: it must be complete, as the tool wrote it, and no larger than need be"
    return Finding(Reason.MAP_UNREADABLE, cause, advice, _MAP)
