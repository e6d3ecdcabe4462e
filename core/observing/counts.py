"""Counters and histograms of one process in plain numbers, and their sums over many processes.

Counting is on the hot paths, so it is one addition in a dict.  Every second or so a process adds what is new to a hash
in Redis, whose fields are those of the dict: that is the sum over all processes there ever were.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Values: TypeAlias = Mapping[str, float]
"""Numbers by field."""

_SEPARATOR = "|"
_SUM = "sum"


@dataclass(frozen=True, slots=True)
class Counter:
    """Something that happens, by labels whose values are few and never a client's."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()

    def field(self, *values: str) -> str:
        """Return the field that counts what has these values of the labels."""
        return _SEPARATOR.join((self.name, *values))


@dataclass(frozen=True, slots=True)
class Histogram:
    """Values, counted by the index of the first of ``bounds`` that is not below them; beyond the last, by the next."""

    name: str
    meaning: str
    bounds: tuple[float, ...]
    labels: tuple[str, ...] = ()


Metric: TypeAlias = Counter | Histogram


class Counts:
    """The numbers of one process since it started.

    One thread counts; any thread may ask what is new.  A value that is counted by two threads at once may be lost.
    """

    def __init__(self) -> None:
        self._values: dict[str, float] = {}
        self._shared: dict[str, float] = {}

    def inc(self, field: str, by: float = 1) -> None:
        """Count something under a field of a counter."""
        self._values[field] = self._values.get(field, 0) + by

    def add(self, values: Values) -> None:
        """Count what was counted elsewhere."""
        for field, value in values.items():
            self._values[field] = self._values.get(field, 0) + value

    def observe(self, histogram: Histogram, value: float, *labels: str) -> None:
        """Count a value of a histogram."""
        bucket, total = _fields(histogram.name, labels, bisect_left(histogram.bounds, value))
        values = self._values
        values[bucket] = values.get(bucket, 0) + 1
        values[total] = values.get(total, 0) + value

    def news(self) -> dict[str, float]:
        """Return by how much the values have grown since they were shared."""
        shared = self._shared
        return {
            field: value - shared.get(field, 0) for field, value in self._copy().items() if value != shared.get(field)
        }

    def note_shared(self, news: Values) -> None:
        """Take note that ``news`` have been added to those of the others."""
        for field, change in news.items():
            self._shared[field] = self._shared.get(field, 0) + change

    def _copy(self) -> dict[str, float]:
        return self._values.copy()  # in one step, as long as the interpreter has its lock


@dataclass(frozen=True, slots=True)
class Sample:
    """The value of a counter for some labels."""

    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """The values of a histogram for some labels: how many up to each bound and beyond the last one, and their sum."""

    labels: tuple[str, ...]
    cumulative: tuple[float, ...]
    sum: float


def sum_of(one: Values, other: Values) -> Values:
    """Return the sums, field by field."""
    return {field: one.get(field, 0) + other.get(field, 0) for field in one.keys() | other.keys()}


def samples(counter: Counter, values: Values) -> Iterator[Sample]:
    """Yield what a counter has counted; zero, if it has no labels and has counted nothing."""
    found = dict(_of(counter, values, len(counter.labels)))
    if not counter.labels:
        found.setdefault((), 0)
    for labels in sorted(found):
        yield Sample(labels, found[labels])


def distributions(histogram: Histogram, values: Values) -> Iterator[Distribution]:
    """Yield what a histogram has counted; nothing but zeros, if it has no labels and has counted nothing."""
    count = len(histogram.labels)
    parts: dict[tuple[str, ...], dict[str, float]] = {} if count else {(): {}}
    for key, value in _of(histogram, values, count + 1):
        parts.setdefault(key[:-1], {})[key[-1]] = value
    for labels in sorted(parts):
        of_labels, total, cumulative = parts[labels], 0.0, []
        for index in range(len(histogram.bounds) + 1):
            total += of_labels.get(str(index), 0)
            cumulative.append(total)
        yield Distribution(labels, tuple(cumulative), of_labels.get(_SUM, 0))


@functools.cache
def _fields(name: str, labels: tuple[str, ...], index: int) -> tuple[str, str]:
    """Return the fields of a histogram's bucket, and of its sum.  There are few: they are kept."""
    prefix = _SEPARATOR.join((name, *labels, ""))
    return f"{prefix}{index}", prefix + _SUM


def _of(metric: Metric, values: Values, parts: int) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield the values of a metric by what follows its name; fields of another version may have other parts."""
    for field, value in values.items():
        name, *rest = field.split(_SEPARATOR)
        if name == metric.name and len(rest) == parts:
            yield tuple(rest), value
