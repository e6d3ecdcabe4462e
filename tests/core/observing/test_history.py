from __future__ import annotations

import pytest

from core.observing.counts import Counts
from core.observing.history import (
    Durations,
    HistorySample,
    decode_sample,
    encode_sample,
    last_hour,
    points,
    sampled,
)
from core.observing.metrics import FRAME_ERRORS, JOB_DURATION, NEEDED_FILES, OUTCOMES, REQUEST_DURATION


def a_sample(at: float, counts: Counts, **gauges: float) -> HistorySample:
    values = {"in_flight": 0, "running": 0, "workers": 1, "queue_depth": 0, "queue_oldest_s": 0.0, "cache_bytes": 0}
    return HistorySample(at, sampled(counts.news()), *{**values, **gauges}.values())


def test_points_are_what_happened_between_samples():
    counts = Counts()
    counts.observe(REQUEST_DURATION, 0.02)
    first = a_sample(100, counts)
    for _ in range(100):
        counts.observe(REQUEST_DURATION, 0.2)
    counts.observe(JOB_DURATION, 2)
    counts.inc(OUTCOMES.field("completed"), 3)
    counts.inc(OUTCOMES.field("timeout"), 2)
    [point] = points([first, a_sample(130, counts, queue_depth=7)])
    assert (point.at, point.step_s, point.failures, point.queue_depth) == (130, 30, 2, 7)
    assert (point.requests.count, point.jobs.count, point.queued) == (100, 1, Durations(0))
    assert 0.1 < point.requests.p50_s < point.requests.p99_s <= 0.25
    assert 1 < point.jobs.p50_s <= 2.5


def test_the_hour_is_from_the_first_sample_to_the_last():
    counts = Counts()
    first = a_sample(100, counts)
    counts.inc(FRAME_ERRORS.field("no_column"), 4)
    hour = last_hour([first, a_sample(130, counts), a_sample(160, counts)])
    assert hour.seconds == 60
    assert hour.counts["frame_errors"] == {"no_column": 4}


def test_one_sample_is_no_time():
    assert points([a_sample(100, Counts())]) == []
    assert last_hour([a_sample(100, Counts())]).seconds == 0


def test_counts_that_began_anew_are_not_negative():
    counts = Counts()
    for _ in range(5):
        counts.observe(REQUEST_DURATION, 0.2)
    [point] = points([a_sample(100, counts), a_sample(130, Counts())])
    assert point.requests == Durations(0)


def test_durations_beyond_the_last_bound_are_that_bound():
    counts = Counts()
    counts.observe(JOB_DURATION, 100_000)
    [point] = points([a_sample(0, Counts()), a_sample(1, counts)])
    assert point.jobs.p50_s == JOB_DURATION.bounds[-1]


def test_samples_have_only_what_is_shown():
    counts = Counts()
    counts.observe(NEEDED_FILES, 1)
    assert sampled(counts.news()) == {}


@pytest.mark.parametrize("text", [b"", b"7", b"[1]", b'["x"]'])
def test_samples_of_other_versions_are_left_out(text):
    assert decode_sample(text) is None


def test_samples_come_back():
    sample = a_sample(1.5, Counts(), cache_bytes=9)
    assert decode_sample(encode_sample(sample)) == sample
