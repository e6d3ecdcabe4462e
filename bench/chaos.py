"""``python -m bench.chaos``: everything is killed and restarted under load, and no accepted request may go unanswered.

Workers are killed with SIGKILL every two seconds, APIs are restarted in turn, Redis (append-only) is restarted twice,
and one request is poison: whatever process runs it is killed.  Every caller insists: what was accepted is polled until
there is an answer, and later once more from every API, which must say the same.
Exit status 1: a job was not answered, was answered twice differently, or paid for the kills; its record is shown.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
from redis import Redis
from redis.exceptions import RedisError

from api.serving.redis_server import redis_server
from api.sockets import free_port
from bench.traffic import Traffic, mixed
from core.queue.jobs import job_key, taken_key
from tests.deployment import Api, Deployment, Process
from tests.worker.source_server import SourceServer
from worker.jobs.isolation import MOST_DEATHS

_KILL_EVERY_S = 2.0
_RESTART_API_EVERY_S = 5.0
_CALLERS = 60
_PAUSE_S = 0.05
_PATIENCE_S = 120
_TROUBLE = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass
class Report:
    """Result of a run."""

    answers: Counter[str] = field(default_factory=Counter)
    submissions_refused: int = 0
    polled: dict[str, bytes] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    workers_killed: int = 0
    apis_restarted: int = 0
    redis_restarted: int = 0
    poison_kills: int = 0
    poison_processes: set[int] = field(default_factory=set)
    poison_answer: str = ""
    redeliveries_s: list[float] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether every request was answered once, and none but the poison by an error."""
        return not (self.unanswered or self.contradictions or set(self.answers) - {"completed"})

    @property
    def slowest_redelivery_s(self) -> float:
        """The longest time between the death of a worker and a new one for a job it held."""
        return max(self.redeliveries_s, default=0.0)


class Chaos:
    """A deployment in trouble, and its callers."""

    def __init__(self, deployment: Deployment, server: SourceServer, redis: _RestartingRedis, seed: int) -> None:
        self._deployment = deployment
        self._redis = redis
        self._random = random.Random(seed)
        self._apis = [deployment.start_api() for _ in range(2)]
        self._workers = [deployment.start_worker() for _ in range(3)]
        traffic = Traffic(server)
        self._next_body = mixed(traffic.distinct(), traffic.slow(1.5), 10)
        self._poison = traffic.slow(3)()
        self._turns = itertools.count()
        self._is_over = False
        self.report = Report()

    async def run(self, requests: int, seconds: float) -> Report:
        """Make trouble while ``requests`` are sent over ``seconds`` or longer; return when all are answered."""
        for api in self._apis:
            await api.wait_for_workers()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            self._session = session
            async with _in_background(
                self._kill_workers(), self._restart_apis(), self._restart_redis(seconds), self._poison_workers()
            ):
                await self._send_all(requests, seconds)
            await self._ask_again()
        return self.report

    async def _send_all(self, requests: int, seconds: float) -> None:
        callers = asyncio.Semaphore(_CALLERS)
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(requests):
                await asyncio.sleep(started + number * seconds / requests - time.monotonic())
                await callers.acquire()
                task = group.create_task(self._insist())
                task.add_done_callback(lambda _: callers.release())
            self._is_over = True

    async def _insist(self) -> None:
        """Submit a request until it is accepted, and poll until it is answered."""
        status, _ = await self._answered(self._next_body(), "?timeout=2")
        self.report.answers[status] += 1

    async def _answered(self, body: bytes, query: str) -> tuple[str, str | None]:
        document = await self._submitted(body, query)
        if document["status"] != "pending":
            return document["status"], None
        request_id: str = document["request_id"]
        give_up_at = time.monotonic() + _PATIENCE_S
        while time.monotonic() < give_up_at:
            answer = await self._poll(self._some_api(), request_id, "?timeout=2")
            if answer is not None and (status := orjson.loads(answer)["status"]) != "pending":
                self.report.polled[request_id] = answer
                return status, request_id
        self.report.unanswered.append(f"{request_id}: {await asyncio.to_thread(self._redis.record, request_id)}")
        return "unanswered", request_id

    async def _submitted(self, body: bytes, query: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        while True:
            with contextlib.suppress(*_TROUBLE):
                url = self._some_api().url(f"/symbolicate-js{query}")
                async with self._session.post(url, data=body, headers=headers) as response:
                    if response.status == 200:
                        document: dict[str, str] = orjson.loads(await response.read())
                        return document
                    assert response.status == 503, response.status
            self.report.submissions_refused += 1
            await asyncio.sleep(_PAUSE_S)

    async def _poll(self, api: Api, request_id: str, query: str) -> bytes | None:
        with contextlib.suppress(*_TROUBLE):
            async with self._session.get(api.url(f"/requests/{request_id}{query}")) as response:
                body = await response.read()
                if response.status == 200:
                    return body
                if response.status != 503:
                    self.report.contradictions.append(f"{request_id}: {response.status} {body!r}")
        await asyncio.sleep(_PAUSE_S)
        return None

    async def _ask_again(self) -> None:
        for api in self._apis:
            await api.wait_until_up()
            for request_id, answer in self.report.polled.items():
                again = await self._poll(api, request_id, "?timeout=0")
                if again != answer:
                    self.report.contradictions.append(f"{request_id}: {answer!r}, then {again!r}")

    def _some_api(self) -> Api:
        return self._apis[next(self._turns) % len(self._apis)]

    async def _kill_workers(self) -> None:
        while not self._is_over:
            await asyncio.sleep(_KILL_EVERY_S)
            await self._kill(self._random.choice(self._workers))

    async def _kill(self, victim: Process) -> bool:
        """Kill a worker and start another one; False if somebody else has killed it meanwhile."""
        held = await asyncio.to_thread(self._redis.held_by, victim.popen.pid)
        if victim not in self._workers:
            return False
        self._workers[self._workers.index(victim)] = self._deployment.start_worker()
        await asyncio.to_thread(victim.stop, signal.SIGKILL)
        self.report.workers_killed += 1
        for job_id, worker in held:
            task = asyncio.create_task(self._time_redelivery(job_id, worker))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return True

    async def _time_redelivery(self, job_id: str, dead_worker: bytes) -> None:
        killed_at = time.monotonic()
        while await asyncio.to_thread(self._redis.holder, job_id) in (dead_worker, b"", None):  # noqa: ASYNC110
            await asyncio.sleep(_PAUSE_S)
        self.report.redeliveries_s.append(time.monotonic() - killed_at)

    async def _restart_apis(self) -> None:
        for number in itertools.count():
            await asyncio.sleep(_RESTART_API_EVERY_S)
            if self._is_over:
                return
            index = number % len(self._apis)
            port = self._apis[index].port
            await asyncio.to_thread(self._apis[index].process.stop)
            self._apis[index] = self._deployment.start_api(PORT=str(port))
            self.report.apis_restarted += 1

    async def _restart_redis(self, seconds: float) -> None:
        for _ in range(2):
            await asyncio.sleep(seconds / 3)
            await asyncio.to_thread(self._redis.restart)
            self.report.redis_restarted += 1

    async def _poison_workers(self) -> None:
        """Submit the poison, and kill whoever runs it."""
        document = await self._submitted(self._poison, "?timeout=0")
        request_id = document["request_id"]
        while True:
            answer = await self._poll(self._some_api(), request_id, "?timeout=0")
            if answer is not None and (status := orjson.loads(answer)["status"]) != "pending":
                self.report.poison_answer = status
                self.report.polled[request_id] = answer
                return
            process_id, is_worker = await asyncio.to_thread(self._redis.runner, request_id)
            if not is_worker:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGKILL)
                    self.report.poison_processes.add(process_id)
            victim = next((each for each in self._workers if each.popen.pid == process_id), None)
            if victim is not None and await self._kill(victim):
                self.report.poison_kills += 1


