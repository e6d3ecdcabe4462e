"""Files made to harm: bounded time, bounded memory, a named error, and the other jobs don't notice."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from redis import Redis

from api.serving.redis_server import redis_server
from core.files.artifact_bundle import write_bundle
from tests.deployment import Api, Deployment, Process
from tests.worker.source_server import (
    Reply,
    SourceServer,
    bomb,
    chunked,
    compressed_zeros,
    dripping,
    redirect,
    reply,
)

MAX_MEMORY_MIB = 300
MAX_MEMORY_WITH_BIG_MAPS_MIB = 400
DOWNLOAD_TIMEOUT_S = 8
LIMIT = "Maximum file size exceeded"
MINIFIED = {"type": "minified_source", "url": "~/app.js"}
GIBIBYTE = 1 << 30
EACH_ITS_OWN_JOB = {"UNMANGLE_SHARE_REQUESTS": "false", "UNMANGLE_ANSWER_REUSE": "0"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture(scope="module")
def redis_url_of_bombs() -> Iterator[str]:
    with redis_server() as url:
        yield url


def endless() -> Reply:
    return chunked(lambda: iter(lambda: bytes(1 << 20), None))


def a_zip(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(size >> 20):
            member.write(bytes(1 << 20))
    return out.getvalue()


def a_bundle_with_a_bomb() -> bytes:
    out = io.BytesIO()
    out.write(b"SYSB\x02\0\0\0")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a", "w", force_zip64=True) as member:
            for _ in range(1100):
                member.write(bytes(1 << 20))
        archive.writestr("manifest.json", orjson.dumps({"files": {"a": MINIFIED}}))
    return out.getvalue()


def a_bundle_of_a_million() -> bytes:
    out = io.BytesIO()
    out.write(b"SYSB\x02\0\0\0")
    files = b",".join(b'"%d":{}' % number for number in range(1_000_000))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b'{"files":{' + files + b"}}")
    return out.getvalue()


def a_bundle_of_bad_names() -> bytes:
    names = ["../../../etc/passwd", "/etc/passwd", "..\\..\\a", "C:\\a", "a/../../b"]
    return write_bundle({name: ("x", {"url": f"~/{number}.js"}) for number, name in enumerate(names)})


SCRAPED = [
    pytest.param(lambda: bomb("gzip", GIBIBYTE), LIMIT, id="gzip"),
    pytest.param(lambda: bomb("deflate", GIBIBYTE), LIMIT, id="deflate"),
    pytest.param(lambda: bomb("br", GIBIBYTE), LIMIT, id="brotli"),
    pytest.param(lambda: bomb("zstd", GIBIBYTE), LIMIT, id="zstd"),
    pytest.param(lambda: reply(b"".join(compressed_zeros("gzip", GIBIBYTE))), LIMIT, id="gzip-as-a-wrapping"),
    pytest.param(lambda: reply(zstandard.compress(bytes(GIBIBYTE // 2))), LIMIT, id="zstd-as-a-wrapping"),
    pytest.param(lambda: reply(gzip.compress(b"x" * 1000) * 300_000), LIMIT, id="many-gzip-members"),
    pytest.param(lambda: reply(a_zip("a.js", GIBIBYTE)), LIMIT, id="zip-as-a-wrapping"),
    pytest.param(endless, LIMIT, id="endless-stream"),
    pytest.param(lambda: redirect("/app.js"), "too many redirects", id="endless-redirects"),
]
BUNDLES = [
    pytest.param(a_bundle_with_a_bomb, "over the limit (member)", id="a-member-of-a-gibibyte"),
    pytest.param(a_bundle_of_a_million, "over the limit (bundle)", id="a-manifest-of-a-million"),
    pytest.param(a_bundle_of_bad_names, "", id="names-that-lead-out"),
]


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as server:
        yield server


async def deployed(deployment: Deployment) -> tuple[Api, Process]:
    api, worker = deployment.start_api(), deployment.start_worker()
    await api.wait_for_workers()
    return api, worker


def peak_mib(worker: Process) -> int:
    status = Path(f"/proc/{worker.popen.pid}/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    assert found is not None
    return int(found[1]) >> 10


def request_for(server: SourceServer, path: str, release: str | None = None) -> dict[str, Any]:
    return {
        "source": {"id": "s", "url": server.url("/lookup"), "token": "t"},
        "release": release,
        "stacktraces": [{"frames": [{"abs_path": path, "lineno": 1, "colno": 1}]}],
    }


async def with_others(api: Api, server: SourceServer, request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request; others are answered all the time until then."""
    server.put("/fine.js", reply(b"run()"))
    harmful = asyncio.create_task(api.submit(request))
    while not harmful.done():
        answer = await asyncio.wait_for(api.submit(request_for(server, server.url("/fine.js"))), DOWNLOAD_TIMEOUT_S)
        assert "errors" not in answer
    result: dict[str, Any] = await harmful
    return result


