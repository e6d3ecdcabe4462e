"""The tables by which a text is recognised, as ``tables_writer`` has built them from the grammar."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cache

from core.javascript import built_tables
from core.javascript.packing import unpacked


@dataclass(frozen=True, slots=True)
class Tables:
    """What the recogniser runs on."""

    predictions: array[int]
    """For each symbol and kind, at ``symbol + kind``, a step.  The symbol 0 is the one that a text is."""
    steps: array[int]
    same_line_steps: int
    """The steps from here on are for tokens on the same line; elsewhere, the last column holds instead."""


@cache
def javascript_tables() -> Tables:
    """Return the tables of JavaScript."""
    predictions = unpacked("H", built_tables.PREDICTIONS)
    return Tables(predictions, unpacked("H", built_tables.STEPS), built_tables.SAME_LINE_STEPS)
