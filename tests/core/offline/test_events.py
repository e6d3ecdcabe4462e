from __future__ import annotations

import json
from typing import Any

import pytest

from core.offline.events import event_request, event_text, known_debug_ids, only_event, read_events
from core.wire.request import decode_request

URL, ID = "https://x.example/app.min.js", "0f5a0000-0000-4000-8000-000000000001"
FRAMES = [
    {"filename": "/app.min.js", "abs_path": URL, "function": "t", "lineno": 1, "colno": 475, "in_app": True},
    {"filename": "/app.min.js", "abs_path": URL, "function": "?", "lineno": 1, "colno": 314},
]
EVENT: dict[str, Any] = {
    "event_id": "7f",
    "platform": "javascript",
    "release": "web@1",
    "exception": {"values": [{"type": "RangeError", "value": "too many", "stacktrace": {"frames": FRAMES}}]},
    "debug_meta": {"images": [{"type": "sourcemap", "code_file": URL, "debug_id": ID}, {"type": "elf"}]},
}
TEXT = f"RangeError: too many\n    at {URL}:1:314\n    at t ({URL}:1:475)\n"

THROWN = {"type": "RangeError", "value": "too many", "stacktrace": {"frames": FRAMES}}


def changed(**members: Any) -> dict[str, Any]:
    return EVENT | members


SYMBOLICATED = {"type": "RangeError", "value": "too many", "stacktrace": {"frames": [{"filename": "src/a.js"}]}}
API_FRAMES = [
    {"absPath": each["abs_path"], "lineNo": 1, "colNo": each["colno"], "function": each["function"]} for each in FRAMES
]


@pytest.mark.parametrize("event", [
    pytest.param(EVENT, id="as-sdks-send-it"),
    pytest.param(changed(exception=EVENT["exception"]["values"]), id="exceptions-as-a-list"),
    pytest.param(changed(exception=[SYMBOLICATED | {"raw_stacktrace": {"frames": FRAMES}}]), id="processed"),
    pytest.param({"event": EVENT}, id="wrapped"),
    pytest.param([EVENT], id="in-a-list"),
    pytest.param(changed(exception=None, entries=[{"type": "exception", "data": {"values": [
        {"type": "RangeError", "value": "too many", "stacktrace": {"frames": API_FRAMES}}]}}]), id="of-the-api"),
    pytest.param(changed(exception=None, threads={"values": [THROWN]}), id="thread"),
    pytest.param(changed(exception=None, **THROWN), id="legacy"),
])  # fmt: skip
def test_an_event_is_told_as_v8_would_print_it(event):
    read = only_event(json.dumps(event, indent=1))
    assert read is not None
    assert event_text(read) == TEXT


def test_what_was_thrown_comes_before_what_caused_it():
    cause = {"type": "TypeError", "value": "no price", "stacktrace": {"frames": FRAMES[:1]}}
    event = only_event(json.dumps(changed(exception={"values": [cause, *EVENT["exception"]["values"]]})))
    assert event_text(event) == f"{TEXT}Caused by: TypeError: no price\n    at t ({URL}:1:475)\n"


def test_an_envelope_is_an_event():
    lines = [{"event_id": "7f", "sent_at": "2026-11-30"}, {"type": "event"}, EVENT]
    assert event_text(only_event("\n".join(map(json.dumps, lines)))) == TEXT


@pytest.mark.parametrize("text", [
    pytest.param('{"message": "boom"}', id="no-frames"),
    pytest.param("\n".join([json.dumps(EVENT)] * 2), id="a-log-of-events"),
    pytest.param('{"level": 30}\n' + json.dumps(EVENT), id="a-log-with-an-event"),
    pytest.param('{"exception": {"values": [1, {"stacktrace": {"frames": "no"}}, {"stacktrace": 5}]}}', id="nonsense"),
    pytest.param('{"frames": [', id="no-json"),
    pytest.param('"frames"', id="a-string"),
])  # fmt: skip
def test_other_texts_are_no_event(text):
    assert only_event(text) is None


def test_the_debug_ids_of_all_events_of_a_log_are_known():
    assert known_debug_ids("\n".join([json.dumps(EVENT), "no json"])) == {URL: ID}


def test_a_request_of_an_event_is_one_that_the_service_takes():
    request = event_request(read_events(json.dumps(EVENT))[0])
    assert request["release"] == "web@1"
    decoded = decode_request(request | {"source": {"id": "s", "url": "https://x.example/", "token": ""}})
    assert decoded.modules[0].debug_id == ID
    assert [frame.colno for frame in decoded.stacktraces[0].frames] == [314, 475]
