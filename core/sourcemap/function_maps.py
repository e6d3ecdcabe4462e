"""The function maps that Metro puts into source maps, for Hermes: where in a source which function is."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from core.sourcemap.map_document import FunctionMapText
from core.sourcemap.mappings import DIGITS, count_tokens, decode_function_map
from core.sourcemap.numbering import numbers_of
from core.sourcemap.token_arrays import name_functions, renumber
from core.sourcemap.tokens import NONE, Tokens


@dataclass(frozen=True, slots=True)
class TokenFunctions:
    """The original function of each token: ``names[indexes[token]]``, or unknown where the index is NONE.

    No name is there twice.
    """

    indexes: array[int]
    names: list[str]

    def name(self, token: int) -> str | None:
        """Return the name of the function around ``token``, None if it's unknown."""
        index = self.indexes[token]
        return None if index == NONE else self.names[index]

    @property
    def size_bytes(self) -> int:
        """How much memory this holds."""
        return sys.getsizeof(self.indexes) + sys.getsizeof(self.names) + sum(map(sys.getsizeof, self.names))


@dataclass(frozen=True, slots=True)
class _Entries:
    """The entries of all function maps, those of source ``s`` from ``starts[s]`` up to ``starts[s + 1]``."""

    starts: array[int]
    lines: array[int]
    columns: array[int]
    names: array[int]


def functions_of_tokens(tokens: Tokens, maps: Sequence[FunctionMapText | None]) -> TokenFunctions:
    """Return which functions the ``tokens`` are in, by the function maps of the sources with the same index.

    A function map that can't be decoded counts as missing.
    """
    numbers: dict[str, int] = {}
    entries = _entries(maps, numbers)
    functions = array("I", [0]) * len(tokens)
    name_functions(
        tokens.lines,
        tokens.columns,
        tokens.sources,
        tokens.original_lines,
        tokens.original_columns,
        entries.starts,
        entries.lines,
        entries.columns,
        entries.names,
        functions,
    )
    return TokenFunctions(functions, list(numbers))


def _entries(maps: Sequence[FunctionMapText | None], numbers: dict[str, int]) -> _Entries:
    texts = [b"" if each is None else each.mappings for each in maps]
    room = sum(count_tokens(text, 0, len(text)) for text in texts)
    starts, (lines, columns, names) = array("I", [0]), (array("I", [0]) * room for _ in range(3))
    for text, each in zip(texts, maps, strict=True):
        first = starts[-1]
        count = max(decode_function_map(text, DIGITS, first, lines, columns, names), 0)
        if each is not None and count:
            renumber(memoryview(names)[first : first + count], numbers_of(each.names, numbers))
        starts.append(first + count)
    return _Entries(starts, lines, columns, names)
