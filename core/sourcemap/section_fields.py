"""Section row: the numbers that are noted of a section of an index map."""

from __future__ import annotations

from enum import IntEnum


class SectionField(IntEnum):
    """The place of each number in a row."""

    START = 0
    """Start of its mappings in the text, in bytes, and their end: a quote.  Both are 0 if it has none."""
    END = 1
    LINE = 2
    COLUMN = 3
    """Its start in the generated code."""
    FIRST_SOURCE = 4
    """The number of its first source; the others have the next ones."""
    SOURCE_COUNT = 5
    FIRST_NAME = 6
    NAME_COUNT = 7
    SOURCES = 8
    """Its arrays, as values of the outline; 0 if it has none."""
    NAMES = 9
    CONTENT = 10
    IGNORED = 11
    SIZE = 12
    """Number of numbers in a row."""
