# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Original position of a place in the generated code: that of the token that covers it.

A token covers its line up to the next one.  A range token covers all up to the next one, over line ends, and counts
along.  In a sparse map, each token with a source goes on over line ends, but doesn't count: dart2js writes such.

Source: ECMA-426, and its proposal "range mappings"; Dart's own tools for sparse maps.
"""

import cython

from core.sourcemap.mappings_reader import MappingsReader, Token
from core.sourcemap.position import OriginalPosition

if cython.compiled:
    from cython.cimports.core.sourcemap.mappings_reader import MappingsReader, Token

COMPILED = cython.compiled

NONE = cython.declare(cython.longlong, 0xFFFFFFFF)
POSITION = OriginalPosition


@cython.final
@cython.cclass
class PositionLookup:
    """Search for the original position of a place.

    ``ranges`` is 1 for range tokens, or empty; ``is_sparse`` says that tokens go on over line ends.  ``files`` and
    ``names`` are texts by index, ``functions`` the ``Functions`` of the map.
    """

    reader: MappingsReader
    files: object
    names: object
    functions: object
    ranges: cython.const[cython.uchar][::1]
    is_sparse: cython.bint

    def __init__(self, reader, files, names, functions, ranges, is_sparse):
        self.reader = reader
        self.files = files
        self.names = names
        self.functions = functions
        self.ranges = ranges
        self.is_sparse = is_sparse

    def position(self, line: cython.longlong, column: cython.longlong):
        """Return where a place in the generated code comes from; None if no token covers it, or it has no source."""
        token: Token = self.reader.last_token(line, column)
        if token is None or token.source == NONE:
            return None
        original_line: cython.longlong = token.original_line
        original_column: cython.longlong = token.original_column
        place: cython.longlong = token.column
        if token.number < len(self.ranges) and self.ranges[token.number]:
            original_line = token.counted_line(line)
            original_column = token.counted_column(line, column)
            place = column
        elif token.line != line:
            if not self.is_sparse:
                return None
            place = column
        return POSITION(
            token.source,
            self.files[token.source],
            original_line,
            original_column,
            None if token.name == NONE else self.names[token.name],
            self.functions.function(token, line, place),
        )
