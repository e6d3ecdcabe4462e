"""Query parameters (http-api: query parameters), as functions and over HTTP."""

from __future__ import annotations

import pytest

from api.parameters import SubmitQuery, poll_timeout_s, submit_query
from core.errors import InvalidQuery
from tests.api.service import S, Service

MOST = 2**64 - 1
UNKNOWN_ID = "/requests/7c1d2f0e-6a55-4a0e-9f0e-0d6d3c1b9a42"


@pytest.mark.parametrize("query, timeout_s", [
    pytest.param("", None, id="absent-waits-to-the-end"),
    pytest.param("timeout=5", 5, id="plain"),
    pytest.param("timeout=05", 5, id="leading-zero"),
    pytest.param(f"timeout={'0' * 5000}5", 5, id="more-leading-zeros-than-int-reads"),
    pytest.param("timeout=%2B5", 5, id="encoded-plus-sign"),
    pytest.param("timeout=18446744073709551615", MOST, id="most-that-64-bits-hold"),
    pytest.param("timeout=0", 0, id="zero-never-waits"),
    pytest.param("time%6Fut=7", 7, id="encoded-name"),
    pytest.param("Timeout=x&timeouts=x&=x&&&x", None, id="unknown-parameters-are-ignored"),
    pytest.param("a=%ff&\xff=%zz&timeout=3", 3, id="garbage-elsewhere"),
])  # fmt: skip
def test_timeout_is_read(query, timeout_s):
    assert submit_query(query.encode("latin-1")).timeout_s == timeout_s
    assert poll_timeout_s(query.encode("latin-1")) == timeout_s


BAD_TIMEOUTS = [
    pytest.param("timeout=", id="empty"),
    pytest.param("timeout", id="bare"),
    pytest.param("timeout=-1", id="negative"),
    pytest.param("timeout=1.5", id="fraction"),
    pytest.param("timeout=abc", id="word"),
    pytest.param("timeout=null", id="null"),
    pytest.param("timeout=%205", id="space"),
    pytest.param("timeout=5%0A", id="trailing-newline"),
    pytest.param("timeout=+5", id="raw-plus-is-a-space"),
    pytest.param("timeout=18446744073709551616", id="one-more-than-64-bits"),
    pytest.param("timeout=" + "9" * 5000, id="thousands-of-digits"),
    pytest.param("timeout=1_000", id="python-digit-grouping"),
    pytest.param("timeout=%D9%A3", id="arabic-digit"),
    pytest.param("timeout=%FF", id="not-utf-8"),
    pytest.param("timeout=%2B%2B5", id="two-signs"),
    pytest.param("timeout=5&timeout=5", id="given-twice"),
    pytest.param("timeout=5&%74imeout=5", id="given-twice-once-encoded"),
]


@pytest.mark.parametrize("query", BAD_TIMEOUTS)
def test_bad_timeout_is_refused_by_name(query):
    for read in (submit_query, poll_timeout_s):
        with pytest.raises(InvalidQuery, match=r"^query\.timeout: ") as refusal:
            read(query.encode())
        assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("query", BAD_TIMEOUTS)
def test_bad_timeout_answers_400_on_both_endpoints(service: Service, query):
    for answer in (service.submit({"source": S}, f"?{query}"), service.request("GET", f"{UNKNOWN_ID}?{query}")):
        assert (answer.status, answer.path) == (400, "query.timeout")


@pytest.mark.parametrize("query, scope", [
    pytest.param("", None, id="absent-is-global"),
    pytest.param("scope=", "", id="empty-is-a-scope-of-its-own"),
    pytest.param("scope", "", id="bare-is-empty"),
    pytest.param("scope=global", "global", id="global-by-name"),
    pytest.param("scope=42", "42", id="digits-are-a-string"),
    pytest.param("scope=a+b%26c%3Dd=e", "a b&c=d=e", id="encoded-delimiters"),
    pytest.param("scope=%C3%A9", "é", id="utf-8"),
    pytest.param("scope=%00", "\0", id="nul"),
    pytest.param("scope=%EF%BF%BD", "\ufffd", id="replacement-character"),
    pytest.param("scope=%zz", "%zz", id="broken-escape-stays"),
])  # fmt: skip
def test_scope_reaches_the_jobs_as_sent(service: Service, query, scope):
    assert submit_query(query.encode()) == SubmitQuery(None, scope)
    assert service.submit({"source": S}, f"?{query}").status == 200
    assert service.jobs.submitted[-1][1:] == (scope, None)


@pytest.mark.parametrize("query", ["scope=%ff", "scope=%fe", "scope=a%C3", "scope=%ED%A0%80"])
def test_a_scope_that_is_not_utf_8_is_refused_by_name(service: Service, query):
    with pytest.raises(InvalidQuery, match=r"^query\.scope: expected UTF-8"):
        submit_query(query.encode())
    answer = service.submit({"source": S}, f"?{query}")
    assert (answer.status, answer.path) == (400, "query.scope")


def test_scope_given_twice_is_refused_on_submission_and_ignored_on_poll(service: Service):
    assert service.submit({"source": S}, "?scope=a&scope=a").path == "query.scope"
    assert service.request("GET", f"{UNKNOWN_ID}?scope=a&scope=b").status == 404


def test_the_timeout_reaches_the_jobs_whole(service: Service):
    service.submit({"source": S}, f"?timeout={MOST}")
    service.request("GET", f"{UNKNOWN_ID}?timeout={MOST}")
    assert service.jobs.submitted[-1][2] == MOST
    assert service.jobs.polled[-1][1] == MOST


def test_the_query_is_checked_before_the_request_id_and_the_body(service: Service):
    assert service.request("GET", "/requests/not-a-uuid?timeout=x").path == "query.timeout"
    assert service.request("POST", "/symbolicate-js?timeout=x", b"{").path == "query.timeout"
