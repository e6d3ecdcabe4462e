"""Inputs that are small on the wire, or within every limit of bytes, take no more memory than others."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.deployment import Deployment
from tests.worker.source_server import SourceServer, reply

MIB = 1 << 20
MOST_MIB = 400
GZIPPED = [("Content-Encoding", "gzip")]
LINES = b"x" * 99 + b"\\n"
MAP = b'{"version":3,"sources":["%b"],"sourcesContent":["%b"],"names":[],"mappings":"AAAA"}'

needs_linux = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="it is Linux that tells the peak memory of a process"
)


@pytest.fixture
def fleet(redis_url: str) -> Iterator[Deployment]:
    with Deployment(redis_url) as deployment:
        yield deployment


def lines(size: int) -> bytes:
    return LINES * (size // len(LINES))


@needs_linux
@pytest.mark.parametrize("source_map", [
    pytest.param(lambda: b"data:;base64," + base64.b64encode(MAP % (b"a", lines(48 * MIB))), id="base64"),
    pytest.param(lambda: b"data:,%" + (MAP % (b"a", lines(16 * MIB))).hex("%").encode(), id="escapes"),
    pytest.param(lambda: MAP % (b"a", b"x" * 48 * MIB), id="a-line"),
    pytest.param(lambda: MAP % (b"a" * 48 * MIB, b""), id="a-source-name"),
])  # fmt: skip
async def test_a_worker_reads_maps_with_large_parts(
    fleet: Deployment, server: SourceServer, source_map: Callable[[], bytes]
) -> None:
    api = fleet.start_api()
    worker = fleet.start_worker()
    await api.wait_for_workers()
    content = source_map()
    server.put("/a.map", reply(gzip.compress(content, 1), headers=GZIPPED))
    url = content if content.startswith(b"data:") else b"a.map"
    path = server.put("/a.js", reply(gzip.compress(b"x\n//# sourceMappingURL=" + url, 1), headers=GZIPPED))
    answer = await api.submit(request(server, path), "?timeout=300")
    (frame,) = answer["stacktraces"][0]["frames"]
    assert frame["data"]["symbolicated"], answer
    assert len(frame["filename"]) < 20_000
    assert peak_mib(worker.popen.pid) < MOST_MIB


@needs_linux
@pytest.mark.parametrize("entries", [
    pytest.param(lambda _: b"[" + b"[]," * (5 * MIB) + b"[]]", id="in-a-lookup"),
    pytest.param(lambda server: bundle_of(server, b'{"x":[' + b"[]," * (20 * MIB) + b"[]]}"), id="in-a-manifest"),
])  # fmt: skip
async def test_a_worker_counts_the_values_of_strangers_json_before_it_reads_them(
    fleet: Deployment, server: SourceServer, entries: Callable[[SourceServer], bytes]
) -> None:
    api = fleet.start_api()
    worker = fleet.start_worker()
    await api.wait_for_workers()
    server.put("/lookup", reply(entries(server)))
    answer = await api.submit(request(server, "app:///a.js", release="r"), "?timeout=300")
    assert answer["status"] == "completed"
    assert server.requests_for("/lookup")
    assert peak_mib(worker.popen.pid) < MOST_MIB


def bundle_of(server: SourceServer, manifest: bytes) -> bytes:
    """Put an artifact bundle with this manifest, and return the answer of a lookup that names it."""
    out = io.BytesIO()
    out.write(b"SYSB\x02\0\0\0")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", manifest)
    return orjson.dumps([{"type": "bundle", "id": "1", "url": server.put("/bundle", reply(out.getvalue()))}])


def request(server: SourceServer, path: str, **more: Any) -> dict[str, Any]:
    source = {"id": "s", "url": server.url("/lookup"), "token": ""}
    return {"source": source, "stacktraces": [{"frames": [{"abs_path": path, "lineno": 1, "colno": 1}]}], **more}


def peak_mib(pid: int) -> float:
    """Return the most memory that a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
