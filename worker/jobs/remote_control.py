"""Remote control of workers by Celery's own tools: who speaks to them, and which commands they refuse.

Some commands of Celery have no effect on jobs that its pool doesn't run, and others would have effects that nobody
wants; those say so instead of "ok".  The registry of commands is one for each process.

Made for Celery 5.7: ``celery.worker.control``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from celery import Celery
from celery.worker.control import control_command

from core.queue.jobs import queue_name
from core.settings import Settings
from worker.jobs.broker import broker_configuration
from worker.jobs.queues import queue_limits

_REFUSED: Mapping[str, str] = {
    "rate_limit": "jobs have no rate limit: a job that waits for its turn would time out."
    " UNMANGLE_WORKER_MAX_JOBS bounds how many run at once, UNMANGLE_MAX_CONCURRENT_REQUESTS how many there may be",
    "time_limit": "time limits are those of the settings: UNMANGLE_REQUEST_TIMEOUT, UNMANGLE_WORKER_STUCK_AFTER",
    "pool_grow": "how many jobs run at once is a setting: UNMANGLE_WORKER_MAX_JOBS",
    "pool_shrink": "how many jobs run at once is a setting: UNMANGLE_WORKER_MAX_JOBS",
    "pool_restart": "there is no pool to restart: stop the worker, and have it started again",
    "autoscale": "how many jobs run at once is a setting: UNMANGLE_WORKER_MAX_JOBS",
}


def control_app(settings: Settings) -> Celery:
    """Return a Celery application that sees the workers of a deployment, and has no tasks."""
    app = Celery("unmangle", set_as_current=False)
    app.conf.update(broker_configuration(settings), enable_utc=True)
    return app


def restrict_commands(settings: Settings) -> None:
    """Refuse the commands that make no sense here, in this process."""
    for name, why in _REFUSED.items():
        control_command(name=name, help=f"Refused: {why}")(_refusal(why))
    served = [queue_name(queue) for queue in queue_limits(settings)]

    @control_command(args=[("queue", str)], signature="<queue>")
    def cancel_consumer(state: Any, queue: str, **_: Any) -> Mapping[str, str]:
        """Take no more jobs from a queue; those that run go on."""
        if queue not in served:
            return _not_served(queue, served)
        state.consumer.call_soon(state.consumer.cancel_task_queue, queue)
        return {"ok": f"no longer consuming from {queue}"}

    @control_command(args=[("queue", str)], signature="<queue>")
    def add_consumer(state: Any, queue: str, **_: Any) -> Mapping[str, str]:
        """Take jobs from a queue again."""
        if queue not in served:
            return _not_served(queue, served)
        state.consumer.call_soon(state.consumer.add_task_queue, queue)
        return {"ok": f"add consumer {queue}"}


def _refusal(why: str) -> Any:
    def refuse(_state: Any, *_arguments: Any, **_options: Any) -> Mapping[str, str]:
        return {"error": why}

    return refuse


def _not_served(queue: str, served: list[str]) -> Mapping[str, str]:
    why = f"{queue[:100]} is no queue of this worker: UNMANGLE_WORKER_QUEUES says which, now {', '.join(served)}"
    return {"error": why}
