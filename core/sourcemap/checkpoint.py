"""Checkpoint row: the numbers from which mappings can be decoded on at a token."""

from __future__ import annotations

from enum import IntEnum


class Field(IntEnum):
    """The place of each number in a checkpoint."""

    OFFSET = 0
    """Start of the token in the text, in bytes."""
    NUMBER = 1
    """Number of tokens before it."""
    LINE = 2
    COLUMN = 3
    """Its generated position."""
    SOURCE = 4
    """Sums that its own numbers are added to: those of the last token before that has a source, and a name."""
    ORIGINAL_LINE = 5
    ORIGINAL_COLUMN = 6
    NAME = 7
    BEFORE = 8
    """Number of fields of the token before it: 1, 4 or 5; 0 if there is none."""
    SIZE = 9
    """Number of numbers in a checkpoint."""
