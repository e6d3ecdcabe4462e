"""Processes that a worker starts for heavy or dangerous work."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import Process


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
