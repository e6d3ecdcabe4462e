"""Child processes of a worker, for heavy or dangerous work: their signals and their end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from asyncio.subprocess import Process


def leave_to_worker() -> None:
    """Ignore what asks a process to stop: service managers send it to all of a service, and the worker handles it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


async def end_process(process: Process) -> None:
    """Close the standard input of a process, and kill it if it still runs."""
    assert process.stdin is not None
    process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        ended = asyncio.ensure_future(process.wait())
        try:
            await asyncio.shield(ended)
        except asyncio.CancelledError:  # once more: whoever closes us must not leave a process that nobody waited for
            await ended
            raise