@pytest.mark.parametrize("make, details", SCRAPED)
async def test_files_from_the_web(
    redis_url_of_bombs: str, server: SourceServer, make: Callable[[], Reply], details: str
) -> None:
    assert await attempted(redis_url_of_bombs, server, make(), DOWNLOAD_TIMEOUT_S) == details


async def test_a_byte_a_second(redis_url_of_bombs: str, server: SourceServer) -> None:
    assert await attempted(redis_url_of_bombs, server, dripping(b"x", 1.0), timeout_s=2) == "Timeout after 2s"


async def attempted(redis_url: str, server: SourceServer, file: Reply, timeout_s: int) -> str:
    """Return what a scraping attempt says of a file; it takes little memory, and others go on meanwhile."""
    settings = {"UNMANGLE_MAX_DOWNLOAD_TIMEOUT": str(timeout_s), **EACH_ITS_OWN_JOB}
    with Deployment(redis_url, settings) as deployment:
        api, worker = await deployed(deployment)
        answer = await with_others(api, server, request_for(server, server.put("/app.js", file)))
        assert peak_mib(worker) < MAX_MEMORY_MIB
    _forget(redis_url)
    [attempt] = answer["scraping_attempts"]
    details: str = attempt["details"]
    return details


@pytest.mark.parametrize("make, said", BUNDLES)
async def test_bundles(redis_url_of_bombs: str, server: SourceServer, make: Callable[[], bytes], said: str) -> None:
    server.put("/bundle", reply(make()))
    server.put("/lookup", reply(orjson.dumps([{"type": "bundle", "id": "1", "url": server.url("/bundle")}])))
    with Deployment(redis_url_of_bombs, EACH_ITS_OWN_JOB) as deployment:
        api, worker = await deployed(deployment)
        answer = await with_others(api, server, request_for(server, "app:///app.js", "r"))
        assert [error["type"] for error in answer["errors"]] == ["missing_source"]
        assert said in worker.log()
        assert peak_mib(worker) < MAX_MEMORY_MIB
    _forget(redis_url_of_bombs)


def a_map_of_100_megabytes(number: int) -> bytes:
    content = f"x = {number}; // {'y' * 80}\n" * 8000
    mappings = ";".join(["AAAA" + ",CAAC" * 40] * 120_000)
    return orjson.dumps(
        {
            "version": 3,
            "sources": [f"{source}.ts" for source in range(100)],
            "sourcesContent": [content] * 100,
            "names": [],
            "mappings": mappings,
        }
    )


async def test_maps_of_100_megabytes(redis_url_of_bombs: str, server: SourceServer) -> None:
    for number in range(3):
        server.put(f"/{number}.js", reply(b"run();\n//# sourceMappingURL=%d.map" % number))
        server.put(f"/{number}.map", reply(a_map_of_100_megabytes(number)))
    with Deployment(redis_url_of_bombs, EACH_ITS_OWN_JOB) as deployment:
        api, worker = await deployed(deployment)
        requests = [request_for(server, server.url(f"/{number}.js")) for number in range(3)]
        together = [frame for request in requests for frame in request["stacktraces"][0]["frames"]]
        requests.append({**requests[0], "stacktraces": [{"frames": together}]})
        for answer in await asyncio.gather(*(api.submit(request) for request in requests * 2)):
            assert answer["stacktraces"][0]["frames"][0]["data"]["symbolicated"]
        assert peak_mib(worker) < MAX_MEMORY_WITH_BIG_MAPS_MIB


def _forget(redis_url: str) -> None:
    """Forget the failures of this machine, which would be blocked in the end."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
