"""Entries of the store: the record at the end of each, and how long one lives.

An entry is one file: the content, untouched from its first byte on; the record, as JSON; the length of the record, and
the checksum of both; and a word that says that all of it is there.  A file that ends otherwise is no entry.  So no
byte that flips anywhere makes one entry another: the record's checksum covers kind, failure and the content's checksum.
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec
import orjson

from core.failures import RESTRICTED, Failure, FailureKind
from core.settings import Settings

LONGEST_END = 1 << 13
"""At most this many bytes follow the content."""

_END = struct.Struct("<II16s")
_LENGTH = struct.Struct("<I")
_COMPLETE = b"unmangle entry 4"
_LONGEST_TEXT = 2_000


class Kind(StrEnum):
    """Kind of an entry, which says for how long it is kept."""

    DOWNLOADED = "downloaded"
    GLOBAL = "global"  # downloaded for the global scope, where what is missing stays so for longer
    DERIVED = "derived"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class Record:
    """``key`` is the entry's own, in hexadecimal, ``made_at_s`` a Unix time.

    ``checksum`` is that of ``core.text.checksum`` of the content, for what happens by accident.  ``digest`` is its
    SHA-256, in hexadecimal, by which other entries name it; empty for what none of them does.  ``failure`` is why there
    is no content, None if there is.
    """

    key: str
    kind: Kind
    made_at_s: float
    size: int
    checksum: int
    digest: str
    failure: Failure | None = None


def encode_end(record: Record) -> bytes:
    """Return what follows the content."""
    text = orjson.dumps(record)
    return text + _END.pack(len(text), _checksum(text), _COMPLETE)


def decode_end(end: bytes, entry_size: int) -> Record | None:
    """Return the record in ``end``, the last bytes of a file of ``entry_size`` bytes; None if that is no entry."""
    if len(end) < _END.size:
        return None
    length, checksum, word = _END.unpack_from(end, len(end) - _END.size)
    if word != _COMPLETE or length > len(end) - _END.size:
        return None
    text = end[-_END.size - length : -_END.size]
    if _checksum(text) != checksum:
        return None
    try:
        record = msgspec.convert(orjson.loads(text), Record)
    except (orjson.JSONDecodeError, msgspec.ValidationError):
        return None
    return record if record.size + length + _END.size == entry_size else None


def short_failure(failure: Failure) -> Failure:
    """Return ``failure`` with no more text than a record has room for."""
    return replace(failure, text=failure.text[:_LONGEST_TEXT])


def _checksum(text: bytes) -> int:
    return zlib.crc32(text, zlib.crc32(_LENGTH.pack(len(text))))


_RESTRICTED_MAX_S = 60  # the refused address may be another one soon
_UNREACHABLE_MAX_S = 10  # somebody is just going to start the server
_UNREACHABLE = frozenset(
    os.strerror(number) for number in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN)
)
_NEVER_KEPT = (FailureKind.INTERNAL, FailureKind.SCRAPING_DISABLED)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Lifetime of a value: ``seconds`` since it was made, or since it was last used; None is for ever."""

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
