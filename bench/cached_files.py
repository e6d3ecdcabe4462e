"""``python -m bench.cached_files``: what the caches cost a request whose files they have, in microseconds."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from core.settings import Settings
from core.wire.request import Scraping
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import SourceServer, reply
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

_FILES = 3
_ROUNDS = 500


def main() -> None:
    """Measure, and print the figures."""
    with tempfile.TemporaryDirectory() as directory, SourceServer() as server:
        source = ArtifactSource(server)
        info = {"type": "minified_source"}
        source.put_bundle("1", {f"{n}": (b"run();" * 1000, info | {"url": f"~/{n}.js"}) for n in range(_FILES)})
        for number in range(_FILES):
            server.put(f"/{number}.js", reply(b"run();" * 1000))
        settings = Settings(connect_to_reserved_ips=True, cache_dir=Path(directory))
        asyncio.run(_measure(settings, source))


async def _measure(settings: Settings, source: ArtifactSource) -> None:
    for what, base, release in (("scraped", source.server.origin, None), ("bundled", "https://h.test", "r")):
        paths = [f"{base}/{number}.js" for number in range(_FILES)]
        async with Resources(settings) as resources:
            await _timed(resources, source, paths, release)
            memory = [await _timed(resources, source, paths, release) for _ in range(_ROUNDS)]
        disk = []
        for _ in range(_ROUNDS // 10):
            async with Resources(settings) as resources:
                disk.append(await _timed(resources, source, paths, release))
        print(f"{_FILES} {what} files from memory: {statistics.median(memory):6.0f} µs a request")
        print(f"{_FILES} {what} files from disk:   {statistics.median(disk):6.0f} µs a request")


async def _timed(resources: Resources, source: ArtifactSource, paths: list[str], release: str | None) -> float:
    request = a_request(source.url, release=release, scraping=Scraping())
    started = time.perf_counter()
    files = RequestFiles(resources, request, None)
    files.expect(minified(path) for path in paths)
    for path in paths:
        await files.get_file(minified(path))
    await files.close()
    return (time.perf_counter() - started) * 1e6


if __name__ == "__main__":
    main()
