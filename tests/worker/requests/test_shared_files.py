"""What several workers of a host, and a worker after its restart, fetch in all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.failures import Failure
from core.files.debug_ids import DebugId
from core.files.file_keys import File
from core.settings import Settings
from core.wire.request import Scraping
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import gated, reply
from worker.caches.cache_entries import encode_end
from worker.caches.cleanup import entries, read_record
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

ID = DebugId("2f259f80-58b7-44cb-d7cd-de1505e7e718")
LARGE = b"/* %s */ run()" % (b"x" * (2 << 20))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(connect_to_reserved_ips=True, cache_dir=tmp_path)


def put_everything(source: ArtifactSource) -> None:
    bundled = {"type": "minified_source", "url": "~/bundled.js"}
    source.put_bundle("1", {"a": ("bundled", bundled), "b": (LARGE, bundled | {"url": "~/large.js"})})
    source.put_artifact("2", "~/artifact.js", b"artifact")
    source.put_artifact("3", "~/gone.js", reply(status=404))


async def everything(resources: Resources, source: ArtifactSource, scope: str | None = None) -> list[object]:
    """Return what a request gets of every kind of file, and the failures."""
    request = a_request(source.url, release="r", scraping=Scraping())
    files = RequestFiles(resources, request, scope)
    paths = [f"https://h.test/{name}.js" for name in ("bundled", "large", "artifact", "gone")]
    paths += [source.server.url("/scraped.js"), source.server.url("/missing.js")]
    results = [(await files.get_file(minified(path))).result for path in paths]
    return [result if isinstance(result, Failure) else result.content[:] for result in results]


async def test_a_worker_finds_what_was_there_before_its_restart(source, server, settings):
    put_everything(source)
    server.put("/scraped.js", reply(b"scraped"))
    async with Resources(settings) as resources:
        before = await everything(resources, source)
    requests = len(server.requests)
    async with Resources(settings) as resources:
        assert await everything(resources, source) == before
    assert len(server.requests) == requests


async def test_without_a_directory_a_restart_fetches_everything_again(source, server, settings):
    put_everything(source)
    server.put("/scraped.js", reply(b"scraped"))
    for _ in range(2):
        async with Resources(replace(settings, cache_dir=None)) as resources:
            last = await everything(resources, source)
            assert await everything(resources, source) == last
    assert len(source.downloads("1")) == 2


async def test_scopes_share_nothing_on_disk(source, server, settings):
    put_everything(source)
    server.put("/scraped.js", reply(b"scraped"))
    for scope in ("1", "2", None):
        async with Resources(settings) as resources:
            await everything(resources, source, scope)
    assert len(source.downloads("1")) == len(source.downloads("2")) == len(server.requests_for("/scraped.js")) == 3


async def test_workers_that_want_a_file_at_the_same_time_download_it_once(source, server, settings):
    gate = server.gate()
    server.put("/scraped.js", gated(gate, reply(b"scraped")))
    put_everything(source)
    async with Resources(settings) as one, Resources(settings) as two, Resources(settings) as three:
        work = [asyncio.create_task(everything(worker, source)) for worker in (one, two, three) for _ in range(5)]
        await asyncio.to_thread(server.wait_for_requests, "/scraped.js")
        gate.open()
        answers = await asyncio.gather(*work)
    assert all(answer == answers[0] for answer in answers)
    assert len(source.queries) == len(set(map(str, source.queries)))
    for file_id in ("1", "2", "3"):
        assert len(source.downloads(file_id)) == 1
    assert len(server.requests_for("/scraped.js")) == len(server.requests_for("/missing.js")) == 1


async def test_a_worker_goes_on_where_another_was_stopped_in_the_middle(source, server, settings):
    gate = server.gate()
    server.put("/scraped.js", gated(gate, reply(b"scraped")), reply(b"scraped"))
    put_everything(source)
    async with Resources(settings) as one, Resources(settings) as two:
        stopped = asyncio.create_task(everything(one, source))
        await asyncio.to_thread(server.wait_for_requests, "/scraped.js")
        waiting = asyncio.create_task(everything(two, source))
        stopped.cancel()
        await asyncio.wait([stopped])
        assert b"scraped" in await waiting


async def test_damage_on_disk_is_repaired(source, server, settings, tmp_path):
    put_everything(source)
    server.put("/scraped.js", reply(b"scraped"))
    async with Resources(settings) as resources:
        before = await everything(resources, source)
    for entry in (tmp_path / "v2").glob("??/*"):
        content = bytearray(entry.read_bytes())
        content[len(content) // 2] ^= 0xFF
        entry.write_bytes(content)
    async with Resources(settings) as resources:
        assert await everything(resources, source) == before
    requests = len(server.requests)
    async with Resources(settings) as resources:
        assert await everything(resources, source) == before
    assert len(server.requests) == requests


async def test_large_files_are_mapped_and_not_in_memory(source, settings):
    put_everything(source)
    async with Resources(settings) as resources:
        files = RequestFiles(resources, a_request(source.url, release="r"), None)
        result = (await files.get_file(minified("https://h.test/large.js"))).result
        assert isinstance(result, File)
        assert not isinstance(result.content, bytes)
        assert result.content[:] == LARGE


async def test_no_secret_is_on_disk(source, server, settings, tmp_path):
    put_everything(source)
    async with Resources(settings) as resources:
        scraping = Scraping(headers={"X-Token": "s3cret-header"})
        files = RequestFiles(resources, a_request(source.url, release="r", scraping=scraping), None)
        await files.get_file(minified("https://h.test/artifact.js"))
        await files.get_file(minified(server.url("/missing.js")))
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"artifact" in stored
    assert b"t0k" not in stored
    assert b"s3cret" not in stored


@pytest.mark.parametrize("scope, tries", [("42", 2), ("global", 1), (None, 1)])
async def test_a_miss_that_another_worker_left_is_tried_again_after_an_hour_but_in_the_global_scope(
    source, server, settings, tmp_path, scope, tries
):
    url = server.put("/a.js", reply(b"", status=404))
    for _ in range(2):
        async with Resources(settings) as resources:
            files = RequestFiles(resources, a_request(source.url, scraping=Scraping()), scope)
            await files.get_file(minified(url))
        make_older(tmp_path, 2 * 3600)
    assert len(server.requests_for("/a.js")) == tries


def make_older(directory: Path, seconds: float) -> None:
    """Let what is stored have been made that long ago."""
    for entry in entries(next(directory.rglob("v2"))):
        record = read_record(entry.path)
        assert record is not None
        content = entry.path.read_bytes()[: record.size]
        entry.path.write_bytes(content + encode_end(replace(record, made_at_s=record.made_at_s - seconds)))
