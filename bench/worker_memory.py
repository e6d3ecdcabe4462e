"""``python -m bench.worker_memory``: the memory of a worker whose caches are full and that reads maps of 100 MB.

Prints what it has at rest before and after, its peak, and that of the processes that read the maps.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from api.serving.redis_server import redis_server
from bench.files import frames, minified_file, source_map
from core.files.artifact_bundle import write_bundle
from tests.deployment import Api, Deployment, Process
from tests.worker.source_server import Request, SourceServer, reply

_FILES = 150  # of each kind, of some hundred kilobytes each
_BIG_FUNCTIONS = 1_200_000
_AT_ONCE = 8


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.worker_memory", description=__doc__)
    parser.add_argument("--big-maps", type=int, default=3)
    options = parser.parse_args()
    with SourceServer() as server, redis_server() as url, Deployment(url) as deployment:
        asyncio.run(_measure(deployment, server, options.big_maps))


async def _measure(deployment: Deployment, server: SourceServer, big_maps: int) -> None:
    api, worker = deployment.start_api(), deployment.start_worker()
    await api.wait_for_workers()
    _print("at the start", worker)
    small = [_scraped(server, number) for number in range(_FILES)] + [_bundled(server, n) for n in range(_FILES)]
    await _all(api, small)
    _print("with full caches", worker)
    content, columns = minified_file(_BIG_FUNCTIONS, "big.map")
    text = source_map(columns, 100)
    print(f"maps of {len(text) / 1e6:.0f} MB, files of {len(content) / 1e6:.0f} MB")
    big = []
    for number in range(big_maps):
        server.put(f"/{number}/big.js", reply(content))
        server.put(f"/{number}/big.map", reply(text + b" " * number))
        big.append(_request(server, frames([server.url(f"/{number}/big.js")], columns, 10)))
    peaks = asyncio.create_task(_peak_of_children(worker))
    await _all(api, [*big, *small, *big])
    peaks.cancel()
    _print("with maps of 100 MB", worker)


async def _all(api: Api, requests: list[dict[str, Any]]) -> None:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def send(request: dict[str, Any]) -> None:
        async with turns:
            answer = await api.submit(request)
        assert answer["stacktraces"][0]["frames"][0]["data"]["symbolicated"], answer.get("errors")

    await asyncio.gather(*map(send, requests))


def _scraped(server: SourceServer, number: int) -> dict[str, Any]:
    content, columns = minified_file(4000, f"{number}.map")
    server.put(f"/{number}.js", reply(content))
    server.put(f"/{number}.map", reply(source_map(columns, 100, f"src/{number}")))
    return _request(server, frames([server.url(f"/{number}.js")], columns, 10))


def _bundled(server: SourceServer, number: int) -> dict[str, Any]:
    content, columns = minified_file(4000, "app.map")
    text = source_map(columns, 100, f"bundled/{number}")
    padding = random.Random(number).randbytes(100).hex()
    bundle = write_bundle(
        {
            "a": (content, {"type": "minified_source", "url": "~/app.js"}),
            "b": (text, {"type": "source_map", "url": "~/app.map"}),
            **{f"c{n}": (padding, {"url": f"~/{n}"}) for n in range(100)},
        }
    )
    server.put(f"/bundle{number}", reply(bundle))
    server.put_function("/lookup", _lookup(server))
    return _request(server, frames(["app:///app.js"], columns, 10), release=str(number))


def _lookup(server: SourceServer) -> Callable[[Request], Any]:
    def answer(request: Request) -> Any:
        release = dict(request.query).get("release")
        entry = {"type": "bundle", "id": str(release), "url": server.url(f"/bundle{release}")}
        return reply(orjson.dumps([] if release is None else [entry]))

    return answer


def _request(server: SourceServer, stack: list[dict[str, object]], release: str | None = None) -> dict[str, Any]:
    source = {"id": "bench", "url": server.url("/lookup"), "token": ""}
    return {"source": source, "release": release, "stacktraces": [{"frames": stack}]}


async def _peak_of_children(worker: Process) -> None:
    peak = 0
    try:
        while True:
            for task in _tasks(worker):
                for child in _text(task / "children").split():
                    peak = max(peak, _kilobytes(_text(Path(f"/proc/{child}/status")), "VmHWM"))
            await asyncio.sleep(0.02)
    finally:
        print(f"{'a process that reads a map':<30} peak {peak >> 10:5} MiB")


def _tasks(worker: Process) -> list[Path]:
    return list(Path(f"/proc/{worker.popen.pid}/task").iterdir())


def _print(what: str, worker: Process) -> None:
    status = _text(Path(f"/proc/{worker.popen.pid}/status"))
    anonymous, peak = _kilobytes(status, "RssAnon"), _kilobytes(status, "VmHWM")
    resident = _kilobytes(status, "VmRSS")
    print(f"{what:<30} peak {peak >> 10:5} MiB, now {resident >> 10:5}, not counting mapped files {anonymous >> 10:5}")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it is gone


def _kilobytes(status: str, name: str) -> int:
    found = re.search(rf"{name}:\s*(\d+) kB", status)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main()
