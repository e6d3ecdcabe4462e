"""Original position: the answer of a source map for a place in the generated code."""

from __future__ import annotations

from enum import Enum

import msgspec


class NoName(Enum):
    """Reason why the function around a place has no name."""

    ANONYMOUS = "<anonymous>"
    """We know the function, and it has no name."""

    UNKNOWN = "<unknown>"
    """No function is around it, or we can't tell which one."""


FunctionName = str | NoName
"""The original name of a function (possibly empty), or why there is none."""


class OriginalPosition(msgspec.Struct, frozen=True, gc=False):
    """Original position of a place in the generated code.  A Struct, as that takes a tenth of the time to make.

    ``line`` and ``column`` count from 0, columns in UTF-16 code units.  ``source`` is the index of the original file,
    and ``file`` its name, which may be empty; both are None where the mapping names no file.  ``name`` is the token's
    own, None if it has none.
    """

    source: int | None
    file: str | None
    line: int
    column: int
    name: str | None
    function: FunctionName
