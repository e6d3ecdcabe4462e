"""Strict JSON (http-api: JSON decoding rules)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidJson
from core.wire.document import parse_document

TEXTS = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@pytest.mark.parametrize("body, error", [
    pytest.param(b"", "Input is a zero-length, empty document: line 1 column 1", id="empty"),
    pytest.param(b" \n ", None, id="white-space"),
    pytest.param(b'{"a":', "unexpected end of data: line 1 column 6", id="truncated"),
    pytest.param(b"{'a':1}", "unexpected character, expected a string key: line 1 column 2", id="single-quotes"),
    pytest.param(b'{"a":1,}', None, id="trailing-comma-in-object"),
    pytest.param(b"[1,]", None, id="trailing-comma-in-array"),
    pytest.param(b"01", None, id="leading-zero"),
    pytest.param(b"+1", None, id="plus-sign"),
    pytest.param(b".5", None, id="no-integer-part"),
    pytest.param(b'"\x01"', None, id="raw-control-character"),
    pytest.param(b'"\n"', None, id="raw-newline-in-string"),
    pytest.param(b'{\n "a": "\xc3\xa9\xff"}', "not UTF-8: line 2 column 9", id="byte-that-is-not-utf-8"),
    pytest.param(b'{"ignored": "\xed\xa0\x80"}', "not UTF-8: line 1 column 14", id="surrogate-as-bytes"),
    pytest.param(b'"\xc0\xaf"', "not UTF-8: line 1 column 2", id="overlong-utf-8"),
    pytest.param(b"\xef\xbb\xbf{}", None, id="byte-order-mark"),
    pytest.param("{}".encode("utf-16"), None, id="utf-16"),
    pytest.param("{}".encode("utf-16-le"), None, id="utf-16-without-mark"),
    pytest.param("{}".encode("utf-32-be"), None, id="utf-32"),
    pytest.param(b"NaN", None, id="nan"),
    pytest.param(b"[Infinity]", None, id="infinity"),
    pytest.param(b"[-Infinity]", None, id="minus-infinity"),
    pytest.param(b"{} x", "unexpected content after document: line 1 column 4", id="text-after-the-document"),
    pytest.param(b"{}{}", None, id="two-documents"),
    pytest.param(b"{}\x00", None, id="nul-after-the-document"),
    pytest.param(b'{"a": "\\ud800"}', None, id="unpaired-high-surrogate"),
    pytest.param(b'{"a": "\\udc00\\ud800"}', None, id="surrogates-in-the-wrong-order"),
    pytest.param(b'{"\\ud800": 1}', None, id="unpaired-surrogate-in-a-key"),
    pytest.param(b'"\\x41"', None, id="unknown-escape"),
    pytest.param(b"// comment\n{}", None, id="comment"),
    pytest.param(b"9" * 5000, None, id="thousands-of-digits"),
    pytest.param(b"1e999", None, id="no-float-holds-it"),
    pytest.param(b"[" * 100_000, None, id="deep-and-never-closed"),
    pytest.param(b"[" * 100_000 + b"]" * 100_000, None, id="a-hundred-thousand-levels"),
    pytest.param(b'{"a":' * 100_000, None, id="deep-objects"),
])  # fmt: skip
def test_what_is_not_one_json_document_is_refused(body, error):
    with pytest.raises(InvalidJson, match=r"^invalid JSON: .*: line \d+ column \d+$") as refusal:
        parse_document(body)
    assert error is None or refusal.value.problem == error


@pytest.mark.parametrize("body, document", [
    pytest.param(b" \r\n\t{} ", {}, id="white-space-around"),
    pytest.param(b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}, id="last-of-duplicate-keys-wins"),
    pytest.param(b'"\\ud83d\\ude00\\u0000\\/"', "\N{GRINNING FACE}\0/", id="escapes"),
    pytest.param(b'"\x7f"', "\x7f", id="delete-is-no-control-character"),
    pytest.param(b"18446744073709551615", 2**64 - 1, id="unsigned-64-bits"),
])  # fmt: skip
def test_json_documents_are_read(body, document):
    assert parse_document(body) == document


@pytest.mark.parametrize("levels", [128, 1000])
@pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
def test_deep_documents_work(opening, closing, levels):
    document = parse_document(opening * levels + b"1" + closing * levels)
    for _ in range(levels):
        document = document[0 if opening == b"[" else "a"]
    assert document == 1


@given(JSON, st.booleans())
def test_whatever_json_writes_is_read_back(document, escaped):
    assert parse_document(json.dumps(document, ensure_ascii=escaped).encode()) == document


@given(st.binary())
def test_garbage_is_read_or_refused_as_the_standard_library_does(body):
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        expected = json.loads(body.decode(), parse_constant=refuse)
    except ValueError:
        with pytest.raises(InvalidJson):
            parse_document(body)
    else:
        assert parse_document(body) == expected
