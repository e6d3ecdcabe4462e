"""A table that tells in one look whether a word has a meaning of its own."""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass

from core.javascript.numbers import TokenKind

SLOTS = 256
WORD_SIZE = 16
"""Words are compared as two numbers of eight bytes, the first byte being the lowest, and 0 behind the last."""


@dataclass(frozen=True, slots=True)
class WordTable:
    """Words by the slot that their first eight bytes have: what is left of their product with ``factor``, on top."""

    factor: int
    words: array[int]
    """The two numbers of each word, 0 where no word has the slot."""
    kinds: array[int]
    """The kind of each word."""


def word_table(kinds: dict[str, int]) -> WordTable:
    """Return a table of words with their kinds: each has a slot of its own."""
    numbers = {word: _numbers(word) for word in kinds}
    factor = _factor([first for first, _ in numbers.values()])
    words = array("Q", [0] * (2 * SLOTS))
    slot_kinds = array("B", [TokenKind.IDENTIFIER] * SLOTS)
    for word, (first, rest) in numbers.items():
        slot = _slot(first, factor)
        words[2 * slot : 2 * slot + 2] = array("Q", [first, rest])
        slot_kinds[slot] = kinds[word]
    return WordTable(factor, words, slot_kinds)


def _numbers(word: str) -> tuple[int, int]:
    spelling = word.encode().ljust(WORD_SIZE, b"\0")
    return int.from_bytes(spelling[:8], "little"), int.from_bytes(spelling[8:], "little")


def _slot(first: int, factor: int) -> int:
    return (first * factor & 0xFFFFFFFFFFFFFFFF) >> 56


def _factor(numbers: list[int]) -> int:
    """Return a factor that keeps the slots of some numbers apart: one in a few hundred does."""
    chance = random.Random(0)  # noqa: S311 (any factor will do, if it's always the same)
    while True:
        factor = chance.getrandbits(64) | 1
        if len({_slot(number, factor) for number in numbers}) == len(numbers):
            return factor
