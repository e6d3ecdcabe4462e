"""``python -m bench.service``: what the service promises, measured on a deployment of its own, as a table.

Everything runs on this machine: APIs, workers, Redis, a server for files and the generator of the load.  So compare
figures of one run, and don't take one alone for more than it is.  ``--help`` tells what can be chosen.  The files are
generated ones of one line, whose few places are asked for again and again: see ``bench.real`` for real ones.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator

from api.sockets import free_port
from bench.fleet import CALLERS, HEADS, Fleet, measure, naive_fleet, own_fleet, print_measured, print_row, warm_client
from bench.load import Client
from bench.traffic import Traffic, mixed
from tests.worker.source_server import SourceServer

_SLOW_S = 5
_LARGE_FUNCTIONS = 600_000  # a file of 23 MB with a map of 50
_NAIVE = (("naive", "naive", "worker"), ("tuned", "naive, tuned", "tuned-worker"))


def main() -> None:
    """Measure what was asked for, and print the table."""
    options = _options()
    print_row(HEADS)
    with SourceServer() as server:
        traffic = Traffic(server)
        for name, title, worker in _NAIVE:
            if name in options.workloads:
                with naive_fleet(worker) as fleet:
                    asyncio.run(measure(f"{title}, warm distinct", fleet, traffic.distinct(), options.seconds))
        for workers in options.workers:
            with own_fleet(options.apis, workers) as fleet:
                asyncio.run(_measure_all(fleet, traffic, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.service", description=__doc__)
    parser.add_argument("--apis", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement")
    parser.add_argument(
        "--workloads", nargs="+", default=["naive", "tuned", "warm", "unseen", "zipf", "cold", "slow", "disturbed"]
    )
    return parser.parse_args()


async def _measure_all(fleet: Fleet, traffic: Traffic, options: argparse.Namespace) -> None:
    count = f"{len(fleet.workers)} workers" if len(fleet.workers) > 1 else "1 worker"
    distinct = traffic.distinct()
    workloads = {
        "warm": ("warm distinct", distinct),
        "unseen": ("warm, frames never seen", traffic.unseen()),
        "zipf": ("Zipf", traffic.zipf()),
        "cold": ("cold maps", traffic.cold(2000)),
        "slow": ("warm, 5% of them slow (1 s)", mixed(distinct, traffic.slow(1), 20)),
    }
    for name, (title, bodies) in workloads.items():
        if name in options.workloads:
            await measure(f"{title}, {count}", fleet, bodies, options.seconds)
    if "disturbed" in options.workloads:
        await _measure_disturbed(f"warm, disturbed, {count}", fleet, traffic, options.seconds)


async def _measure_disturbed(title: str, fleet: Fleet, traffic: Traffic, seconds: float) -> None:
    """Look at a moderate rate of warm requests: alone, and beside slow fetches and conversions of large maps."""
    # In this order: while the large files are made, the servers would close the client's idle connections.
    with _large_files() as (port, column):
        async with warm_client(fleet, traffic.distinct()) as client:
            rate, _ = await client.closed_loop(CALLERS, seconds / 4)
            print_measured(f"{title}: alone", rate / 4, await client.fixed_rate(rate / 4, seconds))
            slow = Client(fleet.ports, traffic.slow(_SLOW_S))
            large = Client(fleet.ports, traffic.large(port, column))
            disturbing = [asyncio.create_task(slow.send()) for _ in range(50)]
            await asyncio.sleep(1)  # until they wait: that fifty requests come at once is another matter
            disturbing += [asyncio.create_task(large.send()) for _ in range(2)]
            times = await client.fixed_rate(rate / 4, min(seconds, _SLOW_S - 1))
            print_measured(f"{title}: 50 slow, 2 of 50 MB", rate / 4, times)
            assert all(await asyncio.gather(*disturbing)), "a disturbing request failed"


@contextlib.contextmanager
def _large_files() -> Iterator[tuple[int, int]]:
    """Serve large files; yields the port, and a column to ask for."""
    port = free_port()
    command = [sys.executable, "-m", "bench.file_server", str(port), str(_LARGE_FUNCTIONS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield port, int(process.stdout.readline())
        process.kill()


if __name__ == "__main__":
    main()
