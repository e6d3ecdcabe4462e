"""What an API process logs when it starts: what isn't as it should be."""

from __future__ import annotations

import logging

import pytest

from api.redis_client import log_findings, open_redis
from api.serving.redis_server import redis_server
from api.sockets import free_port


async def logged_at(url: str, caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    caplog.set_level(logging.DEBUG, "api.redis_client")
    async with open_redis(url) as redis:
        await log_findings(redis)
    return [record.message for record in caplog.records if record.levelno == level]


async def test_a_server_as_it_should_be_is_no_problem(redis_url, caplog):
    assert await logged_at(redis_url, caplog, logging.ERROR) == []


async def test_a_server_that_evicts_is_a_problem(caplog):
    with redis_server("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru") as url:
        (problem,) = await logged_at(url, caplog, logging.ERROR)
    assert problem.startswith("redis memory: maxmemory-policy is allkeys-lru; jobs and answers vanish")


async def test_a_server_that_is_away_is_a_problem(caplog):
    (problem,) = await logged_at(f"redis://127.0.0.1:{free_port()}/0", caplog, logging.ERROR)
    assert problem.startswith("redis: it can't be reached")
