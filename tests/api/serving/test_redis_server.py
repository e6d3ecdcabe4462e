"""The private Redis server of ``make run`` and of these tests."""

from __future__ import annotations

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from api.serving.redis_server import find_redis_server, redis_server
from api.sockets import free_port
from core.errors import CannotStart


def test_it_answers_while_the_block_runs_and_is_gone_afterwards():
    with redis_server() as url, Redis.from_url(url) as client:
        assert client.ping()
    with Redis.from_url(url) as client, pytest.raises(RedisConnectionError):
        client.ping()


def test_it_never_evicts_jobs():
    with redis_server() as url, Redis.from_url(url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_taken_port_is_named_with_the_servers_own_words():
    port = free_port()
    with redis_server(port=port), pytest.raises(CannotStart, match="in use"), redis_server(port=port):
        pass


@pytest.mark.parametrize(
    "version, usable",
    [
        pytest.param("Redis server v=7.2.4 sha=00000000:0", True, id="newer"),
        pytest.param("Valkey server v=8.0.1 sha=00000000:0", True, id="valkey"),
        pytest.param("Redis server v=6.2.0 sha=00000000:0", True, id="just-new-enough"),
        pytest.param("Redis server v=6.0.16 sha=00000000:0", False, id="debian-bullseye"),
        pytest.param("not a server", False, id="something-else"),
    ],
)
def test_a_server_on_path_is_preferred_if_it_is_new_enough(tmp_path, monkeypatch, version, usable):
    fake = tmp_path / "redis-server"
    fake.write_text(f"#!/bin/sh\necho '{version}'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert (find_redis_server() == str(fake)) is usable
