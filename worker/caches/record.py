"""What the store says about an entry, written after the entry's content and never in it.

An entry is one file: the content, untouched from its first byte on; the record, as JSON; the length of the record, and
the checksum of both; and a word that says that all of it is there.  A file that ends otherwise is no entry.  So no
byte that flips anywhere makes one entry another: the record's checksum covers kind, failure and the content's checksum.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec
import orjson

from core.failures import Failure

LONGEST_END = 1 << 13
"""At most this many bytes follow the content."""

_END = struct.Struct("<II16s")
_LENGTH = struct.Struct("<I")
_COMPLETE = b"unmangle entry 4"
_LONGEST_TEXT = 2_000


class Kind(StrEnum):
    """What an entry is, for how long it is kept."""

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
