"""The tables that the tokenizer runs on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from core.javascript.characters import byte_table, character_table
from core.javascript.kinds import Kind
from core.javascript.tables import PUNCTUATION, javascript_tables
from core.javascript.word_table import word_table

_NO_CHARACTERS = bytes(1)


@dataclass(frozen=True, slots=True)
class TokenTables:
    """What a tokenizer looks up."""

    byte_flags: bytes
    """What each byte is, as ``characters.Byte`` flags."""
    character_flags: bytes
    """What each character beyond ASCII is, as ``characters.Character`` flags by code point; may end early."""
    punctuation: bytes
    """The kind of each byte that is always a token of its own, 0 for others."""
    words: bytes
    """See ``word_table``, also for the factors."""
    word_factors: tuple[int, int]


@cache
def token_tables(*, ascii_only: bool) -> TokenTables:
    """Return the tables for JavaScript texts, those that are ASCII or any."""
    words, factors = word_table(javascript_tables().words)
    characters = _NO_CHARACTERS if ascii_only else character_table()
    return TokenTables(byte_table(), characters, _single_punctuation(), words, factors)


def _single_punctuation() -> bytes:
    kinds = bytearray(256)
    for byte in b"()[]{},;:":
        kinds[byte] = PUNCTUATION[chr(byte)]
    kinds[ord("~")] = Kind.NOT
    return bytes(kinds)
