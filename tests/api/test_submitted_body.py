"""The body of a submission: content type, encoding, size, half bodies, and strict JSON; over HTTP."""

from __future__ import annotations

import http.client
import threading

import orjson
import pytest

from core.settings import Settings
from tests.api.conftest import MAX_BODY_BYTES
from tests.api.service import JSON, Answer, S, Service, read_answer, running_service

BODY = orjson.dumps({"source": S})
HEAD = b"POST /symbolicate-js HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"


def padded(size: int) -> bytes:
    return BODY + b" " * (size - len(BODY))


@pytest.mark.parametrize("content_type", [
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=latin-1",
    "application/json ; a=b; c",
    "Application/JSON",
    "application/vnd.x+json",
    "application/vnd.sentry.v2+json; x=y",
])  # fmt: skip
def test_json_content_types_are_accepted(service: Service, content_type):
    assert service.request("POST", "/symbolicate-js", BODY, [("Content-Type", content_type)]).status == 200


@pytest.mark.parametrize("headers", [
    pytest.param([], id="missing"),
    pytest.param([("Content-Type", "")], id="empty"),
    pytest.param([("Content-Type", "text/plain")], id="text-plain"),
    pytest.param([("Content-Type", "text/json")], id="text-json"),
    pytest.param([("Content-Type", "json")], id="no-type"),
    pytest.param([("Content-Type", "application")], id="no-subtype"),
    pytest.param([("Content-Type", "application/jsonx")], id="longer-subtype"),
    pytest.param([("Content-Type", "application/x-json")], id="other-subtype"),
    pytest.param([("Content-Type", "application/json+xml")], id="json-is-no-suffix"),
    pytest.param([("Content-Type", "application/json, text/plain")], id="list"),
    pytest.param([("Content-Type", "application/ json")], id="space-inside"),
    pytest.param([("Content-Type", "application/\xe9+json")], id="not-ascii"),
    pytest.param([*JSON, ("Content-Encoding", "gzip")], id="gzip"),
    pytest.param([*JSON, ("Content-Encoding", "identity, br")], id="two-encodings"),
    pytest.param([*JSON, ("Content-Encoding", "identity"), ("Content-Encoding", "zstd")], id="two-headers"),
])  # fmt: skip
def test_other_content_types_and_encodings_are_415(service: Service, headers):
    answer = service.request("POST", "/symbolicate-js", b"{", headers)
    assert answer.status == 415
    assert answer.error


@pytest.mark.parametrize("encoding", ["identity", "Identity"])
def test_identity_is_no_encoding(service: Service, encoding):
    headers = [*JSON, ("Content-Encoding", encoding)]
    assert service.request("POST", "/symbolicate-js", BODY, headers).status == 200


def test_the_content_type_is_checked_before_the_size(service: Service):
    assert service.request("POST", "/symbolicate-js", padded(MAX_BODY_BYTES + 1)).status == 415


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def exchange(service: Service, *sent: bytes) -> Answer:
    with service.connect() as connection:
        for part in sent:
            connection.sendall(part)
        return next_answer(connection)


def next_answer(connection) -> Answer:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return read_answer(response)


@pytest.mark.parametrize("excess, status", [(0, 200), (1, 413)])
def test_exactly_the_limit_is_fine_and_one_byte_more_is_not(service: Service, excess, status):
    body = padded(MAX_BODY_BYTES + excess)
    assert service.submit_bytes(body).status == status
    chunks = exchange(service, HEAD, b"Transfer-Encoding: chunked\r\n\r\n", chunked(body, 10_000))
    assert chunks.status == status
    assert status == 200 or chunks.error


@pytest.mark.parametrize("length, status", [(57_671_680, None), (57_671_681, 413), (2**63, 413)])
def test_by_default_55_mib_are_taken_and_a_larger_length_is_refused_unread(length, status):
    with running_service(Settings()) as service, service.connect() as connection:
        connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % length)
        first = connection.recv(1000)
    assert first.startswith(b"HTTP/1.1 100 " if status is None else b"HTTP/1.1 413 ")


