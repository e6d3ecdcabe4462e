"""Source maps are read once, and of the big ones only so many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest

from core.counts import Counts
from core.files import Failure, FailureKind
from core.settings import Settings
from worker.caches.keys import Namespace
from worker.caches.locks import HostLocks
from worker.metrics import WorkerMetrics
from worker.source_maps import MAX_BYTES, SourceMaps
from worker.threads import Threads

HERE = Namespace("global", "s", "https://s.test/")
MAP = b'{"version":3,"sources":["a.js"],"names":[],"mappings":"AAAA"}'


@pytest.fixture
def locks() -> Iterator[HostLocks]:
    locks = HostLocks(None)
    yield locks
    locks.close()


@pytest.fixture
async def source_maps(locks: HostLocks) -> AsyncIterator[SourceMaps]:
    settings = Settings(big_map_bytes=10)
    threads = Threads(settings)
    maps = SourceMaps(settings, threads, locks, WorkerMetrics(Counts()))
    yield maps
    await maps.close()
    threads.close()


async def test_a_map_is_read_once(source_maps):
    assert await source_maps.get(HERE, MAP, b"") is await source_maps.get(HERE, MAP, b"")


async def test_a_map_that_makes_no_sense_is_malformed(source_maps):
    failure = await source_maps.get(HERE, b"{" + MAP, b"")
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.MALFORMED


async def test_a_mapped_map_is_kept_however_large_it_is(source_maps, tmp_path: Path):
    path = tmp_path / "app.js.map"
    path.write_bytes(MAP + b" " * (MAX_BYTES + 1))
    with path.open("rb") as file:
        content = mmap(file.fileno(), 0, access=ACCESS_READ)
    assert await source_maps.get(HERE, content, b"") is await source_maps.get(HERE, content, b"")


async def test_maps_of_other_scopes_are_others(source_maps):
    there = Namespace("other", "s", "https://s.test/")
    assert await source_maps.get(HERE, MAP, b"") is not await source_maps.get(there, MAP, b"")


async def test_a_big_map_waits_for_its_turn(locks):
    settings = Settings(big_map_bytes=10, big_maps_at_once=1)
    threads = Threads(settings)
    maps = SourceMaps(settings, threads, locks, WorkerMetrics(Counts()))
    async with locks.slot("big map", 1, 60):
        big = asyncio.create_task(maps.get(HERE, MAP, b""))
        small = await maps.get(HERE, b"{}", b"")
        assert not isinstance(small, Failure)
        assert not big.done()
    assert not isinstance(await asyncio.wait_for(big, 10), Failure)
    await maps.close()
    threads.close()
