"""Nothing a client sends makes the service fail: random bytes, documents, headers, queries and paths."""

from __future__ import annotations

import string

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.service import ANSWER, JSON, S, Service

VALID = orjson.dumps({
    "source": S,
    "stacktraces": [{"frames": [{"abs_path": "https://h/a.js", "lineno": 1, "colno": 2, "data": {"sourcemap": "m"}}]}],
    "modules": [{"type": "debug_id", "code_file": "https://h/a.js", "debug_id": "x"}],
    "scraping": {"headers": {"X-Token": "s3cret"}},
    "options": {"frame_order": "callee_first"},
})  # fmt: skip
PIECES = [
    b"",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"null",
    b"-1",
    b"1e400",
    b"\\ud800",
    b"\xff",
    b"\x00",
    b"9" * 400,
    b"s3cret",
]

fuzz = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

KEYS = ["source", "id", "url", "token", "cookies", "stacktraces", "frames", "lineno", "scraping", "headers"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
)  # fmt: skip
header_values = st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S"]), max_size=40)
targets = st.text(string.ascii_letters + string.digits + "%/?&=+-._~:@!$'()*,;", max_size=60)


def assert_sane(answer):
    assert answer.status in (200, 400, 404, 405, 413, 415, 422)
    if answer.status == 200:
        assert answer.body == ANSWER
    else:
        assert len(answer.error) < 500
        # What stands where one of a few words belongs is quoted, whatever it is.
        assert "s3cret" not in answer.error or "expected one of" in answer.error


@fuzz
@given(body=st.binary() | json_values.map(orjson.dumps))
def test_any_body(service: Service, body):
    assert_sane(service.submit_bytes(body))


@fuzz
@given(
    start=st.integers(0, len(VALID)), length=st.integers(0, 40), piece=st.sampled_from(PIECES) | st.binary(max_size=5)
)
def test_a_valid_body_with_a_piece_replaced(service: Service, start, length, piece):
    assert_sane(service.submit_bytes(VALID[:start] + piece + VALID[start + length :]))


@fuzz
@given(
    content_type=st.just("application/json") | header_values,
    encoding=st.none() | header_values,
    expect=st.none() | header_values,
)
def test_any_header_values(service: Service, content_type, encoding, expect):
    optional = [("Content-Encoding", encoding), ("Expect", expect)]
    headers = [("Content-Type", content_type), *((name, value) for name, value in optional if value is not None)]
    assert_sane(service.request("POST", "/symbolicate-js", VALID, headers))


@fuzz
@given(query=targets)
def test_any_query(service: Service, query):
    assert_sane(service.submit_bytes(VALID, f"?timeout=3&{query}"))


@fuzz
@given(path=targets, method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]))
def test_any_path(service: Service, path, method):
    body = None if method == "GET" else b"{}"
    assert_sane(service.request(method, f"/requests/{path}", body, JSON))


def test_the_valid_body_is_valid(service: Service):
    assert service.submit_bytes(VALID).status == 200
