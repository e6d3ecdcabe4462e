# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""State of the parser of original sources, which takes any text.

The parser is a recursive descent in five classes, one for each area of the grammar, each of which extends the one
before: state, elements, functions, expressions, statements.  An area calls those after it by the methods at the end.

What makes no sense to the parser is passed over, one token at least, and what is nested deeper than ``_MOST_DEPTH`` is
one unknown function.  So it isn't told what is wrong with a text, but a fault costs no more than the names near it.

The methods mostly start at the first token of what they read, and end at the one behind it.
"""

import cython

if cython.compiled:
    from cython.cimports.core.source_names.function_recorder import FunctionRecorder
    from cython.cimports.core.source_names.type_skipper import TypeSkipper
    from cython.cimports.core.source_names.typescript_lexer import TypescriptLexer
    from cython.cimports.core.source_names.typescript_tokens import Lexeme
    from cython.cimports.core.source_names.written_names import WrittenPart
else:
    from core.source_names.function_recorder import FunctionRecorder
    from core.source_names.type_skipper import TypeSkipper
    from core.source_names.typescript_lexer import TypescriptLexer
    from core.source_names.typescript_tokens import Lexeme
    from core.source_names.written_names import WrittenPart

COMPILED = cython.compiled

_MOST_DEPTH = cython.declare(cython.Py_ssize_t, 120)
"""Of expressions and blocks in one another."""


@cython.cclass
class ParserState:
    """State that all areas of the grammar share.

    ``owner`` is the part of what an object literal here would be assigned to, ``receiver`` what ``this`` is, and
    ``hint`` the name that the function would get which the next expression may be.  ``errors`` is how often the parser
    was at a loss.
    """

    def __init__(self, lexer, recorder, has_types, has_jsx):
        self.lexer = lexer
        self.recorder = recorder
        self.types = TypeSkipper(lexer)
        self.has_types = has_types
        self.has_jsx = has_jsx
        self.attempts_left = 4 * lexer.length + 10_000
        self.most_depth = _MOST_DEPTH
        self.depth = self.errors = self.owner = self.receiver = self.result = 0
        self.in_choice = self.in_case = self.is_arrow = self.is_optional = self.is_this = False
        self.hint_start = self.hint_end = self.name_start = self.name_end = 0
        self.key_kind = self.key_start = self.key_end = self.key_word = 0

    def _is_too_deep(self):
        """Go over the brackets that open here, if they are nested too deeply; returns whether they are."""
        if self.depth < self.most_depth:
            return False
        recorder: FunctionRecorder = self.recorder
        scope: cython.Py_ssize_t = recorder.open_scope(self.lexer.start, recorder.part(WrittenPart.UNKNOWN, 0, 0, 0))
        self.lexer.skip_brackets()
        recorder.close_scope(scope, self.lexer.previous_end)
        self.is_arrow = False
        return True

    def _skip_expression(self):
        """Go over an expression that is nested too deeply."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        scope: cython.Py_ssize_t = recorder.open_scope(lexer.start, recorder.part(WrittenPart.UNKNOWN, 0, 0, 0))
        while not lexer.is_closing() and lexer.kind != Lexeme.COMMA and lexer.kind != Lexeme.SEMICOLON:
            if lexer.is_opening():
                lexer.skip_brackets()
            elif lexer.kind == Lexeme.BACKQUOTE:
                self.types.skip_template()
            else:
                lexer.advance()
        recorder.close_scope(scope, lexer.previous_end)

    # the areas of the grammar that others refer to

    def _block(self):
        """Read statements in braces."""
        raise NotImplementedError

    def _expressions(self):
        """Read expressions with commas between them."""
        raise NotImplementedError

    def _assignment(self):
        """Read an expression without commas; returns what it is."""
        raise NotImplementedError

    def _primary(self):
        """Read what stands by itself."""
        raise NotImplementedError

    def _chain(self, shape: cython.int, is_new: cython.bint):
        """Read members, indexes and calls behind an operand."""
        raise NotImplementedError

    def _elements_of_group(self):
        """Read the elements of parentheses; returns what the only one is, or -1 if there are types or other marks."""
        raise NotImplementedError

    def _array(self):
        """Read an array literal, or a pattern."""
        raise NotImplementedError

    def _decorator(self):
        """Read a decorator."""
        raise NotImplementedError
