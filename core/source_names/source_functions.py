"""Functions of an original source, called as they are written there.

functions = read_functions(content, "src/cart.ts")
functions.name_at(line, column)  # "Cart.total"
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from core.javascript.scope_search import ScopeSearch
from core.source_names.dialects import Dialect, dialect_of
from core.source_names.function_recorder import FunctionRecorder
from core.source_names.listed_functions import ListedFunctions
from core.source_names.statement_parser import SourceParser
from core.source_names.typescript_lexer import TypescriptLexer
from core.source_names.typescript_tokens import lexer_tables
from core.source_names.written_names import WrittenNames
from core.sourcemap.position import FunctionName, NoName
from core.sourcemap.text_positions import BLOCK_SIZE, TextPositions, survey_text
from core.text.buffers import Numbers, numbers_buffer

_MAX_TEXT = 1 << 30
_MAX_LISTED = 1 << 21
"""Readers that aren't kernels take a second for this."""
_SCOPE_SIZE = 4


@dataclass(frozen=True, slots=True)
class SourceFunctions:
    """The functions of a source.  Any number of threads may ask it."""

    text: bytes
    blocks: Numbers
    records: Numbers
    """Four numbers for each scope: start, end (exclusive), its part, the scope around (-1: none)."""
    names: WrittenNames | ListedFunctions
    bodies: tuple[tuple[int, int, str], ...] = ()
    """Parts of the text that become the body of a function, and what that is called."""
    errors: int = 0
    """How often the parser met what it had no rule for."""

    def name_at(self, line: int, column: int, outwards: int = 0) -> FunctionName | None:
        """Return the name of the function at a place, which counts from 0, columns in UTF-16 code units.

        Or of the function that is so many further outwards.  None if that part of the text could not be read.
        """
        return self.name_at_offset(TextPositions(self.text, self.blocks).offset(line, column), outwards)

    def name_at_offset(self, offset: int, outwards: int = 0) -> FunctionName | None:
        """Return the name of the function at a byte of the text, likewise."""
        scope = ScopeSearch(self.records).innermost(offset)
        for _ in range(outwards):
            scope = self._around(scope)
        if scope < 0:
            return next((name for start, end, name in self.bodies if start <= offset < end), NoName.UNKNOWN)
        part = self.records[_SCOPE_SIZE * scope + 2]
        if self.names.is_unknown(part):
            return None
        return self.names.name(part) or NoName.ANONYMOUS

    def _around(self, scope: int) -> int:
        """Return the scope around one; what turned out to be none ends at 0."""
        while scope >= 0:
            scope = self.records[_SCOPE_SIZE * scope + 3]
            if scope >= 0 and self.records[_SCOPE_SIZE * scope + 1] > 0:
                break
        return scope


def read_functions(content: bytes, file: str) -> SourceFunctions | None:
    """Return the functions of a source in UTF-8; ``file`` is its name, which says which language it is in.

    None if it is of no language that can be read here.  Takes time and memory in proportion to the text, whatever
    that is.
    """
    dialect = dialect_of(file, content)
    if dialect is None or len(content) > _MAX_TEXT:
        return None
    blocks = numbers_buffer(2 * -(-len(content) // BLOCK_SIZE))
    if not survey_text(content, blocks):
        return read_functions(content.decode("utf-8", "replace").encode(), file)
    if dialect.reader:
        if len(content) > _MAX_LISTED:
            return None
        text = content.decode()
        listed = dialect.reader(text).in_bytes(text)
        return SourceFunctions(content, blocks, listed.records, listed)
    script = dialect.script(content, file.partition("?")[0])
    recorder, errors = _parsed(script.text, dialect)
    if errors and not dialect.is_certain:
        return None
    names = WrittenNames(content, array("i", recorder.parts))
    return SourceFunctions(content, blocks, array("i", recorder.records), names, script.functions, errors)


def _parsed(text: bytes, dialect: Dialect) -> tuple[FunctionRecorder, int]:
    recorder = FunctionRecorder()
    parser = SourceParser(TypescriptLexer(text + b"\0", lexer_tables()), recorder, dialect.types, dialect.jsx)
    parser.parse()
    return recorder, parser.errors
