"""The kernels that find frames: both builds say the same, whatever the text."""

from __future__ import annotations

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
