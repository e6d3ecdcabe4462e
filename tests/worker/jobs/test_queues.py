"""Which queues a worker serves."""

from __future__ import annotations

import pytest

from core.queue.jobs import LARGE_QUEUE, QUEUE, UPLOADS_QUEUE
from core.settings import Settings
from worker.jobs.queues import queue_limits


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        pytest.param("all", {QUEUE: 50, LARGE_QUEUE: 1}, id="all-is-one-large-job-at-a-time"),
        pytest.param("ordinary", {QUEUE: 50}, id="no-large-ones"),
        pytest.param("large", {LARGE_QUEUE: 3}, id="as-many-large-ones-as-it-has-threads"),
    ],
)
def test_queue_limits(queues, expected):
    settings = Settings(worker_queues=queues, worker_max_jobs=50, worker_concurrency=3)
    assert queue_limits(settings) == expected


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        pytest.param("all", {QUEUE: 50, LARGE_QUEUE: 1, UPLOADS_QUEUE: 1}, id="all-is-one-upload-at-a-time"),
        pytest.param("ordinary", {QUEUE: 50}, id="no-uploads"),
        pytest.param("uploads", {UPLOADS_QUEUE: 1}, id="nothing-else"),
    ],
)
def test_queue_limits_with_a_store(queues, expected):
    settings = Settings(worker_queues=queues, worker_max_jobs=50, store_url="file:///store")
    assert queue_limits(settings) == expected
