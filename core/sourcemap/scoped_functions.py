# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Functions around places by the scopes of the generated code; their names are seen through the source map.

Source: Symbolicator, whose names look the map up in a way of their own: see ``MappingsReader.find``.
"""

import logging

import cython

from core.javascript.scope_names import DamagedParts
from core.sourcemap.json_strings import short_text
from core.sourcemap.mappings_reader import MappingsReader, Token
from core.sourcemap.position import NoName

if cython.compiled:
    from cython.cimports.core.javascript.scope_search import ScopeSearch
    from cython.cimports.core.sourcemap.mappings_reader import MappingsReader, Token
    from cython.cimports.core.sourcemap.text_positions import TextPositions
else:
    from core.javascript.scope_search import ScopeSearch
    from core.sourcemap.text_positions import TextPositions

COMPILED = cython.compiled

LOW_BITS = cython.declare(cython.longlong, 0xFFFFFFFF)
NO_NAME = cython.declare(cython.longlong, 0xFFFFFFFF)
UNKNOWN = NoName.UNKNOWN
ANONYMOUS = NoName.ANONYMOUS
LOG = logging.getLogger("core.sourcemap.functions")


@cython.final
@cython.cclass
class ScopedFunctions:
    """Functions by ``scopes``, whose names are memoised.

    ``reader`` finds the tokens of the map, ``texts`` has the names of tokens by index.  ``ranges`` is 1 for range
    tokens, or empty.
    """

    scopes: object
    search: ScopeSearch
    positions: TextPositions
    names: object
    reader: MappingsReader
    texts: object
    ranges: cython.const[cython.uchar][::1]
    known: dict

    def __init__(self, scopes, positions, reader, texts, ranges):
        self.scopes = scopes
        self.search = scopes.search()
        self.positions = positions
        self.names = scopes.names()
        self.reader = reader
        self.texts = texts
        self.ranges = ranges
        self.known = {}

    def function(self, _token, line: cython.longlong, column: cython.longlong):
        """Return the original name of the innermost scope that the place is in, or why there is none."""
        scope: cython.longlong = self.search.innermost(self.positions.offset(line, column))
        if scope < 0:
            return UNKNOWN
        name: object = self.known.get(scope)
        if name is None:
            name = self.known[scope] = self._name(scope)
        return name

    def original_name(self, pieces: list, end: cython.longlong):
        """Return the original name of a scope that ends at the offset ``end``; None if it's anonymous.

        ``pieces`` are its name in the generated code.  The name may be empty.
        """
        token: Token = Token()
        is_changed: cython.bint = False
        texts: list = []
        for piece in pieces:
            text: str = piece.text
            original: object = text if piece.offset is None else self._name_at(piece.offset, token)
            if original is not None and original != text:
                is_changed = True
                text = original
            texts.append(text)
        joined: object = "".join(texts) or None
        if is_changed and joined != ("".join([piece.text for piece in pieces]) or None):
            return joined
        closing: object = self._closing_name(end, token)
        return joined if closing is None else closing

    @cython.cfunc
    def _name(self, scope: cython.longlong) -> object:
        """Return the original name of a scope.

        Whatever goes wrong with one name costs that name only, and not the answer about the place.
        """
        try:
            name: object = self.original_name(self.names.pieces(self.scopes.part(scope)), self.scopes.end(scope))
            return ANONYMOUS if name is None else short_text(name)
        except DamagedParts as error:
            LOG.warning("the function at byte %d gets no name: %s", self.scopes.start(scope), error)
        except Exception:
            LOG.exception("the function at byte %d gets no name", self.scopes.start(scope))
        return UNKNOWN

    @cython.cfunc
    def _name_at(self, offset: cython.longlong, token: Token) -> object:
        """Return the name that the map gives to the identifier at an offset, None if it gives none."""
        place: cython.longlong = self.positions.place(offset)
        if place < 0:
            return None
        line: cython.longlong = place >> 32
        column: cython.longlong = place & LOW_BITS
        # Some generators map the column before an identifier, others the identifier.
        if not self.reader.find(line, column, token) or token.line != line or token.column < column - 1:
            return None
        if token.name != NO_NAME:
            return self.texts[token.name]
        return None if token.column == 0 else self._name_before(line, column, token)

    @cython.cfunc
    def _name_before(self, line: cython.longlong, column: cython.longlong, token: Token) -> object:
        """Return the name of the token before ``token`` if both are for the same original place."""
        source: cython.longlong = token.source
        original_line: cython.longlong = self._original_line(token, line)
        original_column: cython.longlong = self._original_column(token, line, column)
        before: cython.longlong = token.column - 1
        if not self.reader.find(line, before, token) or token.name == NO_NAME or token.source != source:
            return None
        if self._original_line(token, line) != original_line:
            return None
        return self.texts[token.name] if self._original_column(token, line, before) == original_column else None

    @cython.cfunc
    @cython.exceptval(check=False)
    def _original_line(self, token: Token, line: cython.longlong) -> cython.longlong:
        """Return the original line of a generated one: range tokens count along, others don't."""
        return token.counted_line(line) if self._is_range(token.number) else token.original_line

    @cython.cfunc
    @cython.exceptval(check=False)
    def _original_column(self, token: Token, line: cython.longlong, column: cython.longlong) -> cython.longlong:
        return token.counted_column(line, column) if self._is_range(token.number) else token.original_column

    @cython.cfunc
    @cython.exceptval(check=False)
    def _is_range(self, number: cython.longlong) -> cython.bint:
        return number < len(self.ranges) and self.ranges[number] != 0

    @cython.cfunc
    def _closing_name(self, end: cython.longlong, token: Token) -> object:
        """Return the name on the token of a scope's last character, unless that token goes on behind the scope."""
        place: cython.longlong = self.positions.place(end - 1)
        if place < 0 or not self.reader.find(place >> 32, place & LOW_BITS, token):
            return None
        if token.name == NO_NAME or token.line != place >> 32 or token.column != place & LOW_BITS:
            return None
        return None if self._goes_on(end, token) else self.texts[token.name]

    @cython.cfunc
    @cython.exceptval(-1)
    def _goes_on(self, end: cython.longlong, token: Token) -> cython.int:
        """Say whether the token found at the offset ``end`` is at the same place as ``token``, and says the same."""
        place: cython.longlong = self.positions.place(end)
        behind: Token = Token()
        if place < 0 or not self.reader.find(place >> 32, place & LOW_BITS, behind):
            return False
        if behind.number == token.number:
            return True
        return (
            behind.line == token.line
            and behind.column == token.column
            and behind.source == token.source
            and behind.original_line == token.original_line
            and behind.original_column == token.original_column
            and behind.name != NO_NAME
            and self._is_range(behind.number) == self._is_range(token.number)
            and self.texts[behind.name] == self.texts[token.name]
        )
