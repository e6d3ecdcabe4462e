from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.source_context import Context, source_context, trim_line

FRUIT = ("#" + "🍎🍐🍊🍋") * 12


@pytest.mark.parametrize("line, column, start, end", [
    pytest.param("abc", 0, 0, 3, id="short"),
    pytest.param("x" * 150, 75, 0, 150, id="150-bytes-are-short"),
    pytest.param("x" * 151, 0, 0, 140, id="151-bytes-are-long"),
    pytest.param("x" * 151, 64, 0, 140, id="four-bytes-in-front-are-not-worth-a-cut"),
    pytest.param("x" * 151, 65, 5, 145, id="five-bytes-in-front-are"),
    pytest.param("x" * 151, 66, 6, 146, id="five-bytes-behind-are"),
    pytest.param("x" * 151, 67, 11, 151, id="four-bytes-behind-are-not"),
    pytest.param("x" * 198, 66, 6, 146, id="in-the-middle"),
    pytest.param("x" * 198, 190, 58, 198, id="near-the-end"),
    pytest.param("x" * 198, 9999, 58, 198, id="beyond-the-end"),
    pytest.param("x" * 300, 100, 40, 180, id="sixty-bytes-before-the-column"),
    pytest.param("x" * 300, 215, 155, 295, id="last-cut-behind"),
    pytest.param("x" * 300, 216, 160, 300, id="no-cut-behind"),
    pytest.param("é" * 75, 10, 0, 75, id="150-bytes-of-75-characters"),
    pytest.param("é" * 76, 0, 0, 70, id="length-counts-bytes"),
    pytest.param("é" * 100, 80, 10, 80, id="columns-count-bytes"),
    pytest.param("é" * 100, 81, 10, 80, id="inside-a-character"),
    pytest.param("a" + "é" * 100, 80, 10, 80, id="both-ends-inside-characters"),
    pytest.param("😀" * 40, 70, 2, 37, id="four-byte-characters"),
    pytest.param("😀" * 40, 85, 5, 40, id="four-byte-characters-at-the-end"),
    pytest.param(FRUIT, 70, 3, 44, id="mixed-widths"),
    pytest.param(FRUIT, 9999, 19, 60, id="mixed-widths-at-the-end"),
])  # fmt: skip
def test_a_line_is_trimmed_around_the_column(line: str, column: int, start: int, end: int) -> None:
    prefix = "{snip} " if start > 0 else ""
    suffix = " {snip}" if end < len(line) else ""
    assert trim_line(line.encode(), column) == prefix + line[start:end] + suffix


@pytest.mark.parametrize("text, line, expected", [
    pytest.param("a\nb\nc", 1, Context([], "a", ["b", "c"]), id="first-line"),
    pytest.param("a\nb\nc", 3, Context(["a", "b"], "c", []), id="last-line-without-newline"),
    pytest.param("a\nb\n", 2, Context(["a"], "b", []), id="last-line-with-newline"),
    pytest.param("a\nb\n", 3, None, id="nothing-after-the-final-newline"),
    pytest.param("\n", 1, Context([], "", []), id="an-empty-line-is-a-line"),
    pytest.param("\n", 2, None, id="one-newline-is-one-line"),
    pytest.param("", 1, None, id="an-empty-file-has-no-line"),
    pytest.param("a", 0, None, id="lines-count-from-one"),
    pytest.param("a", 4_294_967_295, None, id="far-beyond-the-end"),
    pytest.param("1\n2\n3\n4\n5\n6\n7\n8\n9", 7, Context(["2", "3", "4", "5", "6"], "7", ["8", "9"]), id="five-before"),
    pytest.param("1\n2\n3\n4\n5\n6\n7\n8\n9", 2, Context(["1"], "2", ["3", "4", "5", "6", "7"]), id="five-after"),
    pytest.param("a\r\nb\r", 2, Context(["a"], "b\r", []), id="only-carriage-return-and-line-feed-end-a-line"),
    pytest.param("a\r\r\nb", 1, Context([], "a\r", ["b"]), id="one-carriage-return-goes"),
    pytest.param("\r\n\r\n", 2, Context([""], "", []), id="empty-lines-of-windows"),
    pytest.param("a\rb", 2, None, id="a-carriage-return-ends-nothing"),
    pytest.param("a\u2028b\x0bc\x0cd\x85e\nf", 2, Context(["a\u2028b\x0bc\x0cd\x85e"], "f", []), id="odd-separators"),
    pytest.param("\n\n\nx\n\n", 4, Context(["", "", ""], "x", [""]), id="empty-lines-around"),
    pytest.param(f"{'x' * 300}\n{'y' * 10}\n{'z' * 300}", 2,
                 Context(["{snip} " + "x" * 140], "y" * 10, ["{snip} " + "z" * 140]), id="one-column-for-all-lines"),
])  # fmt: skip
def test_source_context(text: str, line: int, expected: Context | None) -> None:
    assert source_context(text.encode(), line, 216) == expected


@pytest.mark.parametrize("line", [1, 2, 65_535, 65_536, 65_537, 100_000, 131_072, 131_073, 199_999, 200_000])
def test_lines_are_found_wherever_they_are_in_a_large_file(line: int) -> None:
    content = b"\n" * (line - 1) + b"here" + b"\n" * (200_000 - line)
    context = source_context(content, line, 0)
    assert context is not None
    assert context.line == "here"
    assert source_context(content, 200_001, 0) is None


@given(st.text(alphabet="a\r\n\u2028é"), st.integers(min_value=0, max_value=12))
def test_context_is_what_splitting_the_whole_text_gives(text: str, line: int) -> None:
    lines = [piece.removesuffix("\r") for piece in text.split("\n")[:-1]]
    lines += [last] if (last := text.split("\n")[-1]) else []
    expected = None
    if 1 <= line <= len(lines):
        expected = Context(lines[max(line - 6, 0) : line - 1], lines[line - 1], lines[line : line + 5])
    assert source_context(text.encode(), line, 0) == expected


@given(st.text(alphabet="aé€😀", min_size=38, max_size=400), st.integers(min_value=0, max_value=2000))
def test_a_trimmed_line_is_a_part_of_the_line_and_short(line: str, column: int) -> None:
    trimmed = trim_line(line.encode(), column)
    part = trimmed.removeprefix("{snip} ").removesuffix(" {snip}")
    assert part in line
    assert len(part.encode()) <= 150
    assert trimmed.startswith("{snip} ") or line.startswith(part)
    assert trimmed.endswith(" {snip}") or line.endswith(part)


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=20), min_size=1, max_size=30))
def test_lines_that_need_no_care_are_those_that_splitting_gives(lines):
    content = "\n".join(lines).encode()
    for number in range(1, len(lines) + 1):
        context = source_context(content, number, 0)
        if number == len(lines) and not lines[-1]:
            assert context is None  # nothing follows the last LF
            continue
        last = len(lines) - (not lines[-1])
        expected = (lines[max(number - 6, 0) : number - 1], lines[number - 1], lines[number : min(number + 5, last)])
        assert (context.pre, context.line, context.post) == expected
