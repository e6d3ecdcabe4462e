"""Why the frames of a request came out as they did, when all is done for it."""

from __future__ import annotations

from collections.abc import Iterator

from core.explain.explanation import DecidedBy, DecidingFile, DecidingToken, Explanation, Step
from core.explain.findings import Finding
from core.explain.frame_findings import FrameFindings
from core.explain.record import Recorder
from core.explain.steps import steps_of
from core.explain.uploaded_names import UploadedNames
from core.files.debug_ids import DebugId, parse_debug_id
from core.files.file_keys import Failure, FileEntry, FileKey, FileType
from core.files.generated_files import MappedEntry, ResolvedModule, source_map_key
from core.frames.mapped_frame import Located, locate, raw_frame, source_key
from core.sourcemap.generated_token import covering_column
from core.wire.frame import Frame
from core.wire.origin import origin_document
from core.wire.request import SymbolicateRequest

MOST_FRAMES = 1_000
"""How many frames of a request are explained, the first ones: an explanation is much larger than a frame."""


def explain(request: SymbolicateRequest, recorder: Recorder) -> Iterator[list[Explanation]]:
    """Yield the explanations of the frames of each stack trace, in the order of the request.

    There are MOST_FRAMES in all: those of later frames are missing.
    """
    explainer = _Explainer(request, recorder)
    left = MOST_FRAMES
    for trace in request.stacktraces:
        yield [explainer.explanation(raw_frame(frame)) for frame in trace.frames[:left]]
        left -= min(left, len(trace.frames))


class _Explainer:
    def __init__(self, request: SymbolicateRequest, recorder: Recorder) -> None:
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
    column = covering_column(source_map, frame.lineno - 1, max(frame.colno or 0, 1) - 1)
    return DecidingToken(
        lineno=frame.lineno,
        colno=None if column is None else column + 1,
        source=located.position.file,
        original_lineno=located.position.line + 1,
        original_colno=located.position.column + 1,
        name=located.position.name,
    )
