"""The bodies of answers (http-api: response body): keys, their order, what is left out, and how lists are sorted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.failures import Failure, FailureKind
from core.files.file_keys import ResolvedWith
from core.wire.frame import Frame, FrameData, Stacktrace
from core.wire.response import (
    INTERNAL_ERROR_BODY,
    TIMEOUT_BODY,
    CompletedBody,
    FrameError,
    ScrapingAttempt,
    attempt_not_made,
    encode_completed,
    failed_attempt,
    pending_body,
    refused_attempt,
    sorted_attempts,
    sorted_errors,
    successful_attempt,
)

BARE = Frame(abs_path="a", lineno=0)
FULL = Frame(
    platform="node",
    function="",
    filename="f",
    module="m",
    abs_path="",
    lineno=1,
    colno=0,
    pre_context=["1", ""],
    context_line="",
    post_context=["3"],
    data=FrameData(
        sourcemap="m", sourcemap_origin="embedded", resolved_with=ResolvedWith.DEBUG_ID, symbolicated=True
    ),
)  # fmt: skip


def completed(frame: Frame) -> CompletedBody:
    return CompletedBody(stacktraces=[Stacktrace(frames=[frame])], raw_stacktraces=[Stacktrace(frames=[])])


def test_a_full_frame_has_every_key_in_order():
    assert encode_completed(completed(FULL)) == (
        b'{"status":"completed","stacktraces":[{"frames":[{"platform":"node","function":"","filename":"f",'
        b'"module":"m","abs_path":"","lineno":1,"colno":0,"pre_context":["1",""],"context_line":"",'
        b'"post_context":["3"],"data":{"sourcemap":"m","sourcemap_origin":"embedded","resolved_with":"debug-id",'
        b'"symbolicated":true}}]}],"raw_stacktraces":[{"frames":[]}]}'
    )


def test_a_bare_frame_has_no_nulls_and_no_empty_arrays():
    assert encode_completed(completed(BARE)) == (
        b'{"status":"completed","stacktraces":[{"frames":[{"abs_path":"a","lineno":0,"data":{"symbolicated":false}}]}],'
        b'"raw_stacktraces":[{"frames":[]}]}'
    )


def test_the_empty_request_is_answered_with_two_empty_arrays():
    assert encode_completed(CompletedBody(stacktraces=[], raw_stacktraces=[])) == (
        b'{"status":"completed","stacktraces":[],"raw_stacktraces":[]}'
    )


def test_errors_and_attempts_have_their_keys_in_order_and_col_may_be_null():
    answer = CompletedBody(
        stacktraces=[],
        raw_stacktraces=[],
        errors=[
            FrameError(abs_path="a", type="invalid_location", line=0, col=None),
            FrameError(abs_path="a", type="missing_source_content", source="", sourcemap="m"),
            FrameError(abs_path="a", type="missing_source"),
            FrameError(abs_path="a", type="malformed_sourcemap", url="u"),
        ],
        scraping_attempts=[
            ScrapingAttempt(url="u", status="not_attempted"),
            ScrapingAttempt(url="u", status="failure", reason="timeout", details="Timeout after 5m"),
        ],
    )
    assert encode_completed(answer) == (
        b'{"status":"completed","stacktraces":[],"raw_stacktraces":[],"errors":['
        b'{"abs_path":"a","type":"invalid_location","line":0,"col":null},'
        b'{"abs_path":"a","type":"missing_source_content","source":"","sourcemap":"m"},'
        b'{"abs_path":"a","type":"missing_source"},'
        b'{"abs_path":"a","type":"malformed_sourcemap","url":"u"}],"scraping_attempts":['
        b'{"url":"u","status":"not_attempted"},'
        b'{"url":"u","status":"failure","reason":"timeout","details":"Timeout after 5m"}]}'
    )


def test_the_short_answers():
    assert TIMEOUT_BODY == b'{"status":"timeout"}'
    assert INTERNAL_ERROR_BODY == b'{"status":"internal_error"}'
    request_id = "7c1d2f0e-6a55-4a0e-9f0e-0d6d3c1b9a42"
    assert (
        pending_body(request_id, 30) == b'{"status":"pending","request_id":"%s","retry_after":30}' % request_id.encode()
    )


IN_ORDER = [
    FrameError(abs_path="a", type="invalid_location", line=0, col=None),
    FrameError(abs_path="a", type="invalid_location", line=0, col=0),
    FrameError(abs_path="a", type="invalid_location", line=0, col=12),
    FrameError(abs_path="a", type="invalid_location", line=3, col=2),
    FrameError(abs_path="a", type="invalid_location", line=20, col=1),
    FrameError(abs_path="a", type="invalid_abs_path"),
    FrameError(abs_path="a", type="no_column"),
    FrameError(abs_path="a", type="missing_source_content", source="", sourcemap="z"),
    FrameError(abs_path="a", type="missing_source_content", source="s", sourcemap="a"),
    FrameError(abs_path="a", type="missing_source_content", source="s", sourcemap="b"),
    FrameError(abs_path="a", type="missing_source"),
    FrameError(abs_path="a", type="malformed_sourcemap", url="u"),
    FrameError(abs_path="a", type="malformed_sourcemap", url="v"),
    FrameError(abs_path="a", type="missing_sourcemap"),
    FrameError(abs_path="a", type="invalid_base64_sourcemap"),
    FrameError(abs_path="a", type="scraping_disabled"),
    FrameError(abs_path="b", type="invalid_location", line=0, col=None),
    FrameError(abs_path="\uffee", type="missing_source"),  # code points, not UTF-16 units
    FrameError(abs_path="\U0001f600", type="missing_source"),
]


@given(st.permutations(IN_ORDER), st.lists(st.sampled_from(IN_ORDER)))
def test_errors_are_a_sorted_set(errors, repeated):
    assert sorted_errors([*errors, *repeated]) == IN_ORDER


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "B", "\uffee", "\U0001f600"]), st.integers(0, 3))))
def test_attempts_are_sorted_by_url_and_stay_as_many_and_in_turn(attempts):
    given_attempts = [ScrapingAttempt(url=url, status="failure", details=str(n)) for url, n in attempts]
    result = sorted_attempts(given_attempts)
    assert [attempt.url for attempt in result] == sorted(url for url, _ in attempts)
    for url, _ in attempts:
        assert [a for a in result if a.url == url] == [a for a in given_attempts if a.url == url]


PATH = "https://h.test/a.js"


@pytest.mark.parametrize(
    "failure, reason, details",
    [
        pytest.param(Failure(FailureKind.SCRAPING_DISABLED), "disabled", None, id="disabled"),
        pytest.param(Failure(FailureKind.NOT_FOUND), "not_found", None, id="not-found"),
        pytest.param(
            Failure(FailureKind.PERMISSION_DENIED, "401 Unauthorized"),
            "permission_denied",
            "401 Unauthorized",
            id="permission-denied",
        ),
        pytest.param(
            Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable"),
            "download_error",
            "503 Service Unavailable",
            id="download-error",
        ),
        pytest.param(Failure(FailureKind.TIMEOUT, "10s"), "timeout", "Timeout after 10s", id="timeout"),
        pytest.param(
            Failure(FailureKind.MALFORMED, "Maximum file size exceeded"),
            "other",
            "Maximum file size exceeded",
            id="malformed",
        ),
        pytest.param(Failure(FailureKind.MALFORMED), "other", None, id="malformed-without-a-text"),
        pytest.param(Failure(FailureKind.INTERNAL, "it's us"), "other", None, id="our-own-errors-stay-with-us"),
    ],
)
def test_failed_attempt(failure: Failure, reason: str, details: str | None) -> None:
    assert failed_attempt(PATH, failure) == ScrapingAttempt(url=PATH, status="failure", reason=reason, details=details)


def test_every_kind_of_failure_has_a_reason() -> None:
    for kind in FailureKind:
        assert failed_attempt(PATH, Failure(kind)).reason


def test_other_attempts() -> None:
    assert attempt_not_made(PATH) == ScrapingAttempt(url=PATH, status="not_attempted")
    assert successful_attempt(PATH) == ScrapingAttempt(url=PATH, status="success")
    assert refused_attempt(PATH, "") == ScrapingAttempt(url=PATH, status="failure", reason="invalid_host")
    assert refused_attempt(PATH, "no") == ScrapingAttempt(
        url=PATH, status="failure", reason="invalid_host", details="no"
    )
