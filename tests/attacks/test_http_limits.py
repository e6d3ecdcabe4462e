"""What clients may send before, or instead of, a request: every bound is there, says so, and is counted."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from core.settings import Settings
from tests.api.service import JSON, Answer, S, Service, read_answer, running_service
from tests.deployment import Api, Deployment
from tests.waiting import PATIENCE_S, wait_until

VALID = orjson.dumps({"source": S})
HEAD = b"POST /symbolicate-js HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
GET = b"GET /healthcheck HTTP/1.1\r\nHost: h\r\n"
MIB = 1 << 20


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """A service with small limits."""
    settings = Settings(
        request_head_timeout_s=1,
        request_body_timeout_s=1,
        request_head_max_bytes=16_384,
        request_max_headers=20,
        bodies_max_bytes=3 * MIB,
    )
    with running_service(settings) as service:
        yield service


def answer_on(connection: socket.socket) -> Answer:
    connection.settimeout(PATIENCE_S)
    response = http.client.HTTPResponse(connection)
    response.begin()
    return read_answer(response)


def refused(service: Service, sent: bytes, limit: str) -> Answer:
    """Return the answer to what hits a limit; the connection is closed, and it is counted."""
    before = service.metric("unmangle_http_limits_hit_total", limit=limit)
    with service.connect() as connection:
        connection.sendall(sent)
        answer = answer_on(connection)
        _wait_for_the_end(connection)
    assert service.metric("unmangle_http_limits_hit_total", limit=limit) == before + 1
    assert answer.error
    assert answer.headers["connection"] == "close"
    return answer


def _wait_for_the_end(connection: socket.socket) -> None:
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass


def endless(service: Service, piece: bytes, most: int = 64 * MIB) -> int:
    """Send the same piece for as long as the other side takes it; return how many bytes that were."""
    sent = 0
    with service.connect() as connection:
        connection.settimeout(PATIENCE_S)
        connection.sendall(GET)
        try:
            while sent < most:
                sent += connection.send(piece)
        except OSError:
            pass
    return sent


@pytest.mark.parametrize(
    "sent, limit",
    [
        pytest.param(GET + b"X: " + b"x" * 20_000 + b"\r\n\r\n", "head size", id="one-long-value"),
        pytest.param(GET + b"X: " + b"x" * 200_000, "head size", id="a-value-that-does-not-end"),
        pytest.param(GET + b"X" * 200_000, "head size", id="a-name-that-does-not-end"),
        pytest.param(b"GET /" + b"x" * 200_000, "head size", id="a-url-that-does-not-end"),
        pytest.param(b"GET /?" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", "head size", id="a-long-query"),
        pytest.param(
            GET + b"".join(b"X%d: %s\r\n" % (n, b"x" * 1000) for n in range(18)) + b"\r\n", "head size", id="sum"
        ),
        pytest.param(GET + b"X: x\r\n" * 20 + b"\r\n", "headers", id="many"),
    ],
)
def test_heads_have_a_size_and_a_number_of_lines(service: Service, sent: bytes, limit: str):
    assert refused(service, sent, limit).status == 431


@pytest.mark.parametrize(
    "trailers, limit",
    [
        pytest.param(b"X: x\r\n" * 50, "headers", id="lines"),
        pytest.param(b"X: " + b"x" * 400_000, "head size", id="value"),
    ],
)
def test_trailers_have_an_end_as_well(service: Service, trailers: bytes, limit: str):
    sent = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n" % (len(VALID), VALID) + trailers
    assert refused(service, sent, limit).status == 431


def test_heads_up_to_the_limit_are_fine(service: Service):
    with service.connect() as connection:
        connection.sendall(GET + b"X: " + b"x" * 15_000 + b"\r\n" + b"Y: y\r\n" * 18 + b"\r\n")
        assert answer_on(connection).status == 200


@pytest.mark.parametrize("piece", [b"x" * 65536, b"X: x\r\n" * 10_000], ids=["value", "lines"])
def test_headers_without_an_end_are_not_taken(service: Service, piece: bytes):
    assert endless(service, piece) < 32 * MIB  # what fits into buffers of sockets


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"G", id="one-byte"),
        pytest.param(GET, id="half-a-head"),
        pytest.param(GET + b"\r\n" + GET, id="half-a-head-after-a-request"),
    ],
)
def test_a_head_has_its_time(service: Service, sent: bytes):
    with service.connect() as connection:
        connection.sendall(sent)
        if sent.startswith(GET + b"\r\n"):
            assert answer_on(connection).status == 200
        assert answer_on(connection).status == 408
    assert service.metric("unmangle_http_limits_hit_total", limit="head time") > 0


def test_a_client_that_drips_gains_nothing(service: Service):
    with service.connect() as connection:
        connection.settimeout(PATIENCE_S)
        connection.sendall(HEAD + b"X: ")
        wait_until(lambda: not _takes(connection, b"x"))


def _takes(connection: socket.socket, piece: bytes) -> bool:
    try:
        connection.sendall(piece)
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(HEAD + b"Content-Length: 1000\r\n\r\n", id="none-of-it"),
        pytest.param(HEAD + b"Content-Length: 1000\r\n\r\n" + VALID, id="half-of-it"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", id="some-chunks"),
        pytest.param(HEAD + b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n", id="which-we-asked-for"),
    ],
)
def test_a_body_has_its_time(service: Service, sent: bytes):
    with service.connect() as connection:
        connection.sendall(sent)
        if b"Expect" in sent:
            assert connection.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        answer = answer_on(connection)
    assert (answer.status, answer.error) == (408, "the body of the request took too long")


def test_the_rest_of_a_refused_body_has_its_time_too(service: Service):
    with service.connect() as connection:
        connection.sendall(b"POST /symbolicate-js HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n12345")
        assert answer_on(connection).status == 415
        assert connection.recv(1000) == b""  # and no second answer


def test_a_long_poll_is_no_slow_client(service: Service):
    """Neither is one whose next request has begun."""
    service.jobs.answers_after_s = 2
    with service.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(VALID) + VALID + GET)
        assert answer_on(connection).status == 200
        connection.sendall(b"\r\n")
        assert answer_on(connection).status == 200
    service.jobs.answers_after_s = 0


def test_only_so_many_requests_wait_on_one_connection(service: Service):
    assert refused(service, (GET + b"\r\n") * 100, "pipeline").status in (200, 400)


def unfinished(service: Service, size: int) -> socket.socket:
    """Promise a body that is larger by one byte than what is sent."""
    connection = service.connect()
    connection.settimeout(PATIENCE_S)
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (size + 1))
    connection.sendall(b" " * size)
    return connection


def test_all_bodies_together_are_bounded_and_small_ones_get_through(service: Service):
    before = service.metric("unmangle_http_limits_hit_total", limit="bodies")
    connections = [unfinished(service, 2 * MIB) for _ in range(3)]
    try:
        refusals = [connection for connection in connections if _is_refused(connection)]
        assert service.submit({"source": S}).status == 200
        assert len(refusals) >= 2
    finally:
        for connection in connections:
            connection.close()
    assert service.metric("unmangle_http_limits_hit_total", limit="bodies") >= before + 2
    wait_until(lambda: service.submit_bytes(VALID + b" " * 2 * MIB).status == 200)


def _is_refused(connection: socket.socket) -> bool:
    answer = answer_on(connection)
    if answer.status == 503:
        assert answer.error == "too many large bodies at once"
        assert int(answer.headers["retry-after"]) > 0
    return answer.status == 503


def test_bodies_that_are_waited_for_do_not_count(service: Service):
    """Once a body is with the job store, its request may take as long as it likes."""
    for _ in range(5):
        assert service.submit_bytes(VALID + b" " * (2 * MIB), "?timeout=0").status == 200
    assert service.app.state.body_bytes._held == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
async def test_the_loop_goes_on_while_large_bodies_are_checked(redis_url: str):
    frames = b",".join([b'{"abs_path":"","lineno":1}'] * 70_000)
    body = VALID[:-1] + b',"stacktraces":[{"frames":[%s]}],"platform":7}' % frames
    with Deployment(redis_url) as deployment:
        api = deployment.start_api()
        await api.wait_until_up()
        before = _cpu_s(api)
        for _ in range(4):
            assert _posted(api, body) == 422
        # Reading it takes most of a second of CPU, which is spent elsewhere.
        assert _cpu_s(api) - before < 1


def _posted(api: Api, body: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=PATIENCE_S)
    connection.request("POST", "/symbolicate-js", body, dict(JSON))
    status = connection.getresponse().status
    connection.close()
    return status


def _cpu_s(api: Api) -> float:
    fields = Path(f"/proc/{api.process.popen.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
