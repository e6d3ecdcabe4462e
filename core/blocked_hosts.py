"""Hosts that keep failing: when one is blocked, and what the response says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.durations import duration_text, read_duration_text, seconds_text
from core.files import Failure, FailureKind


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """A host is blocked for ``block_ms`` after ``threshold`` failures in about ``window_ms``, counted in buckets."""

    window_ms: int
    bucket_ms: int
    threshold: int
    block_ms: int

    @property
    def max_buckets(self) -> int:
        """How many buckets are kept for a host."""
        return self.window_ms // self.bucket_ms + 1


def counts(failure: Failure) -> bool:
    """Return whether a download that ended so counts against its host."""
    return failure.kind in (FailureKind.DOWNLOAD_ERROR, FailureKind.TIMEOUT)


def reason(failure: Failure) -> str:
    """Return the error that triggered a block, as a block quotes it."""
    if failure.kind is FailureKind.TIMEOUT:
        return f"download timed out after {seconds_text(read_duration_text(failure.text))}"
    return f"download failed: {failure.text}"


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


def is_too_many(buckets: Mapping[int, int], now_ms: int, rule: BlockingRule) -> bool:
    """Return whether the failures of a host, the last of them just now, block it."""
    oldest = now_ms - now_ms % rule.bucket_ms - rule.window_ms
    return sum(count for bucket, count in buckets.items() if bucket >= oldest) >= rule.threshold


def _blocked(host: str) -> str:
    return f"Host {host} is temporarily blocked"
