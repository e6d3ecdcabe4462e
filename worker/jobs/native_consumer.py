"""Consumer for Celery's worker that takes no messages: feeds take the jobs.  It leans on the insides of Celery.

The worker itself stays as it is, with its connection for remote control and events; only it doesn't consume the queue:
the feeds do.  ``celery inspect`` sees the jobs through a view of what runs, which costs nothing otherwise.

Made for Celery 5.7: ``worker.consumer.consumer.Consumer.loop``, ``worker.loops.asynloop``, ``worker.state``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from celery.worker import state
from celery.worker.consumer import Consumer
from celery.worker.loops import asynloop

from core.queue.jobs import BROKER_PREFIX, TASKS, queue_name
from worker.jobs.job_loop import JobLoop
from worker.jobs.job_runner import RunningJob


def native_consumer(job_loop: JobLoop) -> type[Consumer]:
    """Return the class of a consumer whose loop serves remote control and events, and no queue.

    Remote control sees the jobs of ``process`` as this worker's tasks.
    """

    class NativeConsumer(Consumer):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            job_loop.observe(_Observer(self))
            requests: Any = _RunningRequests(job_loop, self.hostname)
            state.active_requests = state.reserved_requests = requests

        task_consumer: Any

        def cancel_task_queue(self, queue: Any) -> None:
            super().cancel_task_queue(queue)
            job_loop.pause(BROKER_PREFIX + queue, pauses=True)

        def add_task_queue(self, queue: Any, *_: Any, **__: Any) -> Any:
            queues = self.app.amqp.queues
            queues.select_add(queues[queue])
            if not self.task_consumer.consuming_from(queue):
                self.task_consumer.add_queue(queues[queue])
            job_loop.pause(BROKER_PREFIX + queue, pauses=False)
            return queues[queue]

        def loop(self, _: Any, connection: Any, __: Any, *arguments: Any) -> None:
            asynloop(self, connection, _NoTasks(), *arguments)

    return NativeConsumer


class _NoTasks:
    """Stands for the consumer of the task queues."""

    on_message: Any = None

    def consume(self) -> None:
        """Consume nothing."""


class _Observer:
    """Counts jobs for ``celery inspect stats``, and sends their events while somebody wants them."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._thread = ThreadPoolExecutor(1, "events")  # Celery's way of sending blocks

    def has_revoked(self, job_id: str) -> bool:
        """Tell if this worker was told by remote control not to begin a job."""
        return job_id in state.revoked

    def started(self, job: RunningJob) -> None:
        """Note that a job runs."""
        state.total_count[TASKS[job.queue]] += 1
        if self._events_are_wanted():
            self._send("task-received", job, name=TASKS[job.queue], args="()", kwargs="{}", retries=0, eta=None)
            self._send("task-started", job)

    def ended(self, job: RunningJob, runtime_s: float) -> None:
        """Note that a job ended."""
        if self._events_are_wanted():
            self._send("task-succeeded", job, result="None", runtime=runtime_s)

    def _events_are_wanted(self) -> bool:
        dispatcher = self._consumer.event_dispatcher
        return bool(dispatcher and dispatcher.enabled and (not dispatcher.groups or "task" in dispatcher.groups))

    def _send(self, event: str, job: RunningJob, **details: Any) -> None:
        self._thread.submit(self._consumer.event_dispatcher.send, event, uuid=job.id, **details)


@dataclass(frozen=True)
class _RunningRequest:
    """A job in the shape of ``celery.worker.request.Request``, as far as remote control asks."""

    job: RunningJob
    hostname: str

    @property
    def id(self) -> str:
        return self.job.id

    def info(self, safe: bool = False) -> dict[str, Any]:  # noqa: ARG002  (Celery's signature)
        """Describe the job for ``celery inspect active``."""
        return {
            "id": self.job.id,
            "name": TASKS[self.job.queue],
            "args": [],
            "kwargs": {},
            "type": TASKS[self.job.queue],
            "hostname": self.hostname,
            "time_start": self.job.started_s,
            "acknowledged": False,
            "delivery_info": {
                "exchange": "",
                "routing_key": queue_name(self.job.queue),
                "priority": 0,
                "redelivered": False,
            },
            "worker_pid": os.getpid(),
        }


class _RunningRequests(Set[_RunningRequest]):
    """The jobs that run just now, as a set of requests."""

    def __init__(self, job_loop: JobLoop, hostname: str) -> None:
        self._job_loop = job_loop
        self._hostname = hostname

    def __iter__(self) -> Iterator[_RunningRequest]:
        return iter([_RunningRequest(job, self._hostname) for job in self._job_loop.running])

    def __len__(self) -> int:
        return len(self._job_loop.running)

    def __contains__(self, request: object) -> bool:
        return request in frozenset(self)

    @classmethod
    def _from_iterable(cls, requests: Iterable[Any]) -> Any:
        return frozenset(requests)
