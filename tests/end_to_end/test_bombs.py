"""Files made to harm: bounded time, bounded memory, a named error, and the other jobs don't notice."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
import zstandard

from core.files.artifact_bundle import write_bundle
from tests.deployment import Api, Deployment, Process
from tests.waiting import PATIENCE_S
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
LIMIT = "Maximum file size exceeded"
MINIFIED = {"type": "minified_source", "url": "~/app.js"}
EACH_ITS_OWN_JOB = {"UNMANGLE_SHARE_REQUESTS": "false", "UNMANGLE_ANSWER_REUSE": "0"}
LIMITS = {"UNMANGLE_MAX_SCRAPED_FILE_SIZE": "64MiB", "UNMANGLE_MAX_BUNDLE_FILE_SIZE": "64MiB"}
BOMB = 256 << 20  # in memory as a whole, it would be noticed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


Deployed = tuple[Api, Process]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployed(own_redis_url: str) -> AsyncIterator[Deployed]:
    """An API and a worker that all bombs go off in."""
    with Deployment(own_redis_url, EACH_ITS_OWN_JOB | LIMITS) as deployment:
        yield await started(deployment)


async def started(deployment: Deployment) -> Deployed:
    api, worker = deployment.start_api(), deployment.start_worker()
    await api.wait_for_workers()
    return api, worker


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
            for _ in range(BOMB >> 20):
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
    pytest.param(lambda: bomb("gzip", BOMB), LIMIT, id="gzip"),
    pytest.param(lambda: bomb("deflate", BOMB), LIMIT, id="deflate"),
    pytest.param(lambda: bomb("br", BOMB), LIMIT, id="brotli"),
    pytest.param(lambda: bomb("zstd", BOMB), LIMIT, id="zstd"),
    pytest.param(lambda: reply(b"".join(compressed_zeros("gzip", BOMB))), LIMIT, id="gzip-as-a-wrapping"),
    pytest.param(lambda: reply(zstandard.compress(bytes(BOMB))), LIMIT, id="zstd-as-a-wrapping"),
    pytest.param(lambda: reply(gzip.compress(b"x" * 1000) * 80_000), LIMIT, id="many-gzip-members"),
    pytest.param(lambda: reply(a_zip("a.js", BOMB)), LIMIT, id="zip-as-a-wrapping"),
    pytest.param(endless, LIMIT, id="endless-stream"),
    pytest.param(lambda: redirect("/app.js"), "too many redirects", id="endless-redirects"),
]
BUNDLES = [
    pytest.param(a_bundle_with_a_bomb, "over the limit (member)", id="a-member-over-the-limit"),
    pytest.param(a_bundle_of_a_million, "over the limit (bundle)", id="a-manifest-of-a-million"),
    pytest.param(a_bundle_of_bad_names, "", id="names-that-lead-out"),
]


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as server:
        yield server


def peak_mib(worker: Process) -> int:
    status = Path(f"/proc/{worker.popen.pid}/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    assert found is not None
    return int(found[1]) >> 10


def forget_peak(worker: Process) -> None:
    Path(f"/proc/{worker.popen.pid}/clear_refs").write_text("5")


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
        answer = await asyncio.wait_for(api.submit(request_for(server, server.url("/fine.js"))), PATIENCE_S)
        assert "errors" not in answer
        await asyncio.sleep(0.05)
    result: dict[str, Any] = await harmful
    return result


@pytest.mark.parametrize("make, details", SCRAPED)
async def test_files_from_the_web(
    deployed: Deployed, server: SourceServer, make: Callable[[], Reply], details: str
) -> None:
    assert await attempted(deployed, server, make()) == details


async def test_a_byte_a_second(redis_url: str, server: SourceServer) -> None:
    settings = {"UNMANGLE_MAX_DOWNLOAD_TIMEOUT": "2", **EACH_ITS_OWN_JOB}
    with Deployment(redis_url, settings) as deployment:
        said = await attempted(await started(deployment), server, dripping(b"x", 1.0))
    assert said == "Timeout after 2s"


async def attempted(deployed: Deployed, server: SourceServer, file: Reply) -> str:
    """Return what a scraping attempt says of a file; it takes little memory, and others go on meanwhile."""
    api, worker = deployed
    forget_peak(worker)
    answer = await with_others(api, server, request_for(server, server.put("/app.js", file)))
    assert peak_mib(worker) < MAX_MEMORY_MIB
    [attempt] = answer["scraping_attempts"]
    details: str = attempt["details"]
    return details


@pytest.mark.parametrize("make, said", BUNDLES)
async def test_bundles(deployed: Deployed, server: SourceServer, make: Callable[[], bytes], said: str) -> None:
    server.put("/bundle", reply(make()))
    server.put("/lookup", reply(orjson.dumps([{"type": "bundle", "id": "1", "url": server.url("/bundle")}])))
    api, worker = deployed
    forget_peak(worker)
    known = len(worker.log())
    answer = await with_others(api, server, request_for(server, "app:///app.js", "r"))
    assert [error["type"] for error in answer["errors"]] == ["missing_source"]
    assert said in worker.log()[known:]
    assert peak_mib(worker) < MAX_MEMORY_MIB


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


async def test_maps_of_100_megabytes(redis_url: str, server: SourceServer) -> None:
    for number in range(3):
        server.put(f"/{number}.js", reply(b"run();\n//# sourceMappingURL=%d.map" % number))
        server.put(f"/{number}.map", reply(a_map_of_100_megabytes(number)))
    with Deployment(redis_url, {"UNMANGLE_BIG_MAP_TIMEOUT": "600", **EACH_ITS_OWN_JOB}) as deployment:
        api, worker = await started(deployment)
        requests = [request_for(server, server.url(f"/{number}.js")) for number in range(3)]
        together = [frame for request in requests for frame in request["stacktraces"][0]["frames"]]
        requests.append({**requests[0], "stacktraces": [{"frames": together}]})
        for answer in await asyncio.gather(*(api.submit(request) for request in requests * 2)):
            assert answer["stacktraces"][0]["frames"][0]["data"]["symbolicated"]
        assert peak_mib(worker) < MAX_MEMORY_WITH_BIG_MAPS_MIB
