from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.offline.json_frames import find_all_frames, find_json_frames, with_original


def known(path: str) -> bool:
    return path.endswith("app.js")


def line(**members: Any) -> str:
    return json.dumps({"level": 50, "time": "12:00:01", **members})


@pytest.mark.parametrize("text, function, path, lineno, colno", [
    pytest.param(line(filename="x/app.js", lineno=1, colno=2), None, "x/app.js", 1, 2, id="as-in-onerror"),
    pytest.param(line(e={"fileName": "app.js", "lineNumber": 1, "columnNumber": 2}), None, "app.js", 1, 2, id="gecko"),
    pytest.param(line(filename="b.js", lineno=1, colno=2, function="f"), "f", "b.js", 1, 2, id="an-unknown-file"),
    pytest.param(line(sourceURL="app.js", line=1, column=2), None, "app.js", 1, 2, id="safari"),
    pytest.param(line(frames=[{"vars": {"a": [{}]}, "abs_path": "app.js", "function": 'a"b', "lineno": 1, "colno": 2}]),
                 'a"b', "app.js", 1, 2, id="sentry"),
    pytest.param("12:00:01 [error] " + line(filename="app.js", lineno=1, colno=2), None, "app.js", 1, 2, id="in-a-log"),
    pytest.param(json.dumps({"a": [{"file": "app.js", "line": 1, "column": 2}]}, indent=2), None, "app.js", 1, 2,
                 id="on-many-lines"),
    pytest.param(line(filename="app.js", lineno="1", colno="2"), None, "app.js", 1, 2, id="numbers-in-strings"),
    pytest.param(line(functionName="f", scriptId="7", url="app.js", lineNumber=0, columnNumber=1), "f", "app.js", 1, 2,
                 id="chromium-counts-from-0"),
    pytest.param(line(filename="app.js", lineno=1, context_line="{ [ \" }"), None, "app.js", 1, None, id="no-column"),
])  # fmt: skip
def test_an_object_with_a_place_is_a_frame(text, function, path, lineno, colno):
    (frame,) = find_json_frames(text, known)
    assert (frame.function, frame.path, frame.lineno, frame.colno) == (function, path, lineno, colno)
    json.loads(text[frame.start : frame.end])


@pytest.mark.parametrize("text", [
    pytest.param(line(filename="app.py", lineno=12), id="another-language"),
    pytest.param(line(file="app.js"), id="no-line"),
    pytest.param(line(line=5), id="no-file"),
    pytest.param(line(filename="app.js", lineno="1st"), id="a-line-that-is-a-text"),
    pytest.param('x = "filename": "app.js", "lineno": 1}', id="no-json"),
    pytest.param('[\n{"file": "app.js",\n"line": 1,\n"column": 2}', id="many-lines-that-are-cut-off"),
    pytest.param('{"filename": "app.js", "lineno": 1', id="cut-off"),
    pytest.param('{"filename": "\\ud800\\x", "lineno": 1}', id="a-broken-string"),
    pytest.param("[" * 1000 + '{"filename": "app.js", "lineno": 1}' + "]" * 1000, id="deep"),
])  # fmt: skip
def test_other_objects_are_none(text):
    assert find_json_frames(text, known) == []


def test_only_the_place_is_replaced():
    was = '{"a":1, "filename" : "app.js","abs_path":"x/app.js","in":{"lineno":7}, "lineno":1,"colno":2,"function":"f"}'
    assert with_original(was, "total", 'src/"a.js', 5, 6) == (
        '{"a":1, "filename" : "src/\\"a.js","abs_path":"src/\\"a.js","in":{"lineno":7}, "lineno":5,"colno":6,'
        '"function":"total"}'
    )


@pytest.mark.parametrize("was, expected", [
    pytest.param('{"file":"app.js","line":"1","column":"2"}',
                 '{"file":"src/a.js","line":"5","column":"6"}', id="texts"),
    pytest.param('{"scriptId":"7","url":"app.js","lineNumber":0,"columnNumber":1}',
                 '{"scriptId":"7","url":"src/a.js","lineNumber":4,"columnNumber":5}', id="chromium"),
])  # fmt: skip
def test_numbers_stay_of_their_kind(was, expected):
    assert with_original(was, None, "src/a.js", 5, 6) == expected


def test_frames_of_all_forms_are_in_order_and_none_is_within_another():
    text = "\n".join([line(filename="app.js", lineno=1, stack="app.js:5:6"), "    at f (app.js:3:4)"])
    assert [(frame.lineno, frame.colno) for frame in find_all_frames(text, known)] == [(1, None), (3, 4)]


@given(
    st.lists(
        st.sampled_from(['{"lineno":', "1", ",", '"file":"app.js"', "}", "{", "[", "]", '"', "\\", "\n", ":", " "])
    )
)
def test_nothing_is_found_twice_in_any_text(parts):
    frames = find_json_frames("".join(parts), known)
    assert len({frame.start for frame in frames}) == len(frames)
