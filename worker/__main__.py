"""``python -m worker``: one worker process.  Start as many as there is work for, on as many hosts."""

from __future__ import annotations

import logging
import os
import sys
import warnings

from celery.exceptions import SecurityWarning

from core.errors import InvalidSetting
from core.logs import configure_logging
from core.settings import Settings
from worker.app import create_app
from worker.self_check import log_findings

_TALKATIVE = ("celery.worker.strategy", "celery.app.trace")  # two lines for every job


def main() -> None:
    """Run a worker until it is told to stop."""
    try:
        settings = Settings.from_environ(os.environ)
    except InvalidSetting as error:
        sys.exit(str(error))
    configure_logging(settings)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    log_findings(settings)
    # Celery warns about root because of pickle, which we don't accept.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    # Workers have nothing to tell each other.  Their heartbeats are for monitors, which also switch on events of tasks.
    worker = create_app(settings).Worker(quiet=True, without_gossip=True, without_mingle=True, loglevel=logging.INFO)
    worker.start()
    sys.exit(worker.exitcode)


if __name__ == "__main__":
    main()
