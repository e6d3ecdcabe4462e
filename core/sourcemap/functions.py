"""Function around a place: by the scopes of the generated code, by Metro's function maps, or unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from core.files.magic_comments import effective_source_mapping_url
from core.javascript.scopes import Scopes, find_scopes
from core.sourcemap.json_strings import MemoisedStrings
from core.sourcemap.mappings_reader import MappingsReader, Token
from core.sourcemap.metro import MetroFunctions
from core.sourcemap.position import FunctionName, NoName
from core.sourcemap.prepared_map import PreparedMap
from core.sourcemap.scoped_functions import ScopedFunctions
from core.sourcemap.text_positions import BLOCK_SIZE, TextPositions, survey_text
from core.text.buffers import Content, Numbers, find, numbers_buffer, release_if_large

_LARGE_URL = 1 << 20


class Functions(Protocol):
    """The functions around places."""

    def function(self, token: Token, line: int, column: int) -> FunctionName:
        """Return the original name of the function around a generated place that ``token`` covers: its own, or not."""


def functions_of(
    index: PreparedMap, code: GeneratedCode | None, reader: MappingsReader, names: MemoisedStrings
) -> Functions:
    """Return what is known about functions: a map's own word counts more than the generated code, if that is known."""
    if index.functions is not None:
        return MetroFunctions(reader, index.functions, index.mappings.ranges)
    if code is None:
        return NoFunctions()
    return ScopedFunctions(code.scopes, code.positions(), reader, names, index.mappings.ranges)


class NoFunctions:
    """Functions of a map without function maps, whose generated code isn't known."""

    def function(self, _token: Token, _line: int, _column: int) -> FunctionName:
        """Return that nothing is known."""
        return NoName.UNKNOWN


@dataclass(frozen=True, slots=True)
class GeneratedCode:
    """A generated file, surveyed.  ``blocks`` are those of ``core.sourcemap.text_positions``.

    If it isn't UTF-8, all of this is about what it was read as.
    """

    scopes: Scopes
    blocks: Numbers
    is_utf8: bool = True

    def positions(self) -> TextPositions:
        """Return what turns places in the file into each other."""
        return TextPositions(self.scopes.text, self.blocks)

    @property
    def size_bytes(self) -> int:
        """Memory that this holds, the text included."""
        return len(self.scopes.text) + 4 * (len(self.blocks) + len(self.scopes.records) + len(self.scopes.parts))


def survey_code(text: Content) -> GeneratedCode | None:
    """Survey a generated file, in UTF-8; what isn't becomes U+FFFD.  None if no functions are to be seen in it."""
    blocks = numbers_buffer(2 * -(-len(text) // BLOCK_SIZE))
    if not survey_text(text, blocks):
        code = survey_code(text[:].decode("utf-8", "replace").encode())
        return None if code is None else replace(code, is_utf8=False)
    release_if_large(text)
    scopes = find_scopes(_program(text))
    return GeneratedCode(replace(scopes, text=text), blocks) if scopes else None


def _program(text: Content) -> bytes:
    """Return a text without the map that it has in a comment at its end, if that is large: it takes memory, too."""
    place = None if len(text) < _LARGE_URL else effective_source_mapping_url(text)
    release_if_large(text)
    if place is None or place[1] - place[0] < _LARGE_URL or find(text, b"*", place[0]) >= 0:
        return text[:]
    return text[: place[0]] + text[place[1] :]
