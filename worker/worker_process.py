"""Worker process: its settings, its logs, and Celery's worker, which runs until it is told to stop."""

from __future__ import annotations

import gc
import logging
import os
import sys
import warnings
from typing import NoReturn

from celery import Celery
from celery.exceptions import SecurityWarning

from core.errors import CannotStart, InvalidSetting
from core.observing.logs import configure_logging
from core.observing.tracing import start_tracing
from core.queue.redis_address import redis_address
from core.settings import Settings, unknown_variables
from worker.allocator import give_back_large_blocks
from worker.descriptors import allow_many_descriptors, fitting
from worker.diagnosis import log_findings
from worker.jobs.celery_app import create_app, quieten_celery
from worker.jobs.liveness import node_name

_log = logging.getLogger(__name__)

_SWITCH_INTERVAL_S = 0.0005
"""How long a thread that computes may keep the event loop from going on; ten times that is Python's own idea of it."""

_GARBAGE_THRESHOLDS = (3_000, 20, 100)
"""When Python looks for cycles: see ``gc``.  What requests leave behind is mostly in caches, so it would look in vain,
and every look through all of it keeps the event loop waiting for a tenth of a second."""


def main(name: str | None = None) -> None:
    """Run a worker until it is told to stop; ``name`` stands for ``UNMANGLE_WORKER_NAME``."""
    named = {} if name is None else {"UNMANGLE_WORKER_NAME": name}
    try:
        settings = Settings.from_environ({**os.environ, **named})
        start_tracing(os.environ, "unmangle-worker")
    except (InvalidSetting, CannotStart) as error:
        sys.exit(str(error))
    settings = fitting(settings, allow_many_descriptors())
    run_worker(settings, create_app(settings))


def run_worker(settings: Settings, app: Celery) -> NoReturn:
    """Run a worker until it is told to stop, and end the process."""
    configure_logging(settings.log_level, settings.log_format)
    for line in unknown_variables(os.environ).values():
        _log.warning(line)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    give_back_large_blocks()
    log_findings(settings)
    # Celery warns about root because of pickle, which we don't accept.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Workers have nothing to tell each other.  Their heartbeats are for monitors, which also switch on events of tasks.
    worker = app.Worker(
        hostname=node_name(settings.worker_name),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        loglevel=logging.INFO,
    )
    quieten_celery(redis_address(settings.redis_url))  # now, as Celery has set up its own way of logging by now
    worker.start()
    logging.shutdown()
    os._exit(worker.exitcode or 0)  # the interpreter would wait for threads, of which one may be at work for ever
