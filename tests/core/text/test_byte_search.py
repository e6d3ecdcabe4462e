"""Searching large texts gives what Python gives, in both builds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import BUILDS, load

NAME = "core.text.byte_search"
PLAIN = "x" * 130  # more than two blocks

texts = st.lists(st.sampled_from(["a", "b", PLAIN])).map(lambda parts: "".join(parts).encode())
pieces = st.text("ab", min_size=1, max_size=6).map(str.encode)
places = st.integers(0, 300)


@pytest.mark.parametrize("build", BUILDS)
@given(texts, pieces, places, places)
def test_a_piece_is_found_where_python_finds_it(build, text, piece, start, end):
    kernel = load(NAME, build)
    end = min(end, len(text))
    assert kernel.first_in(text, piece, start, end) == text.find(piece, start, end)
    assert kernel.last_in(text, piece, start, end) == text.rfind(piece, start, end)


@pytest.mark.parametrize("build", BUILDS)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=5) | st.just(PLAIN)), st.binary(max_size=4))
def test_utf8_ends_where_python_says(build, parts, tail):
    text = "".join(parts).encode() + tail
    assert load(NAME, build).end_of_utf8(text, 0, len(text)) == end_of_utf8(text)


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("tail", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"])
@pytest.mark.parametrize("before", [0, 63, 64, 65], ids="{}-before".format)
def test_utf8_ends_where_it_is_ill_formed(build, before, tail):
    text = b"x" * before + tail + b"x" * 100
    assert load(NAME, build).end_of_utf8(text, 0, len(text)) == before


def end_of_utf8(text: bytes) -> int:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(text)
