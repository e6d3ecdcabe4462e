"""Speed and memory of a checkout, measured on demand; ``bench.freeze.pairs`` runs two of them in turns.

``speed_probe.py engine`` answers each line ``KIND GENERATED SOURCE_MAP LINE COLUMN`` of standard input with a number:
nanoseconds of CPU for ``cold`` and ``reopen``, bytes for ``memory``.  ``speed_probe.py service SECONDS`` answers each
line with the CPU milliseconds of a warm request and the MiB of API, worker and Redis.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
from pathlib import Path
from time import process_time_ns
from typing import Any

from bench.engine import unmangle
from bench.engine.peak_memory import peak_bytes, reset_peak
from bench.fleet import highest_rate, own_fleet, warm_client
from bench.process_memory import memory_mib
from bench.traffic import Traffic
from tests.worker.source_server import SourceServer

_SMALL_FILE = b"function a(){return 1}"
_SMALL_MAP = b'{"version":3,"sources":["a.js"],"sourcesContent":["a"],"names":["b"],"mappings":"AAAAA"}'


def main() -> None:
    """Serve until standard input ends."""
    if sys.argv[1] == "engine":
        unmangle.read(_SMALL_FILE, _SMALL_MAP)((0, 0))  # what a process does once in its life
        for line in sys.stdin:
            _answer(_engine(*line.split()))
    else:
        asyncio.run(_service(float(sys.argv[2])))


def _engine(kind: str, generated_path: str, map_path: str, line: str, column: str) -> int:
    generated, source_map, place = (
        Path(generated_path).read_bytes(),
        Path(map_path).read_bytes(),
        (int(line), int(column)),
    )
    gc.collect()
    if kind == "memory":
        before = reset_peak()
        unmangle.read(generated, source_map)(place)
        return peak_bytes() - before
    if kind == "cold":
        start = process_time_ns()
        unmangle.read(generated, source_map)(place)
        return process_time_ns() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "index")
        unmangle.write(generated, source_map, path)
        gc.collect()
        start = process_time_ns()
        unmangle.reopen(generated, source_map, path)(place)
        return process_time_ns() - start


async def _service(seconds: float) -> None:
    with SourceServer() as server, own_fleet(1, 1) as fleet:
        async with warm_client(fleet, Traffic(server).distinct()) as client:
            processes = [fleet.apis[0].process.popen.pid, fleet.workers[0].popen.pid, fleet.redis_process]
            while await asyncio.to_thread(sys.stdin.readline):
                measured = await highest_rate(fleet, client, seconds)
                _answer([*measured.cpu_ms, *map(memory_mib, processes)])


def _answer(result: Any) -> None:
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
