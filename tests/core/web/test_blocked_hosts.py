import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.failures import SSL_ERROR, Failure, FailureKind
from core.text.durations import duration_text, read_duration_text
from core.web.blocked_hosts import BlockingRule, blocked, failures_in_window, reason, with_one_more

RULE = BlockingRule(window_ms=60_000, bucket_ms=5_000, threshold=60, block_ms=3_600_000)
T = 1_700_000_000_000


@pytest.mark.parametrize(
    "failure, expected",
    [
        (
            Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable", status=503),
            "download failed: 503 Service Unavailable",
        ),
        (SSL_ERROR, "download failed: SSL error"),
        (Failure(FailureKind.DOWNLOAD_ERROR, "Connection reset by peer"), "download failed: Connection reset by peer"),
        (Failure(FailureKind.DOWNLOAD_ERROR, "what a server, or a request, says"), "download failed"),
        (Failure(FailureKind.TIMEOUT, "5m"), "download timed out after 300s"),
        (Failure(FailureKind.TIMEOUT, "1s 500ms"), "download timed out after 1.5s"),
        (Failure(FailureKind.TIMEOUT, "250ms"), "download timed out after 250ms"),
    ],
)
def test_reasons(failure, expected):
    assert reason(failure) == expected


@given(st.integers(0, 10**12))
def test_a_duration_that_was_written_can_be_read(milliseconds):
    assert read_duration_text(duration_text(milliseconds)) == milliseconds


def test_the_text_of_a_block():
    assert blocked("h.test", "download timed out after 300s", RULE) == Failure(
        FailureKind.DOWNLOAD_ERROR,
        "Host h.test is temporarily blocked because there were too many download failures. It will remain blocked for "
        "a maximum of 1h. The error that triggered the block was: `download timed out after 300s`.",
    )


def failures_at(*times_ms: int) -> dict[int, int]:
    buckets: dict[int, int] = {}
    for time_ms in times_ms:
        buckets = with_one_more(buckets, time_ms, RULE)
    return buckets


def test_failures_are_counted_in_buckets():
    assert failures_at(T, T + 4_999, T + 5_000) == {T: 2, T + 5_000: 1}


def test_no_more_buckets_are_kept_than_a_window_has():
    buckets = failures_at(*range(T, T + 200_000, 5_000))
    assert len(buckets) == 13
    assert min(buckets) == T + 135_000


@pytest.mark.parametrize(
    "times_ms, is_blocked",
    [
        pytest.param([T] * 59, False, id="one-too-few"),
        pytest.param([T] * 60, True, id="exactly"),
        pytest.param([T] * 59 + [T + 64_999], True, id="the-bucket-a-window-ago-counts"),
        pytest.param([T] * 59 + [T + 65_000], False, id="the-bucket-before-it-does-not"),
        pytest.param([T - 1] + [T] * 59, True, id="two-buckets"),
    ],
)
def test_a_host_is_blocked_by_as_many_failures_in_a_window(times_ms, is_blocked):
    assert (failures_in_window(failures_at(*times_ms), times_ms[-1], RULE) >= RULE.threshold) == is_blocked
