"""Last hour of a deployment: samples of its counts, and rates, quantiles and sums of what happened between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from core.observing.counts import Counter, Histogram, Metric, Values, distributions, samples
from core.observing.metrics import (
    FILES,
    FIRST_POLL,
    FRAME_ERRORS,
    JOB_DURATION,
    OUTCOMES,
    REJECTED,
    REQUEST_DURATION,
    RESPONSES,
    SCRAPING_FAILURES,
    STORE_UPLOADS,
)

STEP_S = 30
"""Seconds between samples."""

KEPT = 121
"""Samples that are kept: an hour."""

_HISTOGRAMS: dict[str, Histogram] = {"requests": REQUEST_DURATION, "jobs": JOB_DURATION, "queued": FIRST_POLL}
_COUNTERS: dict[str, Counter] = {
    "answers": RESPONSES,
    "outcomes": OUTCOMES,
    "frame_errors": FRAME_ERRORS,
    "scraping_failures": SCRAPING_FAILURES,
    "files": FILES,
    "refused": REJECTED,
    "uploads": STORE_UPLOADS,
}
_METRICS: tuple[Metric, ...] = (*_HISTOGRAMS.values(), *_COUNTERS.values())
_NAMES = frozenset(metric.name for metric in _METRICS)


class HistorySample(msgspec.Struct, array_like=True):
    """A deployment at a moment: seconds since 1970, what it has counted, and its gauges."""

    at: float
    counts: dict[str, float]
    in_flight: int
    running: int
    workers: int
    queue_depth: int
    queue_oldest_s: float
    cache_bytes: int


class Durations(msgspec.Struct, omit_defaults=True):
    """Durations (s): how many, and the bounds that half of them, and 99 of 100, don't exceed."""

    count: int
    p50_s: float | None = None
    p99_s: float | None = None


class Point(msgspec.Struct, kw_only=True):
    """A step of the last hour, which ends at ``at`` (seconds since 1970) and took ``step_s``."""

    at: float
    step_s: float
    requests: Durations
    jobs: Durations
    queued: Durations
    failures: int
    in_flight: int
    running: int
    workers: int
    queue_depth: int
    queue_oldest_s: float
    cache_bytes: int


class LastHour(msgspec.Struct):
    """Sums over ``seconds`` up to now: durations, and counts by their labels."""

    seconds: float
    requests: Durations
    jobs: Durations
    queued: Durations
    counts: dict[str, dict[str, int]]


def sampled(counts: Values) -> dict[str, float]:
    """Return the counts that samples have."""
    return {field: value for field, value in counts.items() if field.partition("|")[0] in _NAMES}


def points(history: Sequence[HistorySample]) -> list[Point]:
    """Return what happened between samples, which are given in order of time."""
    return [_point(before, after) for before, after in pairwise(history) if after.at > before.at]


def last_hour(history: Sequence[HistorySample]) -> LastHour:
    """Return what happened between the first of the samples and the last one."""
    first, last = history[0], history[-1]
    grown = _grown(first.counts, last.counts)
    return LastHour(
        last.at - first.at,
        **{name: _durations(histogram, grown) for name, histogram in _HISTOGRAMS.items()},
        counts={name: _by_labels(counter, grown) for name, counter in _COUNTERS.items()},
    )


def _point(before: HistorySample, after: HistorySample) -> Point:
    grown = _grown(before.counts, after.counts)
    outcomes = _by_labels(OUTCOMES, grown)
    durations = {name: _durations(histogram, grown) for name, histogram in _HISTOGRAMS.items()}
    return Point(
        at=after.at,
        step_s=after.at - before.at,
        failures=sum(count for status, count in outcomes.items() if status != "completed"),
        in_flight=after.in_flight,
        running=after.running,
        workers=after.workers,
        queue_depth=after.queue_depth,
        queue_oldest_s=after.queue_oldest_s,
        cache_bytes=after.cache_bytes,
        **durations,
    )


def _grown(before: Values, after: Values) -> Values:
    """Return by how much each field has grown; counts that began anew count from nothing."""
    return {field: value - before.get(field, 0) for field, value in after.items() if value > before.get(field, 0)}


def _by_labels(counter: Counter, grown: Values) -> dict[str, int]:
    counted: dict[str, int] = {}
    for sample in samples(counter, grown):
        if sample.value > 0:
            counted[" ".join(sample.labels) or "all"] = round(sample.value)
    return counted


def _durations(histogram: Histogram, grown: Values) -> Durations:
    cumulative = [0.0] * (len(histogram.bounds) + 1)
    for each in distributions(histogram, grown):
        cumulative = [total + count for total, count in zip(cumulative, each.cumulative, strict=True)]
    count = cumulative[-1]
    if count < 1:
        return Durations(0)
    half, most = (_bound(histogram, cumulative, count * part) for part in (0.5, 0.99))
    return Durations(round(count), half, most)


def _bound(histogram: Histogram, cumulative: Sequence[float], rank: float) -> float:
    """Return the value of a rank, interpolated within its bucket; beyond the last bound, that bound."""
    index = bisect_left(cumulative, rank)
    if index >= len(histogram.bounds):
        return float(histogram.bounds[-1])
    low = histogram.bounds[index - 1] if index else 0.0
    before = cumulative[index - 1] if index else 0.0
    within = cumulative[index] - before
    return float(low + (histogram.bounds[index] - low) * ((rank - before) / within if within else 1.0))


def decode_sample(text: bytes) -> HistorySample | None:
    """Return a sample as it was kept, None if another version wrote it."""
    try:
        return msgspec.json.decode(text, type=HistorySample)
    except msgspec.MsgspecError:
        return None


def encode_sample(sample: HistorySample) -> bytes:
    """Return a sample as it is kept."""
    return msgspec.json.encode(sample)
