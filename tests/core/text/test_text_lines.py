"""Lines that are found in both builds are those that splitting the whole text gives."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text.source_context import read_context
from tests.kernels import BUILDS, load

NAME = "core.text.text_lines"
PIECES = st.sampled_from(
    ["\n", "\r\n", "\r", "a", "é", "€", "😀", "\u2028", "x" * 150, "x" * 151, "é" * 700, "y" * 5000]
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([1, 1, 1, 2, 30, 300])), max_size=30)
Lines = tuple[list[str], str, list[str]]


@pytest.mark.parametrize("build", BUILDS)
@given(pieces=TEXTS, columns=st.lists(st.integers(0, 6000), min_size=1, max_size=3))
@example(pieces=[("x" * 150, 1), ("\r\n", 1), ("x" * 151, 1)], columns=[64, 65, 66, 67])
@example(pieces=[("\n", 300), ("y" * 5000, 1), ("\n", 300), ("y" * 5000, 1)], columns=[0])
def test_lines_are_those_that_splitting_gives(build, pieces, columns):
    text = "".join(piece * count for piece, count in pieces)
    kernel = load(NAME, build)
    lines = surveyed(kernel, text.encode())
    expected = split(text)
    step = max(len(expected) // 20, 1)
    for line in [*range(0, len(expected), step), len(expected) - 1]:
        for column in columns:
            assert read(lines.context(line, column)) == around(expected, line, column)
    for beyond in (-1, len(expected), 2**32 - 1):
        assert lines.context(beyond, 0) is None


@pytest.mark.parametrize("build", BUILDS)
def test_the_counts_of_another_text_are_refused(build):
    with pytest.raises(ValueError, match="another text"):
        load(NAME, build).TextLines(b"x" * 5000, array("I", [0]))


def read(members: bytes | None) -> Lines | None:
    context = read_context(members)
    return None if context is None else (context.pre, context.line, context.post)


def surveyed(kernel, text: bytes):
    count = -(-len(text) // kernel.BLOCK_SIZE)
    lines = kernel.TextLines(text, array("I", [0] * count))
    for end in range(kernel.BLOCK_SIZE, len(text) + kernel.BLOCK_SIZE, kernel.BLOCK_SIZE):
        lines.survey(end)
    return lines


def split(text: str) -> list[str]:
    *ended, last = text.split("\n")
    return [line.removesuffix("\r") for line in ended] + ([last] if last else [])


def around(lines: list[str], line: int, column: int) -> Lines | None:
    if not 0 <= line < len(lines):
        return None
    trimmed = [shown(each, column) for each in lines[max(line - 5, 0) : line + 6]]
    place = min(line, 5)
    return trimmed[:place], trimmed[place], trimmed[place + 1 :]


def shown(line: str, column: int) -> str:
    """What Symbolicator shows of a line, written down once more."""
    text = line.encode()
    if len(text) <= 150:
        return line
    start = max(min(column, len(text)) - 60, 0)
    start = 0 if start < 5 else start
    end = min(start + 140, len(text))
    if end > len(text) - 5:
        start, end = len(text) - 140, len(text)
    while text[start : start + 1] and text[start] & 0xC0 == 0x80:
        start -= 1
    while end < len(text) and text[end] & 0xC0 == 0x80:
        end -= 1
    return "{snip} " * (start > 0) + text[start:end].decode() + " {snip}" * (end < len(text))
