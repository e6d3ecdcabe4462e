"""Deployments to be measured: what a request costs their processes, how many they answer, and how soon."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from redis import Redis

from api.serving.redis_server import redis_server
from bench.cpu import cpu_seconds
from bench.load import Client, NextBody, Times
from tests.deployment import Api, Deployment, Process

CALLERS = 48

_WARM_UP_S = 4
_WARM_UP_REQUESTS = 1000  # until every file was asked for several times
_TITLE_WIDTH = 44
HEADS = ("workload", "req/s", "p50", "p90", "p99", "p99.9 ms", "CPU ms: API", "worker", "Redis", "all", "failed")


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


@dataclass(frozen=True, slots=True)
class Measured:
    """The highest rate (requests per second), the times then, and the CPU time a request of APIs, workers, Redis."""

    rate: float
    times: Times
    cpu_ms: Sequence[float]


@contextlib.contextmanager
def own_fleet(apis: int, workers: int, **settings: str) -> Iterator[Fleet]:
    """Start our processes."""
    with redis_server() as url, Deployment(url, settings) as deployment:
        yield Fleet(
            [deployment.start_api() for _ in range(apis)],
            [deployment.start_worker() for _ in range(workers)],
            _redis_process(url),
        )


@contextlib.contextmanager
def naive_fleet(worker: str) -> Iterator[Fleet]:
    """Start the processes of ``bench.naive``; ``worker`` is its argument."""
    with redis_server() as url, Deployment(url) as deployment:
        api = deployment.start_api_of("bench.naive", "api")
        yield Fleet([api], [deployment.start("bench.naive", worker)], _redis_process(url))


@contextlib.asynccontextmanager
async def warm_client(
    fleet: Fleet, bodies: NextBody, warm_up_s: float = _WARM_UP_S, warm_up_requests: int = _WARM_UP_REQUESTS
) -> AsyncIterator[Client]:
    """Yield a client of a fleet that was asked by it for ``warm_up_s``, and so many times at least."""
    for api in fleet.apis:
        await api.wait_until_up()
    client = Client(fleet.ports, bodies)
    give_up_at = asyncio.get_running_loop().time() + 60
    while not await client.send():
        assert asyncio.get_running_loop().time() < give_up_at, "the fleet did not come up"
    asked = 0
    while asked < warm_up_requests:
        _, times = await client.closed_loop(CALLERS, warm_up_s)
        asked += len(times)
    yield client
    client.close()


async def highest_rate(fleet: Fleet, client: Client, seconds: float, callers: int = CALLERS) -> Measured:
    """Let so many callers send one request after another."""
    before = fleet.cpu_by_component()
    rate, times = await client.closed_loop(callers, seconds)
    used = [after - start for after, start in zip(fleet.cpu_by_component(), before, strict=True)]
    return Measured(rate, times, [1000 * each / len(times) for each in used])


async def measure(title: str, fleet: Fleet, bodies: NextBody, seconds: float) -> Measured:
    """Find the highest rate, then look at the times at half of it; print both."""
    async with warm_client(fleet, bodies) as client:
        measured = await highest_rate(fleet, client, seconds)
        print_measured(title, measured.rate, measured.times, measured.cpu_ms)
        times = await client.fixed_rate(measured.rate / 2, seconds)
        print_measured("  at half of that rate", measured.rate / 2, times)
        return measured


def print_measured(title: str, rate: float, times: Times, cpu_ms: Sequence[float] = ()) -> None:
    """Print a row of the table."""
    quantiles = [f"{each:.1f}" for each in times.quantiles_ms(0.5, 0.9, 0.99, 0.999)]
    used = [f"{each:.2f}" for each in [*cpu_ms, sum(cpu_ms)]] if cpu_ms else [""] * 4
    print_row([title, f"{rate:.0f}", *quantiles, *used, str(times.failures)])


def print_row(cells: Sequence[str]) -> None:
    """Print a row of the table from its cells."""
    columns = (f"{cell:>{max(len(head), 7)}}" for cell, head in zip(cells[1:], HEADS[1:], strict=True))
    print(f"{cells[0]:<{_TITLE_WIDTH}}", *columns, flush=True)


def _redis_process(url: str) -> int:
    with Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])
