"""``python -m worker``: one worker process.  Start as many as there is work for, on as many hosts."""

from __future__ import annotations

import logging
import os
import resource
import sys
import warnings
from typing import NoReturn

from celery import Celery
from celery.exceptions import SecurityWarning

from core.errors import CannotStart, InvalidSetting
from core.logs import configure_logging
from core.settings import Settings
from core.tracing import start_tracing
from worker.allocator import give_back_large_blocks
from worker.app import create_app
from worker.self_check import log_findings

_SWITCH_INTERVAL_S = 0.0005
"""How long a thread that computes may keep the event loop from going on; ten times that is Python's own idea of it."""

_OPEN_FILES = 8192

_TALKATIVE = ("celery.worker.strategy", "celery.app.trace")  # two lines for every job


def main() -> None:
    """Run a worker until it is told to stop."""
    try:
        settings = Settings.from_environ(os.environ)
        start_tracing(os.environ, "unmangle-worker")
    except (InvalidSetting, CannotStart) as error:
        sys.exit(str(error))
    run_worker(settings, create_app(settings))


def run_worker(settings: Settings, app: Celery) -> NoReturn:
    """Run a worker until it is told to stop, and end the process."""
    configure_logging(settings)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    give_back_large_blocks()
    _allow_many_files()
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    log_findings(settings)
    # Celery warns about root because of pickle, which we don't accept.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Workers have nothing to tell each other.  Their heartbeats are for monitors, which also switch on events of tasks.
    worker = app.Worker(quiet=True, without_gossip=True, without_mingle=True, loglevel=logging.INFO)
    worker.start()
    logging.shutdown()
    os._exit(worker.exitcode or 0)  # the interpreter would wait for threads, of which one may be at work for ever


def _allow_many_files() -> None:
    """Have more files open than the usual 1024: those of the cache that are mapped, and connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    main()
