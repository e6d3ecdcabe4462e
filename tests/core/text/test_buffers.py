"""A mapped file is what its bytes are, though it is read in chunks."""

from __future__ import annotations

import mmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import buffers
from core.text.buffers import find, is_utf8, rfind


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "_CHUNK", 4)


def mapped(content: bytes) -> mmap.mmap:
    anonymous = mmap.mmap(-1, len(content))
    anonymous.write(content)
    return anonymous


@given(
    st.text("ab", min_size=1, max_size=40).map(str.encode),
    st.text("ab", min_size=1, max_size=6).map(str.encode),
    st.integers(0, 45),
)
def test_a_mapped_file_is_searched_like_bytes(content, piece, place):
    assert find(mapped(content), piece, place) == find(content, piece, place)
    assert rfind(mapped(content), piece, place) == rfind(content, piece, place)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).map(str.encode), st.binary(max_size=4))
def test_a_mapped_file_is_utf8_if_its_bytes_are(start, tail):
    content = start + tail
    assert is_utf8(mapped(content)) == is_utf8(content) == is_decodable(content)


def is_decodable(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
