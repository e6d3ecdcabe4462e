"""Fairness between the jobs of a worker: those that wait for files hold up neither those that don't, nor other scopes.

A job counts among those that wait from the first file on that isn't in memory.  So many of them may wait at once, a
quarter of them for one scope; a job beyond that is parked: all that it holds is let go, and it begins anew when it is
its turn.  Jobs that need nothing but memory never wait for others.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from contextvars import ContextVar

from core.observing.counts import Counts
from core.observing.metrics import PARKED

MOST_BYTES = 16 << 20
"""Of the bodies of all jobs that wait; what they are read as takes several times as much."""

_SCOPES = 4  # that may wait for as much as they are allowed at the same time

_place: ContextVar[JobPlace | None] = ContextVar("place", default=None)


class WaitingJobs:
    """The jobs of a process that wait for files, and those that are parked.  Belongs to one event loop."""

    def __init__(self, most: int, counts: Counts) -> None:
        self._most = most
        self._counts = counts
        self._waiting: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._parked: deque[JobPlace] = deque()

    def has_room_for(self, place: JobPlace) -> bool:
        """Return whether a job may wait, too."""
        total, of_scope = self._waiting.total(), self._waiting[place.scope]
        if total >= self._most or (total and self._bytes.total() + place.body_bytes > MOST_BYTES):
            return False
        if not of_scope:
            return True
        share = self._bytes[place.scope] + place.body_bytes <= MOST_BYTES // _SCOPES
        return share and of_scope < self._most // _SCOPES

    def enter(self, place: JobPlace) -> None:
        """Count a job that waits."""
        self._waiting[place.scope] += 1
        self._bytes[place.scope] += place.body_bytes

    def park(self, place: JobPlace) -> None:
        """Let a job wait for its turn to wait."""
        self._counts.inc(PARKED.field())
        self._parked.append(place)

    def forget(self, place: JobPlace) -> None:
        """Forget a job that was parked."""
        if place in self._parked:
            self._parked.remove(place)

    def leave(self, place: JobPlace) -> None:
        """Forget a job that waited, and call those whose turn it is."""
        self._waiting[place.scope] -= 1
        self._bytes[place.scope] -= place.body_bytes
        if not self._waiting[place.scope]:
            del self._waiting[place.scope], self._bytes[place.scope]
        while self._parked and (called := next(filter(self.has_room_for, self._parked), None)):
            self._parked.remove(called)
            called.call()


class JobPlace:
    """Place of a job: among those that need only memory, those that wait, or, if ``is_parked``, neither.

    ``note_waiting`` is called when the job waits, or is parked, for the first time.  To be made by the task of the job,
    which is cancelled if the job is to be parked; ``leave`` must follow.
    """

    def __init__(self, jobs: WaitingJobs, scope: str, body_bytes: int, note_waiting: Callable[[], None]) -> None:
        self.scope = scope
        self.body_bytes = body_bytes
        self.is_parked = False
        self._jobs = jobs
        self._note_waiting = note_waiting
        self._task = asyncio.current_task()
        self._turn: asyncio.Future[None] | None = None
        self._is_waiting = False
        self._is_over = False
        _place.set(self)

    def needs_files(self) -> asyncio.Future[None] | None:
        """Note that a file isn't in memory; what is returned, if anything, never ends: the job is being cancelled."""
        if self._is_waiting or self._is_over:  # it may be over while its download goes on for others
            return None
        if self._turn is None:
            self._note_waiting()
            if self._jobs.has_room_for(self):
                self._wait()
                return None
            self._park()
        return asyncio.get_running_loop().create_future()

    async def turn(self) -> None:
        """Return when a parked job may begin anew."""
        assert self._turn is not None
        await self._turn

    def call(self) -> None:
        """Let a parked job begin anew."""
        assert self._turn is not None
        self._wait()
        self.is_parked = False
        if not self._turn.done():
            self._turn.set_result(None)

    def leave(self) -> None:
        """Note that the job is over."""
        self._is_over = True
        if self._is_waiting:
            self._is_waiting = False
            self._jobs.leave(self)
        elif self._turn is not None:
            self._jobs.forget(self)

    def _wait(self) -> None:
        self._is_waiting = True
        self._jobs.enter(self)

    def _park(self) -> None:
        self._turn = asyncio.get_running_loop().create_future()
        self._jobs.park(self)
        self.is_parked = True
        assert self._task is not None
        self._task.cancel()


def present_place() -> JobPlace | None:
    """Return the place of the job that this is done for, None if nobody keeps it."""
    return _place.get()
