"""Tables of the parser and of the lexer, as ``build_tables`` has written them.

Large tables are constants of a module, compressed and in letters: packed arrays.
"""

from __future__ import annotations

import binascii
import sys
import zlib
from array import array
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from core.javascript import built_characters, built_tables
from core.javascript.characters import RANGE_FLAGS, byte_table, first_table
from core.javascript.lexer import COMPILED, Lexer

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class ParserTables:
    """Tables that the parser loop runs on."""

    parse_table: array[int]
    """For each symbol and kind, at ``symbol + kind``, a step.  The symbol 0 is the one that a text is."""
    steps: array[int]
    same_line_steps: int
    """The steps from here on are for tokens on the same line; elsewhere, the last column holds instead."""


@cache
def parser_tables() -> ParserTables:
    """Return the tables of JavaScript."""
    parse_table = unpacked("H", built_tables.PARSE_TABLE)
    return ParserTables(parse_table, unpacked("H", built_tables.STEPS), built_tables.SAME_LINE_STEPS)


@dataclass(frozen=True, slots=True)
class TokenTables:
    """Tables that the lexer looks up."""

    byte_flags: bytes
    """What each byte is, as ``characters.Byte`` flags."""
    character_flags: bytearray
    """What each character beyond ASCII is, as ``characters.Character`` flags by code point; may end early."""
    firsts: bytes
    """What a token is that starts with a byte: see ``characters.first_table``."""
    words: array[int]
    """See ``build_tables.WordTable``, also for the next two."""
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


def new_lexer(text: bytes) -> Lexer:
    """Return a lexer at the start of ``text``."""
    # Compiled, the lexer reads the NUL that CPython keeps behind the last byte of any bytes object.
    ended = text if COMPILED else text + b"\0"
    return Lexer(ended, len(text), token_tables(ascii_only=text.isascii()))


def packed_constant(name: str, numbers: array[int]) -> str:
    """Return the text that gives ``name`` a value from which ``unpacked`` makes these numbers again."""
    text = binascii.b2a_base64(zlib.compress(_low_byte_first(numbers).tobytes(), 9), newline=False).decode()
    lines = [f'    b"{text[at : at + _WIDTH]}"' for at in range(0, len(text), _WIDTH)]
    return "\n".join([f"{name} = (", *lines, ")"])


def unpacked(typecode: str, packed: bytes) -> array[int]:
    """Return the numbers of a constant."""
    return _low_byte_first(array(typecode, zlib.decompress(binascii.a2b_base64(packed))))


def _low_byte_first(numbers: array[int]) -> array[int]:
    """Return numbers as a machine whose low bytes come first has them in memory, or the other way round."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
