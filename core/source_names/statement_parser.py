# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Parser of original sources, in TypeScript, JSX or JavaScript: statements, and so all of a text."""

import cython

from core.source_names.typescript_tokens import bit_set

if cython.compiled:
    from cython.cimports.core.source_names.expression_parser import ExpressionParser
    from cython.cimports.core.source_names.function_recorder import FunctionRecorder
    from cython.cimports.core.source_names.typescript_lexer import TypescriptLexer
    from cython.cimports.core.source_names.typescript_tokens import Lexeme, Word
    from cython.cimports.core.source_names.written_names import ExpressionKind, FunctionUse, WrittenPart
else:
    from core.source_names.expression_parser import ExpressionParser
    from core.source_names.function_recorder import FunctionRecorder
    from core.source_names.typescript_lexer import TypescriptLexer
    from core.source_names.typescript_tokens import Lexeme, Word
    from core.source_names.written_names import ExpressionKind, FunctionUse, WrittenPart

COMPILED = cython.compiled

_AWAIT = cython.declare(cython.ulonglong, bit_set(Word.AWAIT))
_BEFORE_ATTRIBUTES = cython.declare(cython.ulonglong, bit_set(Word.WITH, Word.ASSERT))
_HEADED = cython.declare(cython.ulonglong, bit_set(Word.IF_, Word.WHILE, Word.FOR, Word.WITH, Word.SWITCH, Word.CATCH))
_ALONE = cython.declare(cython.ulonglong, bit_set(Word.ELSE_, Word.DO, Word.TRY, Word.FINALLY, Word.DEBUGGER))
_DECLARING = cython.declare(
    cython.ulonglong,
    bit_set(Word.TYPE, Word.INTERFACE, Word.NAMESPACE, Word.MODULE, Word.DECLARE, Word.ABSTRACT),
)
_DECLARATORS = cython.declare(cython.ulonglong, bit_set(Word.CONST, Word.VAR, Word.LET, Word.USING))
_OF = cython.declare(cython.ulonglong, bit_set(Word.OF, Word.IN))


