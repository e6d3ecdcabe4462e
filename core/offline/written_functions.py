"""The names of functions as the original sources have them."""

from __future__ import annotations

from core.source_names.source_functions import SourceFunctions, read_functions
from core.sourcemap.position import FunctionName, OriginalPosition
from core.sourcemap.source_map import SourceMap


class WrittenFunctions:
    """Finds the function around an original position in the source that the map embeds.

    That is what a person calls it.  What the service answers is made of the minified code and the map: minifiers that
    inline functions, and maps without names, leave their mark on that.
    """

    def __init__(self) -> None:
        self._sources: dict[tuple[int, int], SourceFunctions | None] = {}

    def function(self, source_map: SourceMap, position: OriginalPosition, outwards: int = 0) -> FunctionName | None:
        """Return the function around ``position``, or that which is so many further outwards.

        None if its source isn't embedded, or is in another language.
        """
        if position.source is None:
            return None
        key = (id(source_map), position.source)
        if key not in self._sources:
            content = source_map.source_content(position.source)
            self._sources[key] = None if content is None else read_functions(content, position.file or "")
        source = self._sources[key]
        return None if source is None else source.name_at(position.line, position.column, outwards)
