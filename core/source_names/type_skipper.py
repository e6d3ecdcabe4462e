# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Types of TypeScript and of Flow: read only to know where they end.

Nothing in a type names a function, so what is in brackets isn't looked at, and there is no recursion.
"""

import cython

from core.source_names.typescript_tokens import bit_set

if cython.compiled:
    from cython.cimports.core.source_names.typescript_lexer import TypescriptLexer
    from cython.cimports.core.source_names.typescript_tokens import Lexeme, Word
else:
    from core.source_names.typescript_lexer import TypescriptLexer
    from core.source_names.typescript_tokens import Lexeme, Word

COMPILED = cython.compiled


_OPERANDS = cython.declare(
    cython.ulonglong,
    bit_set(Lexeme.NAME, Lexeme.STRING, Lexeme.LESS, Lexeme.OPEN_PAREN, Lexeme.OPEN_BRACKET, Lexeme.OPEN_BRACE),
)
_NOT_IN_TYPES = cython.declare(
    cython.ulonglong,
    bit_set(Lexeme.END, Lexeme.CLOSE_PAREN, Lexeme.CLOSE_BRACKET, Lexeme.CLOSE_BRACE, Lexeme.SEMICOLON, Lexeme.OPERATOR)
    | bit_set(Lexeme.COMPOUND, Lexeme.LOGICAL_ASSIGNMENT, Lexeme.UPDATE, Lexeme.SLASH, Lexeme.NOT, Lexeme.OTHER),
)


@cython.final
@cython.cclass
class TypeSkipper:
    """Skipper of types, ``lexer`` being at their first token, and then at the one behind them."""

    def __init__(self, lexer: TypescriptLexer):
        self.lexer = lexer

    def skip_annotation(self):
        """Go over the type behind a colon, which is the current token."""
        self.lexer.advance()
        self.skip_type()

    def skip_type(self):
        """Go over a type."""
        choices: cython.Py_ssize_t = 0
        open_choices: cython.Py_ssize_t = 0
        while self._skip_operand():
            kind: cython.int = self.lexer.kind
            is_predicate: cython.bint = kind == Lexeme.NAME and self.lexer.word == Word.IS and not self.lexer.line_break
            if kind == Lexeme.AND or kind == Lexeme.OR or is_predicate:
                self.lexer.advance()
            elif kind == Lexeme.NAME and self.lexer.word == Word.EXTENDS:
                choices += 1
                self.lexer.advance()
            elif kind == Lexeme.QUESTION and choices:
                choices -= 1
                open_choices += 1
                self.lexer.advance()
            elif kind == Lexeme.COLON and open_choices:
                open_choices -= 1
                self.lexer.advance()
            else:
                return

    def skip_list(self):
        """Go over types with commas between them."""
        self.skip_type()
        while self.lexer.kind == Lexeme.COMMA:
            self.lexer.advance()
            self.skip_type()

    def skip_arguments(self):
        """Go over the parameters or arguments in ``<`` and ``>``.  Returns whether they are such: goes to their end."""
        lexer: TypescriptLexer = self.lexer
        depth: cython.Py_ssize_t = 0
        while True:
            kind: cython.int = lexer.kind
            if kind == Lexeme.LESS:
                depth += 1
                lexer.advance()
            elif kind == Lexeme.GREATER:
                depth -= 1
                lexer.advance()
                if depth <= 0:
                    return True
            elif lexer.is_opening():
                lexer.skip_brackets()
            elif kind == Lexeme.BACKQUOTE:
                self.skip_template()
            elif lexer.is_any(_NOT_IN_TYPES):
                return False
            else:
                lexer.advance()

    def skip_template(self):
        """Go over a template, whatever is in it."""
        lexer: TypescriptLexer = self.lexer
        while lexer.template_characters():
            lexer.advance()
            depth: cython.Py_ssize_t = 0
            while lexer.kind != Lexeme.END and not (lexer.kind == Lexeme.CLOSE_BRACE and depth == 0):
                if lexer.is_opening():
                    lexer.skip_brackets()
                else:
                    lexer.advance()
        lexer.advance()

    def _skip_operand(self):  # noqa: C901 (a switch)
        """Go over what is between the operators of a type.  Returns whether there is anything."""
        lexer: TypescriptLexer = self.lexer
        kind: cython.int = lexer.kind
        while True:
            kind = lexer.kind
            if kind == Lexeme.AND or kind == Lexeme.OR or kind == Lexeme.QUESTION or kind == Lexeme.ELLIPSIS:
                lexer.advance()
            elif kind == Lexeme.NAME and lexer.word in (
                Word.KEYOF,
                Word.TYPEOF,
                Word.UNIQUE,
                Word.READONLY,
                Word.INFER,
                Word.ASSERTS,
                Word.ABSTRACT,
                Word.NEW,
            ):
                lexer.advance()
                kind = lexer.kind
                if lexer.line_break or not lexer.is_any(_OPERANDS):
                    break  # it is the name of a type
            elif kind == Lexeme.LESS:
                if not self.skip_arguments():
                    return False
            elif kind == Lexeme.OPEN_PAREN:
                lexer.skip_brackets()
                if lexer.kind != Lexeme.ARROW:
                    break
                lexer.advance()
            elif kind == Lexeme.OPEN_BRACE or kind == Lexeme.OPEN_BRACKET:
                lexer.skip_brackets()
                break
            elif kind == Lexeme.BACKQUOTE:
                self.skip_template()
                break
            elif kind == Lexeme.NAME and lexer.word == Word.IMPORT:
                lexer.advance()
                if lexer.kind == Lexeme.OPEN_PAREN:
                    lexer.skip_brackets()
                break
            elif kind == Lexeme.NAME or kind == Lexeme.STRING or kind == Lexeme.NUMBER or kind == Lexeme.STAR:
                lexer.advance()
                break
            elif kind == Lexeme.SIGN:
                lexer.advance()
            else:
                return False
        while True:
            kind = lexer.kind
            if kind == Lexeme.DOT:
                lexer.advance()
                if lexer.kind == Lexeme.NAME:
                    lexer.advance()
            elif kind == Lexeme.OPEN_BRACKET and not lexer.line_break:
                lexer.skip_brackets()
            elif kind == Lexeme.LESS and not lexer.line_break:
                if not self.skip_arguments():
                    return False
            else:
                return True
