"""A request whose files are cached touches neither the network nor, beyond one look at each file, the disk."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from core.settings import Settings
from core.wire.request import Scraping
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import SourceServer, reply
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

FILES = 5
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg")
_watching: list[list[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    for heard in _watching:
        if event in NETWORK or (event == "open" and "unmangle-test" in str(arguments[0])):
            heard.append(event)


@pytest.fixture(scope="module", autouse=True)
def _audit() -> None:
    sys.addaudithook(_hear)  # for ever, but it hears nothing when nobody is watching


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What the process does from now on: connections, and files of the cache that are opened."""
    events: list[str] = []
    _watching.append(events)
    yield events
    _watching.remove(events)


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return Settings(connect_to_reserved_ips=True, cache_dir=tmp_path / "unmangle-test", cache_cleanup_enabled=False)


async def get_all(resources: Resources, source: ArtifactSource, server: SourceServer) -> None:
    files = RequestFiles(resources, a_request(source.url, release="r", scraping=Scraping()), None)
    paths = [server.url(f"/{number}.js") for number in range(FILES)] + ["https://h.test/bundled.js"]
    files.expect(minified(path) for path in paths)
    for path in paths:
        await files.get_file(minified(path))
    await files.close()


def put_all(source: ArtifactSource, server: SourceServer) -> None:
    for number in range(FILES - 1):  # the last one is missing
        server.put(f"/{number}.js", reply(b"run()"))
    source.put_bundle("1", {"a": ("x", {"type": "minified_source", "url": "~/bundled.js"})})


async def test_what_is_in_memory_costs_nothing(source, server, settings, heard):
    put_all(source, server)
    async with Resources(settings) as resources:
        await get_all(resources, source, server)
        del heard[:]
        await get_all(resources, source, server)
        assert heard == []


async def test_what_is_on_disk_is_opened_once(source, server, settings, heard):
    put_all(source, server)
    async with Resources(settings) as resources:
        await get_all(resources, source, server)
    async with Resources(settings) as resources:
        del heard[:]
        await get_all(resources, source, server)
        lookups = len(source.queries)
        assert heard == ["open"] * (FILES + 1 + lookups)