@cython.final
@cython.cclass
class SourceParser(ExpressionParser):
    """Parser of the text of a lexer, with the last area, statements; ``recorder`` has the functions afterwards."""

    def parse(self):
        """Parse all of the text."""
        self.lexer.advance()
        while self.lexer.kind != Lexeme.END:
            self._statements()
            if self.lexer.kind != Lexeme.END:
                self.errors += 1
                self.lexer.advance()

    def _statements(self):
        """Read statements up to the ``}`` or the end of the text."""
        lexer: TypescriptLexer = self.lexer
        while lexer.kind != Lexeme.END and lexer.kind != Lexeme.CLOSE_BRACE:
            before: cython.Py_ssize_t = lexer.start
            self.recorder.begin_statement()
            self._statement()
            if lexer.start == before and lexer.kind != Lexeme.END and lexer.kind != Lexeme.CLOSE_BRACE:
                self.errors += 1
                lexer.advance()

    def _statement(self):
        lexer: TypescriptLexer = self.lexer
        kind: cython.int = lexer.kind
        if kind == Lexeme.NAME and lexer.word and self._word_statement():
            return
        if kind == Lexeme.OPEN_BRACE:
            self._block()
        elif kind == Lexeme.SEMICOLON:
            lexer.advance()
        elif kind == Lexeme.AT:
            self._decorator()
        else:
            self._expressions()
            if lexer.kind == Lexeme.COLON:
                lexer.advance()  # a label

    def _word_statement(self):  # noqa: C901 (a switch)
        """Read a statement that starts with a word, or its head; returns whether it is one."""
        lexer: TypescriptLexer = self.lexer
        word: cython.int = lexer.word
        start: cython.Py_ssize_t = lexer.start
        if word == Word.CONST or word == Word.VAR:
            if self._is_followed_by(Word.ENUM):
                lexer.advance()
                self._enum()
            else:
                self._declarations()
        elif word == Word.LET or word == Word.USING:
            if not self._is_followed_by_name():
                return False
            self._declarations()
        elif word == Word.FUNCTION:
            self._function(start, FunctionUse.DECLARED)
        elif word == Word.ASYNC:
            if not self._is_followed_by(Word.FUNCTION):
                return False
            lexer.advance()
            self._function(start, FunctionUse.DECLARED)
        elif word == Word.CLASS:
            self._class(0)
        elif lexer.is_word(_HEADED):
            lexer.advance()
            if lexer.is_word(_AWAIT):
                lexer.advance()
            if lexer.kind == Lexeme.OPEN_PAREN:
                self._head()
        elif lexer.is_word(_ALONE):
            lexer.advance()
        elif word == Word.RETURN or word == Word.THROW:
            lexer.advance()
            if not lexer.line_break and lexer.kind != Lexeme.SEMICOLON and lexer.kind != Lexeme.CLOSE_BRACE:
                self._expressions()
        elif word == Word.BREAK or word == Word.CONTINUE:
            lexer.advance()
            if lexer.kind == Lexeme.NAME and not lexer.line_break:
                lexer.advance()
        elif word == Word.CASE:
            lexer.advance()
            self.in_case = True
            self._expressions()
            self.in_case = False
            if lexer.kind == Lexeme.COLON:
                lexer.advance()
        elif word == Word.DEFAULT:
            lexer.advance()
            if lexer.kind == Lexeme.COLON:
                lexer.advance()
        elif word == Word.IMPORT:
            return self._import_statement()
        elif word == Word.EXPORT:
            self._export_statement()
        else:
            return self._declarative_statement(word)
        return True

    def _declarative_statement(self, word: cython.int):
        """Read a statement of TypeScript or Flow, whose words may be names as well; returns whether it is one."""
        lexer: TypescriptLexer = self.lexer
        if word == Word.ENUM:
            self._enum()
            return True
        if not lexer.is_word(_DECLARING) or not self._is_followed_by_name():
            return False
        if word == Word.TYPE:
            lexer.advance()
            lexer.advance()
            if lexer.kind == Lexeme.LESS:
                self.types.skip_arguments()
            if lexer.kind == Lexeme.EQUALS:
                lexer.advance()
                self.types.skip_type()
        elif word == Word.INTERFACE:
            self._interface()
        elif word == Word.NAMESPACE or word == Word.MODULE:
            self._namespace()
        else:
            lexer.advance()  # what is declared, or abstract, is the next statement
        return True

    def _block(self):
        lexer: TypescriptLexer = self.lexer
        if self._is_too_deep():
            return
        self.depth += 1
        lexer.advance()
        self._statements()
        self.depth -= 1
        if lexer.kind == Lexeme.CLOSE_BRACE:
            lexer.advance()

    def _head(self):
        """Read the parentheses behind ``if``, ``for``, ``switch`` and the like."""
        lexer: TypescriptLexer = self.lexer
        if self._is_too_deep():
            return
        self.depth += 1
        lexer.advance()
        while not lexer.is_closing():
            before: cython.Py_ssize_t = lexer.start
            if lexer.is_word(_DECLARATORS):
                self._declarations()
            elif lexer.is_word(_OF) or lexer.kind == Lexeme.SEMICOLON:
                lexer.advance()
            else:
                self._expressions()
            if lexer.kind == Lexeme.COLON:
                self.types.skip_annotation()
            if lexer.start == before and lexer.kind != Lexeme.END:
                self.errors += 1
                lexer.advance()
        self.depth -= 1
        if lexer.kind == Lexeme.CLOSE_PAREN:
            lexer.advance()

    def _declarations(self):
        """Read declarations from ``const``, ``let`` or ``var`` on."""
        lexer: TypescriptLexer = self.lexer
        lexer.advance()
        while True:
            names: cython.Py_ssize_t = self.recorder.names_used
            if lexer.kind == Lexeme.NAME:
                start: cython.Py_ssize_t = lexer.start
                end: cython.Py_ssize_t = lexer.end
                lexer.advance()
                if lexer.kind == Lexeme.NOT:
                    lexer.advance()
                if lexer.kind == Lexeme.COLON:
                    self.types.skip_annotation()
                if lexer.kind == Lexeme.EQUALS:
                    lexer.advance()
                    self._named_value(start, end)
            elif lexer.kind == Lexeme.OPEN_BRACE or lexer.kind == Lexeme.OPEN_BRACKET:
                self._primary()
                if lexer.kind == Lexeme.COLON:
                    self.types.skip_annotation()
                if lexer.kind == Lexeme.EQUALS:
                    lexer.advance()
                    self._assignment()
            else:
                return
            self.recorder.restore_names(names)
            if lexer.kind != Lexeme.COMMA:
                return
            lexer.advance()

    def _import_statement(self):
        """Read an import; returns whether it is one, and not an expression."""
        lexer: TypescriptLexer = self.lexer
        before: cython.Py_ssize_t = lexer.previous_end
        lexer.advance()
        if lexer.kind == Lexeme.OPEN_PAREN or lexer.kind == Lexeme.DOT:
            lexer.rewind(before)
            return False
        self._skip_to_module()
        if lexer.kind == Lexeme.EQUALS:
            lexer.advance()
            self._expressions()
        return True

    def _skip_to_module(self):
        """Go behind the name of a module, or to what is there instead."""
        lexer: TypescriptLexer = self.lexer
        while lexer.kind == Lexeme.NAME or lexer.kind == Lexeme.STAR or lexer.kind == Lexeme.COMMA:
            lexer.advance()
            if lexer.kind == Lexeme.OPEN_BRACE:
                lexer.skip_brackets()
        if lexer.kind == Lexeme.OPEN_BRACE:
            lexer.skip_brackets()
            if lexer.kind == Lexeme.NAME:
                lexer.advance()
        if lexer.kind != Lexeme.STRING:
            return
        lexer.advance()
        if lexer.is_word(_BEFORE_ATTRIBUTES) and not lexer.line_break:
            lexer.advance()
            if lexer.kind == Lexeme.OPEN_BRACE:
                lexer.skip_brackets()

    def _export_statement(self):
        lexer: TypescriptLexer = self.lexer
        lexer.advance()
        if lexer.kind == Lexeme.STAR:
            self._skip_to_module()
        elif lexer.kind == Lexeme.OPEN_BRACE:
            lexer.skip_brackets()
            if lexer.kind == Lexeme.NAME and not lexer.line_break and not lexer.word:
                self._skip_to_module()
        elif lexer.kind == Lexeme.EQUALS:
            lexer.advance()
            self._expressions()
        elif lexer.kind == Lexeme.NAME and lexer.word == Word.DEFAULT:
            lexer.advance()
            self._default_export()
        elif lexer.kind == Lexeme.NAME and lexer.word == Word.AS:
            while lexer.kind == Lexeme.NAME:
                lexer.advance()
        elif lexer.kind == Lexeme.NAME and lexer.word == Word.TYPE:
            before: cython.Py_ssize_t = lexer.previous_end
            lexer.advance()
            if lexer.kind == Lexeme.OPEN_BRACE or lexer.kind == Lexeme.STAR:
                self._skip_to_module()
            else:
                lexer.rewind(before)

    def _default_export(self):
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        start: cython.Py_ssize_t = lexer.start
        while lexer.kind == Lexeme.AT:
            self._decorator()
        if lexer.kind == Lexeme.NAME:
            if lexer.word == Word.FUNCTION:
                self._function(start, FunctionUse.DEFAULT_EXPORT)
                return
            if lexer.word == Word.ASYNC and self._is_followed_by(Word.FUNCTION):
                lexer.advance()
                self._function(start, FunctionUse.DEFAULT_EXPORT)
                return
            if lexer.word == Word.ABSTRACT and self._is_followed_by(Word.CLASS):
                lexer.advance()
            if lexer.word == Word.CLASS:
                self._class(recorder.part(WrittenPart.DEFAULT, 0, 0, 0))
                return
            if lexer.word == Word.INTERFACE and self._is_followed_by_name():
                self._interface()
                return
        if self._assignment() == ExpressionKind.NAMELESS_FUNCTION:
            recorder.call_part(self.result, recorder.part(WrittenPart.DEFAULT, 0, 0, 0))

    def _namespace(self):
        """Read a namespace from its word on: once compiled, it is a function without a name."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        lexer.advance()
        while lexer.kind == Lexeme.NAME or lexer.kind == Lexeme.STRING or lexer.kind == Lexeme.DOT:
            lexer.advance()
        if lexer.kind != Lexeme.OPEN_BRACE:
            return
        scope: cython.Py_ssize_t = recorder.open_scope(lexer.start, 0)
        recorder.close_scope(scope, self._body(0, 0, 0))

    def _enum(self):
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        lexer.advance()
        if lexer.kind == Lexeme.NAME:
            lexer.advance()
        if lexer.kind == Lexeme.OPEN_BRACE:
            scope: cython.Py_ssize_t = recorder.open_scope(lexer.start, 0)
            lexer.skip_brackets()
            recorder.close_scope(scope, lexer.previous_end)

    def _interface(self):
        lexer: TypescriptLexer = self.lexer
        while lexer.kind == Lexeme.NAME or lexer.kind == Lexeme.COMMA or lexer.kind == Lexeme.DOT:
            lexer.advance()
            if lexer.kind == Lexeme.LESS and not self.types.skip_arguments():
                return
        if lexer.kind == Lexeme.OPEN_BRACE:
            lexer.skip_brackets()

    def _is_followed_by_name(self):
        """Say whether a name comes next, or a pattern, on the same line."""
        lexer: TypescriptLexer = self.lexer
        before: cython.Py_ssize_t = lexer.previous_end
        word: cython.int = lexer.word
        lexer.advance()
        is_followed: cython.bint = not lexer.line_break and (
            (lexer.kind == Lexeme.NAME and lexer.word != Word.IN and lexer.word != Word.INSTANCEOF)
            or (lexer.kind == Lexeme.STRING and word == Word.MODULE)
        )
        if word == Word.LET:
            is_followed = lexer.kind == Lexeme.NAME and lexer.word != Word.IN and lexer.word != Word.INSTANCEOF
            is_followed = is_followed or lexer.kind == Lexeme.OPEN_BRACE or lexer.kind == Lexeme.OPEN_BRACKET
        lexer.rewind(before)
        return is_followed

    def _is_followed_by(self, word: cython.int):
        """Say whether a certain word comes next, on the same line."""
        lexer: TypescriptLexer = self.lexer
        before: cython.Py_ssize_t = lexer.previous_end
        lexer.advance()
        is_followed: cython.bint = lexer.kind == Lexeme.NAME and lexer.word == word and not lexer.line_break
        lexer.rewind(before)
        return is_followed
