"""Types of a job, its answer, and what makes one of the other: between the queue and symbolication."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from core.observing.counts import Counts
from core.queue.jobs import QUEUE
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Job:
    """A job to run: the request body as it came, the time it may still take, and whose caches it uses.

    The body is empty if Redis has lost it.  ``deaths`` is how many worker processes died that held the job.
    """

    id: str
    body: bytes
    left_s: float
    scope: str | None
    deaths: int = 0
    traceparent: str = ""
    log_fields: Mapping[str, str] = field(default_factory=dict)
    queue: str = QUEUE


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes that answer a job, and whether an equal request deserves the same: no, if anything went wrong.

    ``stored`` is to be called once somebody else has the bytes: there may be no room for another large answer before.
    """

    body: bytes
    reusable: bool = False
    stored: Callable[[], None] = lambda: None
    reuse_s: float | None = None
    """For how long such a request may be given it, if that is not what the settings say."""


Symbolicate = Callable[[Job], Awaitable[Answer]]
"""Computes the answer to a job."""

OpenSymbolication = Callable[[Settings, Counts], contextlib.AbstractAsyncContextManager[Symbolicate]]
"""Opens what symbolication needs for as long as the process lives: connections, caches, threads."""
