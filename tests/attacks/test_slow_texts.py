"""Texts that are made to keep ``find_frames`` busy."""

from __future__ import annotations

import time

import pytest

from core.files.magic_comments import effective_source_mapping_url
from core.javascript.prologue import prologue_end
from core.offline.json_frames import find_json_frames
from core.offline.text_frames import find_frames

LENGTH = 100_000
LONG_LINE, SHORT_LINE = 9_900, 495


@pytest.mark.parametrize("unit", [
    pytest.param("*@x:1", id="functions-and-half-places"),
    pytest.param("*@x:1:1", id="functions-and-places"),
    pytest.param("at f(f(f(", id="openings-and-brackets"),
    pytest.param(":at <(", id="openings-and-what-ends-paths"),
    pytest.param(":at f (a:1:1)", id="places-without-paths"),
    pytest.param("\\n@x", id="written-line-ends"),
    pytest.param("\\n at ", id="written-line-ends-and-openings"),
    pytest.param("eval at f (", id="evals"),
    pytest.param("at at (a:1:1)", id="functions-called-at"),
    pytest.param("format ", id="words-that-end-like-openings"),
    pytest.param(":1", id="halves-of-places"),
    pytest.param(" x://a:1:1", id="urls"),
    pytest.param("address at ", id="bytecode"),
    pytest.param("@/a:1:2", id="frames-of-few-letters"),
    pytest.param(" line 1 > a:1:1", id="evals-of-firefox"),
    pytest.param(" line 1 > a", id="halves-of-evals-of-firefox"),
    pytest.param("\\", id="backslashes"),
    pytest.param("\\n:1:2 ", id="written-line-ends-and-places"),
    pytest.param("\\n\\t:1", id="written-tabs"),
    pytest.param("\x1b]8;;:1", id="links-that-never-end"),
    pytest.param("\x1b[1;2;3:1", id="colours-that-never-end"),
    pytest.param("&lt;:1 ", id="entities"),
    pytest.param("%3A1%3A2", id="percent-encoding"),
    pytest.param('"[:="[(x@/a:1:1', id="strings-that-open"),
    pytest.param("[a] 12:00:01 x: (b) ", id="prefixes-of-logs"),
    pytest.param("(/a.js:1:2) at f ", id="one-line-of-frames"),
    pytest.param(")(a.js:1:2)", id="brackets-and-places"),
])  # fmt: skip
def test_time_is_linear_in_the_length_of_lines(unit):
    of_long_lines, of_short_lines = (_text(unit, length) for length in (LONG_LINE, SHORT_LINE))
    # What is quadratic takes twenty times as long.
    assert _cpu_s(of_long_lines) < 6 * _cpu_s(of_short_lines)


@pytest.mark.parametrize("line", [
    pytest.param('{"lineno":1,"a":"' + '\\"' * 200_000, id="string-that-never-ends"),
    pytest.param('{"lineno":1,"a":' + '"\\' * 200_000, id="strings-and-backslashes"),
    pytest.param('{"lineno":1,"a":' + "[{" * 200_000, id="brackets-that-never-close"),
    pytest.param('[\n{"lineno":1}' + ",[" * 100_000 + "]" * 100_001, id="a-document-that-is-deep"),
])  # fmt: skip
def test_a_line_of_what_is_almost_json_is_read_at_once(line):
    assert find_json_frames(line, lambda _: True) == []


@pytest.mark.parametrize("text", [
    pytest.param(" " * 100_000 + "a()", id="blanks"),
    pytest.param("\n" * 100_000 + "a()", id="lines"),
    pytest.param("//\n" * 50_000 + "a()", id="comments"),
    pytest.param("/*" * 50_000, id="comments-that-never-end"),
    pytest.param("//# sourceMappingURL=" * 5_000 + "a()'", id="references"),
])  # fmt: skip
def test_whether_code_follows_a_comment_is_seen_at_once(text):
    content = f"//# sourceMappingURL=a.map\n{text}".encode()
    assert effective_source_mapping_url(content) is None
    assert prologue_end(content) <= len(content)


def test_time_is_linear_in_the_number_of_lines_without_frames():
    assert find_frames("\n" * 5_000_000 + "f@/a.js:1:1")[0].line == 5_000_000


def _text(unit: str, line_length: int) -> str:
    line = (unit * line_length)[:line_length] + "\n"
    return line * (LENGTH // len(line))


def _cpu_s(text: str) -> float:
    return min(_once_s(text) for _ in range(5))


def _once_s(text: str) -> float:
    start = time.process_time()
    find_frames(text)
    return time.process_time() - start
