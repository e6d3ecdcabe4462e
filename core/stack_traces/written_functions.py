"""The names of functions as the original sources have them."""

from __future__ import annotations

from core.sourcemap.generated_code import GeneratedCode, survey_code
from core.sourcemap.position import FunctionName, NoName, OriginalPosition
from core.sourcemap.source_map import SourceMap


class WrittenFunctions:
    """Finds the function around an original position in the source that the map embeds.

    That is what a person calls it.  What the service answers is made of the minified code and the map: minifiers that
    inline functions, and maps without names, leave their mark on that.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[int, int], GeneratedCode | None] = {}

    def function(self, source_map: SourceMap, position: OriginalPosition) -> FunctionName | None:
        """Return the function around ``position``; None if its source isn't embedded, or isn't plain JavaScript."""
        if position.source is None:
            return None
        key = (id(source_map), position.source)
        if key not in self._codes:
            content = source_map.source_content(position.source)
            self._codes[key] = None if content is None else survey_code(content)
        code = self._codes[key]
        return None if code is None else _function_in(code, position)


def _function_in(code: GeneratedCode, position: OriginalPosition) -> FunctionName:
    scope = code.scopes.covering(code.positions().offset(position.line, position.column))
    if scope is None:
        return NoName.UNKNOWN
    return code.scopes.name(scope) or NoName.ANONYMOUS
