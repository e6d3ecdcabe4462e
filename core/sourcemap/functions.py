"""The function around a token: by the scopes of the generated code, by Metro's function maps, or not known at all."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Protocol

from core.javascript.original_names import Find, original_scope_name
from core.javascript.scope_names import DamagedParts
from core.javascript.scope_search import ScopeSearch
from core.javascript.scopes import Scopes
from core.sourcemap.function_maps import FunctionMaps
from core.sourcemap.generated_code import GeneratedCode
from core.sourcemap.map_index import MapIndex
from core.sourcemap.position import FunctionName, NoName
from core.sourcemap.remembered import RememberedTexts
from core.sourcemap.text_positions import TextPositions
from core.sourcemap.token_finder import TokenFinder
from core.sourcemap.token_reader import Token, TokenReader
from core.text.short_texts import short_text

_log = logging.getLogger(__name__)


class Functions(Protocol):
    """Tells the functions around tokens."""

    def function(self, token: Token) -> FunctionName:
        """Return the original name of the function around a token."""

    def next_change(self, token: Token) -> Token | None:
        """Return the first token after ``token`` that may be in another function; None if there's none."""


class NoFunctions:
    """Knows nothing."""

    def function(self, _token: Token) -> FunctionName:
        """Return that nothing is known."""
        return NoName.UNKNOWN

    def next_change(self, _token: Token) -> Token | None:
        """Return that nothing changes."""
        return None


@dataclass(frozen=True, slots=True)
class MetroFunctions:
    """Knows what the function maps of a Metro map say."""

    reader: TokenReader
    maps: FunctionMaps

    def function(self, token: Token) -> FunctionName:
        """Return what the function map of the token's source says."""
        # Of several tokens at one place, the first decides.
        first: Token | None = self.reader.first_token(token.line, token.column)
        if first is None:  # a damaged index leads back to where there is none
            return NoName.UNKNOWN
        name = self.maps.function(first.source, first.original_line, first.original_column)
        return NoName.UNKNOWN if name is None else name

    def next_change(self, token: Token) -> Token | None:
        """Return the next token: whatever it says, the one before may not have decided for its place."""
        following: Token | None = self.reader.token(token.number + 1)
        return following


@dataclass(frozen=True, slots=True)
class ScopedFunctions:
    """Knows the scopes of the generated code.  A name that was asked for is remembered."""

    reader: TokenReader
    scopes: Scopes
    positions: TextPositions
    search: ScopeSearch
    find: Find
    _known: dict[int, FunctionName] = field(default_factory=dict)

    def function(self, token: Token) -> FunctionName:
        """Return the original name of the innermost scope that the token is in."""
        scope = self.search.innermost(self.positions.offset(token.line, token.column))
        if scope < 0:
            return NoName.UNKNOWN
        name = self._known.get(scope)
        if name is None:
            name = self._known[scope] = self._name(scope)
        return name

    def next_change(self, token: Token) -> Token | None:
        """Return the first token behind the next start or end of a scope."""
        offset = self.positions.offset(token.line, token.column)
        while (offset := self.search.next_boundary(offset)) >= 0:
            position = self.positions.position(offset)
            following: Token | None = None if position is None else self.reader.first_token(*position)
            if following is None or following.number > token.number:
                return following
        return None

    def _name(self, scope: int) -> FunctionName:
        """Return the original name of a scope.

        Whatever goes wrong with one name costs that name only, and not the answer about the place.
        """
        try:
            return self._original_name(scope)
        except DamagedParts as error:
            _log.warning("the function at byte %d gets no name: %s", self.scopes.start(scope), error)
        except Exception:
            _log.exception("the function at byte %d gets no name", self.scopes.start(scope))
        return NoName.UNKNOWN

    def _original_name(self, scope: int) -> FunctionName:
        pieces, end = self.scopes.pieces(scope), self.scopes.end(scope)
        name = original_scope_name(pieces, end, self.positions.position, self.find)
        return NoName.ANONYMOUS if name is None else short_text(name)


def functions_of(index: MapIndex, code: GeneratedCode | None, reader: TokenReader, names: RememberedTexts) -> Functions:
    """Return what is known about functions: a map's own word counts more than the generated code, if that is known."""
    if index.functions is not None:
        return MetroFunctions(reader, index.functions)
    if code is None:
        return NoFunctions()
    find = TokenFinder(reader, names, index.mappings.ranges).find
    return ScopedFunctions(reader, code.scopes, code.positions(), code.scopes.search(), find)
