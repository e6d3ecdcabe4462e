"""Checkpoint row: the numbers from which mappings can be decoded on at a token."""

from __future__ import annotations

from enum import IntEnum


class Field(IntEnum):
    """The place of each number in a checkpoint."""

    OFFSET = 0
    """Where the token starts in the text, in bytes."""
    NUMBER = 1
    """How many tokens come before it."""
    LINE = 2
    COLUMN = 3
    """Its generated position."""
    SOURCE = 4
    """What its own numbers are added to: the source, and so on, of the last token before that has one."""
    ORIGINAL_LINE = 5
    ORIGINAL_COLUMN = 6
    NAME = 7
    BEFORE = 8
    """How many fields the token before it has: 1, 4 or 5; 0 if there is none."""
    SIZE = 9
    """How many numbers a checkpoint has."""
