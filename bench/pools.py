"""``python -m bench.pools``: ways for a worker to do several jobs at once, measured with the real symbolication.

The same API and the same messages; the workers differ.  Of each it prints how many warm requests a second there are,
how long those take, and the memory; first with nothing but warm requests, then with requests beside them whose lookups
take a second, and files that nobody has asked for.

``python -m bench.pools worker POOL COUNT`` is one of the stock workers: each of its processes, or threads, has an event
loop to itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any

from celery import Celery, Task, signals
from kombu import Queue

from api.serving.redis_server import redis_server
from bench.load import Client, Times
from bench.process_memory import memory_mib
from bench.traffic import Traffic
from core.observing.counts import Counts
from core.queue.celery_message import MessageWriter
from core.queue.jobs import QUEUE, SYMBOLICATE_JS
from core.settings import Settings
from tests.deployment import Deployment, Process
from tests.worker.source_server import SourceServer
from worker.jobs.held_jobs import HeldJobs
from worker.requests.symbolicate import open_symbolication

_CALLERS = 16
_SLOW_CALLERS = 16
_COLD_PER_S = 2.0
_COLD_FUNCTIONS = 20_000
_HEADS = ("worker", "warm/s", "p50 ms", "p99 ms", "mixed: warm/s", "p50 ms", "p99 ms", "slow/s", "MiB")


@dataclass(frozen=True)
class Candidate:
    """A kind of worker, and how it is started."""

    name: str
    module: str = "worker"
    arguments: tuple[str, ...] = ()
    consumer: str = "native"

    def start(self, deployment: Deployment) -> Process:
        """Start one."""
        return deployment.start(self.module, *self.arguments, UNMANGLE_WORKER_CONSUMER=self.consumer)


def _stock(pool: str, count: int) -> Candidate:
    return Candidate(f"stock, {pool} {count}", "bench.pools", ("worker", pool, str(count)))


_CANDIDATES = {
    "solo": _stock("solo", 1),
    "prefork": _stock("prefork", 2),
    "prefork-many": _stock("prefork", 16),
    "threads": _stock("threads", 16),
    "one-loop-stock": Candidate("stock threads, one loop", consumer="stock"),
    "one-loop": Candidate("ours: one loop"),
}


def main() -> None:
    """Be a worker, or measure."""
    if sys.argv[1:2] == ["worker"]:
        _work(sys.argv[2], int(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(prog="python -m bench.pools", description=__doc__)
    parser.add_argument("candidates", nargs="*", default=list(_CANDIDATES))
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=1, help="one after the other, so that rounds can be compared")
    options = parser.parse_args()
    _print_row(_HEADS)
    for _ in range(options.rounds):
        for name in options.candidates:
            with SourceServer() as server, redis_server() as url, Deployment(url) as deployment:
                asyncio.run(_measure(_CANDIDATES[name], deployment, Traffic(server), options.seconds))


async def _measure(candidate: Candidate, deployment: Deployment, traffic: Traffic, seconds: float) -> None:
    api = deployment.start_api()
    worker = candidate.start(deployment)
    await api.wait_for_workers()
    warm = Client([api.port], traffic.distinct())
    await warm.closed_loop(_CALLERS, seconds / 2)  # each of the processes, or threads, has caches of its own
    quiet_rate, quiet = await warm.closed_loop(_CALLERS, seconds)
    slow = Client([api.port], traffic.slow(1))
    cold = Client([api.port], traffic.cold(_COLD_FUNCTIONS))
    (mixed_rate, mixed), (slow_rate, _), _ = await asyncio.gather(
        warm.closed_loop(_CALLERS, seconds),
        slow.closed_loop(_SLOW_CALLERS, seconds),
        cold.fixed_rate(_COLD_PER_S, seconds),
    )
    memory = memory_mib(worker.popen.pid)
    figures = (quiet_rate, *_times(quiet), mixed_rate, *_times(mixed), slow_rate, memory)
    _print_row([candidate.name, *(f"{figure:.0f}" for figure in figures)])


def _times(times: Times) -> Sequence[float]:
    return times.quantiles_ms(0.5, 0.99)


def _print_row(cells: Sequence[str]) -> None:
    columns = (f"{cell:>{len(head) + 2}}" for cell, head in zip(cells[1:], _HEADS[1:], strict=True))
    print(f"{cells[0]:<26}", *columns, flush=True)


class _Loop:
    """An event loop that runs one job at a time, with connections and caches of its own."""

    def __init__(self, settings: Settings) -> None:
        self._loop = asyncio.new_event_loop()
        self._opened = AsyncExitStack()
        self._store = HeldJobs(settings, f"{os.getpid()}:{threading.get_ident()}", MessageWriter("bench"))
        self._symbolicate = self._loop.run_until_complete(
            self._opened.enter_async_context(open_symbolication(settings, Counts()))
        )

    def run(self, job_id: str) -> None:
        """Do a job."""
        self._loop.run_until_complete(self._run(job_id))

    async def _run(self, job_id: str) -> None:
        job = await self._store.begin(job_id)
        if job is not None:
            await self._store.finish(job_id, await self._symbolicate(job))


def _work(pool: str, count: int) -> None:
    settings = replace(Settings.from_environ(os.environ), worker_concurrency=1)
    app = Celery("pools", broker=settings.redis_url)
    app.conf.update(
        task_acks_late=True,
        task_ignore_result=True,
        task_queues=[Queue(QUEUE)],
        task_default_queue=QUEUE,
        worker_pool=pool,
        worker_concurrency=count,
        worker_prefetch_multiplier=1 if pool == "prefork" else 4,
    )
    mine = threading.local()

    def loop_of_this_thread() -> _Loop:
        if not hasattr(mine, "loop"):
            mine.loop = _Loop(settings)
        loop: _Loop = mine.loop
        return loop

    @signals.worker_process_init.connect(weak=False)
    def open_in_child(**_: Any) -> None:
        loop_of_this_thread()

    @app.task(name=SYMBOLICATE_JS, bind=True)
    def symbolicate_js(self: Task[Any, Any]) -> None:
        assert self.request.id is not None
        loop_of_this_thread().run(self.request.id)

    app.Worker(without_gossip=True, without_mingle=True, without_heartbeat=True, loglevel="WARNING").start()


if __name__ == "__main__":
    main()
