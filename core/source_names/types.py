# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""The types of TypeScript, and of Flow: read only to know where they end.

Nothing in a type names a function, so what is in brackets isn't looked at, and there is no recursion.
"""

import cython

if cython.compiled:
    from cython.cimports.core.source_names.lexer import Lexer
    from cython.cimports.core.source_names.tokens import Token, Word
else:
    from core.source_names.lexer import Lexer
    from core.source_names.tokens import Token, Word

COMPILED = cython.compiled


def _set(*kinds):
    return sum(1 << int(kind) for kind in kinds)


_OPENING = cython.declare(cython.ulonglong, _set(Token.OPEN_PAREN, Token.OPEN_BRACKET, Token.OPEN_BRACE))
_OPERANDS = cython.declare(
    cython.ulonglong,
    _set(Token.NAME, Token.STRING, Token.LESS, Token.OPEN_PAREN, Token.OPEN_BRACKET, Token.OPEN_BRACE),
)
_NOT_IN_TYPES = cython.declare(
    cython.ulonglong,
    _set(Token.END, Token.CLOSE_PAREN, Token.CLOSE_BRACKET, Token.CLOSE_BRACE, Token.SEMICOLON, Token.OPERATOR)
    | _set(Token.COMPOUND, Token.LOGICAL_ASSIGNMENT, Token.UPDATE, Token.SLASH, Token.NOT, Token.OTHER),
)


@cython.final
@cython.cclass
class Types:
    """Goes over types, ``lexer`` being at their first token, and then at the one behind them."""

    def __init__(self, lexer: Lexer):
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
            is_predicate: cython.bint = kind == Token.NAME and self.lexer.word == Word.IS and not self.lexer.line_break
            if kind == Token.AND or kind == Token.OR or is_predicate:
                self.lexer.advance()
            elif kind == Token.NAME and self.lexer.word == Word.EXTENDS:
                choices += 1
                self.lexer.advance()
            elif kind == Token.QUESTION and choices:
                choices -= 1
                open_choices += 1
                self.lexer.advance()
            elif kind == Token.COLON and open_choices:
                open_choices -= 1
                self.lexer.advance()
            else:
                return

    def skip_list(self):
        """Go over types with commas between them."""
        self.skip_type()
        while self.lexer.kind == Token.COMMA:
            self.lexer.advance()
            self.skip_type()

    def skip_arguments(self):
        """Go over the parameters or arguments in ``<`` and ``>``.  Returns whether they are such: goes to their end."""
        lexer: Lexer = self.lexer
        depth: cython.Py_ssize_t = 0
        while True:
            kind: cython.int = lexer.kind
            if kind == Token.LESS:
                depth += 1
                lexer.advance()
            elif kind == Token.GREATER:
                depth -= 1
                lexer.advance()
                if depth <= 0:
                    return True
            elif lexer.is_any(_OPENING):
                lexer.skip_brackets()
            elif kind == Token.BACKQUOTE:
                self.skip_template()
            elif lexer.is_any(_NOT_IN_TYPES):
                return False
            else:
                lexer.advance()

    def skip_template(self):
        """Go over a template, whatever is in it."""
        lexer: Lexer = self.lexer
        while lexer.template_characters():
            lexer.advance()
            depth: cython.Py_ssize_t = 0
            while lexer.kind != Token.END and not (lexer.kind == Token.CLOSE_BRACE and depth == 0):
                if lexer.kind == Token.OPEN_BRACE or lexer.kind == Token.OPEN_PAREN or lexer.kind == Token.OPEN_BRACKET:
                    lexer.skip_brackets()
                else:
                    lexer.advance()
        lexer.advance()

    def _skip_operand(self):  # noqa: C901 (a switch)
        """Go over what is between the operators of a type.  Returns whether there is anything."""
        lexer: Lexer = self.lexer
        kind: cython.int = lexer.kind
        while True:
            kind = lexer.kind
            if kind == Token.AND or kind == Token.OR or kind == Token.QUESTION or kind == Token.ELLIPSIS:
                lexer.advance()
            elif kind == Token.NAME and lexer.word in (
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
            elif kind == Token.LESS:
                if not self.skip_arguments():
                    return False
            elif kind == Token.OPEN_PAREN:
                lexer.skip_brackets()
                if lexer.kind != Token.ARROW:
                    break
                lexer.advance()
            elif kind == Token.OPEN_BRACE or kind == Token.OPEN_BRACKET:
                lexer.skip_brackets()
                break
            elif kind == Token.BACKQUOTE:
                self.skip_template()
                break
            elif kind == Token.NAME and lexer.word == Word.IMPORT:
                lexer.advance()
                if lexer.kind == Token.OPEN_PAREN:
                    lexer.skip_brackets()
                break
            elif kind == Token.NAME or kind == Token.STRING or kind == Token.NUMBER or kind == Token.STAR:
                lexer.advance()
                break
            elif kind == Token.SIGN:
                lexer.advance()
            else:
                return False
        while True:
            kind = lexer.kind
            if kind == Token.DOT:
                lexer.advance()
                if lexer.kind == Token.NAME:
                    lexer.advance()
            elif kind == Token.OPEN_BRACKET and not lexer.line_break:
                lexer.skip_brackets()
            elif kind == Token.LESS and not lexer.line_break:
                if not self.skip_arguments():
                    return False
            else:
                return True
