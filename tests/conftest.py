"""What many tests need: a real Redis server of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from redis import Redis

from api.serving.redis_server import redis_server

# An example has no time limit: the first one may load the interpreted kernels, on a machine that is busy.
settings.register_profile("unmangle", deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=1000)  # --hypothesis-profile=thorough
settings.load_profile("unmangle")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--second-try``: what failed and isn't marked ``load_dependent`` has no second try."""
    parser.addoption("--second-try", action="store_true", help="run nothing unless all tests are load_dependent")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Have one process more than there are cores: tests of deployments wait for other processes, mostly."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish(session: pytest.Session) -> None:
    final = [item.nodeid for item in session.items if item.get_closest_marker("load_dependent") is None]
    if session.config.getoption("--second-try") and final:
        raise pytest.UsageError(f"no second try: {len(final)} failed that don't depend on the load: {final[0]} ...")


@pytest.fixture(scope="session")
def shared_redis_url() -> Iterator[str]:
    """The URL of a server that all tests of this run share."""
    with redis_server() as url:
        yield url


@pytest.fixture
def redis_url(shared_redis_url: str) -> str:
    """The URL of an empty Redis server."""
    with Redis.from_url(shared_redis_url) as client:
        client.flushall()
    return shared_redis_url


@pytest.fixture(scope="session", autouse=True)
def _no_cache_of_this_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test out of the cache directory of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _cache_of_its_own(_no_cache_of_this_user: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test with an empty cache directory."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
