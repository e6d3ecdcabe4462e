"""Numbers for texts, so that equal texts can be told by their numbers."""

from __future__ import annotations

from array import array
from collections.abc import Iterable


def numbers_of(texts: Iterable[str], known: dict[str, int]) -> array[int]:
    """Return the number of each text, and add those to ``known`` that weren't: a new one gets the next number."""
    return array("I", [known.setdefault(text, len(known)) for text in texts])
