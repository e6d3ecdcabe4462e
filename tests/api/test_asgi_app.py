"""Routes, methods, health check, polling, and what happens when the service can't serve."""

from __future__ import annotations

import pytest

from core.errors import AtCapacity, ShuttingDown, StoreUnavailable
from core.settings import Settings
from tests.api.service import ANSWER, S, Service, running_service

ID = "7c1d2f0e-6a55-4a0e-9f0e-0d6d3c1b9a42"


@pytest.mark.parametrize("target", [
    "/symbolicate-js/",
    "/Symbolicate-js",
    "//symbolicate-js",
    "/symbolicate-js%0A",
    "/symbolicate",
    "/minidump",
    "/requests",
    "/requests/",
    f"/requests/{ID}/",
    f"/requests/{ID}/x",
    "/healthcheck/",
    "/healthcheck%0A",
    "/metrics/",
    "*",
])  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_any_other_path_is_unknown(service: Service, method, target):
    answer = service.request(method, target, b"{}" if method == "POST" else None)
    assert answer.status == 404
    assert method == "HEAD" or answer.error


@pytest.mark.parametrize("method, target, allowed", [
    pytest.param("GET", "/symbolicate-js", "POST", id="get-submit"),
    pytest.param("HEAD", "/symbolicate-js", "POST", id="head-submit"),
    pytest.param("OPTIONS", "/symbolicate-js", "POST", id="options-submit"),
    pytest.param("PUT", "/symbolicate-js?timeout=x", "POST", id="method-comes-before-query"),
    pytest.param("POST", f"/requests/{ID}", "GET, HEAD", id="post-poll"),
    pytest.param("DELETE", f"/requests/{ID}", "GET, HEAD", id="delete-poll"),
    pytest.param("POST", "/healthcheck", "GET, HEAD", id="post-healthcheck"),
    pytest.param("POST", "/metrics", "GET, HEAD", id="post-metrics"),
])  # fmt: skip
def test_wrong_method_says_which_are_allowed(service: Service, method, target, allowed):
    answer = service.request(method, target, b"x" if method in ("POST", "PUT") else None)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert method == "HEAD" or answer.error


@pytest.mark.parametrize("method, body", [("GET", b"ok"), ("HEAD", b"")])
def test_healthcheck_is_ok_even_without_a_store(service: Service, method, body):
    with service.failing(StoreUnavailable("down")):
        answer = service.request(method, "/healthcheck?x=1", b"ignored")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, body, "2")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_an_answer_goes_on_byte_for_byte_as_json(service: Service):
    answer = service.submit({"source": S})
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, ANSWER, "application/json")


def test_a_submitted_body_reaches_the_jobs_byte_for_byte(service: Service):
    body = b' {"source": {"id": "a", "url": "HTTP://H:80", "token": "t"}, "unknown": [1.50]}\n'
    assert service.submit_bytes(body).status == 200
    assert service.jobs.submitted[-1] == (body, None, None)


def test_pending_then_polled_by_get_and_head(service: Service):
    pending = service.submit({"source": S}, "?timeout=0")
    request_id = pending.document["request_id"]
    assert list(pending.document.items()) == [("status", "pending"), ("request_id", request_id), ("retry_after", 30)]
    polled = service.request("GET", f"/requests/{request_id}?timeout=0&scope=7", b"ignored body")
    head = service.request("HEAD", f"/requests/{request_id}")
    assert (polled.status, polled.body, polled.headers["content-type"]) == (200, pending.body, "application/json")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(pending.body)))


def test_a_request_id_is_read_in_either_case(service: Service):
    service.request("GET", f"/requests/{ID.upper()}?timeout=3")
    assert service.jobs.polled[-1] == (ID, 3)


@pytest.mark.parametrize("request_id", [
    pytest.param(ID, id="never-existed"),
    pytest.param("not-a-uuid", id="no-uuid"),
    pytest.param(f"{ID}%0A", id="newline-after-it"),
    pytest.param(f"{ID[:8]}{ID[9:]}-", id="stray-hyphen"),
    pytest.param("%00", id="nul"),
    pytest.param("%FF", id="not-utf-8"),
    pytest.param("x" * 9000, id="long"),
])  # fmt: skip
def test_an_unknown_request_id_is_404(service: Service, request_id):
    answer = service.request("GET", f"/requests/{request_id}")
    assert (answer.status, answer.document) == (404, {"error": "unknown request id"})


@pytest.mark.parametrize("failure, text", [
    pytest.param(AtCapacity(), "too many concurrent requests", id="at-capacity"),
    pytest.param(StoreUnavailable("redis.internal:6379 refused"), "the job store is unavailable", id="redis-down"),
    pytest.param(ShuttingDown(), "shutting down", id="shutting-down-while-waiting"),
])  # fmt: skip
def test_what_may_heal_is_503_with_retry_after(service: Service, failure, text):
    with service.failing(failure):
        answers = [service.submit({"source": S}), service.request("GET", f"/requests/{ID}")]
    for answer in answers:
        assert (answer.status, answer.headers["retry-after"], answer.error) == (503, "7", text)


def test_shutting_down_refuses_submissions_but_answers_polls(service: Service):
    service.app.state.shutting_down = True
    try:
        submitted, polled = service.submit({"source": S}), service.request("GET", f"/requests/{ID}")
    finally:
        service.app.state.shutting_down = False
    assert (submitted.status, submitted.headers["retry-after"], submitted.error) == (503, "7", "shutting down")
    assert polled.status == 404


def test_a_bug_is_logged_with_its_traceback_and_not_told(caplog):
    with running_service(Settings()) as service, service.failing(ZeroDivisionError("secret detail")):
        answer = service.submit({"source": S})
    assert (answer.status, answer.document) == (500, {"error": "internal server error"})
    assert answer.headers["content-type"] == "application/json"
    assert "ZeroDivisionError: secret detail" in caplog.text
