"""``python -m bench.service``: what the service promises, measured on a deployment of its own, as a table.

Everything runs on this machine: APIs, workers, Redis, a server for files and the generator of the load.  So compare
figures of one run, and don't take one alone for more than it is.  ``--help`` tells what can be chosen.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from redis import Redis

from api.redis_server import free_port, redis_server
from bench.cpu import cpu_seconds
from bench.load import Client, Times
from bench.traffic import NextBody, Traffic, mixed
from tests.deployment import Api, Deployment, Process
from tests.worker.source_server import SourceServer

_CALLERS = 48
_SLOW_S = 5
_WARM_UP_S = 4
_LARGE_FUNCTIONS = 600_000  # a file of 23 MB with a map of 50
_NAIVE = (("naive", "naive", "worker"), ("tuned", "naive, tuned", "tuned-worker"))
_HEADS = ("workload", "req/s", "p50", "p90", "p99", "p99.9 ms", "CPU ms: API", "worker", "Redis", "all", "failed")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The processes of one measurement."""

    apis: Sequence[Api]
    workers: Sequence[Process]
    redis_process: int

    @property
    def ports(self) -> list[int]:
        """Where the APIs listen."""
        return [api.port for api in self.apis]

    def cpu_by_component(self) -> tuple[float, float, float]:
        """Return the CPU seconds of APIs, workers and Redis so far."""
        return (
            cpu_seconds(api.process.popen.pid for api in self.apis),
            cpu_seconds(worker.popen.pid for worker in self.workers),
            cpu_seconds([self.redis_process]),
        )


def main() -> None:
    """Measure what was asked for, and print the table."""
    options = _options()
    _print_row(_HEADS)
    with SourceServer() as server:
        traffic = Traffic(server)
        for name, title, worker in _NAIVE:
            if name in options.workloads:
                with _naive_fleet(worker) as fleet:
                    asyncio.run(_measure(f"{title}, warm distinct", fleet, traffic.distinct(), options.seconds))
        for workers in options.workers:
            with _fleet(options.apis, workers) as fleet:
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


@contextlib.contextmanager
def _fleet(apis: int, workers: int) -> Iterator[Fleet]:
    with redis_server() as url, Deployment(url) as deployment:
        yield Fleet(
            [deployment.start_api() for _ in range(apis)],
            [deployment.start_worker() for _ in range(workers)],
            _redis_process(url),
        )


@contextlib.contextmanager
def _naive_fleet(worker: str) -> Iterator[Fleet]:
    with redis_server() as url, Deployment(url) as deployment:
        api = deployment.start_api_of("bench.naive", "api")
        yield Fleet([api], [deployment.start("bench.naive", worker)], _redis_process(url))


def _redis_process(url: str) -> int:
    with Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


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
            await _measure(f"{title}, {count}", fleet, bodies, options.seconds)
    if "disturbed" in options.workloads:
        await _measure_disturbed(f"warm, disturbed, {count}", fleet, traffic, options.seconds)


async def _measure(title: str, fleet: Fleet, bodies: NextBody, seconds: float) -> None:
    """Find the highest rate, then look at the times at half of it."""
    async with _client(fleet, bodies) as client:
        before = fleet.cpu_by_component()
        rate, times = await client.closed_loop(_CALLERS, seconds)
        used = [after - start for after, start in zip(fleet.cpu_by_component(), before, strict=True)]
        _print_measured(title, rate, times, [1000 * each / len(times) for each in used])
        times = await client.fixed_rate(rate / 2, seconds)
        _print_measured("  at half of that rate", rate / 2, times, [])


async def _measure_disturbed(title: str, fleet: Fleet, traffic: Traffic, seconds: float) -> None:
    """Look at a moderate rate of warm requests: alone, and beside slow fetches and conversions of large maps."""
    # In this order: while the large files are made, the servers would close the client's idle connections.
    with _large_files() as (port, column):
        async with _client(fleet, traffic.distinct()) as client:
            rate, _ = await client.closed_loop(_CALLERS, seconds / 4)
            _print_measured(f"{title}: alone", rate / 4, await client.fixed_rate(rate / 4, seconds), [])
            slow = Client(fleet.ports, traffic.slow(_SLOW_S))
            large = Client(fleet.ports, traffic.large(port, column))
            disturbing = [asyncio.create_task(slow.send()) for _ in range(50)]
            await asyncio.sleep(1)  # until they wait: that fifty requests come at once is another matter
            disturbing += [asyncio.create_task(large.send()) for _ in range(2)]
            times = await client.fixed_rate(rate / 4, min(seconds, _SLOW_S - 1))
            _print_measured(f"{title}: 50 slow, 2 of 50 MB", rate / 4, times, [])
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


@contextlib.asynccontextmanager
async def _client(fleet: Fleet, bodies: NextBody) -> AsyncIterator[Client]:
    """Yield a client of a fleet whose caches are warm."""
    for api in fleet.apis:
        await api.wait_until_up()
    client = Client(fleet.ports, bodies)
    give_up_at = asyncio.get_running_loop().time() + 60
    while not await client.send():
        assert asyncio.get_running_loop().time() < give_up_at, "the fleet did not come up"
    await client.closed_loop(_CALLERS, _WARM_UP_S)
    yield client
    client.close()


def _print_measured(title: str, rate: float, times: Times, cpu_ms: list[float]) -> None:
    quantiles = [f"{each:.1f}" for each in times.quantiles_ms(0.5, 0.9, 0.99, 0.999)]
    used = [f"{each:.2f}" for each in [*cpu_ms, sum(cpu_ms)]] if cpu_ms else [""] * 4
    _print_row([title, f"{rate:.0f}", *quantiles, *used, str(times.failures)])


def _print_row(cells: Sequence[str]) -> None:
    columns = (f"{cell:>{max(len(head), 7)}}" for cell, head in zip(cells[1:], _HEADS[1:], strict=True))
    print(f"{cells[0]:<40}", *columns, flush=True)


if __name__ == "__main__":
    main()
