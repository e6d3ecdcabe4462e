"""The kernels that find frames: both builds say the same, whatever the text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import BUILDS, load

PIECES = (
    *(
        "at ",
        "at f",
        "f@",
        "@",
        "(",
        ")",
        "/a.js",
        ":1",
        ":1:2",
        ":12:345)",
        "\n",
        " ",
        "    at ",
        "eval at ",
        "async ",
    ),
    *("address at ", "http://h/a.js", "file:", "blob:http://x/1", "node:fs", "<anonymous>", "(native)", "(index 12)"),
    *("[native code]", " line 1 > eval", "\t", "\r\n", "\u2028", "¶", "a.b", "C:\\a", "\\", '"', "'", "`", '""', '\\"'),
    *("[x]", "{", ";", ",", " | ", "<1>", "<a>", "<![CDATA[", "a=", "x&y=", "::", ": ", "#1 ", "##[error]", "WARN "),
    *("Error:", "12:00:01 ", "app.js", "x.bundle", "?q", "async*", "promise callback*", "—", "$", "é", "日本", "😀"),
    *("１２", ":１:２", "@1:2", "]]>", "│", "new Foo", "  f ", "word", "u", ":1:2.5", ":1:2]:3", ":12345678901:1"),
)


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_both_builds_find_the_same_frames(text: str):
    readers = [load("core.offline.frame_reader", build) for build in BUILDS]
    for is_known in (None, lambda path: len(path) % 3 > 0):
        compiled, interpreted = (
            [(frame.style.name, *frame[1:]) for frame in reader.read_frames(text, is_known)] for reader in readers
        )
        assert compiled == interpreted


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("text, path, function, lineno, colno", [
    pytest.param("at async (/a.js:1:2)", "/a.js", "async", 1, 2, id="a-function-called-async"),
    pytest.param("at async f (/a.js:1:2)", "/a.js", "f", 1, 2, id="an-async-function"),
    pytest.param("at f (address at a.js:1:2)", "a.js", "f", 1, 3, id="bytecode-counts-from-0"),
    pytest.param("f@/a.js:１:２３", "/a.js", "f", 1, 23, id="digits-of-unicode"),
    pytest.param("f@a.js line 3 > eval line 4 > Function:5:6", "a.js", "f", 3, None, id="evals-inside-one-another"),
    pytest.param("2026-12-01 12:00:01 [x] WARN log: f@/a.js:1:2", "/a.js", "f", 1, 2, id="prefixes-of-a-log"),
])  # fmt: skip
def test_both_builds_read_frames_of_all_styles(build, text, path, function, lineno, colno):
    (frame,) = load("core.offline.frame_reader", build).read_frames(text, None)
    assert frame[4:] == (function, path, lineno, colno)


ESCAPES = (
    *("\\n", "\\\\n", "\\t", "\\/", "\\u003c", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\u001b[31m", "\\x1b[m"),
    *("\\033[1;2m", "\\x0a", "\\012", "\x1b[31m", "\x1b]8;;http://a\x07", "\x9b1m", "^[[1m", "#033[m", "[31m", "m"),
    *("#012", "&lt;", "&#64;", "&#x40;", "&zz;", "&#0;", "<br>", "%3A1%3A2", "%40", "%20", "+", "%0A", "%C3%A9", "at+"),
    *('{"a":"', '":"', "n' +\n", "\\n at ", "[;;m1", "\\"),
)


@given(text=st.lists(st.sampled_from(PIECES + ESCAPES), max_size=14).map("".join))
def test_both_builds_read_the_same_escapes(text: str):
    plain = [load("core.offline.escape_reader", build).read_escapes(text) for build in BUILDS]
    frames = load("core.offline.frame_reader", "compiled").read_frames(plain[0].text, None)
    assert plain[0].text == plain[1].text
    assert plain[0].raw_frames(frames) == [(*each,) for each in plain[1].raw_frames(frames)]


@pytest.mark.parametrize("build", BUILDS)
@given(text=st.text(st.sampled_from('a"\\/bfnrtu0dDcC8é\n'), max_size=12))
def test_strings_of_json_are_read_as_json_says(build: str, text: str):
    try:
        expected = json.loads(f'"{text}"', strict=False)
    except ValueError:
        expected = None
    assert load("core.offline.escape_reader", build).json_text(text) == expected
