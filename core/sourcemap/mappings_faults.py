"""Faults of encoded mappings: what kernels report at a byte (``core.text.kernel_errors``), and its texts."""

from __future__ import annotations

from enum import IntEnum


class MappingsFault(IntEnum):
    """Kind of a fault."""

    CUT_OFF = 1
    TOO_LONG = 2
    FIELD_COUNT = 3
    NO_SUCH_SOURCE = 4
    NO_SUCH_NAME = 5
    NO_ROOM = 15
    """None of the mappings: the buffer for checkpoints is too short."""


FAULT_TEXTS: dict[int, str] = {
    MappingsFault.CUT_OFF: "the number is cut off",
    MappingsFault.TOO_LONG: "the number has more than 13 digits",
    MappingsFault.FIELD_COUNT: "a token has 1, 4 or 5 numbers",
    MappingsFault.NO_SUCH_SOURCE: "the token refers to a source that isn't there",
    MappingsFault.NO_SUCH_NAME: "the token refers to a name that isn't there",
}
