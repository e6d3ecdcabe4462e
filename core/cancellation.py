"""Ending what runs in the background of an event loop."""

from __future__ import annotations

import asyncio
from typing import Any

_CANCEL_AGAIN_AFTER_S = 0.1


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel ``task``, again and again until it has ended, however it does.

    Once is not enough for what talks to Redis for ever: redis-py swallows a cancellation that comes while it shakes
    hands, and says instead that the connection failed.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CANCEL_AGAIN_AFTER_S)
    if not task.cancelled():
        task.exception()  # or asyncio would complain that nobody asked
