"""What a worker makes of a cache directory whose disk is full: run by ``test_cache_disk`` on a disk of 16 MiB.

Prints one JSON object: what was got of each file, how often it was logged that files are not kept, and what is counted.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import orjson

from core.files.file_keys import File
from core.observing.metrics import CACHE_ERRORS
from core.settings import Settings
from core.sourcemap.source_map import SourceMap
from core.wire.request import Scraping
from tests.worker.artifact_source import a_request, minified
from worker.caches.cleanup import entries
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

_MIB = 1 << 20
_FILLER_BYTES = 64 << 10


class _Messages(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


async def main(directory: Path, origin: str) -> None:
    """Fill the disk with files of our own, then with somebody else's."""
    messages = _Messages()
    logging.getLogger().addHandler(messages)
    settings = Settings(
        cache_dir=directory, connect_to_reserved_ips=True, big_map_bytes=4 * _MIB, redis_url="redis://127.0.0.1:1/0"
    )
    report: dict[str, object] = {}
    async with Resources(settings) as resources:
        report["own files"] = [await _got(resources, f"{origin}/{number}.js") for number in range(20)]
        report["evicted"] = len(list(entries(directory / "v2"))) < 20
        _fill(directory / "filler")
        report["others' files"] = [await _got(resources, f"{origin}/{number}.js") for number in range(20, 24)]
        report["map"] = await _map(resources, f"{origin}/large.map")
        news = resources.metrics.counts.news()
    report["said"] = sum("files are not kept" in text for text in messages.texts)
    report["counted"] = news.get(CACHE_ERRORS.field("write"), 0) > 1
    sys.stdout.buffer.write(orjson.dumps(report))


def _fill(path: Path) -> None:
    for entry in list(entries(path.parent / "v2")):
        entry.path.unlink()
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(_FILLER_BYTES)):
                pass
        except OSError:
            pass


async def _got(resources: Resources, url: str) -> int | str:
    """Return how many bytes a file has, or what came instead."""
    files = RequestFiles(resources, a_request("http://127.0.0.1:9/", scraping=Scraping()), None)
    result = (await files.get_file(minified(url))).result
    return len(result.content) if isinstance(result, File) else str(result)


async def _map(resources: Resources, url: str) -> bool | str:
    """Return whether a big source map could be read."""
    files = RequestFiles(resources, a_request("http://127.0.0.1:9/", scraping=Scraping()), None)
    text = (await files.get_file(minified(url))).result
    if not isinstance(text, File):
        return str(text)
    read = await files.read_map(text.content, b"run()")
    return isinstance(read, SourceMap) or str(read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
