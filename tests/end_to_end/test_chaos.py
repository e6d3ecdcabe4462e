"""Everything is killed and restarted under load; ``python -m bench.chaos`` does the same for longer."""

from __future__ import annotations

import pytest

from bench.chaos import run_chaos


@pytest.mark.load_dependent  # processes that start too slowly are killed before they did anything
def test_no_accepted_request_goes_unanswered_whatever_is_killed():
    report = run_chaos(requests=150, seconds=6)
    assert (report.unanswered, report.contradictions) == ([], [])
    assert sum(report.answers.values()) == 150
    assert set(report.answers) == {"completed"}  # nobody pays for what happens to workers
    assert report.poison_answer == "internal_error"
    assert report.poison_kills <= 2  # one, if chance killed one of the two
    assert report.poison_processes  # more than one, if chance killed its worker
    assert report.slowest_redelivery_s < 10
    assert min(report.workers_killed, report.apis_restarted, report.redis_restarted) > 0
