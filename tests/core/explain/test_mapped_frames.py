"""Whether a file has the place that a frame names: lines from 1, columns in UTF-16 code units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain.mapped_frames import GeneratedPlaces, line_count, line_length
from core.wire.frame import Frame

FAR = b"x\n" * 40_000


@pytest.mark.parametrize(
    "content, lineno, colno, outside",
    [
        pytest.param(b"abc", 1, 1, False, id="first"),
        pytest.param(b"abc", 1, 3, False, id="last"),
        pytest.param(b"abc", 1, 4, False, id="just-behind"),
        pytest.param(b"abc", 1, 5, True, id="behind-the-line"),
        pytest.param(b"abc", 1, None, False, id="no-column"),
        pytest.param(b"abc\n", 2, 1, False, id="an-empty-last-line"),
        pytest.param(b"abc\n", 3, 1, True, id="behind-the-file"),
        pytest.param(b"", 1, 1, False, id="an-empty-file"),
        pytest.param("😀".encode(), 1, 3, False, id="two-units-for-one-emoji"),
        pytest.param("😀".encode(), 1, 4, True, id="not-four-bytes"),
        pytest.param(b"\xff\xfe", 1, 4, True, id="what-is-no-text"),
        pytest.param(FAR, 40_000, 2, False, id="far-down"),
        pytest.param(FAR, 40_000, 3, True, id="far-down-behind-the-line"),
        pytest.param(FAR, 40_002, 1, True, id="far-down-behind-the-file"),
    ],
)
def test_is_outside(content, lineno, colno, outside):
    assert GeneratedPlaces().place(Frame(abs_path="a.js", lineno=lineno, colno=colno), content).is_outside is outside


@given(st.lists(st.integers(0, 70_000), max_size=6), st.integers(1, 8))
def test_lines_are_found_however_long_those_before_are(lengths, lineno):
    lines = [b"x" * length for length in lengths]
    content = b"\n".join(lines)
    expected = len(lines[lineno - 1]) if lineno <= len(lines) else 0 if lineno == 1 else None
    assert line_length(content, lineno - 1) == expected
    assert line_count(content) == max(len(lines), 1)
