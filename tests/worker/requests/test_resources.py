"""What a worker process has in memory stays within bounds, whatever it reads."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.files.file_keys import File
from core.settings import Settings
from core.wire.request import Scraping
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import SourceServer, reply
from worker.caches.stored_file import mapped_bytes
from worker.requests import resources as module
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

LARGE = 16 << 20


async def test_mapped_files_do_not_stay_in_memory_once_they_were_read(
    server: SourceServer, source: ArtifactSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RELEASE_INTERVAL_S", 0.05)
    monkeypatch.setattr(module, "MOST_MAPPED_BYTES", 1 << 40)
    url = server.put("/large.js", reply(b"x" * LARGE))
    async with Resources(Settings(connect_to_reserved_ips=True, cache_dir=tmp_path)) as resources:
        files = RequestFiles(resources, a_request(source.url, scraping=Scraping()), None)
        entry = await files.get_file(minified(url))
        assert isinstance(entry.result, File)
        before = mapped_bytes()
        assert entry.result.content[:].count(b"x") == LARGE
        assert mapped_bytes() > before + LARGE // 2
        monkeypatch.setattr(module, "MOST_MAPPED_BYTES", 0)
        while mapped_bytes() > before + LARGE // 2:  # noqa: ASYNC110  (it is the system that tells)
            await asyncio.sleep(0.01)


async def test_what_is_in_memory_is_bounded_together(
    server: SourceServer, source: ArtifactSource, tmp_path: Path
) -> None:
    settings = Settings(connect_to_reserved_ips=True, cache_dir=tmp_path, memory_cache_bytes=100_000)
    source.put_bundle(
        "1", {f"{n}": ("y" * 9_000, {"url": f"~/bundled{n}.js", "type": "minified_source"}) for n in range(9)}
    )
    async with Resources(settings) as resources:
        files = RequestFiles(resources, a_request(source.url, release="r", scraping=Scraping()), None)
        for number in range(9):
            server.put(f"/{number}.js", reply(b"x" * 9_000))
            for url in (server.url(f"/{number}.js"), f"https://h.test/bundled{number}.js"):
                assert isinstance((await files.get_file(minified(url))).result, File)
            assert resources.memory.size_bytes <= 100_000
        assert resources.memory.size_bytes > 50_000
