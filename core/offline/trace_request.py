"""Requests for the frames of a trace: a text, an event, or a list of frames; and the text with the originals in it."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson

from core.errors import InvalidRequest
from core.frames.module_names import shown_file
from core.offline.events import Event, EventFrame, known_debug_ids, only_event, read_events
from core.offline.frame_places import Style, TextFrame
from core.offline.json_frames import find_all_frames
from core.offline.rewriting import Edit, FrameWriter, with_edits

MOST_FRAMES = 10_000
"""Frames of one trace."""

_LARGEST_NUMBER = 4_294_967_295
_PATHS = ("abs_path", "absPath", "filename")
_NAMELESS = frozenset({"<anonymous>", "<unknown>", "?", ""})
_NATIVE = re.compile(r"\bat ([^\n()\\]{1,500}) \((<anonymous>|native)\)|([^\n@\\]{0,500})@\[native code\]")
_LONGEST_GAP = 2000
_INDENT = "    at "
_STYLES = list(Style)


class Trace(msgspec.Struct):
    """A text, and its frames in the order of the request; ``request`` is what the service is asked about them."""

    text: str
    frames: list[TextFrame]
    request: dict[str, Any]


class _KeptText(msgspec.Struct, array_like=True):
    """A text, and of each frame: style, start, end, function."""

    text: str
    frames: list[tuple[int, int, int, str | None]]


class _Token(msgspec.Struct):
    source: str | None = None


class _DecidedBy(msgspec.Struct):
    token: _Token | None = None


class _Explanation(msgspec.Struct):
    decided_by: _DecidedBy


class _FrameData(msgspec.Struct):
    symbolicated: bool = False
    raw_index: int | None = None


class _Frame(msgspec.Struct):
    lineno: int
    colno: int | None = None
    function: str | None = None
    filename: str | None = None
    data: _FrameData = msgspec.field(default_factory=_FrameData)
    explanation: _Explanation | None = None


class _Stacktrace(msgspec.Struct):
    frames: list[_Frame]


class _RawStacktrace(msgspec.Struct):
    frames: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    status: str
    stacktraces: list[_Stacktrace] = []
    raw_stacktraces: list[_RawStacktrace] = []


def trace_of_text(text: str) -> Trace:
    """Read a stack trace or a log with stack traces, or an event as JSON.  Raises InvalidRequest."""
    event = only_event(text)
    return _checked(_trace_of_log(text) if event is None else _trace_of_event(event))


def trace_of_document(document: object) -> Trace:
    """Read the value of ``trace``: a text, an event, or a list of frames, callee first.  Raises InvalidRequest."""
    if isinstance(document, str):
        return trace_of_text(document)
    if isinstance(document, list):
        for number, frame in enumerate(document):
            if not isinstance(frame, dict) or not any(isinstance(frame.get(key), str) for key in _PATHS):
                raise InvalidRequest(f"trace[{number}]", "expected a frame: an object with abs_path, lineno and colno")
        document = {"stacktrace": {"frames": document[::-1]}}
    elif isinstance(document, dict) and isinstance(document.get("frames"), list):
        document = {"stacktrace": document}
    if not isinstance(document, dict):
        raise InvalidRequest("trace", "expected a text, an event, or a list of frames")
    events = read_events(orjson.dumps(document))
    if not events:
        raise _nothing_found("event")
    return _checked(_trace_of_event(events[0]))


def trace_request(trace: Trace, wanted: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the request for a trace.

    What ``wanted`` says counts more than what the trace says, and this more than ``defaults``.

    It names the digest of the text, so that no other text shares the job.
    """
    found = trace.request
    said = {**defaults, **wanted}
    options, modules = said.get("options", {}), said.get("modules", [])
    # The text has one place for each frame.
    always = {"frame_order": "callee_first", "explain": True}
    return {
        **defaults,
        **found,
        **{name: value for name, value in wanted.items() if value is not None},
        "stacktraces": found["stacktraces"],
        "modules": [*modules, *found["modules"]] if isinstance(modules, list) else modules,
        "options": {"ignore_list": True, **options, **always} if isinstance(options, dict) else options,
        "trace": hashlib.sha256(trace.text.encode("utf-8", "replace")).hexdigest(),
    }


def kept_text(trace: Trace) -> bytes:
    """Return what has to be kept until the answer is there, compressed."""
    frames = [(_STYLES.index(frame.style), frame.start, frame.end, frame.function) for frame in trace.frames]
    return zlib.compress(msgspec.msgpack.encode(_KeptText(trace.text, frames)), 1)


def with_text(answer: bytes, kept: bytes | None) -> bytes:
    """Return the answer to a trace with its text in it, rewritten; null, if the text wasn't kept.

    Answers that have no frames stay as they are.
    """
    if not answer.startswith(b'{"status":"completed"'):
        return answer
    text = rewritten_text(answer, kept) if kept else None
    return answer[:-1] + b',"text":' + orjson.dumps(text) + b"}"


def rewritten_text(answer: bytes, kept: bytes) -> str:
    """Return the text that was ``kept``, with the original frames of its answer in it."""
    trace = msgspec.msgpack.decode(zlib.decompress(kept), type=_KeptText)
    document = msgspec.json.decode(answer, type=_Answer)
    answered = [
        frame
        for stacktrace, raw in zip(document.stacktraces, document.raw_stacktraces, strict=True)
        for frame in _by_raw_frame(stacktrace.frames, len(raw.frames))
    ]
    frames = [
        TextFrame(_STYLES[style], start, end, 0, function, "", 0, None) for style, start, end, function in trace.frames
    ]
    return with_edits(trace.text, _edits(trace.text, frames, answered))


