"""Source maps, ready for lookups: they answer where a place in the generated code comes from."""

from __future__ import annotations

from core.buffers import Content
from core.context import Context
from core.sourcemap.functions import functions_of
from core.sourcemap.generated_code import GeneratedCode, survey_code
from core.sourcemap.json_document import read_json
from core.sourcemap.kept_tokens import KeptTokens
from core.sourcemap.map_document import map_document
from core.sourcemap.map_index import MapIndex, index_map
from core.sourcemap.position import OriginalPosition
from core.sourcemap.source_lines import SourceContent, SourceLines
from core.sourcemap.tokens import NONE
from core.sourcemap.xssi import json_start


class SourceMap:
    """A source map, and the generated file it belongs to if that is at hand.

    What is found out for one lookup is remembered for the next.  Any number of threads may ask at once.
    """

    def __init__(self, index: MapIndex, code: GeneratedCode | None, minified: Content | None) -> None:
        self.index, self.code, self.minified = index, code, minified
        reader = index.mappings.reader()
        self._last_token = reader.last_token
        self._files: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._contents: dict[int, SourceContent] = {}
        self._functions = functions_of(index, code, reader, self._name)
        self._kept = KeptTokens(reader, self._name, self._functions)

    def lookup(self, line: int, column: int) -> OriginalPosition | None:
        """Return where the generated code at ``line`` and ``column`` comes from, None if the map doesn't say.

        Both count from 0, columns in UTF-16 code units.
        """
        token = self._last_token(line, column)
        if token is None or token.line != line or token.source == NONE or not self._kept.cover(token):
            return None
        return OriginalPosition(
            token.source,
            self.file(token.source),
            token.original_line,
            token.original_column,
            None if token.name == NONE else self._name(token.name),
            self._functions.function(token),
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the original files, ``sourceRoot`` included; empty where the map has null."""
        return tuple(map(self.index.source, range(len(self.index.sources))))

    @property
    def debug_id(self) -> str | None:
        """The id that ties the map to its generated file, as it is spelt in the map."""
        return self.index.debug_id

    def file(self, source: int) -> str:
        """Return the name of the source with this index."""
        file = self._files.get(source)
        if file is None:
            file = self._files[source] = self.index.source(source)
        return file

    def is_ignored(self, source: int) -> bool:
        """Say whether the map says that nobody wants to see the source with this index: it's a library's, say."""
        return source in self.index.ignored

    def source_content(self, source: int) -> bytes | None:
        """Return the content of the source with this index as UTF-8, None if the map doesn't embed it."""
        return self.index.contents.content(source)

    def source_lines(self, source: int, line: int, around: int) -> SourceLines | None:
        """Return the line ``line`` of a source, from 0, and up to ``around`` lines before and after it.

        None if the map doesn't embed the source, or it has no such line.
        """
        content = self._content(source)
        return None if content is None else content.lines(line, around)

    def source_context(self, source: int, line: int, column: int) -> Context | None:
        """Return what a frame shows of a source around a place that ``lookup`` has found there.

        None if the map doesn't embed the source, or it has no such line.  Long lines are cut: see ``core.context``.
        """
        content = self._content(source)
        return None if content is None else content.context(line, column)

    @property
    def size_bytes(self) -> int:
        """How much memory the map holds, the texts included."""
        return self.index.size_bytes + (0 if self.code is None else self.code.size_bytes)

    def _content(self, source: int) -> SourceContent | None:
        content = self._contents.get(source)
        if content is None:
            bounds = self.index.contents.bounds(source)
            if bounds is None:
                return None
            content = self._contents[source] = SourceContent(self.index.contents.text, *bounds)
        return content

    def _name(self, index: int) -> str:
        name = self._names.get(index)
        if name is None:
            name = self._names[index] = self.index.names.name(index)
        return name


def read_source_map(text: Content, minified: Content | None = None) -> SourceMap:
    """Read a source map of any kind: regular, index, or Metro's for Hermes.

    ``minified`` is the generated file, which names the functions; without it they are unknown.  Both are UTF-8; what
    isn't becomes U+FFFD.  Raises MalformedSourceMap, which says where and what is wrong, and MalformedMappings where
    that is in the mappings.

    Source: ECMA-426, and Symbolicator where the two differ.
    """
    json = read_json(text, json_start(text))
    index = index_map(map_document(json), json.document.text)
    # What a Metro map says of functions counts, whatever the code is.
    code = survey_code(minified) if minified is not None and index.functions is None else None
    return SourceMap(index, code, minified)
