from __future__ import annotations

import base64
import itertools
import mmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.files import data_urls
from core.files.data_urls import decode_data_url, is_data_url


@pytest.mark.parametrize("text, content", [
    pytest.param("data:,foo", "foo", id="plain"),
    pytest.param("data:,Hi%2C%20you%21", "Hi, you!", id="percent-decoded"),
    pytest.param("data:;base64,SGksIHlvdSE=", "Hi, you!", id="base64"),
    pytest.param("data:;base64,SGksIHlvdSE", "Hi, you!", id="padding-may-be-missing"),
    pytest.param("data:application/json;charset=utf-8;base64,e30=", "{}", id="media-type-is-ignored"),
    pytest.param("data:application/json; BASE64,e30=", "{}", id="base64-in-any-case-after-spaces"),
    pytest.param("data:;base64 ,e30=", "{}", id="spaces-before-the-comma"),
    pytest.param("data:application/json;base64;charset=utf-8,e30=", "e30=", id="base64-counts-only-at-the-end"),
    pytest.param("data:base64,e30=", "e30=", id="base64-needs-a-semicolon"),
    pytest.param("data:;baſe64,e30=", "e30=", id="a-long-s-is-no-s"),
    pytest.param("data:;base64,%65%33%30%3D", "{}", id="percent-decoded-before-base64"),
    pytest.param("data:;base64,e3%0A0%20=", "{}", id="whitespace-inside-base64"),
    pytest.param("data:;base64,e31=", "{}", id="spare-bits-are-ignored"),
    pytest.param('data:application/json,{"a":"%C3%B6"}', '{"a":"ö"}', id="utf-8"),
    pytest.param("data:,ö", "ö", id="unescaped-unicode"),
    pytest.param("data:,", "", id="empty"),
    pytest.param("data:;base64,", "", id="empty-base64"),
    pytest.param("data:,a#b", "a", id="fragment-goes"),
    pytest.param("data:,a%23b", "a#b", id="an-escaped-hash-is-no-fragment"),
    pytest.param("data:,a\t\r\nb", "ab", id="tabs-and-newlines-are-ignored"),
    pytest.param("data:,a%0Ab", "a\nb", id="an-escaped-newline-is-kept"),
    pytest.param("data:,a,b", "a,b", id="the-first-comma-counts"),
    pytest.param("data:,100%", "100%", id="a-lone-percent-sign-stays"),
])  # fmt: skip
def test_what_a_data_url_holds(text: str, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decode_data_url(text) == content.encode()
    for size in range(1, 5):
        monkeypatch.setattr("core.files.data_urls._PIECE", size)
        assert decode_data_url(text) == content.encode()


@pytest.mark.parametrize("text", [
    pytest.param("data:", id="no-comma"),
    pytest.param("data:#,", id="comma-only-in-the-fragment"),
    pytest.param("data:;base64,SGVsbG8sIFdvcmxkIQ=", id="one-equals-sign-too-few"),
    pytest.param("data:;base64,_-", id="the-alphabet-for-urls"),
    pytest.param("data:;base64,e", id="one-digit-holds-no-byte"),
    pytest.param("data:;base64,a===", id="three-equals-signs"),
    pytest.param("data:;base64,e3=0", id="an-equals-sign-inside"),
    pytest.param("data:;base64,e%0B30", id="vertical-tab-is-no-whitespace"),
    pytest.param("data:;base64,ö", id="unicode-in-base64"),
    pytest.param("data:,%FF", id="not-utf-8"),
    pytest.param("data:;base64,/w==", id="base64-of-something-else-than-utf-8"),
    pytest.param("data", id="no-colon"),
    pytest.param("DATA:,a", id="upper-case"),
])  # fmt: skip
def test_malformed_data_urls_hold_nothing(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decode_data_url(text) is None
    for size in range(1, 5):
        monkeypatch.setattr("core.files.data_urls._PIECE", size)
        assert decode_data_url(text) is None


def test_the_mark_of_base64_is_found_after_a_long_header() -> None:
    assert decode_data_url(f"data:{'x' * 400_000}; {' ' * 400_000}base64{' ' * 400_000},e30=") == b"{}"
    assert decode_data_url(f"data:;{' ' * 400_000}x{' ' * 400_000}base64,e30=") == b"e30="


CONTENT = b"0123456789abcde" * 200_000


@pytest.mark.parametrize("text", [
    pytest.param("data:;base64," + base64.b64encode(CONTENT).decode(), id="base64"),
    pytest.param("data:," + "".join(f"%{byte:x}" for byte in CONTENT), id="escapes"),
])  # fmt: skip
def test_a_large_one_is_decoded_into_a_file(text: str) -> None:
    decoded = decode_data_url(text)
    assert isinstance(decoded, mmap.mmap)
    assert decoded[:] == CONTENT


def test_without_room_on_disk_it_is_decoded_into_a_file_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    write, calls = data_urls._write, itertools.count()

    def write_a_few(descriptor: int, piece: bytes, start: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().name.startswith("memfd:") or next(calls) < 3:
            return write(descriptor, piece, start)
        write(descriptor, piece[:1000], start)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data_urls, "_write", write_a_few)
    decoded = decode_data_url("data:;base64," + base64.b64encode(CONTENT).decode())
    assert next(calls) > 3
    assert decoded is not None
    assert decoded[:] == CONTENT


@pytest.mark.parametrize("text", ["base64," + "e" * 2_000_001, "base64," + "e=e" * 1_000_000, "base64," + "%FF"])
def test_a_large_malformed_one_holds_nothing(text: str) -> None:
    assert decode_data_url(f"data:;{text}") is None


@pytest.mark.parametrize("text, expected", [
    pytest.param("data:", True, id="a-malformed-one-is-one"),
    pytest.param("data", False, id="without-colon-it-is-a-path"),
    pytest.param("DATA:,a", False, id="lower-case-only"),
    pytest.param(" data:,a", False, id="no-leading-space"),
])  # fmt: skip
def test_what_counts_as_a_data_url(text: str, expected: bool) -> None:
    assert is_data_url(text) is expected


@given(st.text())
def test_what_was_encoded_comes_back(text: str) -> None:
    assert decode_data_url("data:;base64," + base64.b64encode(text.encode()).decode()) == text.encode()


@given(st.text(), st.text())
def test_garbage_is_no_error(header: str, body: str) -> None:
    decode_data_url(f"data:{header},{body}")
    decode_data_url(f"data:{header};base64,{body}")
