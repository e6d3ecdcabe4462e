"""Answers that are given again: to equal requests, as long as they may be."""

from __future__ import annotations

from api.redis_jobs import RecentAnswers, digest_of
from hypothesis import given
from hypothesis import strategies as st


def test_an_answer_is_kept_for_its_time_and_not_longer():
    now = 0.0
    recent = RecentAnswers(lambda: now)
    recent.keep(b"digest", "job", b"answer", 10)
    now = 9.9
    kept = recent.get(b"digest")
    assert kept is not None
    assert (kept.job_id, kept.answer) == ("job", b"answer")
    now = 10
    assert recent.get(b"digest") is None


def test_what_has_no_digest_or_no_time_is_not_kept():
    recent = RecentAnswers()
    recent.keep(b"digest", "job", b"answer", 0)
    assert (recent.get(b"digest"), recent.get(None)) == (None, None)


def test_a_large_body_has_no_digest():
    assert digest_of(b"x" * ((1 << 20) + 1), None) is None


@given(st.lists(st.tuples(st.binary(), st.none() | st.text()), unique=True, min_size=2))
def test_digests_differ_where_scopes_differ(requests):
    # Bodies are JSON documents: none is the beginning of another one.
    digests = {digest_of(b'{"%b"}' % body.hex().encode(), scope) for body, scope in requests}
    assert len(digests) == len(requests)
