"""``python -m bench.real``: what requests about real bundles cost, warm and new, beside a naive design and the engine.

Forty bundles from npm with their source maps, of one line and of many.  Warm requests have ten frames over three of the
forty, at places that nobody has asked for.  New ones have one frame, of a file that nobody has seen: the last table has
what the engine alone takes for the same files, in this process.  As in ``bench.service`` everything runs on this
machine, so compare figures of one run.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bench.engine.bundles import DEFAULT_CACHE
from bench.fleet import (
    HEADS,
    Fleet,
    Measured,
    highest_rate,
    measure,
    naive_fleet,
    own_fleet,
    print_measured,
    print_row,
    warm_client,
)
from bench.load import NextBody
from bench.real_files import Place, real_files
from bench.real_traffic import NewFiles, RealTraffic
from core.sourcemap.source_map import read_source_map
from core.text.source_context import source_context
from tests.worker.source_server import SourceServer

_CALLERS_OF_NEW = 4
_ROUNDS = 3
_MEGABYTE = 1_000_000
_ALLOWED_FACTOR, _ALLOWED_MS, _ALLOWED_MS_PER_MEGABYTE = 1.6, 3.0, 1.0

_WARM: dict[str, tuple[str, Callable[[RealTraffic], NextBody]]] = {
    "id": ("warm, by debug id", RealTraffic.by_debug_id),
    "zipf": ("warm, by debug id, Zipf", RealTraffic.zipf),
    "release": ("warm, by release", RealTraffic.by_release),
    "scraped": ("warm, scraped", RealTraffic.scraped),
}
_NEW: dict[str, tuple[str, Callable[[RealTraffic], NewFiles]]] = {
    "new-bundle": ("new artifact bundle", RealTraffic.new_bundles),
    "new-scraped": ("new, scraped", RealTraffic.new_scraped),
    "new-small": ("new, synthetic, 68 + 160 KB", lambda traffic: traffic.synthetic(2_000, is_new=True)),
    "new-medium": ("new, synthetic, 0.7 + 1.6 MB", lambda traffic: traffic.synthetic(20_000, is_new=True)),
    "new-big": ("new, synthetic, 3.7 + 8.1 MB", lambda traffic: traffic.synthetic(100_000, is_new=True)),
    "known-small": ("known, other URL, 68 + 160 KB", lambda traffic: traffic.synthetic(2_000, is_new=False)),
    "known-big": ("known, other URL, 3.7 + 8.1 MB", lambda traffic: traffic.synthetic(100_000, is_new=False)),
}


def main() -> None:
    """Measure what was asked for, and print the tables."""
    options = _options()
    with SourceServer() as server:
        traffic = RealTraffic(server, real_files(options.cache))
        print_row(HEADS)
        _measure_warm(traffic, options)
        bars = _measure_new(traffic, options)
    if bars:
        print(f"\n{'new files':<44}   CPU ms   engine alone   bundle MB   at most")
    for bar in bars:
        print(bar)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.real", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="where packages from npm are kept")
    names = ["naive", *_WARM, *_NEW]
    parser.add_argument("--workloads", nargs="+", default=names, choices=names)
    return parser.parse_args()


def _measure_warm(traffic: RealTraffic, options: argparse.Namespace) -> None:
    if "naive" in options.workloads:
        with naive_fleet("worker") as fleet:
            asyncio.run(measure("naive, warm, by debug id", fleet, traffic.by_debug_id(), options.seconds))
    for name, (title, bodies) in _WARM.items():
        if name in options.workloads:
            with own_fleet(1, 1) as fleet:
                asyncio.run(measure(title, fleet, bodies(traffic), options.seconds))


def _measure_new(traffic: RealTraffic, options: argparse.Namespace) -> list[str]:
    bars = []
    for name, (title, files) in _NEW.items():
        if name in options.workloads:
            new = files(traffic)
            with own_fleet(1, 1) as fleet:
                measured = asyncio.run(_measure_files(title, fleet, new, options.seconds))
            bars.append(_bar(title, measured, new))
    return bars


async def _measure_files(title: str, fleet: Fleet, new: NewFiles, seconds: float) -> Measured:
    async with warm_client(fleet, new.bodies, warm_up_s=1, warm_up_requests=1) as client:
        measured = await highest_rate(fleet, client, seconds, _CALLERS_OF_NEW)
        print_measured(title, measured.rate, measured.times, measured.cpu_ms)
        return measured


def _bar(title: str, measured: Measured, new: NewFiles) -> str:
    """Return the row of the last table: what a request costs, and what it may cost."""
    engine_ms = sum(_engine_ms(*each) for each in new.files) / len(new.files)
    megabytes = new.bundle_bytes / _MEGABYTE
    allowed = _ALLOWED_FACTOR * engine_ms + _ALLOWED_MS + _ALLOWED_MS_PER_MEGABYTE * megabytes
    return f"{title:<44} {sum(measured.cpu_ms):8.2f} {engine_ms:14.2f} {megabytes:11.1f} {allowed:9.2f}"


def _engine_ms(generated: bytes, source_map: bytes, place: Place) -> float:
    """Return what it takes from the texts to the first frame, in CPU milliseconds: the shortest of some rounds."""
    times = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        opened = read_source_map(source_map, generated)
        position = opened.lookup(*place)
        source_context(generated, place[0] + 1, place[1] + 1)
        if position is not None and position.source is not None:
            opened.source_context(position.source, position.line, position.column)
        times.append(time.process_time() - started)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
