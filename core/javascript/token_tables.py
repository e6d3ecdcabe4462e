"""The tables that the tokenizer runs on."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from core.javascript import built_characters, built_tables
from core.javascript.characters import RANGE_FLAGS, byte_table, first_table
from core.javascript.packing import unpacked


@dataclass(frozen=True, slots=True)
class TokenTables:
    """What a tokenizer looks up."""

    byte_flags: bytes
    """What each byte is, as ``characters.Byte`` flags."""
    character_flags: bytearray
    """What each character beyond ASCII is, as ``characters.Character`` flags by code point; may end early."""
    firsts: bytes
    """What a token is that starts with a byte: see ``characters.first_table``."""
    words: array[int]
    """See ``word_table``, also for the next two."""
    word_kinds: bytes
    word_factor: int


@cache
def token_tables(*, ascii_only: bool) -> TokenTables:
    """Return the tables for JavaScript texts, those that are ASCII or any."""
    return TokenTables(
        byte_table(),
        bytearray(1) if ascii_only else _character_table(),
        first_table(),
        unpacked("Q", built_tables.WORDS),
        bytes(unpacked("B", built_tables.WORD_KINDS)),
        built_tables.WORD_FACTOR,
    )


@cache
def _character_table() -> bytearray:
    ranges = [divmod(number, RANGE_FLAGS) for number in unpacked("I", built_characters.CHARACTERS)]
    table = bytearray(ranges[-1][0])
    for (start, flags), (end, _) in pairwise(ranges):
        if flags:
            table[start:end] = bytes([flags]) * (end - start)
    return table
