"""Bounds of what a client may send before, or instead of, a request: head, time, and all bodies together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from core.errors import TooManyBodies
from core.observing.counts import Counts
from core.observing.metrics import HTTP_REFUSALS
from core.settings import Settings

FREE_BODY_BYTES = 64 << 10
"""Of each body, which don't count among the bytes of all bodies: large ones must not shut out small ones."""


class HttpLimit(StrEnum):
    """What is bounded; the values are those of the metric's label."""

    HEAD_SIZE = "head size"
    HEADERS = "headers"
    HEAD_TIME = "head time"
    BODY_TIME = "body time"
    PIPELINE = "pipeline"
    BODIES = "bodies"


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How much of a head, how many header lines, and for how long (s) head and body may take."""

    head_bytes: int
    headers: int
    head_s: float
    body_s: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that the settings name."""
        return cls(
            settings.request_head_max_bytes,
            settings.request_max_headers,
            settings.request_head_timeout_s,
            settings.request_body_timeout_s,
        )


class BodyBytes:
    """The bytes of all bodies that a process holds.  Belongs to one event loop."""

    def __init__(self, max_bytes: int, counts: Counts) -> None:
        self._max_bytes = max_bytes
        self._counts = counts
        self._held = 0

    def lease(self) -> BodyLease:
        """Return what a request takes of them: nothing yet."""
        return BodyLease(self)

    def take(self, size: int) -> None:
        """Take some.  Raises TooManyBodies if there are not so many left."""
        if self._held + size > self._max_bytes:
            self._counts.inc(HTTP_REFUSALS.field(HttpLimit.BODIES))
            raise TooManyBodies
        self._held += size

    def give_back(self, size: int) -> None:
        """Give some back."""
        self._held -= size


class BodyLease:
    """What one request takes of ``BodyBytes``; the end of its block gives it back."""

    def __init__(self, body_bytes: BodyBytes) -> None:
        self._body_bytes = body_bytes
        self._held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def grow_to(self, size: int) -> None:
        """Hold what a body of ``size`` bytes takes.  Raises TooManyBodies if there is no room for it."""
        more = max(size - FREE_BODY_BYTES, 0) - self._held
        if more > 0:
            self._body_bytes.take(more)
            self._held += more

    def release(self) -> None:
        """Give everything back.  Harmless to repeat."""
        self._body_bytes.give_back(self._held)
        self._held = 0
