"""What is remembered can be forgotten: for all workers of a host, by a command, or for a request, by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.failures import Failure
from core.files.file_keys import FileEntry
from core.settings import Settings
from core.wire.request import Options, Scraping
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import gated, reply
from worker.command.main import main
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

Opened = Callable[[], Resources]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setenv("UNMANGLE_CACHE_DIR", str(tmp_path))
    return lambda: Resources(Settings(cache_dir=tmp_path, connect_to_reserved_ips=True))


async def got(resources: Resources, source: ArtifactSource, *paths: str, **options: Any) -> list[bytes | None]:
    resources.forget_what_was_cleared()
    request = a_request(source.url, release="r", scraping=Scraping(), options=Options(**options))
    files = RequestFiles(resources, request, None)
    entries = [await files.get_file(minified(path)) for path in paths]
    await files.close()
    return [_content(entry) for entry in entries]


def _content(entry: FileEntry) -> bytes | None:
    return None if isinstance(entry.result, Failure) else bytes(entry.result.content[:])


def put(source: ArtifactSource, version: bytes) -> list[str]:
    """Put a bundle, an artifact and a file on the web; the artifact is not there in version 1."""
    source.entries.clear()
    source.put_bundle("1", {"a": (b"bundled(%s)" % version, {"type": "minified_source", "url": "~/bundled.js"})})
    source.put_artifact("2", "~/artifact.js", reply(status=404) if version == b"1" else b"artifact(%s)" % version)
    scraped = source.server.put("/scraped.js", reply(b"scraped(%s)" % version))
    return ["https://h.test/bundled.js", "https://h.test/artifact.js", scraped]


OLD = [b"bundled(1)", None, b"scraped(1)"]
NEW = [b"bundled(2)", b"artifact(2)", b"scraped(2)"]


async def test_clearing_reaches_every_worker_at_once(source: ArtifactSource, opened: Opened):
    paths = put(source, b"1")
    async with opened() as one, opened() as other:
        assert await got(one, source, *paths) == await got(other, source, *paths) == OLD
        put(source, b"2")
        assert await got(one, source, *paths) == await got(other, source, *paths) == OLD
        assert main(["cache", "clear"]) == 0
        assert await got(one, source, *paths) == await got(other, source, *paths) == NEW


@pytest.mark.parametrize("status", [200, 404])
async def test_what_was_under_way_when_all_was_cleared_is_kept_nowhere(
    source: ArtifactSource, opened: Opened, status: int
):
    gate = source.server.gate()
    path = source.server.put("/slow.js", gated(gate, reply(b"old", status)), reply(b"new"))
    async with opened() as one, opened() as other:
        asked = asyncio.create_task(got(one, source, path))
        await asyncio.to_thread(source.server.wait_for_requests, "/slow.js")
        assert main(["cache", "clear"]) == 0
        gate.open()
        assert await asked == [b"old" if status == 200 else None]
        assert await got(other, source, path) == [b"new"]
        assert await got(one, source, path) == [b"new"]


async def test_a_request_may_want_everything_fresh_and_others_profit(source: ArtifactSource, opened: Opened):
    paths = put(source, b"1")
    async with opened() as resources:
        assert await got(resources, source, *paths) == OLD
        put(source, b"2")
        assert await got(resources, source, *paths) == OLD
        assert await got(resources, source, *paths, no_cache=True) == NEW
        assert await got(resources, source, *paths) == NEW
    async with opened() as restarted:
        assert await got(restarted, source, *paths) == NEW


async def test_a_request_fetches_each_file_once_all_the_same(source: ArtifactSource, opened: Opened):
    paths = put(source, b"1")
    async with opened() as resources:
        await got(resources, source, *paths)
        before = [len(source.downloads("1")), len(source.server.requests_for("/scraped.js"))]
        await got(resources, source, *paths, *paths, no_cache=True)
        after = [len(source.downloads("1")), len(source.server.requests_for("/scraped.js"))]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]
