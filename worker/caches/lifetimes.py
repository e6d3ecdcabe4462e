"""How long what was fetched or made is kept, by what came of it."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass

from core.failures import RESTRICTED, Failure, FailureKind
from core.settings import Settings
from worker.caches.record import Kind

_RESTRICTED_MAX_S = 60  # the refused address may be another one soon
_UNREACHABLE_MAX_S = 10  # somebody is just going to start the server
_UNREACHABLE = frozenset(
    os.strerror(number) for number in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN)
)
_NEVER_KEPT = (FailureKind.INTERNAL, FailureKind.SCRAPING_DISABLED)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a value is kept: ``seconds`` since it was made, or since it was last used; None is for ever."""

    seconds: float | None
    since_last_use: bool = False

    @property
    def is_over_at_once(self) -> bool:
        """Whether keeping the value makes no sense."""
        return self.seconds is not None and self.seconds <= 0


NOT_KEPT = Lifetime(0)


def lifetime_of(settings: Settings, kind: Kind, failure: Failure | None) -> Lifetime:
    """Return the lifetime of a file, or of the failure that came instead."""
    if kind is Kind.LOOKUP:
        return Lifetime(settings.lookup_cache_ttl_s) if failure is None else NOT_KEPT
    if kind is Kind.DERIVED:
        return derived_lifetime(settings, failure)
    if kind is Kind.GLOBAL and _is_miss(failure):
        return Lifetime(settings.cache_global_retry_misses_after_s)
    return download_lifetime(settings, failure)


def download_lifetime(settings: Settings, value: object) -> Lifetime:
    """Return the lifetime of a downloaded file, or of the Failure that came instead."""
    if not isinstance(value, Failure):
        return Lifetime(settings.cache_downloaded_max_unused_for_s, since_last_use=True)
    return _failure_lifetime(
        value, settings.cache_downloaded_retry_misses_after_s, settings.cache_downloaded_retry_malformed_after_s
    )


def derived_lifetime(settings: Settings, value: object) -> Lifetime:
    """Return the lifetime of a source map ready for use, or of the Failure that came instead."""
    if not isinstance(value, Failure):
        return Lifetime(settings.cache_derived_max_unused_for_s, since_last_use=True)
    return _failure_lifetime(
        value, settings.cache_derived_retry_misses_after_s, settings.cache_derived_retry_malformed_after_s
    )


def is_over(lifetime: Lifetime, made_at_s: float, used_at_s: float, now_s: float) -> bool:
    """Return whether the time of a value is over; all times are of one clock."""
    since = used_at_s if lifetime.since_last_use else made_at_s
    return lifetime.seconds is not None and now_s >= since + lifetime.seconds


def _is_miss(failure: Failure | None) -> bool:
    if failure is None or failure.kind in (*_NEVER_KEPT, FailureKind.MALFORMED):
        return False
    return _most_s(failure) is None


def _most_s(failure: Failure) -> float | None:
    """Return how long a failure that soon may be over is kept at most, None if it is none."""
    if failure == RESTRICTED:
        return _RESTRICTED_MAX_S
    is_unreachable = failure.kind is FailureKind.DOWNLOAD_ERROR and failure.text in _UNREACHABLE
    return _UNREACHABLE_MAX_S if is_unreachable else None


def _failure_lifetime(failure: Failure, misses_s: float | None, malformed_s: float | None) -> Lifetime:
    if failure.kind in _NEVER_KEPT:
        return NOT_KEPT
    if failure.kind is FailureKind.MALFORMED:
        return Lifetime(malformed_s)
    most_s = _most_s(failure)
    if most_s is not None:
        return Lifetime(most_s if misses_s is None else min(misses_s, most_s))
    return Lifetime(misses_s)
