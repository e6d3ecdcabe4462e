"""Blocks of hosts that keep failing: when, for whom, and the text in the response.

What one tenant sees of a host, others need not: it may have sent headers that the host chokes on.  So the failures that
a scope has seen block the host for that scope, and only what several scopes have seen blocks it for all.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass

from core.failures import FAULTS_OF_HOSTS, Failure, FailureKind
from core.text.durations import duration_text, read_duration_text, seconds_text


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """A host is blocked for ``block_ms`` after ``threshold`` failures in about ``window_ms``, counted in buckets.

    Of one scope, no more failures count for the others than it takes ``scopes`` of them to reach the threshold.
    """

    window_ms: int
    bucket_ms: int
    threshold: int
    block_ms: int
    scopes: int = 1

    @property
    def max_buckets(self) -> int:
        """Number of buckets that are kept for a host."""
        return self.window_ms // self.bucket_ms + 1

    @property
    def most_of_a_scope(self) -> int:
        """Number of failures of one scope, in a window, that count for all."""
        return max(self.threshold // self.scopes, 1)


def reason(failure: Failure) -> str:
    """Return the error that triggered a block, as a block quotes it.

    Others read it: so it is one of our own texts, and never one that somebody could have put into a response.
    """
    if failure.kind is FailureKind.TIMEOUT:
        return f"download timed out after {seconds_text(read_duration_text(failure.text))}"
    if failure.status is not None or failure in FAULTS_OF_HOSTS or failure.text in _SYSTEM_ERRORS:
        return f"download failed: {failure.text}"
    return "download failed"


def blocked(host: str, why: str, rule: BlockingRule) -> Failure:
    """Return the failure of a file on a host that is blocked because of ``why``."""
    text = (
        f"{_blocked(host)} because there were too many download failures. It will remain blocked "
        f"for a maximum of {duration_text(rule.block_ms)}. The error that triggered the block was: `{why}`."
    )
    return Failure(FailureKind.DOWNLOAD_ERROR, text)


def is_blocked(failure: Failure, host: str) -> bool:
    """Return whether ``failure`` is that of a file on the blocked host ``host``."""
    return failure.kind is FailureKind.DOWNLOAD_ERROR and failure.text.startswith(_blocked(host))


def with_one_more(buckets: Mapping[int, int], now_ms: int, rule: BlockingRule) -> dict[int, int]:
    """Return the failures of a host by the time of their bucket, oldest first, with one more just now."""
    bucket = now_ms - now_ms % rule.bucket_ms
    counted = {**buckets, bucket: buckets.get(bucket, 0) + 1}
    return dict(sorted(counted.items())[-rule.max_buckets :])


def failures_in_window(buckets: Mapping[int, int], now_ms: int, rule: BlockingRule) -> int:
    """Return how many failures of a host there were in the window that ends now."""
    oldest = now_ms - now_ms % rule.bucket_ms - rule.window_ms
    return sum(count for bucket, count in buckets.items() if bucket >= oldest)


def _blocked(host: str) -> str:
    return f"Host {host} is temporarily blocked"


_SYSTEM_ERRORS = frozenset(os.strerror(number) for number in errno.errorcode)