def _by_raw_frame(frames: list[_Frame], count: int) -> list[_Frame | None]:
    """Return the answered frame of each raw one: of inlined calls the innermost, which comes first."""
    found: list[_Frame | None] = [None] * count
    for number, frame in enumerate(frames):
        index = number if frame.data.raw_index is None else frame.data.raw_index
        if index < count and found[index] is None:
            found[index] = frame
    return found


def _edits(text: str, frames: list[TextFrame], answered: list[_Frame | None]) -> Iterator[Edit]:
    writer = FrameWriter(text)
    for frame, found in zip(frames, answered, strict=False):  # of an answer to something else, nothing is known
        if found is not None and found.data.symbolicated:
            file = shown_file(_source(found))
            yield frame.start, frame.end, writer.written(frame, _function(found), file, found.lineno, found.colno)


def _function(frame: _Frame) -> str | None:
    """Return the name to write; on the wire, the number sign of a private method may be there twice."""
    return None if frame.function is None or frame.function in _NAMELESS else frame.function.replace("##", "#")


def _source(frame: _Frame) -> str:
    token = None if frame.explanation is None else frame.explanation.decided_by.token
    return (None if token is None else token.source) or frame.filename or ""


def _trace_of_log(text: str) -> Trace:
    found = [
        frame._replace(path=_encodable(frame.path), function=frame.function and _encodable(frame.function))
        for frame in find_all_frames(text, lambda _: False)
    ]
    runs = list(_runs(text, found))
    stacktraces = [{"frames": [_request_frame(frame) for frame in run]} for run in runs]
    modules = [_module(path, debug_id) for path, debug_id in known_debug_ids(text).items()]
    return Trace(text, [frame for run in runs for frame in run], {"stacktraces": stacktraces, "modules": modules})


def _runs(text: str, frames: list[TextFrame]) -> Iterator[list[TextFrame]]:
    """Yield frames on lines that follow one another, with those of native code between them: of others, none calls."""
    run: list[TextFrame] = []
    for frame in frames:
        if run:
            between = _native_frames(text, run[-1].end, frame.start)
            if frame.line != run[-1].line + 1 + len(between):
                yield run
                run = []
            else:
                run += between
        run.append(frame)
    if run:
        yield run


def _native_frames(text: str, start: int, end: int) -> list[TextFrame]:
    """Return the frames of native code in a passage of a few lines; they have no place."""
    if end - start > _LONGEST_GAP:
        return []
    return [_native_frame(found) for found in _NATIVE.finditer(text, start, end)]


def _native_frame(found: re.Match[str]) -> TextFrame:
    function = _encodable((found[1] or found[3] or "").strip()) or None
    return TextFrame(Style.CALL, found.start(), found.start(), 0, function, found[2] or "[native code]", 0, None)


def _trace_of_event(event: Event) -> Trace:
    """Return the trace of an event, told as V8 would print it."""
    lines: list[str] = []
    frames: list[TextFrame] = []
    length = 0
    for number, trace in enumerate(event.traces):
        for title in (f"Caused by: {trace.title}" if number else trace.title).split("\n"):
            lines.append(title)
            length += len(title) + 1
        for frame in trace.frames:
            place = _place(frame)
            written = place if frame.function is None else f"{frame.function} ({place})"
            style = Style.BARE if frame.function is None else Style.CALL
            start = length + len(_INDENT)
            frames.append(
                TextFrame(
                    style, start, start + len(written), 0, frame.function, frame.path, frame.lineno or 0, frame.colno
                )
            )
            lines.append(_INDENT + written)
            length = start + len(written) + 1
    stacktraces = [{"frames": [_request_frame(frame) for frame in trace.frames]} for trace in event.traces]
    request: dict[str, Any] = {
        "stacktraces": stacktraces,
        "modules": [_module(path, debug_id) for path, debug_id in event.debug_ids.items()],
    }
    request |= {} if event.release is None else {"release": event.release}
    request |= {} if event.dist is None else {"dist": event.dist}
    return Trace("\n".join([*lines, ""]), frames, request)


def _place(frame: EventFrame) -> str:
    return ":".join(str(part) for part in (frame.path, frame.lineno, frame.colno) if part is not None)


def _request_frame(frame: TextFrame | EventFrame) -> dict[str, Any]:
    """Return a frame on the wire; numbers that no file can have so many lines or columns for are none."""
    lineno, colno = frame.lineno or 0, frame.colno
    members = {
        "abs_path": frame.path,
        "lineno": lineno if lineno <= _LARGEST_NUMBER else 0,
        "colno": colno if colno is not None and colno <= _LARGEST_NUMBER else None,
        "function": frame.function,
    }
    return {name: value for name, value in members.items() if value is not None}


def _encodable(text: str) -> str:
    """Return a text without halves of characters, which escapes in a log may stand for."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _module(path: str, debug_id: str) -> dict[str, str]:
    return {"type": "sourcemap", "code_file": path, "debug_id": debug_id}


def _checked(trace: Trace) -> Trace:
    if not trace.frames:
        raise _nothing_found("text")
    if len(trace.frames) > MOST_FRAMES:
        problem = f"it has {len(trace.frames):,} frames, at most {MOST_FRAMES:,} are taken: send a part of it"
        raise InvalidRequest("trace", problem)
    return trace


def _nothing_found(what: str) -> InvalidRequest:
    return InvalidRequest(
        "trace",
        f"no frame was found in the {what}: expected lines such as `at f (https://host/app.min.js:1:870)`, "
        "an event, or frames",
    )
