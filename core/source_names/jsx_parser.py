# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Parser of JSX: elements, with their attributes and contents."""

import cython

if cython.compiled:
    from cython.cimports.core.source_names.function_recorder import FunctionRecorder
    from cython.cimports.core.source_names.parser_state import ParserState
    from cython.cimports.core.source_names.typescript_lexer import TypescriptLexer
    from cython.cimports.core.source_names.typescript_tokens import Lexeme
    from cython.cimports.core.source_names.written_names import WrittenPart
else:
    from core.source_names.function_recorder import FunctionRecorder
    from core.source_names.parser_state import ParserState
    from core.source_names.typescript_lexer import TypescriptLexer
    from core.source_names.typescript_tokens import Lexeme
    from core.source_names.written_names import WrittenPart

COMPILED = cython.compiled


@cython.cclass
class JsxParser(ParserState):
    """Area of the grammar: elements."""

    def _jsx(self):
        """Read an element from its ``<`` on, with all those in it."""
        lexer: TypescriptLexer = self.lexer
        owner: cython.Py_ssize_t = self.owner
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        open_tags: cython.Py_ssize_t = 0
        if self.depth >= self.most_depth:
            lexer.advance()
            return
        self.depth += 1
        self.owner = 0
        self.in_choice = self.in_case = False
        while True:
            if not self._jsx_tag():
                open_tags += 1
            is_tag: cython.bint = False
            while open_tags and not is_tag:
                kind: cython.int = lexer.jsx_text()
                if kind == Lexeme.OPEN_BRACE:
                    self._jsx_container()
                elif kind == Lexeme.LESS:
                    if lexer.skip_closing_tag():
                        open_tags -= 1
                    else:
                        is_tag = True
                else:
                    open_tags = 0
            if not is_tag:
                break
        lexer.advance()
        self.depth -= 1
        self.owner = owner
        self.in_choice = in_choice
        self.in_case = in_case
        self.is_arrow = False

    def _jsx_tag(self):
        """Read a tag from ``<`` on, up to its ``>``, which is the current token then; returns whether it is closed."""
        lexer: TypescriptLexer = self.lexer
        lexer.advance()
        if lexer.kind == Lexeme.NAME:
            lexer.finish_jsx_name()
            lexer.advance()
            if lexer.kind == Lexeme.LESS:
                self.types.skip_arguments()
        is_closed: cython.bint = False
        while lexer.kind != Lexeme.GREATER and lexer.kind != Lexeme.END:
            is_closed = lexer.kind == Lexeme.SLASH
            if lexer.kind == Lexeme.NAME:
                self._jsx_attribute()
            elif lexer.kind == Lexeme.OPEN_BRACE:
                self._jsx_container()
                lexer.advance()
            else:
                if not is_closed:
                    self.errors += 1
                lexer.advance()
        return is_closed or lexer.kind == Lexeme.END

    def _jsx_attribute(self):
        """Read an attribute: a property, once compiled."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        lexer.finish_jsx_name()
        start: cython.Py_ssize_t = lexer.start
        end: cython.Py_ssize_t = lexer.end
        lexer.advance()
        if lexer.kind != Lexeme.EQUALS:
            return
        kind: cython.int = lexer.jsx_value()
        if kind == Lexeme.LESS:
            self._jsx()
            return
        if kind == Lexeme.OPEN_BRACE:
            names: cython.Py_ssize_t = recorder.names_used
            waiting: cython.Py_ssize_t = recorder.pending_count()
            lexer.advance()
            self.hint_start = start
            self.hint_end = end
            self._assignment()
            recorder.call_functions(waiting, recorder.part(WrittenPart.NAME, start, end, 0))
            recorder.restore_names(names)
            self._close_container()
        lexer.advance()

    def _jsx_container(self):
        """Read an expression in braces, up to the ``}``, which is the current token then."""
        recorder: FunctionRecorder = self.recorder
        waiting: cython.Py_ssize_t = recorder.pending_count()
        self.lexer.advance()
        if self.lexer.kind != Lexeme.CLOSE_BRACE:
            self.hint_start = self.hint_end = 0
            self._expressions()
        recorder.drop_functions(waiting)
        self._close_container()

    def _close_container(self):
        lexer: TypescriptLexer = self.lexer
        while lexer.kind != Lexeme.CLOSE_BRACE and lexer.kind != Lexeme.END:
            self.errors += 1
            lexer.advance()
