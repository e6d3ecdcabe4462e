"""Context lines cut out of a map's JSON are those that its decoded source would give."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.sourcemap.source_map import read_source_map
from core.text.source_context import Context, read_context, source_context
from tests.kernels import BUILDS, load

PIECES = st.sampled_from(["\n", "\r\n", "\r", "a", "é", "€", "😀", '"', "\\", "\\n", "\t", "\u2028", "\x00", "\x0b"])
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([1, 1, 1, 2, 30, 149, 150, 400, 1100])), max_size=30)


def a_map(text: str, *, ascii_only: bool) -> bytes:
    return json.dumps(
        {"sources": ["a.js"], "sourcesContent": [text], "mappings": "AAAA"}, ensure_ascii=ascii_only
    ).encode()


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as-it-is"])
@given(
    pieces=TEXTS,
    places=st.lists(st.tuples(st.integers(0, 25), st.integers(0, 2000)), min_size=1, max_size=5),
)
@example(pieces=[("a", 149), ("\r\n", 1), ("a", 150), ("\r\n", 1), ("a", 151), ("\r\n", 1)], places=[(1, 75)])
@example(pieces=[("é", 1100), ("\r", 1), ("\r\n", 1), ("€", 400)], places=[(0, 1101), (0, 4000), (1, 601)])
def test_context_is_that_of_the_decoded_source(build, ascii_only, pieces, places):
    text = "".join(piece * count for piece, count in pieces)
    read = load("core.sourcemap.source_map", build).read_source_map
    source_map = read(a_map(text, ascii_only=ascii_only))
    for line, column in places:
        assert read_context(source_map.source_context(0, line, column)) == source_context(
            text.encode(), line + 1, column + 1
        )


def test_there_is_no_context_where_there_is_no_line():
    source_map = read_source_map(a_map("a\n", ascii_only=True))
    assert read_context(source_map.source_context(0, 0, 0)) == Context([], "a", [])
    assert read_context(source_map.source_context(0, 1, 0)) is None
    assert read_context(source_map.source_context(0, 2**32 - 1, 0)) is None
    assert read_context(source_map.source_context(0, -1, 0)) is None
    assert read_context(source_map.source_context(1, 0, 0)) is None


@pytest.mark.parametrize("line", [0, 1, 999, 50_000, 99_998, 99_999])
def test_lines_are_found_wherever_they_are_in_a_large_source(line):
    lines = [f'const line{number} = "{number}";' for number in range(100_000)]
    source_map = read_source_map(a_map("\n".join(lines), ascii_only=True))
    expected = Context(lines[max(line - 5, 0) : line], lines[line], lines[line + 1 : line + 6])
    assert read_context(source_map.source_context(0, line, 0)) == expected
    assert read_context(source_map.source_context(0, 100_000, 0)) is None


def test_a_line_of_megabytes_is_cut_around_the_column():
    text = "".join(f'f("{number}");' for number in range(500_000))
    source_map = read_source_map(a_map(f"first\n{text}\nlast", ascii_only=False))
    for column in (0, 59, 4_000_000, len(text) - 3):
        assert read_context(source_map.source_context(0, 1, column)) == source_context(
            f"first\n{text}\nlast".encode(), 2, column + 1
        )
