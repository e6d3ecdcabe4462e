"""``/metrics``: what is counted, under which name."""

from __future__ import annotations

import pytest

from core.errors import AtCapacity
from core.settings import Settings
from tests.api.service import S, Service, running_service

UNKNOWN_ID = "/requests/7c1d2f0e-6a55-4a0e-9f0e-0d6d3c1b9a42"
BY_STATUS = "unmangle_responses_status_code_total"
DURATIONS = "unmangle_requests_duration_seconds_count"


@pytest.fixture
def service():
    """A service that nobody else's requests are counted in."""
    with running_service(Settings()) as service:
        yield service


def test_metrics_are_prometheus_text(service: Service):
    answer = service.request("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b"# TYPE unmangle_requests_duration_seconds histogram\n" in answer.body
    assert service.metric("unmangle_server_starting_total") == 1


def test_requests_are_counted_by_status(service: Service):
    service.submit({"source": S})
    service.submit({})
    service.submit_bytes(b"{")
    service.request("GET", "/nowhere")
    statuses = ["200", "422", "400", "404"]
    assert [service.metric(BY_STATUS, status=status) for status in statuses] == [1, 1, 1, 1]
    assert service.metric(DURATIONS) == 8  # the four, and the four looks at the metrics


def test_the_healthcheck_is_counted_apart(service: Service):
    service.request("GET", "/healthcheck")
    service.request("HEAD", "/healthcheck")
    assert service.metric(DURATIONS) == 0
    assert service.metric("unmangle_healthcheck_total") == 2


def test_jobs_are_counted_as_accepted_or_rejected(service: Service):
    service.submit({"source": S})
    service.submit({})
    with service.failing(AtCapacity()):
        service.submit({"source": S})
    assert service.metric("unmangle_requests_accepted_total", task="symbolicate_js") == 1
    assert service.metric("unmangle_requests_rejected_total") == 1
    assert service.metric(BY_STATUS, status="503") == 1


def test_polls_for_unknown_ids_are_counted(service: Service):
    service.request("GET", UNKNOWN_ID)
    service.request("GET", "/requests/not-a-uuid")
    service.request("GET", f"{UNKNOWN_ID}?timeout=x")
    assert service.metric("unmangle_symbolication_request_id_unknown_total") == 2


def test_a_bug_is_counted_as_500(service: Service):
    with service.failing(ZeroDivisionError()):
        service.submit({"source": S})
    assert service.metric(BY_STATUS, status="500") == 1


def test_two_applications_count_apart(service: Service):
    with running_service(Settings()) as other:
        other.request("GET", "/healthcheck")
    assert service.metric("unmangle_healthcheck_total") == 0


def test_without_redis_there_are_counts_and_no_gauges_of_the_deployment(service: Service):
    service.submit({"source": S})
    assert b"unmangle_requests_in_flight 0.0" in service.request("GET", "/metrics").body
    service.jobs.deployment.is_away = True
    body = service.request("GET", "/metrics").body
    assert b"unmangle_requests_in_flight" not in body
    assert b"unmangle_requests_max_in_flight 5000.0" in body
    assert service.metric("unmangle_requests_accepted_total", task="symbolicate_js") == 1
