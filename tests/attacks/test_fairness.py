"""One tenant's source that never answers, or is slow, is that tenant's affair."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import aiohttp
import orjson
import pytest

from core.errors import FetchFailed, NotTried
from core.failures import Failure, FailureKind
from core.observing.counts import Counts
from core.observing.metrics import BREAKERS
from core.settings import Settings
from core.web.urls import Url, parse_url
from tests.deployment import Api, Deployment
from tests.waiting import PATIENCE_S, until
from tests.worker.source_server import SourceServer, gated, reply, silence
from worker.fetch.client import Client, Fetch
from worker.fetch.source_gates import SourceGates

SLOW = Failure(FailureKind.TIMEOUT, "10s")
NO_BREAKER = {"UNMANGLE_SOURCE_BREAKER_FAILURES": "100000"}
EACH_ITS_OWN = {"UNMANGLE_SHARE_REQUESTS": "false"}

_numbers = itertools.count()


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


def request_to(server: SourceServer, release: str) -> dict[str, Any]:
    return {
        "number": next(_numbers),
        "source": {"id": "s", "url": server.url(f"/lookup/{release}"), "token": "t"},
        "release": release,
        "stacktraces": [{"frames": [{"abs_path": "https://h.test/a.js", "lineno": 1, "colno": 1}]}],
        "scraping": {"enabled": False},
    }


@pytest.fixture
def dead() -> Iterator[SourceServer]:
    """A source that never answers."""
    with SourceServer() as server:
        server.put_everywhere(silence())
        yield server


async def submit_many(api: Api, server: SourceServer, count: int, scope: str) -> list[str]:
    """Submit requests without waiting, each for a release of its own, and return their ids."""
    async with aiohttp.ClientSession() as session:
        bodies = [orjson.dumps(request_to(server, f"{scope}-{number}")) for number in range(count)]
        answers = await asyncio.gather(*(_posted(session, api, body, scope) for body in bodies))
    return [answer["request_id"] for answer in answers]


async def _posted(session: aiohttp.ClientSession, api: Api, body: bytes, scope: str) -> Any:
    url = api.url(f"/symbolicate-js?timeout=0&scope={scope}")
    async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
        return orjson.loads(await answer.read())


async def test_a_dead_source_holds_up_nobody_else(dead: SourceServer, server: SourceServer, redis_url: str):
    """Warm requests, and cold ones of other sources, are answered while hundreds wait: fewer than they may be slots."""
    settings = {"UNMANGLE_WORKER_MAX_JOBS": "10", "UNMANGLE_WORKER_MAX_WAITING": "40"}
    with Deployment(redis_url, settings | NO_BREAKER | EACH_ITS_OWN) as deployment:
        api = deployment.start_api()
        worker = deployment.start_worker()
        await api.wait_for_workers()
        warm = request_to(server, "warm")
        server.put("/lookup/warm", reply(b"[]"))
        assert (await api.submit(warm, "?scope=neighbour"))["status"] == "completed"
        waiting = await submit_many(api, dead, 200, "attacker")
        await until(lambda: len(dead.requests) >= 10)
        for number in range(5):
            answer = await api.submit({**warm, "again": number}, f"?scope=neighbour&timeout={PATIENCE_S}")
            assert answer["status"] == "completed"
            server.put(f"/lookup/{number}", reply(b"[]"))
            cold = request_to(server, str(number))
            assert (await api.submit(cold, f"?scope=neighbour&timeout={PATIENCE_S}"))["status"] == "completed"
        assert {(await api.poll(each, "?timeout=0"))["status"] for each in waiting[::20]} == {"pending"}
        assert "crashed" not in worker.log()


async def test_parked_jobs_are_answered_in_the_end_and_survive_their_worker(server: SourceServer, redis_url: str):
    gate = server.gate()
    server.put_everywhere(gated(gate, reply(b"[]")))
    settings = {"UNMANGLE_WORKER_MAX_WAITING": "8", "UNMANGLE_WORKER_SHUTDOWN_GRACE": "0"}
    with Deployment(redis_url, settings | EACH_ITS_OWN) as deployment:
        api = deployment.start_api()
        first = deployment.start_worker()
        await api.wait_for_workers()
        ids = await submit_many(api, server, 40, "tenant")

        async def are_parked() -> bool:
            return await _metric(api, "unmangle_worker_jobs_parked_total") >= 30

        await until(are_parked)
        assert first.stop() == 0
        deployment.start_worker()
        gate.open()
        answers = [await api.poll(each, f"?timeout={PATIENCE_S}") for each in ids]
        assert [answer["status"] for answer in answers] == ["completed"] * 40
        assert "crashed" not in first.log()


async def _metric(api: Api, name: str) -> float:
    async with aiohttp.ClientSession() as session, session.get(api.url("/metrics")) as answer:
        lines = (await answer.text()).splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as server:
        yield server


async def test_a_source_that_does_not_answer_is_left_alone_until_it_does(dead: SourceServer):
    settings = Settings(
        head_timeout_s=1, source_breaker_failures=4, source_breaker_rest_s=1, download_tries=1, source_slots=4
    )
    counts = Counts()
    async with Client(settings, counts=counts) as client:
        fetch = Fetch(url=a_url(dead.url("/a.js")), max_bytes=100, scope="tenant", allow_reserved=True)
        failures = await asyncio.gather(*(_failure(client, fetch) for _ in range(40)))
        assert set(failures) == {Failure(FailureKind.TIMEOUT, "1s")}
        assert len(dead.requests) < 10
        assert counts.news()[BREAKERS.field("opened")] == 1
        assert counts.news()[BREAKERS.field("refused")] > 30
        other = Fetch(url=fetch.url, max_bytes=100, scope="other", allow_reserved=True)
        before = len(dead.requests)
        await _failure(client, other)
        assert len(dead.requests) == before + 1  # others find out for themselves
        dead.put("/a.js", reply(b"run()"))
        while await _failure(client, fetch) is not None:  # noqa: ASYNC110  (only time tells)
            await asyncio.sleep(0.05)
        assert await client.get(fetch) == b"run()"


async def _failure(client: Client, fetch: Fetch) -> Failure | None:
    try:
        async with client.slot(fetch):
            await client.get(fetch)
    except FetchFailed as error:
        return error.failure
    return None


async def test_a_source_that_answers_with_errors_is_asked_again(server: SourceServer):
    server.put("/a.js", reply(status=503))
    async with Client(Settings(source_breaker_failures=2, download_tries=1)) as client:
        fetch = Fetch(url=a_url(server.url("/a.js")), max_bytes=100, allow_reserved=True)
        for _ in range(6):
            await _failure(client, fetch)
    assert len(server.requests) == 6


async def test_a_source_has_so_many_slots(server: SourceServer):
    gate = server.gate()
    server.put("/a.js", gated(gate, reply(b"run()")))
    async with Client(Settings(source_slots=3)) as client:
        fetch = Fetch(url=a_url(server.url("/a.js")), max_bytes=100, scope="tenant", allow_reserved=True)
        other = Fetch(url=a_url(server.url("/a.js")), max_bytes=100, scope="other", allow_reserved=True)
        tasks = [asyncio.create_task(_failure(client, fetch)) for _ in range(10)]
        await asyncio.to_thread(server.wait_for_requests, "/a.js", 3)
        tasks.append(asyncio.create_task(_failure(client, other)))
        await asyncio.to_thread(server.wait_for_requests, "/a.js", 4)
        assert len(server.requests) == 4
        gate.open()
        assert set(await asyncio.gather(*tasks)) == {None}
        assert client._gates._of_sources.by_name == {}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def gates_with(clock: Clock, failures: int = 2, rest_s: int = 5) -> SourceGates:
    settings = Settings(source_breaker_failures=failures, source_breaker_rest_s=rest_s)
    return SourceGates(settings, Counts(), clock)


URL = parse_url("https://h.test/a.js")
assert URL is not None


def is_open(gates: SourceGates, scope: str = "a", url: Url = URL) -> bool:
    try:
        gates.check(url, scope)
    except NotTried:
        return True
    return False


def test_a_breaker_rests_twice_as_long_after_each_try_that_fails():
    clock = Clock()
    gates = gates_with(clock)
    for rest_s in (5, 10, 20, 40, 60, 60):
        while not is_open(gates):
            gates.failed(URL, "a", SLOW)
        clock.now += rest_s - 0.1
        assert is_open(gates)
        clock.now += 0.1
        assert not is_open(gates)  # one may try
        assert is_open(gates)
        gates.failed(URL, "a", SLOW)
    clock.now += 60
    assert not is_open(gates)
    gates.gave_up(URL, "a")
    assert not is_open(gates)  # somebody else may
    gates.answered(URL, "a")
    assert not is_open(gates)


def test_breakers_are_those_of_a_scope_and_an_origin():
    gates = gates_with(Clock())
    for _ in range(2):
        gates.failed(URL, "a", SLOW)
    assert is_open(gates)
    assert not is_open(gates, scope="b")
    assert not is_open(gates, url=a_url("http://h.test/a.js"))
    assert not is_open(gates, url=a_url("https://h.test:444/a.js"))
    assert is_open(gates, url=a_url("https://h.test/another.js"))


def test_failures_before_an_answer_do_not_count():
    gates = gates_with(Clock())
    for _ in range(5):
        gates.failed(URL, "a", SLOW)
        gates.answered(URL, "a")
    gates.failed(URL, "a", SLOW)
    assert not is_open(gates)
