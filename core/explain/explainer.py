"""Explanations of the frames of a request, made from the record of what was done for its files."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from core.explain.explanation import DecidedBy, DecidingFile, DecidingToken, Explanation, Step
from core.explain.file_records import FileRecord, FileRecorder, Lookup, NotAsked
from core.explain.findings import FILE_NAMES, Finding, bundle_name, failure_text, origin_text, quoted
from core.explain.frame_findings import FrameFindings
from core.explain.uploaded_names import UploadedNames
from core.failures import Failure
from core.files.artifact_lookup import ListedBundle
from core.files.debug_ids import DebugId, parse_debug_id
from core.files.file_keys import BundledFile, FileEntry, FileKey, FileType
from core.frames.mapped_frame import Located, MappedEntry, ResolvedModule, locate, raw_frame, source_key, source_map_key
from core.sourcemap.inlined_calls import ScopedName
from core.sourcemap.position import OriginalPosition
from core.sourcemap.source_map import covering_column
from core.web.paths import candidate_urls
from core.wire.frame import Frame
from core.wire.origin import origin_document
from core.wire.request import SymbolicateRequest
from core.wire.shape_errors import shortened

MOST_FRAMES = 1_000
"""The number of frames of a request that are explained, the first ones: an explanation is much larger than a frame."""
_MOST = 10
"""The number of names of a kind that are listed."""


def explain(request: SymbolicateRequest, recorder: FileRecorder) -> Iterator[list[Explanation]]:
    """Yield the explanations of the frames of each stack trace, in the order of the request.

    There are MOST_FRAMES in all: those of later frames are missing.
    """
    explainer = _Explainer(request, recorder)
    left = MOST_FRAMES
    for trace in request.stacktraces:
        yield [explainer.explanation(raw_frame(frame)) for frame in trace.frames[:left]]
        left -= min(left, len(trace.frames))


class _Explainer:
    def __init__(self, request: SymbolicateRequest, recorder: FileRecorder) -> None:
        self._recorder = recorder
        self._debug_ids = {module.code_file: parse_debug_id(module.debug_id) for module in request.modules}
        self._findings = FrameFindings(
            request, recorder.files, UploadedNames(recorder.bundles, recorder.artifacts.values())
        )
        self._steps: dict[FileKey, list[Step]] = {}

    def explanation(self, frame: Frame) -> Explanation:
        """Return why ``frame``, as it is looked up, came out as it did."""
        module = self._recorder.modules[frame.abs_path] if frame.lineno else None
        keys = self._keys(frame.abs_path, module)
        finding = self._findings.of_frame(frame, module, keys)
        if module is None:
            return _explanation(finding, [], DecidedBy())
        located = locate(frame, module)
        source = source_key(located) if isinstance(located, Located) else None
        steps = [step for key in (*keys, source) if key is not None for step in self._steps_of(key)]
        return _explanation(finding, steps, _decided_by(frame, module, keys, located))

    def _keys(self, abs_path: str, module: ResolvedModule | None) -> tuple[FileKey, FileKey | None]:
        debug_id = self._debug_ids.get(abs_path)
        map_key = None if module is None else source_map_key(module.minified, debug_id)
        return FileKey(FileType.MINIFIED_SOURCE, abs_path, debug_id), map_key

    def _steps_of(self, key: FileKey) -> list[Step]:
        if key not in self._steps:
            record = self._recorder.files.get(key)
            self._steps[key] = [] if record is None else steps_of(record)
        return self._steps[key]


def steps_of(record: FileRecord) -> list[Step]:
    """Return what was done for one file."""
    return [*_uploads(record), *_web(record), _end(record)]


def _explanation(finding: Finding, steps: list[Step], decided_by: DecidedBy) -> Explanation:
    return Explanation(
        code=finding.reason,
        file=finding.file,
        cause=finding.cause,
        advice=finding.advice,
        steps=steps,
        decided_by=decided_by,
    )


def _decided_by(
    frame: Frame, module: ResolvedModule, keys: tuple[FileKey, FileKey | None], located: object
) -> DecidedBy:
    minified_key, map_key = keys
    decided = DecidedBy()
    if isinstance(module.minified.result, Failure):
        return decided
    decided.minified = _file(module.minified, frame.abs_path, minified_key.debug_id or module.minified.result.debug_id)
    if module.source_map is not None and not isinstance(module.source_map.result, Failure):
        debug_id = None if map_key is None else map_key.debug_id
        decided.source_map = _file(module.source_map, module.remote_url, debug_id)
    if isinstance(located, Located):
        decided.token = _token(frame, located)
    return decided


def _file(entry: FileEntry | MappedEntry, name: str | None, debug_id: DebugId | None) -> DecidingFile:
    return DecidingFile(
        name=name,
        debug_id=debug_id,
        origin=None if entry.origin is None else origin_document(entry.origin),
        resolved_with=entry.resolved_with.value,
    )


def _token(frame: Frame, located: Located) -> DecidingToken:
    source_map = located.map.result
    assert not isinstance(source_map, Failure)
    line, place = frame.lineno - 1, max(frame.colno or 0, 1) - 1
    column = covering_column(source_map, line, place)
    scoped = source_map.scoped_names(line, place)
    return DecidingToken(
        lineno=frame.lineno,
        colno=None if column is None else column + 1,
        source=located.position.file,
        original_lineno=located.position.line + 1,
        original_colno=located.position.column + 1,
        name=located.position.name,
        scopes=msgspec.UNSET if scoped is None else [_scoped_frame(*each) for each in scoped],
    )


def _scoped_frame(position: OriginalPosition, name: ScopedName) -> str:
    said = "says nothing of a function" if name is None else name if isinstance(name, str) else name.value
    return f"{said} at {position.file or 'no source'}:{position.line + 1}:{position.column + 1}"


def _uploads(record: FileRecord) -> Iterator[Step]:
    key = record.key
    yield from _lookup(record)
    for uri, manifest in sorted(record.bundles.items(), reverse=True)[:_MOST]:
        if isinstance(manifest, Failure):
            yield _step(record, "bundle", f"the bundle {bundle_name(uri)} can't be had: {failure_text(manifest)}")
    searched = [uri for uri, manifest in record.bundles.items() if not isinstance(manifest, Failure)]
    if not searched and not record.artifacts:
        return
    if key.debug_id is not None and searched:
        here = isinstance(record.entry.origin, BundledFile) and record.entry.resolved_with == "debug-id"
        yield _step(record, "debug_id", f"{quoted(key.debug_id)}: {_where(record, searched, here)}", found=here)
        if here:
            return
    for name in dict.fromkeys(candidate_urls(key.abs_path)) if key.abs_path is not None else ():
        owners = [uri for uri in searched if _holds(record, uri, name)]
        owners += [each.uri for each in record.artifacts if each.abs_path == name]
        said = f"{quoted(name)}: " + (f"in {', '.join(map(bundle_name, owners[:_MOST]))}" if owners else "nowhere")
        yield _step(record, "name", said, found=bool(owners))
    for member in record.unreadable[:_MOST]:
        said = f"{quoted(member.path)} in the bundle {bundle_name(member.bundle_uri)} can't be read"
        yield _step(record, "bundle", said)


def _lookup(record: FileRecord) -> Iterator[Step]:
    lookup = record.lookup
    if isinstance(lookup, NotAsked):
        yield _step(record, "lookup", f"the lookup API was not asked: {lookup.value}")
    if not isinstance(lookup, Lookup):
        return
    asked = ", ".join(f"{name} {quoted(value)}" for name, value in lookup.parameters)
    if isinstance(lookup.answer, Failure):
        said = f"failed ({shortened(lookup.answer.text)})"
    else:
        kinds = [
            ("bundle" if isinstance(each, ListedBundle) else "artifact", each.uri) for each in lookup.answer[:_MOST]
        ]
        said = ", ".join(f"{kind} {bundle_name(uri)}" for kind, uri in kinds) or "nothing"
        if len(lookup.answer) > _MOST:
            said += f" and {len(lookup.answer) - _MOST} more"
    yield _step(record, "lookup", f"asked the lookup API for {asked}: {said}", found=False)
    if lookup.listed_without_dist:
        yield _step(record, "lookup", f"without the dist it would have listed {lookup.listed_without_dist}")


def _web(record: FileRecord) -> Iterator[Step]:
    attempt = record.attempt
    if attempt is not None:
        details = shortened(": ".join(filter(None, [attempt.reason, attempt.details])))
        said = f"{quoted(attempt.url)}: {attempt.status}" + (f" ({details})" if details else "")
        yield _step(record, "web", said, found=attempt.status == "success")


def _end(record: FileRecord) -> Step:
    what = FILE_NAMES[record.key.type]
    if isinstance(record.entry.result, Failure):
        return _step(record, "result", f"no {what}: {failure_text(record.entry.result)}")
    return _step(record, "result", f"the {what} was found {origin_text(record.entry.origin)}", found=True)


def _step(record: FileRecord, tried: str, said: str, *, found: bool = False) -> Step:
    return Step(file=record.key.type, tried=tried, found=found, said=said)


def _where(record: FileRecord, searched: list[str], here: bool) -> str:
    if here and isinstance(record.entry.origin, BundledFile):
        return f"in the bundle {bundle_name(record.entry.origin.bundle_uri)}"
    return f"not in {', '.join(map(bundle_name, sorted(searched, reverse=True)[:_MOST]))}"


def _holds(record: FileRecord, uri: str, name: str) -> bool:
    manifest = record.bundles[uri]
    return not isinstance(manifest, Failure) and name in manifest.by_url
