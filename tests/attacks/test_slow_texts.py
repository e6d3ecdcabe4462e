"""Texts that are made to keep ``find_frames`` busy."""

from __future__ import annotations

import time

import pytest

from core.stack_traces.text_frames import find_frames

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
])  # fmt: skip
def test_time_is_linear_in_the_length_of_lines(unit):
    of_long_lines, of_short_lines = (_text(unit, length) for length in (LONG_LINE, SHORT_LINE))
    # What is quadratic takes twenty times as long.
    assert _cpu_s(of_long_lines) < 6 * _cpu_s(of_short_lines)


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