class _RestartingRedis:
    """A Redis server that keeps its data, and that can be looked into when it is there."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._running = contextlib.ExitStack()
        self._client: Any = Redis.from_url(self.url)  # whose methods say they may return str

    def start(self) -> None:
        self._running.enter_context(redis_server("--appendonly", "yes", "--dir", self._folder, port=self._port))

    def stop(self) -> None:
        self._running.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    def holder(self, job_id: str) -> bytes | None:
        """Return the worker that holds a job; b"" while nobody does, "ended" when there is no such job any more."""
        with contextlib.suppress(RedisError):
            deadline, worker = self._client.hmget(job_key(job_id), "deadline_ms", "worker")
            return b"ended" if deadline is None else worker or b""
        return None

    def record(self, job_id: str) -> dict[bytes, bytes]:
        """Return all that is noted of a job."""
        with contextlib.suppress(RedisError):
            noted: dict[bytes, bytes] = self._client.hgetall(job_key(job_id))
            return noted
        return {}

    def runner(self, job_id: str) -> tuple[int, bool]:
        """Return the process that runs a job, 0 if none does, and whether that is a worker."""
        with contextlib.suppress(RedisError):
            worker, deaths, process = self._client.hmget(job_key(job_id), "worker", "deaths", "process")
            if worker and int(deaths or 0) < MOST_DEATHS:
                return int(worker.partition(b"@")[0].removeprefix(b"worker-")), True
            return int(process or 0), not process
        return 0, True

    def held_by(self, process_id: int) -> list[tuple[str, bytes]]:
        """Return the jobs that a worker process holds, and its name."""
        with contextlib.suppress(RedisError):
            keys = list(self._client.scan_iter(taken_key(f"worker-{process_id}@*")))
            prefix = len(taken_key(""))
            return [(job.decode(), key[prefix:]) for key in keys for job in self._client.smembers(key)]
        return []


@contextlib.asynccontextmanager
async def _in_background(*work: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(each) for each in work]  # type: ignore[call-overload]
    try:
        yield
        await asyncio.wait_for(asyncio.gather(*tasks), _PATIENCE_S)
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome


def run_chaos(requests: int, seconds: float, seed: int = 1) -> Report:
    """Make trouble for a deployment of its own, and report."""
    with tempfile.TemporaryDirectory() as folder, SourceServer() as server:
        redis = _RestartingRedis(folder)
        redis.start()
        try:
            with Deployment(redis.url) as deployment:
                return asyncio.run(Chaos(deployment, server, redis, seed).run(requests, seconds))
        finally:
            redis.stop()


def main() -> None:
    """Make trouble and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=os.getpid())
    options = parser.parse_args()
    report = run_chaos(options.requests, options.seconds, options.seed)
    for line in (
        f"answers                 {dict(report.answers)}",
        f"refused, sent again     {report.submissions_refused}",
        f"accepted, unanswered    {len(report.unanswered)} {report.unanswered[:3]}",
        f"contradictory           {len(report.contradictions)} {report.contradictions[:3]}",
        f"polled, and asked again {len(report.polled)}",
        f"workers killed          {report.workers_killed}",
        f"APIs restarted          {report.apis_restarted}",
        f"Redis restarted         {report.redis_restarted}",
        f"poison                  {report.poison_answer}, killed {report.poison_kills} workers",
        f"poison, processes       {len(report.poison_processes)}",
        f"redeliveries            {len(report.redeliveries_s)}, the slowest in {report.slowest_redelivery_s:.1f} s",
    ):
        print(line)
    sys.exit(not report.holds)


if __name__ == "__main__":
    main()
