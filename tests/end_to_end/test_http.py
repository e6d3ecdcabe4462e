"""HTTP as balancers and operators see it: kept connections, ids, the access log, and an end that comes."""

from __future__ import annotations

import asyncio
import socket
import time

import aiohttp
import orjson
import pytest_asyncio

from core.version import PYTHON, VERSION
from tests.deployment import Deployment
from tests.waiting import PATIENCE_S, until

REQUEST = orjson.dumps({"source": {"id": "s", "url": "http://127.0.0.1/", "token": ""}})
JSON = {"Content-Type": "application/json"}
HALF_A_BODY = (
    b"POST /symbolicate-js HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
)
SETTINGS = {
    "UNMANGLE_ACCESS_LOG": "true",
    "UNMANGLE_KEEP_ALIVE": "1",
    "UNMANGLE_API_SHUTDOWN_GRACE": "1",
    "UNMANGLE_LOG_FORMAT": "json",
    "UNMANGLE_LOG_LEVEL": "error",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lonely_api(own_redis_url):
    """An API without a worker."""
    with Deployment(own_redis_url, SETTINGS) as deployment:
        api = deployment.start_api()
        await api.wait_until_up()
        yield api


def logged(api, target: str) -> list[dict]:
    lines = [orjson.loads(line) for line in api.process.log().splitlines()]
    return [line for line in lines if line.get("target") == target]


async def test_the_answer_names_the_job_and_a_poll_too(lonely_api):
    async with aiohttp.ClientSession() as session:
        async with session.post(lonely_api.url("/symbolicate-js?timeout=0"), data=REQUEST, headers=JSON) as reply:
            request_id = (await reply.json())["request_id"]
            assert reply.headers["X-Request-Id"] == request_id
        async with session.get(lonely_api.url(f"/requests/{request_id}?timeout=0")) as reply:
            assert reply.headers["X-Request-Id"] == request_id
        async with session.post(lonely_api.url("/symbolicate-js"), data=b"{}", headers=JSON) as reply:
            assert (reply.status, "X-Request-Id" in reply.headers) == (422, False)
        async with session.get(lonely_api.url(f"/requests/{'0' * 8}-0000-0000-0000-{'0' * 12}")) as reply:
            assert (reply.status, "X-Request-Id" in reply.headers) == (404, False)


async def test_the_access_log_has_a_line_for_each_request_whatever_the_level(lonely_api):
    target = "/symbolicate-js?timeout=0&scope=a%0Ab"
    headers = {**JSON, "X-Request-Id": "theirs", "X-Sentry-Event-Id": "event"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(aiohttp.client.URL(lonely_api.url(target), encoded=True), data=REQUEST, headers=headers) as reply,
    ):
        size, request_id = len(await reply.read()), reply.headers["X-Request-Id"]
    await until(lambda: logged(lonely_api, target))
    [line] = logged(lonely_api, target)
    assert line.pop("duration_s") >= 0
    line.pop("timestamp")
    assert line.pop("message").startswith(f'127.0.0.1 "POST {target}" 200 {size} ')
    assert line == {
        "level": "info",
        "logger": "api.access",
        "request_id": request_id,
        "client_request_id": "theirs",
        "event_id": "event",
        "client": "127.0.0.1",
        "method": "POST",
        "target": target,
        "status": 200,
        "bytes": size,
    }


async def test_the_version_is_told(lonely_api):
    async with aiohttp.ClientSession() as session:
        async with session.get(lonely_api.url("/version")) as reply:
            assert await reply.json() == {"version": VERSION, "python": PYTHON}
        async with session.get(lonely_api.url("/metrics")) as reply:
            assert f'unmangle_build_info{{python="{PYTHON}",version="{VERSION}"}} 1.0' in await reply.text()


async def test_a_connection_is_kept_for_as_long_as_is_set(lonely_api):
    reader, writer = await asyncio.open_connection("127.0.0.1", lonely_api.port)
    for _ in range(2):
        writer.write(b"GET /healthcheck HTTP/1.1\r\nHost: h\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\nok")
    began = time.monotonic()
    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    assert time.monotonic() - began > 0.5  # as was set, and not at once
    writer.close()


async def test_a_stop_comes_to_an_end_though_clients_neither_send_nor_read(redis_url):
    with Deployment(redis_url, SETTINGS) as deployment:
        api = deployment.start_api()
        await api.wait_until_up()
        with api_socket(api) as sender, api_socket(api) as reader:
            sender.sendall(HALF_A_BODY)
            asked = await ask_until_nothing_is_written(api, reader)
            await asyncio.to_thread(api.process.stop)
        assert len(logged(api, "/openapi.json")) < asked  # and that it did not take for ever


async def ask_until_nothing_is_written(api, client: socket.socket) -> int:
    """Ask on a connection that isn't read until all buffers of it are full; return how often that was."""
    for batch in range(1, 41):  # 0.8 MB each
        client.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n" * 30)
        before = -1
        while before < (answered := len(logged(api, "/openapi.json"))) < 30 * batch:
            before = answered
            async with aiohttp.ClientSession() as session:
                for _ in range(50):  # the process has time to go on
                    async with session.get(api.url("/healthcheck")) as reply:
                        assert reply.status == 200
        if answered < 30 * batch:
            return 30 * batch
    raise AssertionError("the buffers have no end")


def api_socket(api) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect(("127.0.0.1", api.port))
    return client
