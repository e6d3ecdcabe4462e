from __future__ import annotations

from typing import Any

import orjson
import pytest

from core.errors import InvalidRequest
from core.offline.trace_request import (
    MOST_FRAMES,
    kept_text,
    rewritten_text,
    trace_of_document,
    trace_of_text,
    trace_request,
    with_text,
)

V8 = "TypeError: no\n    at f (https://h.test/a.min.js:1:10)\n    at https://h.test/a.min.js:1:20\n"


def answer(*frames: dict[str, Any] | None, raw_count: int | None = None) -> bytes:
    """A completed answer; None is a frame that wasn't mapped."""
    written = [
        {"abs_path": "a.js", "lineno": 1} if frame is None else {"data": {"symbolicated": True}, **frame}
        for frame in frames
    ]
    raw = [{"abs_path": "a.js", "lineno": 1}] * (len(written) if raw_count is None else raw_count)
    traces = {"stacktraces": [{"frames": written}], "raw_stacktraces": [{"frames": raw}]}
    return orjson.dumps({"status": "completed", **traces})


def original(source: str, lineno: int, colno: int, function: str | None = None) -> dict[str, Any]:
    token = {"source": source}
    frame = {"lineno": lineno, "colno": colno, "explanation": {"decided_by": {"token": token}}}
    return frame if function is None else {**frame, "function": function}


@pytest.mark.parametrize(
    "text, frames",
    [
        pytest.param(V8, [("https://h.test/a.min.js", 1, 10, "f"), ("https://h.test/a.min.js", 1, 20, None)], id="v8"),
        pytest.param("f@https://h.test/a.js:1:10\n", [("https://h.test/a.js", 1, 10, "f")], id="firefox"),
        pytest.param(
            '2026-12-01 ERROR {"stack":"E: x\\n    at g (https://h.test/b.js:2:3)"}',
            [("https://h.test/b.js", 2, 3, "g")],
            id="in-a-log-of-json",
        ),
        pytest.param(
            "at f (https://h.test/a.js:9999999999:3)", [("https://h.test/a.js", 0, 3, "f")], id="line-beyond-all-files"
        ),
    ],
)
def test_frames_of_a_text(text, frames):
    found = [frame for trace in trace_of_text(text).request["stacktraces"] for frame in trace["frames"]]
    assert [(f["abs_path"], f["lineno"], f["colno"], f.get("function")) for f in found] == frames


def test_frames_that_are_not_on_lines_in_a_row_are_different_stack_traces():
    text = V8 + "then\n" + V8
    assert [len(trace["frames"]) for trace in trace_of_text(text).request["stacktraces"]] == [2, 2]


def test_native_code_is_no_gap():
    text = V8.replace("    at https", "    at Array.map (<anonymous>)\n    at https", 1)
    trace = trace_of_text(text)
    [stacktrace] = trace.request["stacktraces"]
    assert [(frame["abs_path"], frame["lineno"]) for frame in stacktrace["frames"]] == [
        ("https://h.test/a.min.js", 1),
        ("<anonymous>", 0),
        ("https://h.test/a.min.js", 1),
    ]
    found = answer(original("src/a.ts", 7, 3, "Cart.##total"), None, original("src/a.ts", 9, 1))
    assert rewritten_text(found, kept_text(trace)) == (
        "TypeError: no\n    at Cart.#total (src/a.ts:7:3)\n    at Array.map (<anonymous>)\n    at src/a.ts:9:1\n"
    )


def test_native_code_of_other_engines_is_no_gap():
    text = "f@https://h.test/a.js:1:10\nforEach@[native code]\ng@https://h.test/a.js:1:20\n"
    [stacktrace] = trace_of_text(text).request["stacktraces"]
    assert [frame["function"] for frame in stacktrace["frames"]] == ["f", "forEach", "g"]


EVENT = {
    "release": "shop@1",
    "dist": "7",
    "exception": {
        "values": [
            {
                "type": "TypeError",
                "value": "no\nnot at all",
                "stacktrace": {
                    "frames": [
                        {"abs_path": "https://h.test/a.js", "lineno": 1, "colno": 20},
                        {"abs_path": "https://h.test/a.js", "lineno": 1, "colno": 10, "function": "f"},
                    ]
                },
            }
        ]
    },
    "debug_meta": {
        "images": [
            {
                "type": "sourcemap",
                "code_file": "https://h.test/a.js",
                "debug_id": "c0ffee00-0000-4000-8000-000000000001",
            }
        ]
    },
}


