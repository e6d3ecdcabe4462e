"""An explained answer as a page of text for humans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from core.explain.explanation import DecidedBy, Explanation, Step
from core.explain.findings import FILE_NAMES, Reason, origin_text
from core.files.file_keys import FileType
from core.text.control_characters import visible
from core.wire.origin import parse_origin

_STATUSES = {
    "timeout": "The request took longer than it may: nothing is known of its frames.",
    "internal_error": "Something went wrong in the worker, whose log says what: nothing is known of the frames.",
}
_CACHED = "A service remembers for up to an hour what it looked up: what you mend may show only then."


class _Frame(msgspec.Struct):
    abs_path: str
    lineno: int
    colno: int | None = None
    function: str | None = None
    explanation: Explanation | None = None


class _Stacktrace(msgspec.Struct):
    frames: list[_Frame]


class _Answer(msgspec.Struct):
    status: str
    request_id: str = ""
    message: str = ""
    stacktraces: list[_Stacktrace] = []
    raw_stacktraces: list[_Stacktrace] = []


def explained_page(answer: bytes, poll_at: str = "/requests/") -> str:
    """Return what the JSON body of an explained answer says, as text; nothing in it can steer a terminal.

    ``poll_at`` is where the answer to a pending request is asked for.
    """
    document = msgspec.json.decode(answer, type=_Answer)
    lines = _lines(document) if document.status == "completed" else [_unfinished(document, poll_at)]
    return "".join(f"{visible(line)}\n" for line in lines)


def is_all_resolved(answer: bytes) -> bool:
    """Return whether every frame of an explained answer is original again, and nothing about it is likely wrong."""
    document = msgspec.json.decode(answer, type=_Answer)
    explanations = (frame.explanation for trace in document.stacktraces for frame in trace.frames)
    resolved = (explanation is None or explanation.code is Reason.RESOLVED for explanation in explanations)
    return document.status == "completed" and all(resolved)


def _unfinished(answer: _Answer, poll_at: str) -> str:
    if answer.status == "pending":
        return f"Still being worked on: ask for {poll_at}{answer.request_id}, which answers in JSON."
    if answer.status == "failed":
        return f"The request failed: {answer.message or 'nothing is known of its frames'}."
    return _STATUSES.get(answer.status, f"The request ended as `{answer.status}`.")


def _lines(answer: _Answer) -> Iterator[str]:
    pairs = [
        (frame, raw)
        for trace, raw_trace in zip(answer.stacktraces, answer.raw_stacktraces, strict=True)
        for frame, raw in zip(trace.frames, raw_trace.frames, strict=True)
    ]
    codes = Counter(frame.explanation.code for frame, _ in pairs if frame.explanation is not None)
    counted = ", ".join(f"{count} {code}" for code, count in codes.most_common())
    yield f"{_frames(len(pairs))}: {counted}" if codes else _frames(len(pairs))
    shown: dict[tuple[Step, ...], int] = {}
    for number, (frame, raw) in enumerate(pairs, 1):
        if frame.explanation is None:
            yield ""
            yield f"{_frames(len(pairs) - number + 1)} more, not explained"
            break
        yield ""
        yield from _frame_lines(number, frame, raw, frame.explanation, shown)
    if shown and codes.keys() - {Reason.RESOLVED}:
        yield ""
        yield _CACHED


def _frame_lines(
    number: int, frame: _Frame, raw: _Frame, explanation: Explanation, shown: dict[tuple[Step, ...], int]
) -> Iterator[str]:
    yield f"{number}. {_place(raw)}"
    if explanation.decided_by.token is not None:
        yield f"   is {_place(frame)}"
    about = "" if explanation.file is None else f" ({FILE_NAMES[explanation.file]})"
    yield f"   {explanation.code}{about}: {explanation.cause}"
    if explanation.advice:
        yield f"   What to do: {explanation.advice}"
    steps = tuple(explanation.steps)
    if steps and steps in shown:
        yield f"   The files are those of frame {shown[steps]}."
    elif steps:
        shown[steps] = number
        yield from _step_lines(steps)
    yield from _decided_lines(explanation.decided_by)


def _step_lines(steps: tuple[Step, ...]) -> Iterator[str]:
    file: FileType | None = None
    for step in steps:
        if step.file is not file:
            file = step.file
            yield f"   {FILE_NAMES[file]}:"
        yield f"     {'+' if step.found else '-'} {step.tried}: {step.said}"


def _decided_lines(decided: DecidedBy) -> Iterator[str]:
    if decided.source_map is not None and decided.source_map.origin is not None:
        origin = parse_origin(decided.source_map.origin, "origin")
        name = "" if decided.source_map.name is None else f" {decided.source_map.name}"
        yield f"   decided by the map{name} {origin_text(origin)} ({decided.source_map.resolved_with})"
    if decided.token is not None:
        token = decided.token
        original = f"{token.source or 'no source'}:{token.original_lineno}:{token.original_colno}"
        called = "" if token.name is None else f", called {token.name}"
        yield f"   and its token at {token.lineno}:{token.colno}, which is {original}{called}"
        if token.scopes is not msgspec.UNSET:
            said = ", inlined into ".join(token.scopes) or "no function of the sources: they would hide the frame"
            yield f"   its scopes would have said: {said}"


def _place(frame: _Frame) -> str:
    column = "" if frame.colno is None else f":{frame.colno}"
    function = "" if frame.function is None else f"{frame.function} at "
    return f"{function}{frame.abs_path or '(no path)'}:{frame.lineno}{column}"


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count:,} frames"
