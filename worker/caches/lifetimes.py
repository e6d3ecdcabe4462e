"""How long what was fetched or made is kept, by what came of it."""

from __future__ import annotations

from core.files import Failure, FailureKind
from core.settings import Settings
from worker.caches.memory import NOT_KEPT, Lifetime
from worker.fetch.wire_failures import RESTRICTED

_RESTRICTED_MAX_S = 60  # the refused address may be another one soon


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


def _failure_lifetime(failure: Failure, misses_s: float | None, malformed_s: float | None) -> Lifetime:
    if failure.kind in (FailureKind.INTERNAL, FailureKind.SCRAPING_DISABLED):
        return NOT_KEPT
    if failure.kind is FailureKind.MALFORMED:
        return Lifetime(malformed_s)
    if failure == RESTRICTED:
        return Lifetime(_RESTRICTED_MAX_S if misses_s is None else min(misses_s, _RESTRICTED_MAX_S))
    return Lifetime(misses_s)
