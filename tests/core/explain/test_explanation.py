"""A request that asks for an explanation, and is the same otherwise."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain.explanation import with_explanation
from core.wire.request import decode_request, parse_document

SOURCE = b'"source":{"id":"s","url":"https://h.test/","cookies":"c","token":"t"}'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(b"", id="no-options"),
        pytest.param(b',"options":{}', id="empty-options"),
        pytest.param(b',"options":{"frame_order":"callee_first","x":1e5}', id="others"),
        pytest.param(b',"options":{"explain":false}', id="not-wanted"),
        pytest.param(b',"options":{"frame_order":"callee_first"},"options":{}', id="the-last-options-count"),
        pytest.param(b',"x":' + b"9" * 300 + b',"options":{"y":' + b"9" * 300 + b"}", id="numbers-beyond-64-bits"),
    ],
)
@pytest.mark.parametrize("blanks", [b"", b" \t\r\n"])
def test_only_the_wish_is_added(rest, blanks):
    body = b"{" + SOURCE + rest + blanks + b"}" + blanks
    document = parse_document(body)
    explained = parse_document(with_explanation(body))
    assert list(explained["source"]) == list(document["source"])
    assert decode_request(explained).options.explain
    assert explained == {**document, "options": {**document.get("options", {}), "explain": True}}


def test_a_document_that_is_as_deep_as_it_may_be():
    body = b"{" + SOURCE + b',"options":{"frame_order":"callee_first"},"x":' + b"[" * 1000 + b"]" * 1000 + b"}"
    options = decode_request(parse_document(with_explanation(body))).options
    assert (options.explain, options.frame_order) == (True, "callee_first")


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=5))
def test_whatever_else_is_in_it(others):
    document = {**others, "source": {}, "options": {"frame_order": "callee_first"}}
    explained = orjson.loads(with_explanation(orjson.dumps(document)))
    assert explained == {**document, "options": {"frame_order": "callee_first", "explain": True}}
