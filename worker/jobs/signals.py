"""Signals that are for a worker, and not for the processes that it has started."""

from __future__ import annotations

import signal


def leave_to_worker() -> None:
    """Ignore what asks a process to stop: service managers send it to all of a service, and the worker handles it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
