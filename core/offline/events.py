"""Events of Sentry's SDKs as JSON: what an SDK sends, and what the issue view gives as "JSON".

Both have exceptions with frames, the caller first, and in ``debug_meta`` the debug ids of the loaded files.  Where
frames were symbolicated already, the raw ones count.

Source: https://develop.sentry.dev/sdk/data-model/event-payloads/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from core.files.debug_ids import DebugId, parse_debug_id

_OF_ENVELOPES = {"event_id", "dsn", "sent_at"}
_LONGEST_NUMBER = 10
_MODULE_TYPES = ("sourcemap", "debug_id")


@dataclass(frozen=True, slots=True)
class EventFrame:
    """A frame of an event, lines and columns from 1; None stands for what isn't known."""

    path: str
    function: str | None
    lineno: int | None
    colno: int | None


@dataclass(frozen=True, slots=True)
class EventTrace:
    """Thrown value with its frames, callee first."""

    title: str
    frames: list[EventFrame]


@dataclass(frozen=True, slots=True)
class Event:
    """An event: what was thrown, each before what caused it, and the debug ids of loaded files by their paths."""

    traces: list[EventTrace]
    debug_ids: dict[str, DebugId] = field(default_factory=dict)
    release: str | None = None
    dist: str | None = None


def read_events(text: bytes | str) -> list[Event]:
    """Return the events in a text: one as a document of its own, or each on a line, as in an envelope or a log."""
    document = _json(text)
    if document is not None:
        documents = document if isinstance(document, list) else [document]
    else:
        documents = [each for line in text.splitlines() if (each := _json(line)) is not None]
    return [event for each in documents if (event := _event(each)) is not None]


def only_event(text: str) -> Event | None:
    """Return the event that a text is: a document, or an envelope as SDKs send them; None for all other texts."""
    if text.lstrip()[:1] not in ("{", "[") or '"frames"' not in text:
        return None
    if _json(text) is None:
        header = _json(text.lstrip().partition("\n")[0])
        if not isinstance(header, dict) or not header.keys() & _OF_ENVELOPES:
            return None
    events = read_events(text)
    return events[0] if len(events) == 1 else None


def known_debug_ids(text: str) -> dict[str, DebugId]:
    """Return the debug ids of loaded files, by their paths, that the events in a log tell."""
    if '"debug_meta"' not in text:
        return {}
    return {path: debug_id for event in read_events(text) for path, debug_id in event.debug_ids.items()}


def event_text(event: Event) -> str:
    """Return the stack traces of an event as V8 would print them."""
    lines: list[str] = []
    for number, trace in enumerate(event.traces):
        lines.append(f"Caused by: {trace.title}" if number else trace.title)
        lines += map(_frame_line, trace.frames)
    return "\n".join([*lines, ""])


def event_request(event: Event) -> dict[str, Any]:
    """Return what asks the service for the frames of an event; its ``source`` is missing."""
    return {
        "stacktraces": [{"frames": [_request_frame(frame) for frame in trace.frames]} for trace in event.traces],
        "modules": [
            {"type": "sourcemap", "code_file": path, "debug_id": debug_id} for path, debug_id in event.debug_ids.items()
        ],
        **({} if event.release is None else {"release": event.release}),
        **({} if event.dist is None else {"dist": event.dist}),
        "options": {"frame_order": "callee_first"},
    }


def _json(text: bytes | str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _event(document: object) -> Event | None:
    if not isinstance(document, dict):
        return None
    document = document.get("event", document) if isinstance(document.get("event"), dict) else document
    traces = [trace for thrown in _thrown(document) if (trace := _trace(thrown)) is not None]
    if not traces:
        return None
    return Event(traces[::-1], _debug_ids(document), _text(document.get("release")), _text(document.get("dist")))


def _thrown(document: dict[str, Any]) -> Iterator[Any]:
    """Yield what has a stack trace: exceptions, and if there are none, threads, and the event itself."""
    entries = document.get("entries")
    if isinstance(entries, list):  # Sentry's API
        by_type = {str(each.get("type")): each.get("data") for each in entries if isinstance(each, dict)}
        document = {**document, **by_type}
    for kind in ("exception", "threads"):
        found = document.get(kind)
        values = found.get("values") if isinstance(found, dict) else found
        if isinstance(values, list) and any(_trace(each) for each in values):
            yield from values
            return
    yield document


def _trace(thrown: object) -> EventTrace | None:
    if not isinstance(thrown, dict):
        return None
    for kind in ("raw_stacktrace", "rawStacktrace", "stacktrace"):
        stacktrace = thrown.get(kind)
        frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
        if isinstance(frames, list) and frames:
            read = [frame for each in reversed(frames) if (frame := _frame(each)) is not None]
            return EventTrace(_title(thrown), read) if read else None
    return None


def _title(thrown: dict[str, Any]) -> str:
    parts = [part for part in (_text(thrown.get("type")), _text(thrown.get("value"))) if part]
    return ": ".join(parts) or _text(thrown.get("message")) or "Error"


def _frame(frame: object) -> EventFrame | None:
    if not isinstance(frame, dict):
        return None
    path = next((text for key in ("abs_path", "absPath", "filename") if (text := _text(frame.get(key)))), None)
    if path is None:
        return None
    lineno, colno = (
        next((number for key in keys if (number := _number(frame.get(key))) is not None), None)
        for keys in (("lineno", "lineNo"), ("colno", "colNo"))
    )
    function = _text(frame.get("function"))
    return EventFrame(path, None if function in (None, "", "?", "<anonymous>") else function, lineno, colno)


def _debug_ids(document: dict[str, Any]) -> dict[str, DebugId]:
    meta = document.get("debug_meta") or document.get("debugmeta")
    images = meta.get("images") if isinstance(meta, dict) else None
    found: dict[str, DebugId] = {}
    for image in images if isinstance(images, list) else []:
        if isinstance(image, dict) and image.get("type") in _MODULE_TYPES:
            path, debug_id = _text(image.get("code_file")), parse_debug_id(_text(image.get("debug_id")) or "")
            if path and debug_id:
                found[path] = debug_id
    return found


def _frame_line(frame: EventFrame) -> str:
    place = ":".join(str(part) for part in (frame.path, frame.lineno, frame.colno) if part is not None)
    return f"    at {place}" if frame.function is None else f"    at {frame.function} ({place})"


def _request_frame(frame: EventFrame) -> dict[str, Any]:
    members = {"abs_path": frame.path, "function": frame.function, "lineno": frame.lineno, "colno": frame.colno}
    return {name: value for name, value in members.items() if value is not None}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_NUMBER:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
