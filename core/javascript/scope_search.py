# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Search among the scopes of a text.

``scopes`` are the records of ``core.javascript.scopes``.
"""

import cython

COMPILED = cython.compiled

SIZE = cython.declare(cython.int, 4)


@cython.final
@cython.cclass
class ScopeSearch:
    """Finds scopes by their place in the text."""

    def __init__(self, scopes):
        self.scopes = scopes
        self.count = len(scopes) // SIZE

    def innermost(self, offset: cython.longlong):
        """Return the innermost scope that the byte ``offset`` is in, or -1."""
        scope: cython.longlong = self._started(offset)
        around: cython.longlong
        while scope >= 0 and self.scopes[scope * SIZE + 1] <= offset:
            around = self.scopes[scope * SIZE + 3]
            # Whatever a damaged index says, this has to end.
            scope = around if around < scope else -1
        return max(scope, -1)

    def _started(self, offset: cython.longlong):
        """Return the last scope that starts at or before ``offset``, or -1."""
        low: cython.longlong = 0
        high: cython.longlong = self.count
        middle: cython.longlong
        while low < high:
            middle = low + (high - low) // 2
            if self.scopes[middle * SIZE] <= offset:
                low = middle + 1
            else:
                high = middle
        return low - 1
