"""``/status``: what it says now and of the last hour, and what it says when Redis is away."""

from __future__ import annotations

from core.observing.history import HistorySample
from tests.api.service import Service


def test_the_deployment_now_and_in_the_last_hour(service: Service):
    service.jobs.deployment.samples = [HistorySample(0.0, {}, 1, 1, 1, 0, 0.0, 0)]
    answer = service.request("GET", "/status")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    document = answer.document
    assert document["now"]["workers"] == 1
    assert len(document["points"]) == 1
    assert document["last_hour"]["requests"] == {"count": 0}
    assert [(worker["name"], worker["beats"]) for worker in document["workers"]] == [("host:1", True), ("gone", False)]
    assert [finding["subject"] for finding in document["findings"]] == ["redis", "workers"]


def test_without_redis_nothing_is_known(service: Service):
    service.jobs.deployment.is_away = True
    try:
        answer = service.request("GET", "/status")
    finally:
        service.jobs.deployment.is_away = False
    assert (answer.status, answer.error) == (503, "the job store is unavailable")
