"""Arrays of JSON values that stay text until one of them is asked for."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import accumulate

import orjson

from core.sourcemap.name_texts import name_text
from core.text.buffers import Content, Numbers
from core.text.short_texts import LONGEST_TEXT, short_json_string

_BETWEEN_ELEMENTS = b", \t\r\n"


@dataclass(frozen=True, slots=True)
class Literals:
    """The elements of a JSON array in ``text``; ``starts`` are their offsets, and then that of the closing bracket."""

    text: Content
    starts: Numbers

    def __len__(self) -> int:
        return max(len(self.starts) - 1, 0)

    def name(self, index: int) -> str:
        """Return what the element stands for as one of the ``names`` of a source map: cut, if that is too long."""
        if self._is_long(index):
            return self._start_of_string(index)
        literal = self._literal(index)
        return str(orjson.loads(literal)) if literal.startswith(b'"') else name_text(literal)

    def string(self, index: int) -> str:
        """Return the string that the element is: cut, if that is too long, and empty if it's null."""
        if self._is_long(index):
            return self._start_of_string(index)
        return str(orjson.loads(self._literal(index)) or "")

    def names(self) -> list[str]:
        """Return what all of the elements stand for, see ``name``."""
        return [self.name(index) for index in range(len(self))]

    def strings(self) -> list[str]:
        """Return all of the strings, see ``string``."""
        return [self.string(index) for index in range(len(self))]

    def _is_long(self, index: int) -> bool:
        return self.starts[index + 1] - self.starts[index] > LONGEST_TEXT

    def _start_of_string(self, index: int) -> str:
        """Return the start of a long string; of anything else that is long nothing."""
        start, end = self.starts[index], self.starts[index + 1]
        literal = self.text[start : start + LONGEST_TEXT].rstrip(_BETWEEN_ELEMENTS)
        try:  # it may be blanks that follow
            return str(orjson.loads(literal) or "") if literal.startswith((b'"', b"n")) else ""
        except orjson.JSONDecodeError:
            return short_json_string(self.text, start, end)

    def _literal(self, index: int) -> bytes:
        return self.text[self.starts[index] : self.starts[index + 1]].rstrip(_BETWEEN_ELEMENTS)


def no_literals() -> Literals:
    """Return an array without elements."""
    return Literals(b"", array("I"))


def literals_of(strings: list[str]) -> Literals:
    """Return the JSON array of the ``strings``, in a text of its own."""
    elements = [orjson.dumps(string) for string in strings]
    starts = array("I", accumulate((len(element) + 1 for element in elements), initial=1))
    return Literals(b"[" + b",".join([*elements, b"]"]), starts)
