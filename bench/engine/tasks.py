"""Tasks of a measuring process, and its answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to measure; ``generated`` and ``source_map`` are paths, ``places`` are lines and columns from 0.

    ``kind`` is ``cold`` (from bytes to the first frame, context included), ``index`` (all that a later lookup needs),
    ``reopen`` (an index from disk), ``warm`` (lookups with context, of one place on average) or ``memory``.
    """

    kind: str
    generated: str
    source_map: str
    places: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Measurement:
    """Cost of a task; None for what it doesn't measure, and everywhere for what an engine can't do.

    ``first_ns`` is for places that an opened map is asked about for the first time, ``ns`` for those it knows;
    ``stack_ns`` is for all frames of a stack at once, none of them asked before.
    ``peak_bytes`` is how far the process's memory rose above what it had with both files read; ``process_bytes`` is
    all of it, interpreter and files included.
    """

    ns: int | None = None
    first_ns: int | None = None
    stack_ns: int | None = None
    disk_bytes: int | None = None
    peak_bytes: int | None = None
    process_bytes: int | None = None
