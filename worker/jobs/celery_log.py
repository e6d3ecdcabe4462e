"""Celery's log lines about its connection: news of an outage, which the log tells once (``core.observing.outages``).

Made for Celery 5.7: ``celery.worker.consumer.consumer``, ``celery.worker.consumer.connection``.
"""

from __future__ import annotations

import logging
import warnings

from celery.exceptions import CPendingDeprecationWarning
from celery.worker.consumer.consumer import CONNECTION_ERROR, CONNECTION_RETRY  # type: ignore[attr-defined]

from core.errors import without_representations
from core.observing.outages import redis_outage
from core.queue.redis_address import RedisAddress

_TALKATIVE = ("celery.worker.strategy", "celery.app.trace")  # two lines for every job


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
