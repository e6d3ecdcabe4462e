"""Attacks on what tenants share: the memory and time of the API, the places of jobs, hosts, and the cache directory."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import orjson

from bench.attacks.stage import Stage
from tests.worker.source_server import Pause, reply, silence

_MIB = 1 << 20
_SECONDS = 20.0
_HEAD = b"POST /symbolicate-js HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"


async def endless_headers(stage: Stage) -> None:
    """Send a header that has no end, over many connections."""
    await _on_connections(stage, 32, b"GET /healthcheck HTTP/1.1\r\nX: ", b"x" * 65536, 256 * _MIB)


async def half_requests(stage: Stage) -> None:
    """Leave many connections with half a head."""
    await _on_connections(stage, 400, b"GET /healthcheck HTTP/1.1\r\n", b"", 0)


async def unfinished_bodies(stage: Stage) -> None:
    """Send sixty bodies of 40 MiB, each without its last byte."""
    first = _HEAD + b"Content-Length: %d\r\n\r\n" % (40 * _MIB + 1)
    await _on_connections(stage, 60, first, b" " * 65536, 40 * _MIB)


async def large_bodies(stage: Stage) -> None:
    """Send many bodies of almost 2 MiB at once, which are refused only when all of it has been read."""
    frames = b",".join([b'{"abs_path":"","lineno":0}'] * 75_000)
    head = orjson.dumps({"source": {"id": "s", "url": stage.server.url("/"), "token": ""}})[:-1]
    body = head + b',"stacktraces":[{"frames":[' + frames + b']}],"platform":7}'
    answers = await asyncio.gather(*(stage.submit_body(body) for _ in range(40)))
    assert {answer["status_code"] for answer in answers} == {422}


async def dead_source(stage: Stage) -> None:
    """Have files looked up at a source that never answers."""
    stage.server.put_everywhere(silence())
    await _crowd(stage, 100)


async def slow_source(stage: Stage) -> None:
    """Have files looked up at a source that takes five seconds for each answer."""
    stage.server.put_everywhere(lambda: [Pause(5), *reply(b"[]")()])
    await _crowd(stage, 1000)


async def blocked_host(stage: Stage) -> None:
    """Have downloads from the neighbour's host fail before anything is sent."""
    frame = {"lineno": 1, "colno": 1}
    for _ in range(20):
        frames = [frame | {"abs_path": stage.server.url(f"/{next(stage.numbers)}.js")} for _ in range(60)]
        request = stage.scraping("/", scraping={"headers": {"X": "\n"}}, stacktraces=[{"frames": frames}])
        await stage.submit(request, "?timeout=60&scope=attacker")
    stage.server.put("/good.js", reply(b"run()"))
    answer = await stage.submit(stage.scraping("/good.js"))
    assert [attempt["status"] for attempt in answer["scraping_attempts"]] == ["success"]


async def flipped_bytes(stage: Stage) -> None:
    """Flip a bit of every file in the cache directory; a worker that reads them then answers as before."""
    dice = random.Random(1)
    urls = [stage.server.put(f"/{number}.js", reply(b"run(%d)" % number)) for number in range(100)]
    frames = [{"abs_path": url, "lineno": 1, "colno": 1} for url in [*urls, stage.server.url("/gone.js")]]
    for _ in range(5):
        answer = await stage.submit(stage.scraping("/", stacktraces=[{"frames": frames}]))
        lines = [frame.get("context_line") for frame in answer["raw_stacktraces"][0]["frames"]]
        assert lines == [*(f"run({number})" for number in range(100)), None]
        await asyncio.to_thread(_flip, Path(stage.deployment.cache_dir.name), dice)
        stage.deployment.start_worker(UNMANGLE_MEMORY_CACHE_BYTES="0")
        await asyncio.sleep(2)


async def _on_connections(stage: Stage, count: int, first: bytes, then: bytes, most_bytes: int) -> None:
    """Have another process send ``first``, then ``then`` again and again, on many connections."""
    numbers = (stage.api.port, count, int(_SECONDS), most_bytes)
    arguments = (*map(str, numbers), first.hex(), then[:1].hex(), str(len(then)))
    flood = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.attacks.flood", *arguments)
    assert await flood.wait() == 0


async def _crowd(stage: Stage, count: int) -> None:
    """Have another process submit so many requests at once; then wait for what comes of that."""
    arguments = (stage.api.url(""), stage.server.url("/attacked"), str(count))
    crowd = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.attacks.crowd", *arguments)
    assert await crowd.wait() == 0
    await asyncio.sleep(_SECONDS)


def _flip(directory: Path, dice: random.Random) -> None:
    for path in directory.glob("v2/??/*"):
        content = bytearray(path.read_bytes())
        if content:
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            path.write_bytes(content)
