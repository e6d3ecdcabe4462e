"""``/readiness``: whether a load balancer should send requests here."""

from __future__ import annotations

import pytest

from api.deployment import RedisDeployment
from api.redis_client import open_redis
from api.serving.redis_server import redis_server
from api.sockets import free_port
from core.errors import StoreUnavailable
from core.settings import Settings
from tests.api.service import Service, running_service


@pytest.fixture
def service():
    with running_service(Settings()) as service:
        yield service


def test_it_is_ready_if_a_job_could_be_accepted(service: Service):
    answer = service.request("GET", "/readiness")
    assert (answer.status, answer.document) == (200, {"ready": True, "workers": 1})


def test_workers_are_information(service: Service):
    service.jobs.deployment.workers = 0
    assert service.request("GET", "/readiness").document == {"ready": True, "workers": 0}


def test_it_is_not_ready_while_it_stops(service: Service):
    service.app.state.shutting_down = True
    answer = service.request("GET", "/readiness")
    assert (answer.status, answer.error) == (503, "shutting down")
    assert answer.headers["retry-after"] == "5"
    assert service.request("GET", "/healthcheck").status == 200


def test_it_is_not_ready_without_redis_and_says_why(service: Service):
    service.jobs.deployment.is_away = True
    answer = service.request("GET", "/readiness")
    assert (answer.status, answer.error) == (503, "the job store is unavailable: refused")


def test_looks_of_load_balancers_are_not_counted_as_requests(service: Service):
    service.request("GET", "/readiness")
    assert service.metric("unmangle_requests_duration_seconds_count") == 0


async def check(url: str) -> int:
    settings = Settings(redis_url=url)
    async with open_redis(settings.redis_url) as redis:
        return await RedisDeployment(redis, settings.request_timeout_s).check_writable()


async def test_a_server_that_can_be_written_to_is_ready(redis_url):
    assert await check(redis_url) == 0


async def test_a_server_that_is_away_is_not():
    with pytest.raises(StoreUnavailable):
        await check(f"redis://127.0.0.1:{free_port()}/0")


async def test_a_server_that_is_full_is_not():
    with redis_server("--maxmemory", "1") as url, pytest.raises(StoreUnavailable, match="used memory"):
        await check(url)


async def test_a_replica_is_not():
    with redis_server("--replicaof", "127.0.0.1", str(free_port())) as url, pytest.raises(StoreUnavailable):
        await check(url)