@pytest.mark.parametrize(
    "trace", [pytest.param(EVENT, id="object"), pytest.param(orjson.dumps(EVENT).decode(), id="text")]
)
def test_an_event_names_release_dist_and_debug_ids(trace):
    read = trace_of_document(trace)
    request = trace_request(read, {}, {})
    assert (request["release"], request["dist"]) == ("shop@1", "7")
    assert request["modules"] == [
        {
            "type": "sourcemap",
            "code_file": "https://h.test/a.js",
            "debug_id": "c0ffee00-0000-4000-8000-000000000001",
        }
    ]
    assert [read.text[frame.start : frame.end] for frame in read.frames] == [
        "f (https://h.test/a.js:1:10)",
        "https://h.test/a.js:1:20",
    ]


def test_what_the_request_says_counts_more_than_the_event():
    module = {"type": "sourcemap", "code_file": "x", "debug_id": "y"}
    wanted = {"release": "shop@2", "dist": None, "modules": [module], "options": {"no_cache": True, "explain": False}}
    request = trace_request(trace_of_document(EVENT), wanted, {"dist": "8", "release": "shop@0", "platform": "node"})
    assert (request["release"], request["dist"]) == ("shop@2", "7")
    assert request["platform"] == "node"
    assert request["modules"][0] == module
    assert len(request["modules"]) == 2
    assert request["options"] == {
        "ignore_list": True,
        "no_cache": True,
        "explain": True,
        "frame_order": "callee_first",
    }


def test_frames_as_a_list_are_callee_first():
    frames = [{"abs_path": "a.js", "lineno": 1, "colno": 2, "function": "f"}, {"filename": "b.js", "lineno": 3}]
    trace = trace_of_document(frames)
    assert trace.text == "Error\n    at f (a.js:1:2)\n    at b.js:3\n"
    assert trace.request["stacktraces"] == [
        {
            "frames": [
                {"abs_path": "a.js", "lineno": 1, "colno": 2, "function": "f"},
                {"abs_path": "b.js", "lineno": 3},
            ]
        }
    ]


def test_different_texts_with_the_same_frames_are_different_requests():
    one, other = (trace_request(trace_of_text(text), {}, {}) for text in (V8, "secret\n" + V8))
    assert one["stacktraces"] == other["stacktraces"]
    assert one != other


@pytest.mark.parametrize(
    "trace, path",
    [
        pytest.param("nothing here", "trace", id="text-without-frames"),
        pytest.param({"message": "x"}, "trace", id="event-without-frames"),
        pytest.param([], "trace", id="no-frames"),
        pytest.param([{"abs_path": "a.js"}, {"lineno": 1}], "trace[1]", id="frame-without-path"),
        pytest.param([7], "trace[0]", id="no-frame"),
        pytest.param(7, "trace", id="number"),
        pytest.param(None, "trace", id="null"),
        pytest.param("at f (https://h.test/a.js:1:1)\n" * (MOST_FRAMES + 1), "trace", id="too-many"),
    ],
)
def test_refusals_name_the_place(trace, path):
    with pytest.raises(InvalidRequest) as refusal:
        trace_of_document(trace)
    assert refusal.value.path == path


def test_mapped_frames_are_written_as_the_engine_writes_them():
    found = answer(original("webpack:///./src/cart.ts", 7, 3, "total"), None)
    assert rewritten_text(found, kept_text(trace_of_text(V8))) == (
        "TypeError: no\n    at total (src/cart.ts:7:3)\n    at https://h.test/a.min.js:1:20\n"
    )


def test_originals_are_escaped_as_the_text_is():
    text = '{"stack":"E: x\\n    at g (https://h.test/b.js:2:3)"}'
    found = answer(original('src/"q".ts', 1, 2, "g"))
    assert orjson.loads(rewritten_text(found, kept_text(trace_of_text(text)))) == {
        "stack": 'E: x\n    at g (src/"q".ts:1:2)'
    }


def test_the_answer_has_the_text():
    found = answer(original("src/cart.ts", 7, 3, "total"), None)
    document = orjson.loads(with_text(found, kept_text(trace_of_text(V8))))
    assert document.pop("text").startswith("TypeError: no\n    at total (src/cart.ts:7:3)")
    assert document == orjson.loads(found)


def test_of_inlined_calls_the_innermost_is_written():
    innermost, around = original("src/a.ts", 1, 2, "inner"), original("src/a.ts", 7, 3, "outer")
    data = [{"data": {"symbolicated": True, "raw_index": index}} for index in (0, 0, 1)]
    found = answer(
        {**innermost, **data[0]}, {**around, **data[1]}, {**original("src/a.ts", 9, 1), **data[2]}, raw_count=2
    )
    assert rewritten_text(found, kept_text(trace_of_text(V8))) == (
        "TypeError: no\n    at inner (src/a.ts:1:2)\n    at src/a.ts:9:1\n"
    )


def test_without_the_text_it_is_null():
    assert orjson.loads(with_text(answer(None), None))["text"] is None


def test_other_answers_stay_as_they_are():
    assert with_text(b'{"status":"timeout"}', kept_text(trace_of_text(V8))) == b'{"status":"timeout"}'
