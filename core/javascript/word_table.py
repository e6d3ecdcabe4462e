"""A table that tells in one look whether a word has a meaning of its own."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

SLOTS = 256
SLOT_SIZE = 16
"""A slot holds the length of a word (0: no word), its kind, and the word."""


def word_table(words: dict[str, int]) -> tuple[bytes, tuple[int, int]]:
    """Return a table of ``words`` with their kinds, and the two factors of ``word_slot`` that find each at once."""
    factors = next(pair for pair in product(range(1, 64), range(1, 64)) if _are_distinct(_slots(words, pair)))
    table = bytearray(SLOTS * SLOT_SIZE)
    for word, kind in words.items():
        at = _slot(word, factors) * SLOT_SIZE
        table[at : at + len(word) + 2] = bytes([len(word), kind]) + word.encode()
    return bytes(table), factors


def _slot(word: str, factors: tuple[int, int]) -> int:
    return (ord(word[0]) + factors[0] * ord(word[1]) + factors[1] * ord(word[-1]) + len(word)) % SLOTS


def _slots(words: Iterable[str], factors: tuple[int, int]) -> list[int]:
    return [_slot(word, factors) for word in words]


def _are_distinct(slots: list[int]) -> bool:
    return len(set(slots)) == len(slots)
