"""``POST /explain``: the same request, the same rules, and an answer for programs or for people."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from api.parameters import prefers_text
from core.explain.page import explained_page
from tests.api.service import JSON, Answer, S, Service

BODY = {"source": S, "options": {"frame_order": "callee_first"}, "unknown": [1]}
EXPLAINED = orjson.dumps(
    {
        "status": "completed",
        "stacktraces": [
            {
                "frames": [
                    {
                        "abs_path": "native",
                        "lineno": 0,
                        "explanation": {
                            "code": "native_frame",
                            "cause": "code of the engine",
                            "advice": "leave it",
                            "steps": [],
                            "decided_by": {},
                        },
                    }
                ]
            }
        ],
        "raw_stacktraces": [{"frames": [{"abs_path": "native", "lineno": 0}]}],
    }
)


def explain(service: Service, document: Any, accept: str = "*/*", query: str = "") -> Answer:
    return service.request("POST", f"/explain{query}", orjson.dumps(document), [*JSON, ("Accept", accept)])


def test_an_explanation_is_asked_for_and_nothing_else_changes(service: Service):
    explain(service, BODY, query="?timeout=5&scope=42")
    body, scope, timeout_s = service.jobs.submitted[-1]
    assert orjson.loads(body) == {**BODY, "options": {"frame_order": "callee_first", "explain": True}}
    assert (scope, timeout_s) == ("42", 5)


def test_a_request_without_options_gets_some(service: Service):
    explain(service, {"source": S})
    assert orjson.loads(service.jobs.submitted[-1][0]) == {"source": S, "options": {"explain": True}}


@pytest.mark.parametrize("credentials", [{"token": "a", "cookies": "b"}, {"cookies": "b", "token": "a"}])
def test_the_first_credential_stays_the_first(service: Service, credentials):
    source = {"id": "s", "url": "https://h.test/", **credentials}
    explain(service, {"source": source})
    assert list(orjson.loads(service.jobs.submitted[-1][0])["source"]) == list(source)


def test_programs_get_the_answer_as_it_is(service: Service):
    service.jobs.answer = EXPLAINED
    answer = explain(service, BODY)
    assert answer.body == EXPLAINED
    assert answer.headers["content-type"] == "application/json"


def test_people_get_a_page_of_text(service: Service):
    service.jobs.answer = EXPLAINED
    answer = explain(service, BODY, "text/plain")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.decode() == explained_page(EXPLAINED)
    assert "native_frame: code of the engine" in answer.body.decode()


def test_who_does_not_wait_is_told_where_to_ask(service: Service):
    answer = explain(service, BODY, "text/plain", "?timeout=0")
    request_id = next(reversed(service.jobs.answers))
    assert answer.body.decode() == f"Still being worked on: ask for /requests/{request_id}, which answers in JSON.\n"


@pytest.mark.parametrize("accept", ["*/*", "text/plain"])
def test_errors_are_those_of_the_other_endpoint(service: Service, accept):
    answer = explain(service, {}, accept)
    assert (answer.status, answer.path) == (422, "source")


def test_without_the_other_method(service: Service):
    answer = service.request("GET", "/explain")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "accept, expected",
    [
        pytest.param("", False, id="nothing-said"),
        pytest.param("*/*", False, id="anything"),
        pytest.param("text/*", False, id="only-named-types-count"),
        pytest.param("text/plain", True, id="text"),
        pytest.param("TEXT/PLAIN; charset=utf-8", True, id="case-and-parameters"),
        pytest.param("text/plain;q=0", False, id="refused"),
        pytest.param("application/json, text/plain", True, id="both-alike"),
        pytest.param("application/json, text/plain;q=0.9", False, id="json-rather"),
        pytest.param("application/json;q=0.5, text/plain;q=0.8", True, id="text-rather"),
        pytest.param("text/plain;q=much", True, id="a-quality-that-is-none"),
    ],
)
def test_prefers_text(accept, expected):
    assert prefers_text(accept) is expected