def test_an_endless_body_is_refused_while_it_comes(service: Service):
    with service.connect() as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        connection.sendall(chunked(padded(MAX_BODY_BYTES + 1), 5000).removesuffix(b"0\r\n\r\n"))
        assert next_answer(connection).status == 413


def test_after_a_refusal_the_rest_is_read_over_and_the_connection_serves_on(service: Service):
    body = padded(MAX_BODY_BYTES * 3)
    with service.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
        refused = next_answer(connection)
        connection.sendall(body + HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
        served = next_answer(connection)
    assert (refused.status, served.status) == (413, 200)


@pytest.mark.parametrize("head, status", [
    pytest.param(HEAD + b"Content-Length: 999999\r\n", 413, id="too-large"),
    pytest.param(HEAD.replace(b"json", b"xml") + b"Content-Length: 5\r\n", 415, id="wrong-type"),
    pytest.param(HEAD.replace(b" HTTP", b"?timeout=x HTTP") + b"Content-Length: 5\r\n", 400, id="bad-query"),
])  # fmt: skip
def test_a_refused_client_that_waits_to_send_its_body_is_not_waited_for(service: Service, head, status):
    with service.connect() as connection:
        connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
        refused = next_answer(connection)
        assert (refused.status, refused.headers["connection"]) == (status, "close")
        assert connection.recv(1) == b""


@pytest.mark.parametrize("sent", [
    pytest.param(b"Content-Length: 500\r\n\r\n" + BODY, id="short-of-its-length"),
    pytest.param(b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY, 20).removesuffix(b"0\r\n\r\n"), id="no-end"),
])  # fmt: skip
def test_a_client_that_leaves_in_the_middle_makes_no_job(service: Service, caplog, sent):
    before = len(service.jobs.submitted)
    timed = service.metric("unmangle_requests_duration_seconds_count")
    with service.connect() as connection:
        connection.sendall(HEAD + sent)
    looks = 1  # each look at the metrics is timed, too
    while service.metric("unmangle_requests_duration_seconds_count") < timed + looks + 1:
        looks += 1
    assert len(service.jobs.submitted) == before
    assert service.metric("unmangle_responses_status_code_total", status="500") == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_bodies_that_come_at_once_are_kept_apart(service: Service):
    bodies = [padded(500 + i) for i in range(8)]
    threads = [threading.Thread(target=service.submit_bytes, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(body) for body, _, _ in service.jobs.submitted[-8:]) == [len(body) for body in bodies]


@pytest.mark.parametrize("body, error", [
    pytest.param(b"", "invalid JSON: Input is a zero-length, empty document: line 1 column 1", id="empty"),
    pytest.param(b'{"source": ', "invalid JSON: unexpected end of data: line 1 column 12", id="cut-off"),
    pytest.param(b'{"source"\n:\xff}', "invalid JSON: not UTF-8: line 2 column 2", id="not-utf-8"),
])  # fmt: skip
def test_bad_json_is_400_with_its_place(service: Service, body, error):
    answer = service.submit_bytes(body)
    assert (answer.status, answer.error) == (400, error)


def test_wrong_shape_is_422_with_its_path(service: Service):
    frames = [{"abs_path": "a", "lineno": 1}, {"abs_path": "a", "lineno": -3}]
    answer = service.submit({"source": S, "stacktraces": [{"frames": frames}]})
    assert answer.status == 422
    assert answer.error == "stacktraces[0].frames[1].lineno: expected an integer from 0 to 4294967295, got -3"


@pytest.mark.parametrize("document, error", [
    pytest.param({"stacktraces": []}, "source: missing field", id="no-source"),
    pytest.param(
        {"source": {"id": "a", "url": "https://h/", "bearer": "x"}},
        "source.token: missing field (token or cookies is required)",
        id="bearer-is-no-credential",
    ),
])  # fmt: skip
def test_missing_fields_are_named_by_their_own_path(service: Service, document, error):
    answer = service.submit(document)
    assert (answer.status, answer.error) == (422, error)
