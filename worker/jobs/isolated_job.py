"""``python -m worker.jobs.isolated_job``: process of one job, so that its worker survives whatever that does.

Arguments: the descriptors of the task and of the answer, files both.  The task is an ``IsolatedTask`` as a line of
JSON, then the request body; the answer is nothing but its bytes.  Standard input is the worker's end of a pipe: when it
closes, the worker is dead.  Standard output gets the line ``READY`` before the task is looked at, then an
``IsolatedOutcome``.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from typing import BinaryIO

import msgspec

from core.errors import AnswerTooLarge
from core.observing.counts import Counts
from core.observing.logs import LOG_FIELDS, REQUEST_ID, configure_logging
from core.observing.tracing import span_below, start_tracing, stop_tracing
from core.settings import Settings
from worker.allocator import give_back_large_blocks
from worker.child_processes import leave_to_worker
from worker.descriptors import allow_many_descriptors, fitting, with_descriptors
from worker.job_types import Answer, Job, OpenSymbolication

_log = logging.getLogger("worker.jobs.isolated_job")  # it is __main__ here

READY = b"ready\n"
_PULSE_S = 0.5


class IsolatedTask(msgspec.Struct):
    """A job without its body; ``symbolication`` is ``module:function`` of an ``OpenSymbolication``."""

    id: str
    left_s: float
    scope: str | None
    traceparent: str
    log_fields: Mapping[str, str]
    symbolication: str
    queue: str


class IsolatedOutcome(msgspec.Struct):
    """The end of a job.

    ``reusable`` is the kind of its answer, None if it crashed; ``excess`` are the size and the limit of an answer that
    is too large.  ``counts`` is what was counted meanwhile, by field; ``reuse_s`` is that of the answer.
    """

    reusable: bool | None
    counts: dict[str, float]
    excess: tuple[int, int] | None = None
    reuse_s: float | None = None


def main() -> None:
    """Run the job that the arguments name."""
    leave_to_worker()
    task_file, answer_file = (os.fdopen(int(descriptor), "r+b") for descriptor in sys.argv[1:])
    verdicts = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not be taken for a verdict
    threading.Thread(target=_end_with_worker, daemon=True).start()
    settings = Settings.from_environ(os.environ)
    configure_logging(settings.log_level, settings.log_format)
    start_tracing(os.environ, "unmangle-worker")
    give_back_large_blocks()
    settings = fitting(settings, allow_many_descriptors())
    verdicts.write(READY)
    verdicts.flush()
    outcome = asyncio.run(_outcome(settings, task_file, answer_file))
    verdicts.write(msgspec.json.encode(outcome))
    verdicts.flush()
    stop_tracing()
    os._exit(0)  # the interpreter would wait for threads


async def _outcome(settings: Settings, task_file: BinaryIO, answer_file: BinaryIO) -> IsolatedOutcome:
    with task_file:
        task = msgspec.json.decode(task_file.readline(), type=IsolatedTask)
        job = Job(task.id, task_file.read(), task.left_s, task.scope, traceparent=task.traceparent, queue=task.queue)
    REQUEST_ID.set(job.id)
    LOG_FIELDS.set(task.log_fields)
    counts = Counts()
    pulse = asyncio.create_task(_beat(settings.worker_stuck_after_s))
    try:
        answer = await _answer(settings, counts, task.symbolication, job)
    except AnswerTooLarge as error:
        return IsolatedOutcome(None, counts.news(), (error.size, error.limit))
    except Exception:  # its worker answers for it
        _log.exception("job %s crashed", job.id)
        return IsolatedOutcome(None, counts.news())
    finally:
        pulse.cancel()
        faulthandler.cancel_dump_traceback_later()
    with answer_file:
        answer_file.write(answer.body)
    return IsolatedOutcome(answer.reusable, counts.news(), reuse_s=answer.reuse_s)


async def _answer(settings: Settings, counts: Counts, symbolication: str, job: Job) -> Answer:
    async with _opener(symbolication)(settings, counts) as symbolicate:
        with span_below(job.traceparent, "isolated job", request_id=job.id):
            return await with_descriptors(lambda: symbolicate(job))


def _opener(name: str) -> OpenSymbolication:
    module, _, function = name.partition(":")
    opener: OpenSymbolication = getattr(import_module(module), function)
    return opener


async def _beat(stuck_after_s: float) -> None:
    """Let the process end with a traceback if the loop is stuck."""
    while True:
        faulthandler.dump_traceback_later(stuck_after_s, exit=True)
        await asyncio.sleep(_PULSE_S)


def _end_with_worker() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main()
