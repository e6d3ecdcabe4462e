"""Fairness between sources, the hosts that files and lookups come from: slots, and breakers.

A source is an origin as one scope uses it: what a tenant's source does is that tenant's affair.  It has so many slots
in each worker; and once it has failed to answer many times in a row, it is left alone for some seconds, then tried by
one request.  Until it answers, all others are told at once what it did last, which no cache keeps.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from core.errors import NotTried
from core.failures import Failure
from core.observing.counts import Counts
from core.observing.metrics import BREAKERS
from core.settings import Settings
from core.web.urls import Url

_log = logging.getLogger(__name__)

_SLOTS_OF_SCOPE = 2  # times those of one source
_LONGEST_REST_S = 60.0
_MOST_IDLE = 10_000  # breakers that are kept although nothing is under way

Source = tuple[str, str, str, int | None]


@dataclass(slots=True)
class Breaker:
    """Circuit breaker of one source, and what that did last.

    It is open until ``rests_until``; then one request tries, and others don't.
    """

    failures: int = 0
    last: Failure | None = None
    rest_s: float = 0.0
    rests_until: float = 0.0
    is_tried: bool = False


@dataclass(slots=True)
class _Gate:
    slots: asyncio.Semaphore
    users: int = 0


@dataclass(slots=True)
class _Gates:
    """Semaphores by name, as long as somebody uses them."""

    count: int
    by_name: dict[object, _Gate] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def slot(self, name: object) -> AsyncIterator[None]:
        gate = self.by_name.setdefault(name, _Gate(asyncio.Semaphore(self.count)))
        gate.users += 1
        try:
            async with gate.slots:
                yield
        finally:
            gate.users -= 1
            if not gate.users:
                del self.by_name[name]


class SourceGates:
    """The slots and breakers of one process.  Belongs to one event loop."""

    def __init__(self, settings: Settings, counts: Counts, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_failures = settings.source_breaker_failures
        self._first_rest_s = settings.source_breaker_rest_s
        self._counts = counts
        self._clock = clock
        self._of_sources = _Gates(settings.source_slots)
        self._of_scopes = _Gates(settings.source_slots * _SLOTS_OF_SCOPE)
        self._breakers: dict[Source, Breaker] = {}  # only of sources that failed to answer

    @contextlib.asynccontextmanager
    async def slot(self, url: Url, scope: str) -> AsyncIterator[None]:
        """Have one of the slots of a source while the block runs."""
        async with self._of_sources.slot(_source(url, scope)), self._of_scopes.slot(scope):
            yield

    def check(self, url: Url, scope: str) -> None:
        """Raise NotTried if the source of ``url`` is left alone now."""
        breaker = self._breakers.get(_source(url, scope))
        if breaker is None or breaker.failures < self._most_failures:
            return
        if breaker.is_tried or self._clock() < breaker.rests_until:
            assert breaker.last is not None
            self._counts.inc(BREAKERS.field("refused"))
            raise NotTried(breaker.last)
        breaker.is_tried = True

    def answered(self, url: Url, scope: str) -> None:
        """Note that a source answered, whatever."""
        if self._breakers:
            self._breakers.pop(_source(url, scope), None)

    def gave_up(self, url: Url, scope: str) -> None:
        """Note that nobody waits for an answer any more."""
        breaker = self._breakers.get(_source(url, scope))
        if breaker is not None:
            breaker.is_tried = False

    def failed(self, url: Url, scope: str, failure: Failure) -> None:
        """Note that a source didn't answer."""
        breaker = self._breakers.setdefault(_source(url, scope), Breaker())
        breaker.failures += 1
        breaker.last = failure
        if breaker.failures >= self._most_failures and (breaker.is_tried or not breaker.rest_s):
            self._open(url, breaker)
        breaker.is_tried = False
        while len(self._breakers) > _MOST_IDLE:
            del self._breakers[next(iter(self._breakers))]

    def _open(self, url: Url, breaker: Breaker) -> None:
        if not breaker.rest_s:
            self._counts.inc(BREAKERS.field("opened"))
            _log.warning("%.300s doesn't answer: it is left alone, and tried now and then", url.host)
        breaker.rest_s = min(max(2 * breaker.rest_s, self._first_rest_s), _LONGEST_REST_S)
        breaker.rests_until = self._clock() + breaker.rest_s


def _source(url: Url, scope: str) -> Source:
    return scope, *url.origin
