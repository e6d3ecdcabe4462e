"""Texts of a source map by their indexes, each decoded once."""

from __future__ import annotations

from collections.abc import Callable


class RememberedTexts(dict[int, str]):
    """Texts by their indexes; what isn't there yet is made by ``text``."""

    def __init__(self, text: Callable[[int], str]) -> None:
        self._text = text

    def __missing__(self, index: int) -> str:
        text = self[index] = self._text(index)
        return text
