"""Plain numbers that many processes add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.observing.counts import Counter, Counts, Distribution, Histogram, Sample, distributions, samples, sum_of

PLAIN = Counter("plain", "")
LABELLED = Counter("labelled", "", ("one", "two"))
SIZES = Histogram("sizes", "", (1, 10))
BY_KIND = Histogram("by_kind", "", (1, 10), ("kind",))

FIELDS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 100))


def test_a_counter_without_labels_is_zero_before_anything_happens():
    assert list(samples(PLAIN, {})) == [Sample((), 0)]
    assert list(samples(LABELLED, {})) == []


def test_a_counter_counts_by_its_labels():
    counts = Counts()
    counts.inc(LABELLED.field("x", "y"))
    counts.inc(LABELLED.field("x", "y"), 2)
    counts.inc(LABELLED.field("x", "a"))
    assert list(samples(LABELLED, counts.news())) == [Sample(("x", "a"), 1), Sample(("x", "y"), 3)]


def test_a_value_at_a_bound_is_not_above_it():
    counts = Counts()
    for value in (0, 1, 2, 10, 11):
        counts.observe(SIZES, value)
    assert list(distributions(SIZES, counts.news())) == [Distribution((), (2, 4, 5), 24)]


def test_a_histogram_counts_by_its_labels():
    counts = Counts()
    counts.observe(BY_KIND, 5, "small")
    assert list(distributions(BY_KIND, counts.news())) == [Distribution(("small",), (0, 1, 1), 5)]
    assert list(distributions(BY_KIND, {})) == []
    assert list(distributions(SIZES, {})) == [Distribution((), (0, 0, 0), 0)]


def test_fields_of_another_version_with_other_labels_are_left_out():
    assert list(samples(PLAIN, {"plain|x": 1, "plainer": 1})) == [Sample((), 0)]
    assert list(samples(LABELLED, {"labelled": 1, "labelled|x": 1})) == []


def test_only_what_was_not_shared_is_news():
    counts = Counts()
    counts.inc("a")
    news = counts.news()
    counts.inc("a", 2)
    assert counts.news() == {"a": 3}
    counts.note_shared(news)
    assert counts.news() == {"a": 2}
    counts.note_shared({"a": 2})
    assert counts.news() == {}


@given(FIELDS, FIELDS)
def test_sums_have_the_fields_of_both(one, other):
    total = sum_of(one, other)
    assert set(total) == one.keys() | other.keys()
    assert sum(total.values()) == sum(one.values()) + sum(other.values())
