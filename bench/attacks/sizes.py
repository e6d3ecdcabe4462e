"""Inputs that are small on the wire, or within every limit of bytes, and large in memory."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import zipfile
from collections.abc import Callable
from typing import Any

import orjson

from bench.attacks.stage import Attack, Stage
from tests.worker.source_server import reply

_GZIPPED = [("Content-Encoding", "gzip")]
_PATIENCE = "?timeout=300"


def long_names(size: int, columns: int = 250) -> Attack:
    """Return the attack by a map of one source, whose name has ``size`` bytes, for so many frames."""

    async def attack(stage: Stage) -> None:
        text = await asyncio.to_thread(_map_of_long_names, size, columns)
        stage.server.put("/long.map", reply(text, headers=_GZIPPED))
        stage.server.put("/long.js", reply(b"x" * columns + b"\n//# sourceMappingURL=long.map"))
        request = stage.scraping("/long.js")
        [frame] = request["stacktraces"][0]["frames"]
        request["stacktraces"] = [{"frames": [frame | {"colno": column + 1} for column in range(columns)]}]
        await stage.submit(request, _PATIENCE)

    return attack


def _map_of_long_names(size: int, columns: int) -> bytes:
    mappings = b"AAAA" + b",CAAC" * columns
    text = b'{"version":3,"sources":["%b"],"names":[],"mappings":"%b"}' % (b"s" * size, mappings)
    return gzip.compress(text, 1)


async def long_line(stage: Stage) -> None:
    """Ask for a frame in a source of one line of 100 MB."""
    text = b'{"version":3,"sources":["a"],"sourcesContent":["%b"],"names":[],"mappings":"AAAA"}' % (b"x" * (100 << 20))
    stage.server.put("/line.map", reply(await asyncio.to_thread(gzip.compress, text, 1), headers=_GZIPPED))
    stage.server.put("/line.js", reply(b"x\n//# sourceMappingURL=line.map"))
    await stage.submit(stage.scraping("/line.js"), _PATIENCE)


async def data_urls(stage: Stage) -> None:
    """Ask for a frame of a file that holds its map of 100 MB as base64, and of one with 120 MB of escapes."""
    for path, text in (("/base64.js", _base64_url), ("/escapes.js", _escapes_url)):
        stage.server.put(path, reply(await asyncio.to_thread(_program_of, text), headers=_GZIPPED))
        answer = await stage.submit(stage.scraping(path), _PATIENCE)
        assert answer["stacktraces"][0]["frames"][0]["data"]["symbolicated"], answer


def _program_of(map_url: Callable[[], bytes]) -> bytes:
    return gzip.compress(b"x\n//# sourceMappingURL=" + map_url(), 1)


def _base64_url() -> bytes:
    return b"data:application/json;base64," + base64.b64encode(_map_of_a_source(100 << 20))


def _escapes_url() -> bytes:
    return b"data:application/json," + b"%" + _map_of_a_source(40 << 20).hex("%").encode()


def _map_of_a_source(size: int) -> bytes:
    lines = b"x" * 99 + b"\\n"
    content = lines * (size // len(lines))
    return b'{"version":3,"sources":["a"],"sourcesContent":["%b"],"names":[],"mappings":"AAAA"}' % content


async def junk_in_manifest(stage: Stage) -> None:
    """Have a bundle of 65 KB opened whose manifest has 64 MB of empty lists."""
    out = io.BytesIO()
    out.write(b"SYSB\x02\0\0\0")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b'{"x":[' + b"[]," * ((64 << 20) // 3 - 10) + b"[]]}")
    await _open_bundles(stage, [out.getvalue()])


async def many_members(stage: Stage) -> None:
    """Have eight bundles of nearly 100,000 files each opened, by three requests at a time."""
    await _open_bundles(stage, [await asyncio.to_thread(_bundle_of_many, 99_999)] * 8)


def _bundle_of_many(count: int) -> bytes:
    names = [f"static/js/chunk-{number:07x}.js" for number in range(count)]
    files = {
        f"_/_/{name}": {
            "type": "minified_source",
            "url": f"~/{name}",
            "headers": {"debug-id": f"{number:032x}", "sourcemap": f"{name}.map"},
        }
        for number, name in enumerate(names)
    }
    out = io.BytesIO()
    out.write(b"SYSB\x02\0\0\0")
    with zipfile.ZipFile(out, "w") as archive:
        for path in files:
            archive.writestr(path, b"")
        archive.writestr("manifest.json", orjson.dumps({"files": files}), zipfile.ZIP_DEFLATED)
    return out.getvalue()


async def _open_bundles(stage: Stage, bundles: list[bytes]) -> None:
    entries = [
        {"type": "bundle", "id": str(number), "url": stage.server.put(f"/bundle-{number}", reply(content))}
        for number, content in enumerate(bundles)
    ]
    stage.server.put("/bundles", reply(orjson.dumps(entries)))
    await _look_up(stage, "/bundles")


async def junk_in_lookup(stage: Stage) -> None:
    """Have an answer of the lookup API read that has 16 MB of empty lists."""
    stage.server.put("/junk", reply(b"[" + b"[]," * ((16 << 20) // 3 - 10) + b"[]]"))
    await _look_up(stage, "/junk")


async def _look_up(stage: Stage, path: str) -> None:
    source = {"id": "attacker", "url": stage.server.url(path), "token": "t"}
    frames = [{"abs_path": "app:///a.js", "lineno": 1, "colno": 1}]
    async with asyncio.TaskGroup() as group:
        for number in range(3):
            request: dict[str, Any] = {"source": source, "release": str(number), "stacktraces": [{"frames": frames}]}
            group.create_task(stage.submit(request, _PATIENCE))


async def many_frames(stage: Stage) -> None:
    """Send a body of 57 MB with two million frames."""
    frame = b'{"abs_path":"","lineno":0},'
    frames = frame * ((57_000_000 - 200) // len(frame))
    body = b'{"source":{"id":"","url":"http://h/","token":""},"stacktraces":[{"frames":[%b]}]}'
    await stage.submit_body(body % frames[:-1], _PATIENCE)


async def large_echoes(stage: Stage) -> None:
    """Send three bodies of 25 MB whose answers have 50."""
    frames = [{"abs_path": "a" * 1000, "lineno": 0, "context_line": "x" * 100_000} for _ in range(250)]
    source = {"id": "attacker", "url": "http://h/", "token": ""}
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(stage.submit({"source": source, "stacktraces": [{"frames": frames}]}, _PATIENCE))
