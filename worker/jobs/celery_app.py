"""Celery application of a worker process: one task, its queues, JSON by orjson, and the log lines of its connection.

Messages are acknowledged late.  Celery's lines about its connection are news of an outage, which the log tells once
(``core.observing.outages``).

Made for Celery 5.7: ``celery.worker.consumer.consumer``, ``celery.worker.consumer.connection``.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

import orjson
from celery import Celery, Task, signals
from celery.exceptions import CPendingDeprecationWarning, Reject
from celery.worker.consumer.consumer import CONNECTION_ERROR, CONNECTION_RETRY  # type: ignore[attr-defined]
from kombu import Queue
from kombu.serialization import register

from core.errors import HandedBack, without_representations
from core.observing.outages import redis_outage
from core.observing.tracing import stop_tracing
from core.queue.jobs import ASSEMBLE_UPLOAD, QUEUE, SYMBOLICATE_JS, queue_name
from core.queue.redis_address import RedisAddress
from core.settings import Settings
from worker.job_types import OpenSymbolication
from worker.jobs.broker import broker_configuration
from worker.jobs.job_loop import JobLoop
from worker.jobs.native_consumer import native_consumer
from worker.jobs.queues import queue_limits
from worker.jobs.remote_control import restrict_commands
from worker.store import store_jobs

_JSON = "orjson"  # the name of its serializer
_CONTENT_TYPE = "application/json"  # so that the messages of stock producers are read too, by orjson
_TALKATIVE = ("celery.worker.strategy", "celery.app.trace")  # two lines for every job


def create_app(settings: Settings, open_jobs: OpenSymbolication = store_jobs.open_jobs) -> Celery:
    """Return the Celery application of one worker process, whose jobs are done by what ``open_jobs`` yields.

    Its loop is started when the worker starts, in the process that runs the jobs.
    """
    _register_serializer()
    app = Celery("unmangle", set_as_current=False)
    app.conf.update(_configuration(settings))
    job_loop = JobLoop(settings, open_jobs)
    if settings.worker_consumer == "native":
        app.conf.worker_consumer = native_consumer(job_loop)
    restrict_commands(settings)
    _define_task(app, job_loop)
    _follow_lifecycle(job_loop, settings)
    return app


def quieten_celery(address: RedisAddress) -> None:
    """Have Celery log neither each job nor each attempt to connect to ``address``."""

    def show_address(record: logging.LogRecord) -> bool:
        record.args = tuple(address.shown for _ in record.args or ())
        return True

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("celery.worker.consumer.consumer").addFilter(_note_outage)
    logging.getLogger("celery.worker.consumer.connection").addFilter(show_address)
    logging.getLogger("celery.worker.control").addFilter(_is_not_about_results)
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)  # of what we have set


def _register_serializer() -> None:
    """Make kombu use orjson for JSON in this process."""

    def encode(document: Any) -> str:
        return orjson.dumps(document).decode()

    register(_JSON, encode, orjson.loads, content_type=_CONTENT_TYPE, content_encoding="utf-8")


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        # What a message may be made of.
        "task_serializer": _JSON,
        "event_serializer": _JSON,
        "accept_content": [_JSON],
        # Results are stored by the task itself, as the bytes of the HTTP answer.
        "task_ignore_result": True,
        "result_backend": None,
        # A job whose worker died is delivered again.  It can't be taken back before its time is up, or slow jobs
        # would run twice.
        "task_acks_late": True,
        **broker_configuration(settings),
        "task_default_queue": queue_name(QUEUE),
        "task_queues": [Queue(name, routing_key=name) for name in map(queue_name, queue_limits(settings))],
        "worker_pool": "threads",
        "worker_concurrency": settings.worker_max_jobs,
        "worker_prefetch_multiplier": 1,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "worker_enable_prefetch_count_reduction": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
        "enable_utc": True,
    }


def _define_task(app: Celery, job_loop: JobLoop) -> None:
    @app.task(name=SYMBOLICATE_JS, bind=True)
    def symbolicate_js(self: Task[Any, Any]) -> None:
        """Answer the request whose id is the task's id.  Harmless to run twice."""
        _run(job_loop, self.request.id)

    @app.task(name=ASSEMBLE_UPLOAD, bind=True)
    def assemble_upload(self: Task[Any, Any]) -> None:
        """Make an upload of its chunks: the job whose id is the task's id.  Harmless to run twice."""
        _run(job_loop, self.request.id)


def _run(job_loop: JobLoop, job_id: str | None) -> None:
    assert job_id is not None
    try:
        job_loop.run(job_id)
    except HandedBack as error:
        raise Reject(error, requeue=True) from error


def _follow_lifecycle(job_loop: JobLoop, settings: Settings) -> None:
    @signals.setup_logging.connect(weak=False)
    def leave_logging_alone(**_: Any) -> None:
        """Do nothing: without anybody here, Celery would set its own level."""

    @signals.worker_init.connect(weak=False)
    def start(**_: Any) -> None:
        job_loop.start()

    @signals.worker_ready.connect(weak=False)
    def take_jobs(**_: Any) -> None:
        # Not earlier: before this, nothing handles a signal to stop, and what was taken would have to be inherited.
        if settings.worker_consumer == "native":
            job_loop.take_jobs()

    @signals.task_revoked.connect(weak=False)
    def end_revoked(request: Any, **_: Any) -> None:  # Celery's own consumer drops its message; ours doesn't come here
        job_loop.end_revoked(request.id)

    @signals.worker_shutting_down.connect(weak=False)
    def hand_back(**_: Any) -> None:
        job_loop.hand_back_after(settings.worker_shutdown_grace_s)

    @signals.worker_shutdown.connect(weak=False)
    def stop(**_: Any) -> None:
        job_loop.stop()
        stop_tracing()


def _is_not_about_results(record: logging.LogRecord) -> bool:
    """Leave out that a revoked job can't be marked where Celery would keep results: ours are not kept there."""
    return not str(record.msg).startswith("Failed to mark task")


def _note_outage(record: logging.LogRecord) -> bool:
    """Return whether a line is to be logged as it is."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    if record.msg == CONNECTION_ERROR or CONNECTION_RETRY in arguments:
        redis_outage.note(without_representations(str(arguments[1])))
        return False
    return True
