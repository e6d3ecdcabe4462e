"""``/trace``: what becomes a request, what is kept, and in which form the answer comes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from api.openapi import openapi_document
from api.trace_routes import LARGEST_KEPT_BYTES
from core.settings import Settings
from tests.api.conftest import MAX_BODY_BYTES
from tests.api.service import JSON, Answer, S, Service, running_service

TEXT = (("Content-Type", "text/plain"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)  # what curl says by itself
TRACE = "E: x\n    at f (https://h.test/a.min.js:1:10)\n"
MAPPED = orjson.dumps(
    {
        "status": "completed",
        "stacktraces": [
            {
                "frames": [
                    {
                        "abs_path": "https://h.test/src/a.ts",
                        "filename": "src/a.ts",
                        "function": "total",
                        "lineno": 7,
                        "colno": 3,
                        "data": {"symbolicated": True},
                    }
                ]
            }
        ],
        "raw_stacktraces": [{"frames": [{"abs_path": "https://h.test/a.min.js", "lineno": 1, "colno": 10}]}],
    }
)
REWRITTEN = "E: x\n    at total (src/a.ts:7:3)\n"


def post(service: Service, document: Any, query: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return service.request("POST", f"/trace{query}", orjson.dumps(document), [*JSON, *headers])


def post_text(service: Service, text: bytes, query: str = "", headers: tuple[tuple[str, str], ...] = TEXT) -> Answer:
    return service.request("POST", f"/trace{query}", text, headers)


def submitted(service: Service) -> dict[str, Any]:
    return orjson.loads(service.jobs.submitted[-1][0])


@pytest.fixture(autouse=True)
def mapped(service: Service):
    service.jobs.answer = MAPPED


def test_a_text_becomes_a_request(service: Service):
    answer = post_text(service, TRACE.encode(), "?release=shop%401&dist=2&scope=42&timeout=5")
    assert (answer.status, answer.document["text"]) == (200, REWRITTEN)
    request = submitted(service)
    assert (request["release"], request["dist"]) == ("shop@1", "2")
    assert request["options"] == {"ignore_list": True, "frame_order": "callee_first", "explain": True}
    assert request["stacktraces"] == [
        {"frames": [{"abs_path": "https://h.test/a.min.js", "lineno": 1, "colno": 10, "function": "f"}]}
    ]
    assert service.jobs.submitted[-1][1:] == ("42", 5)


@pytest.mark.parametrize(
    "headers", [(), (("Content-Type", "application/x-www-form-urlencoded"),)], ids=["none", "curl"]
)
def test_text_needs_no_type(service: Service, headers):
    assert post_text(service, TRACE.encode(), headers=headers).document["text"] == REWRITTEN


def test_a_document_names_what_a_request_names(service: Service):
    post(service, {"trace": TRACE, "source": S, "scope": "7", "scraping": {"enabled": False}})
    request = submitted(service)
    assert request["source"] == S
    assert request["scraping"] == {"enabled": False}
    assert service.jobs.submitted[-1][1] == "7"
    post(service, {"trace": TRACE, "scope": "7"}, "?scope=8")
    assert service.jobs.submitted[-1][1] == "8"


def test_what_nobody_names_comes_from_the_settings():
    defaults = orjson.dumps({"source": S, "release": "shop@9"}).decode()
    with running_service(Settings(trace_defaults=defaults)) as service:
        service.jobs.answer = MAPPED
        post_text(service, TRACE.encode())
        assert (submitted(service)["source"], submitted(service)["release"]) == (S, "shop@9")
        own = {**S, "id": "own"}
        post(service, {"trace": TRACE, "source": own, "release": "shop@1"})
        assert (submitted(service)["source"], submitted(service)["release"]) == (own, "shop@1")


def test_text_is_answered_if_it_is_preferred(service: Service):
    answer = post_text(service, TRACE.encode(), headers=(*TEXT, ("Accept", "text/plain")))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.decode() == REWRITTEN


def test_a_pending_trace_is_polled_with_its_text(service: Service):
    request_id = post_text(service, TRACE.encode(), "?timeout=0").document["request_id"]
    assert service.request("GET", f"/trace/{request_id}?timeout=0").document["status"] == "pending"
    service.jobs.answers[request_id] = MAPPED
    assert service.request("GET", f"/trace/{request_id}").document["text"] == REWRITTEN
    as_text = service.request("GET", f"/trace/{request_id}", headers=[("Accept", "text/plain")])
    assert as_text.body.decode() == REWRITTEN


def test_people_are_told_where_to_ask(service: Service):
    answer = post_text(service, TRACE.encode(), "?timeout=0", (*TEXT, ("Accept", "text/plain")))
    request_id = next(reversed(service.jobs.answers))
    assert answer.body.decode() == f"Still being worked on: ask for /trace/{request_id}, which answers in JSON.\n"


def test_of_a_request_that_was_no_trace_there_is_no_text(service: Service):
    request_id = service.submit({"source": S}, "?timeout=0").document["request_id"]
    service.jobs.answers[request_id] = MAPPED
    answer = service.request("GET", f"/trace/{request_id}")
    assert answer.document == {**orjson.loads(MAPPED), "text": None}


def test_no_text_is_kept_for_who_waits(service: Service):
    before = len(service.jobs.texts)
    post_text(service, TRACE.encode())
    assert len(service.jobs.texts) == before


def test_a_large_log_is_read_by_another_process(service: Service):
    log = "2026-12-01 12:00:00 nothing happened\n" * 2000 + TRACE
    assert len(log) > 64 << 10
    assert post_text(service, log.encode()).document["text"].endswith(REWRITTEN)


def test_a_text_that_does_not_compress_is_not_kept():
    import random

    noise = random.Random(7).randbytes(LARGEST_KEPT_BYTES + 1000).hex()
    with running_service(Settings()) as service:
        service.jobs.answer = MAPPED
        answer = post_text(service, f"{noise}\n{TRACE}".encode(), "?timeout=0")
        assert answer.document["status"] == "pending"
        assert service.jobs.texts == {}
        assert post_text(service, f"{noise}\n{TRACE}".encode()).document["text"].endswith(REWRITTEN)


@pytest.mark.parametrize(
    "document, status, path",
    [
        pytest.param({}, 422, "trace", id="no-trace"),
        pytest.param([], 422, "body", id="no-object"),
        pytest.param({"trace": "nothing"}, 422, "trace", id="no-frames"),
        pytest.param({"trace": TRACE, "source": 7}, 422, "source", id="source"),
        pytest.param({"trace": TRACE, "release": 7}, 422, "release", id="release"),
        pytest.param({"trace": TRACE, "modules": 7}, 422, "modules", id="modules"),
        pytest.param({"trace": TRACE, "options": 7}, 422, "options", id="options"),
        pytest.param({"trace": TRACE, "scope": 7}, 422, "scope", id="scope"),
        pytest.param({"trace": TRACE, "scraping": {"enabled": 7}}, 422, "scraping.enabled", id="scraping"),
    ],
)
def test_bad_documents(service: Service, document, status, path):
    answer = post(service, document)
    assert (answer.status, answer.path) == (status, path)


def test_bad_documents_are_refused_by_the_other_process_alike(service: Service):
    answer = post(service, {"trace": "x" * (80 << 10)})
    assert (answer.status, answer.path) == (422, "trace")


def test_bad_json(service: Service):
    answer = service.request("POST", "/trace", b"{", JSON)
    assert answer.status == 400


@pytest.mark.parametrize(
    "headers, status",
    [
        pytest.param((("Content-Type", "image/png"),), 415, id="type"),
        pytest.param((*TEXT, ("Content-Encoding", "gzip")), 415, id="compressed"),
        pytest.param((*TEXT, ("Sec-Fetch-Site", "cross-site")), 403, id="other-site"),
        pytest.param((*TEXT, ("Sec-Fetch-Site", "same-origin")), 200, id="own-page"),
    ],
)
def test_what_is_taken(service: Service, headers, status):
    assert post_text(service, TRACE.encode(), headers=headers).status == status


def test_other_refusals(service: Service):
    assert post_text(service, b"x" * (MAX_BODY_BYTES + 1)).status == 413
    assert post_text(service, TRACE.encode(), "?release=%ff").status == 400
    assert service.request("GET", "/trace/nothing").status == 404
    assert service.request("GET", "/trace").status == 405


@pytest.mark.parametrize("accept", ["completed", "pending"])
def test_answers_are_as_described(service: Service, accept):
    components = orjson.loads(openapi_document())
    schema = components["paths"]["/trace"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = post_text(service, TRACE.encode(), "?timeout=0" if accept == "pending" else "")
    assert answer.document["status"] == accept
    Draft202012Validator({**schema, "components": components["components"]}).validate(answer.document)
