# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""A parser of TypeScript, JSX and JavaScript that looks for functions and what names them.

It takes any text, as fast as it is long: what makes no sense to it is passed over, one token at least, and what is
nested deeper than ``MOST_DEPTH`` is one unknown function.  So it isn't told what is wrong with a text, but a fault
costs no more than the names near it.

The functions mostly start at the first token of what they read, and end at the one behind it.
"""

import cython

if cython.compiled:
    from cython.cimports.core.source_names.function_recorder import FunctionRecorder
    from cython.cimports.core.source_names.type_skipper import TypeSkipper
    from cython.cimports.core.source_names.typescript_lexer import TypescriptLexer
    from cython.cimports.core.source_names.typescript_tokens import Lexeme, Word
    from cython.cimports.core.source_names.written_names import Role, WrittenPart, WrittenPartFlag
else:
    from core.source_names.function_recorder import FunctionRecorder
    from core.source_names.type_skipper import TypeSkipper
    from core.source_names.typescript_lexer import TypescriptLexer
    from core.source_names.typescript_tokens import Lexeme, Word
    from core.source_names.written_names import Role, WrittenPart, WrittenPartFlag

COMPILED = cython.compiled

MOST_DEPTH = cython.declare(cython.Py_ssize_t, 120)
"""Of expressions and blocks in one another."""


def _set(*members):
    """Return a set of tokens, or of words: a bit for each."""
    return sum(1 << int(member) for member in members)


_ENDS = cython.declare(cython.ulonglong, _set(Lexeme.END, Lexeme.CLOSE_PAREN, Lexeme.CLOSE_BRACKET, Lexeme.CLOSE_BRACE))
_BRACKET_ENDS = cython.declare(cython.ulonglong, _set(Lexeme.END, Lexeme.CLOSE_BRACKET, Lexeme.CLOSE_BRACE))
_OPENING = cython.declare(cython.ulonglong, _set(Lexeme.OPEN_PAREN, Lexeme.OPEN_BRACKET, Lexeme.OPEN_BRACE))
_OPTIONAL_ENDS = cython.declare(cython.ulonglong, _set(Lexeme.COLON, Lexeme.COMMA, Lexeme.CLOSE_PAREN, Lexeme.EQUALS))
_PREFIXES = cython.declare(cython.ulonglong, _set(Lexeme.NOT, Lexeme.SIGN, Lexeme.UPDATE, Lexeme.ELLIPSIS))
_OPERATORS = cython.declare(
    cython.ulonglong,
    _set(Lexeme.OPERATOR, Lexeme.SIGN, Lexeme.STAR, Lexeme.SLASH, Lexeme.LESS, Lexeme.AND, Lexeme.OR),
)
_KEYS = cython.declare(
    cython.ulonglong,
    _set(Lexeme.NAME, Lexeme.STRING, Lexeme.NUMBER, Lexeme.PRIVATE_NAME, Lexeme.OPEN_BRACKET, Lexeme.STAR),
)
_OPERANDS = cython.declare(
    cython.ulonglong,
    _set(Lexeme.NAME, Lexeme.STRING, Lexeme.NUMBER, Lexeme.OPEN_BRACKET, Lexeme.NOT, Lexeme.SIGN, Lexeme.UPDATE)
    | _set(Lexeme.LESS, Lexeme.GREATER),
)
"""What would be the right side of ``>``, and does not follow type arguments."""
_AWAIT = cython.declare(cython.ulonglong, _set(Word.AWAIT))
_EXTENDS = cython.declare(cython.ulonglong, _set(Word.EXTENDS))
_BEFORE_ATTRIBUTES = cython.declare(cython.ulonglong, _set(Word.WITH, Word.ASSERT))
_HEADED = cython.declare(cython.ulonglong, _set(Word.IF_, Word.WHILE, Word.FOR, Word.WITH, Word.SWITCH, Word.CATCH))
_ALONE = cython.declare(cython.ulonglong, _set(Word.ELSE_, Word.DO, Word.TRY, Word.FINALLY, Word.DEBUGGER))
_DECLARING = cython.declare(
    cython.ulonglong,
    _set(Word.TYPE, Word.INTERFACE, Word.NAMESPACE, Word.MODULE, Word.DECLARE, Word.ABSTRACT),
)
_DECLARATORS = cython.declare(cython.ulonglong, _set(Word.CONST, Word.VAR, Word.LET, Word.USING))
_OF = cython.declare(cython.ulonglong, _set(Word.OF, Word.IN))
_WORD_OPERATORS = cython.declare(cython.ulonglong, _set(Word.IN, Word.INSTANCEOF))
_TYPE_OPERATORS = cython.declare(cython.ulonglong, _set(Word.AS, Word.SATISFIES))
_AFTER_ARGUMENTS = cython.declare(cython.ulonglong, _set(Word.AS, Word.SATISFIES, Word.IMPLEMENTS))
_NEVER_NAMES = cython.declare(
    cython.ulonglong,
    _set(Word.CONST, Word.RETURN, Word.IF_, Word.ELSE_, Word.FOR, Word.WHILE, Word.SWITCH, Word.CASE)
    | _set(Word.DEFAULT, Word.BREAK, Word.CONTINUE, Word.THROW, Word.TRY, Word.VAR, Word.EXPORT, Word.IN)
    | _set(Word.INSTANCEOF, Word.EXTENDS),
)
_MODIFIERS = cython.declare(
    cython.ulonglong,
    _set(Word.STATIC, Word.ASYNC, Word.GET, Word.SET, Word.PUBLIC, Word.PRIVATE, Word.PROTECTED)
    | _set(Word.ABSTRACT, Word.OVERRIDE, Word.READONLY, Word.DECLARE, Word.ACCESSOR),
)

# What an expression is, as far as a function's name depends on it.
_OTHER = cython.declare(cython.int, 0)
_NAME = cython.declare(cython.int, 1)
_MEMBER = cython.declare(cython.int, 2)
_CALL = cython.declare(cython.int, 3)
_FUNCTION = cython.declare(cython.int, 4)
"""A function without a name of its own: ``result`` is its part."""
_CLASS = cython.declare(cython.int, 6)
"""A class without a name of its own, likewise."""
_OWN_NAME = cython.declare(cython.int, 5)
"""A function with a name of its own: ``result`` is its part."""

# How a function comes to its name.
_DECLARATION = cython.declare(cython.int, 0)
_EXPRESSION = cython.declare(cython.int, 1)
_DEFAULT = cython.declare(cython.int, 2)


@cython.final
@cython.cclass
class Parser:
    """Parses the text of a lexer; ``recorder`` has the functions then, and ``errors`` is how often it was at a loss.

    ``owner`` is the part of what an object literal here would be assigned to, ``receiver`` what ``this`` is, and
    ``hint`` the name that the function would get which the next expression may be.
    """

    def __init__(self, lexer, recorder, has_types, has_jsx):
        self.lexer = lexer
        self.recorder = recorder
        self.types = TypeSkipper(lexer)
        self.has_types = has_types
        self.has_jsx = has_jsx
        self.attempts_left = 4 * lexer.length + 10_000
        self.depth = self.errors = self.owner = self.receiver = self.result = 0
        self.in_choice = self.in_case = self.is_arrow = self.is_optional = self.is_this = False
        self.hint_start = self.hint_end = self.name_start = self.name_end = 0
        self.key_kind = self.key_start = self.key_end = self.key_word = 0

    def parse(self):
        """Parse all of the text."""
        self.lexer.advance()
        while self.lexer.kind != Lexeme.END:
            self._statements()
            if self.lexer.kind != Lexeme.END:
                self.errors += 1
                self.lexer.advance()

    # statements

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
            self._function(start, _DECLARATION)
        elif word == Word.ASYNC:
            if not self._is_followed_by(Word.FUNCTION):
                return False
            lexer.advance()
            self._function(start, _DECLARATION)
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
        while not lexer.is_any(_ENDS):
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

    def _named_value(self, start: cython.Py_ssize_t, end: cython.Py_ssize_t):
        """Read the value of the variable or parameter that is called so."""
        recorder: FunctionRecorder = self.recorder
        names: cython.Py_ssize_t = recorder.names_used
        owner: cython.Py_ssize_t = self.owner
        recorder.push_name(Role.VARIABLE, WrittenPart.NAME, start, end)
        self.owner = recorder.part(WrittenPart.NAME, start, end, 0)
        self.hint_start = start
        self.hint_end = end
        shape: cython.int = self._assignment()
        if shape in (_FUNCTION, _CLASS):
            recorder.call_part(self.result, self.owner)
        if shape == _CALL:
            recorder.remove_last_function()
        else:
            recorder.infer()
        self.owner = owner
        recorder.restore_names(names)

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
                self._function(start, _DEFAULT)
                return
            if lexer.word == Word.ASYNC and self._is_followed_by(Word.FUNCTION):
                lexer.advance()
                self._function(start, _DEFAULT)
                return
            if lexer.word == Word.ABSTRACT and self._is_followed_by(Word.CLASS):
                lexer.advance()
            if lexer.word == Word.CLASS:
                self._class(recorder.part(WrittenPart.DEFAULT, 0, 0, 0))
                return
            if lexer.word == Word.INTERFACE and self._is_followed_by_name():
                self._interface()
                return
        if self._assignment() == _FUNCTION:
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

    def _decorator(self):
        """Read a decorator, which runs in the function around, not in the class."""
        lexer: TypescriptLexer = self.lexer
        start: cython.Py_ssize_t = lexer.start
        names: cython.Py_ssize_t = self.recorder.names_used
        waiting: cython.Py_ssize_t = self.recorder.pending_count()
        lexer.advance()
        if self.depth < MOST_DEPTH:
            self.depth += 1
            self._operand()
            self.depth -= 1
        self.is_arrow = False
        self.recorder.drop_functions(waiting)
        self.recorder.restore_names(names)
        if start == lexer.start:
            lexer.advance()

    # expressions

    def _expressions(self):
        lexer: TypescriptLexer = self.lexer
        self._assignment()
        while lexer.kind == Lexeme.COMMA:
            lexer.advance()
            self._assignment()

    def _assignment(self):  # noqa: C901 (a switch)
        """Read an expression without commas; returns what it is."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        self.is_arrow = self.is_optional = False
        if self.depth >= MOST_DEPTH:
            self._skip_expression()
            return _OTHER
        self.depth += 1
        is_optional: cython.bint = False
        names: cython.Py_ssize_t = recorder.names_used
        shape: cython.int = _OTHER
        is_choice: cython.bint = False
        while True:
            first: cython.Py_ssize_t = recorder.names_used
            before: cython.Py_ssize_t = lexer.start
            shape = self._operand()
            self.hint_start = self.hint_end = 0
            if self.is_arrow:
                break
            kind: cython.int = lexer.kind
            while lexer.is_word(_TYPE_OPERATORS) and not lexer.line_break and lexer.start != before:
                lexer.advance()
                self.types.skip_type()
                kind = lexer.kind
            if kind == Lexeme.EQUALS or kind == Lexeme.LOGICAL_ASSIGNMENT:
                shape = self._assigned(shape, first)
                break
            if kind == Lexeme.QUESTION:
                lexer.advance()
                if self._is_optional_mark():
                    is_optional = True
                    break
                in_choice: cython.bint = self.in_choice
                self.in_choice = True
                self._assignment()
                self.in_choice = in_choice
                is_choice = True
                if lexer.kind != Lexeme.COLON:
                    break
                lexer.advance()
                recorder.restore_names(names)
            elif kind == Lexeme.COMPOUND or (kind == Lexeme.SLASH and lexer.end == lexer.start + 2):
                lexer.advance()
                self._assignment()
                recorder.remove_last_function()
                shape = _OTHER
                break
            elif kind == Lexeme.GREATER:
                lexer.finish_operator()
                lexer.advance()
                is_choice = True
            elif lexer.is_any(_OPERATORS) or lexer.is_word(_WORD_OPERATORS):
                lexer.advance()
                is_choice = True
            else:
                break
        recorder.restore_names(names)
        self.depth -= 1
        self.is_arrow = False
        self.is_optional = is_optional
        return _OTHER if is_choice else shape

    def _assigned(self, shape: cython.int, first: cython.Py_ssize_t):
        """Read what is assigned to an expression, whose names are on the stack from ``first`` on."""
        recorder: FunctionRecorder = self.recorder
        owner: cython.Py_ssize_t = self.owner
        is_own: cython.bint = False
        self.lexer.advance()
        self.hint_start = self.hint_end = 0
        if shape == _NAME:
            self.owner = recorder.part(WrittenPart.NAME, self.name_start, self.name_end, 0)
            self.hint_start = self.name_start
            self.hint_end = self.name_end
        elif shape == _MEMBER:
            is_own = self.is_this and recorder.names_used == first + 1
            self.owner = recorder.target(first, self.receiver if self.is_this else 0)
        else:
            self.owner = 0
        target: cython.Py_ssize_t = self.owner
        value: cython.int = self._assignment()
        if value in (_FUNCTION, _CLASS) and (shape == _NAME or is_own):
            recorder.call_part(self.result, target)
        elif value == _OWN_NAME and shape == _MEMBER:
            recorder.put_own_name_in(self.result, target)
        if value == _CALL:
            recorder.remove_last_function()
        else:
            recorder.infer()
        self.owner = owner
        return _OTHER

    def _is_optional_mark(self):
        """Say whether the ``?`` just passed is that of a parameter."""
        return self.lexer.is_any(_OPTIONAL_ENDS)

    def _operand(self):  # noqa: C901 (a switch)
        """Read an operand with all that is before and behind it."""
        lexer: TypescriptLexer = self.lexer
        has_prefix: cython.bint = False
        is_new: cython.bint = False
        while True:
            kind: cython.int = lexer.kind
            if lexer.is_any(_PREFIXES):
                lexer.advance()
            elif kind != Lexeme.NAME:
                break
            elif lexer.word == Word.TYPEOF or lexer.word == Word.VOID or lexer.word == Word.DELETE:
                lexer.advance()
            elif lexer.word == Word.AWAIT or lexer.word == Word.YIELD:
                lexer.advance()
                if lexer.kind == Lexeme.STAR and not lexer.line_break:
                    lexer.advance()
                if lexer.kind == Lexeme.ARROW:
                    break
                if lexer.kind == Lexeme.EQUALS or lexer.kind == Lexeme.DOT:
                    self.is_this = False
                    return self._chain(_OTHER, False)
            elif lexer.word == Word.NEW:
                lexer.advance()
                if lexer.kind == Lexeme.DOT:
                    lexer.advance()
                    lexer.advance()
                    return self._chain(_OTHER, False)
                is_new = True
            else:
                break
            has_prefix = has_prefix or not is_new
            self.hint_start = self.hint_end = 0
        self.is_this = False
        shape: cython.int = self._primary()
        if self.is_arrow:
            return shape
        shape = self._chain(shape, is_new)
        return _OTHER if has_prefix else shape

    def _primary(self):  # noqa: C901 (a switch)
        """Read what stands by itself."""
        lexer: TypescriptLexer = self.lexer
        kind: cython.int = lexer.kind
        if kind == Lexeme.NAME:
            return self._word_primary()
        if kind == Lexeme.STRING or kind == Lexeme.NUMBER or kind == Lexeme.PRIVATE_NAME:
            lexer.advance()
        elif kind == Lexeme.OPEN_PAREN:
            return self._parentheses(lexer.start, False)
        elif kind == Lexeme.OPEN_BRACE:
            self._object()
        elif kind == Lexeme.OPEN_BRACKET:
            self._array()
        elif kind == Lexeme.BACKQUOTE:
            self._template()
        elif kind == Lexeme.SLASH:
            lexer.finish_regex()
            lexer.advance()
        elif kind == Lexeme.LESS:
            return self._angle()
        elif kind == Lexeme.AT:
            while lexer.kind == Lexeme.AT:
                self._decorator()
            if lexer.kind == Lexeme.NAME and lexer.word == Word.CLASS:
                return self._word_primary()
        return _OTHER

    def _word_primary(self):
        lexer: TypescriptLexer = self.lexer
        word: cython.int = lexer.word
        start: cython.Py_ssize_t = lexer.start
        if word == Word.FUNCTION:
            return self._function(start, _EXPRESSION)
        if word == Word.CLASS:
            part: cython.Py_ssize_t = self.recorder.part(WrittenPart.ANONYMOUS, 0, 0, 0)
            return self._class(part)
        if word == Word.ASYNC:
            return self._async_primary()
        if word == Word.THIS:
            lexer.advance()
            self.is_this = True
            return _OTHER
        if word == Word.SUPER or word == Word.IMPORT:
            lexer.advance()
            return _OTHER
        if lexer.is_word(_NEVER_NAMES):
            return _OTHER
        end: cython.Py_ssize_t = lexer.end
        lexer.advance()
        if lexer.kind == Lexeme.ARROW and not lexer.line_break:
            return self._arrow(self.recorder.open_scope(start, 0))
        self.name_start = start
        self.name_end = end
        self.recorder.push_name(Role.VARIABLE, WrittenPart.NAME, start, end)
        return _NAME

    def _async_primary(self):
        """Read ``async``, and the function that may follow."""
        lexer: TypescriptLexer = self.lexer
        start: cython.Py_ssize_t = lexer.start
        end: cython.Py_ssize_t = lexer.end
        lexer.advance()
        if not lexer.line_break:
            if lexer.kind == Lexeme.NAME and lexer.word == Word.FUNCTION:
                return self._function(start, _EXPRESSION)
            if lexer.kind == Lexeme.NAME:
                behind: cython.Py_ssize_t = lexer.previous_end
                lexer.advance()
                if lexer.kind == Lexeme.ARROW:
                    return self._arrow(self.recorder.open_scope(start, 0))
                lexer.rewind(behind)
            elif lexer.kind == Lexeme.OPEN_PAREN or (lexer.kind == Lexeme.LESS and self._are_type_arguments()):
                if lexer.kind == Lexeme.OPEN_PAREN:
                    return self._parentheses(start, True)
            elif lexer.kind == Lexeme.ARROW:
                return self._arrow(self.recorder.open_scope(start, 0))
        self.name_start = start
        self.name_end = end
        self.recorder.push_name(Role.VARIABLE, WrittenPart.NAME, start, end)
        return _NAME

    def _chain(self, shape: cython.int, is_new: cython.bint):  # noqa: C901 (a switch)
        """Read members, indexes and calls behind an operand."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        while True:
            kind: cython.int = lexer.kind
            if kind == Lexeme.DOT or kind == Lexeme.OPTIONAL_CHAIN:
                lexer.advance()
                if lexer.kind == Lexeme.NAME:
                    recorder.push_name(
                        Role.PROTOTYPE if lexer.word == Word.PROTOTYPE else Role.MEMBER,
                        WrittenPart.NAME,
                        lexer.start,
                        lexer.end,
                    )
                    lexer.advance()
                    shape = _MEMBER
                elif lexer.kind == Lexeme.PRIVATE_NAME:
                    recorder.push_name(Role.MEMBER, WrittenPart.PRIVATE_NAME, lexer.start, lexer.end)
                    lexer.advance()
                    shape = _MEMBER
                elif kind == Lexeme.DOT:
                    return _OTHER
            elif kind == Lexeme.OPEN_BRACKET:
                self._index()
                shape = _MEMBER
            elif kind == Lexeme.OPEN_PAREN:
                self._arguments()
                if not is_new:
                    recorder.remove_last_function()
                is_new = False
                self.is_this = False
                shape = _CALL
            elif kind == Lexeme.BACKQUOTE:
                self._template()
                shape = _OTHER
            elif kind == Lexeme.NOT and not lexer.line_break:
                lexer.advance()
            elif kind == Lexeme.UPDATE and not lexer.line_break:
                lexer.advance()
                shape = _OTHER
            elif kind == Lexeme.LESS and self.has_types and self._are_type_arguments():
                pass
            else:
                return _CALL if is_new else shape

    def _arguments(self):
        lexer: TypescriptLexer = self.lexer
        owner: cython.Py_ssize_t = self.owner
        is_this: cython.bint = self.is_this
        in_choice: cython.bint = self.in_choice
        if self._is_too_deep():
            return
        self.owner = 0
        self.in_choice = False
        base: cython.Py_ssize_t = self.recorder.enter_arguments()
        lexer.advance()
        self._elements()
        self.recorder.leave_arguments(base)
        if lexer.kind == Lexeme.CLOSE_PAREN:
            lexer.advance()
        self.owner = owner
        self.is_this = is_this
        self.in_choice = in_choice
        self.is_arrow = False

    def _index(self):
        """Read an index in brackets, and put it on the stack of names."""
        lexer: TypescriptLexer = self.lexer
        owner: cython.Py_ssize_t = self.owner
        is_this: cython.bint = self.is_this
        in_choice: cython.bint = self.in_choice
        if self._is_too_deep():
            return
        self.owner = 0
        self.in_choice = False
        self.hint_start = self.hint_end = 0
        lexer.advance()
        start: cython.Py_ssize_t = lexer.start
        self._expressions()
        while not lexer.is_any(_BRACKET_ENDS):
            self.errors += 1
            lexer.advance()
        self.recorder.push_name(Role.MEMBER, WrittenPart.INDEX, start, lexer.previous_end)
        if lexer.kind == Lexeme.CLOSE_BRACKET:
            self.recorder.restore_names(self.recorder.names_used - 1)
            self.recorder.push_name(Role.MEMBER, WrittenPart.INDEX, start, lexer.start)
            lexer.advance()
        self.owner = owner
        self.is_this = is_this
        self.in_choice = in_choice

    def _template(self):
        lexer: TypescriptLexer = self.lexer
        owner: cython.Py_ssize_t = self.owner
        is_this: cython.bint = self.is_this
        in_choice: cython.bint = self.in_choice
        self.owner = 0
        self.in_choice = False
        while lexer.template_characters():
            lexer.advance()
            self.hint_start = self.hint_end = 0
            self._expressions()
            while lexer.kind != Lexeme.CLOSE_BRACE and lexer.kind != Lexeme.END:
                self.errors += 1
                lexer.advance()
            if lexer.kind == Lexeme.END:
                break
        lexer.advance()
        self.owner = owner
        self.is_this = is_this
        self.in_choice = in_choice

    def _angle(self):
        """Read what starts with ``<`` where an operand should be: an element, or types before one."""
        lexer: TypescriptLexer = self.lexer
        start: cython.Py_ssize_t = lexer.start
        before: cython.Py_ssize_t = lexer.previous_end
        if self.has_jsx:
            lexer.advance()
            is_element: cython.bint = True
            if self.has_types and lexer.kind == Lexeme.NAME:
                if lexer.word == Word.CONST:
                    lexer.advance()
                lexer.advance()
                is_element = lexer.kind != Lexeme.COMMA and not lexer.is_word(_EXTENDS)
                if lexer.kind == Lexeme.GREATER and self.attempts_left > 0:
                    is_element = lexer.has_closing_tag(before)
                    self.attempts_left -= 0 if is_element else lexer.length - before
            lexer.rewind(before)
            if is_element:
                self._jsx()
                return _OTHER
        if not self.types.skip_arguments():
            return _OTHER
        if lexer.kind == Lexeme.OPEN_PAREN:
            return self._parentheses(start, False)
        if self.depth >= MOST_DEPTH:
            return _OTHER
        self.depth += 1
        shape: cython.int = self._operand()
        self.depth -= 1
        return shape

    def _are_type_arguments(self):
        """Go over type arguments, if ``<`` starts them here; returns whether it does."""
        lexer: TypescriptLexer = self.lexer
        before: cython.Py_ssize_t = lexer.previous_end
        if self.attempts_left < 0:
            return False
        if self.types.skip_arguments() and (
            lexer.line_break or lexer.is_word(_AFTER_ARGUMENTS) or not lexer.is_any(_OPERANDS)
        ):
            return True
        self.attempts_left -= lexer.position - before
        lexer.rewind(before)
        return False

    def _parentheses(self, start: cython.Py_ssize_t, is_async: cython.bint):
        """Read parentheses, which may turn out to be the parameters of an arrow function that starts at ``start``."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        hint_start: cython.Py_ssize_t = self.hint_start
        hint_end: cython.Py_ssize_t = self.hint_end
        if self._is_too_deep():
            return _OTHER
        waiting: cython.Py_ssize_t = recorder.pending_count()
        scope: cython.Py_ssize_t = recorder.open_scope(start, 0)
        self.in_choice = self.in_case = False
        lexer.advance()
        is_empty: cython.bint = lexer.kind == Lexeme.CLOSE_PAREN
        shape: cython.int = self._elements_of_group()
        has_types: cython.bint = shape < 0
        if has_types or shape in (_NAME, _MEMBER):
            shape = _OTHER  # V8 takes no name from a target in parentheses
        if lexer.kind == Lexeme.CLOSE_PAREN:
            lexer.advance()
        self.in_choice = in_choice
        self.in_case = in_case
        is_arrow: cython.bint = lexer.kind == Lexeme.ARROW
        if lexer.kind == Lexeme.COLON and not in_case and (not in_choice or is_empty or has_types):
            is_arrow = self._is_return_type()
        if is_arrow:
            recorder.drop_functions(waiting)
            self.hint_start = hint_start
            self.hint_end = hint_end
            return self._arrow(scope)
        recorder.cancel_scope(scope)
        self.is_arrow = False
        if is_async:
            recorder.remove_last_function()
            return _CALL
        return shape

    def _elements_of_group(self):  # noqa: C901 (a switch)
        """Read the elements of parentheses; returns what the only one is, or -1 if there are types or other marks."""
        lexer: TypescriptLexer = self.lexer
        shape: cython.int = _OTHER
        count: cython.Py_ssize_t = 0
        is_typed: cython.bint = False
        while not lexer.is_any(_ENDS):
            before: cython.Py_ssize_t = lexer.start
            while lexer.kind == Lexeme.AT:
                self._decorator()
            if lexer.kind == Lexeme.ELLIPSIS:
                is_typed = True
            if count or is_typed:
                self.hint_start = self.hint_end = 0
            shape = self._assignment()
            is_typed = is_typed or self.is_optional
            start: cython.Py_ssize_t = self.name_start
            end: cython.Py_ssize_t = self.name_end
            if lexer.kind == Lexeme.COLON:
                is_typed = True
                self.types.skip_annotation()
            if lexer.kind == Lexeme.EQUALS:
                lexer.advance()
                if shape == _NAME:
                    self._named_value(start, end)
                else:
                    self._assignment()
                shape = _OTHER
            if lexer.kind == Lexeme.COMMA or lexer.kind == Lexeme.SEMICOLON:
                count += 1
                lexer.advance()
            elif lexer.start == before and lexer.kind != Lexeme.CLOSE_PAREN:
                self.errors += 1
                lexer.advance()
        if is_typed:
            return -1
        return shape if count == 0 else _OTHER

    def _elements(self):
        """Read arguments up to the closing parenthesis."""
        lexer: TypescriptLexer = self.lexer
        while not lexer.is_any(_ENDS):
            before: cython.Py_ssize_t = lexer.start
            self.hint_start = self.hint_end = 0
            self._assignment()
            if lexer.kind == Lexeme.COMMA or lexer.kind == Lexeme.SEMICOLON:
                lexer.advance()
            elif lexer.start == before and lexer.kind != Lexeme.CLOSE_PAREN:
                self.errors += 1
                lexer.advance()
        return True

    def _is_return_type(self):
        """Go over the colon and type between parameters and ``=>``, if that is what they are; returns whether so."""
        lexer: TypescriptLexer = self.lexer
        before: cython.Py_ssize_t = lexer.previous_end
        if self.attempts_left < 0:
            return False
        self.types.skip_annotation()
        if lexer.kind == Lexeme.ARROW:
            return True
        self.attempts_left -= lexer.position - before
        lexer.rewind(before)
        return False

    def _array(self):
        lexer: TypescriptLexer = self.lexer
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        if self._is_too_deep():
            return
        self.in_choice = self.in_case = False
        lexer.advance()
        while not lexer.is_any(_BRACKET_ENDS):
            before: cython.Py_ssize_t = lexer.start
            self.hint_start = self.hint_end = 0
            if lexer.kind == Lexeme.COMMA:
                lexer.advance()
                continue
            self._assignment()
            if lexer.kind == Lexeme.COLON:
                self.types.skip_annotation()  # the index signature of a class
            if lexer.start == before and lexer.kind != Lexeme.CLOSE_BRACKET:
                self.errors += 1
                lexer.advance()
        if lexer.kind == Lexeme.CLOSE_BRACKET:
            lexer.advance()
        self.in_choice = in_choice
        self.in_case = in_case
        self.is_arrow = False

    def _object(self):
        """Read an object literal, or a pattern."""
        lexer: TypescriptLexer = self.lexer
        owner: cython.Py_ssize_t = self.owner
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        if self._is_too_deep():
            return
        self.depth += 1
        self.in_choice = self.in_case = False
        lexer.advance()
        while lexer.kind != Lexeme.CLOSE_BRACE and lexer.kind != Lexeme.END:
            before: cython.Py_ssize_t = lexer.start
            names: cython.Py_ssize_t = self.recorder.names_used
            self.hint_start = self.hint_end = 0
            if lexer.kind == Lexeme.COMMA:
                lexer.advance()
                continue
            if lexer.kind == Lexeme.ELLIPSIS:
                lexer.advance()
                self.owner = 0
                self._assignment()
            else:
                self._property(owner)
            self.recorder.infer()
            self.recorder.restore_names(names)
            self.owner = owner
            if lexer.start == before and lexer.kind != Lexeme.CLOSE_BRACE:
                self.errors += 1
                lexer.advance()
        if lexer.kind == Lexeme.CLOSE_BRACE:
            lexer.advance()
        self.depth -= 1
        self.in_choice = in_choice
        self.in_case = in_case
        self.is_arrow = False

    def _property(self, owner: cython.Py_ssize_t):  # noqa: C901 (a switch)
        """Read a property of an object literal that is assigned to ``owner``."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        start: cython.Py_ssize_t = lexer.start
        flags: cython.int = WrittenPartFlag.KEY
        self._key()
        while self._is_modifier():
            if self.key_word == Word.GET:
                flags |= WrittenPartFlag.GETTER
            elif self.key_word == Word.SET:
                flags |= WrittenPartFlag.SETTER
            self._key()
        part: cython.Py_ssize_t
        if lexer.kind == Lexeme.OPEN_PAREN or lexer.kind == Lexeme.LESS:
            part = self._key_part(flags, owner)
            self._method(self._method_start(start), part, owner, self.key_start, self.key_end)
        elif lexer.kind == Lexeme.COLON:
            lexer.advance()
            key: cython.Py_ssize_t = self._key_part(WrittenPartFlag.KEY, owner)
            kind: cython.int = self.key_kind
            key_start: cython.Py_ssize_t = self.key_start
            key_end: cython.Py_ssize_t = self.key_end
            self._push_key()
            self.owner = self._key_part(0, owner)
            if kind == WrittenPart.NAME:
                self.hint_start = key_start
                self.hint_end = key_end
            value: cython.int = self._assignment()
            if value == _CLASS:
                recorder.call_part(self.result, recorder.part(kind, key_start, key_end, 0))
            elif value == _FUNCTION:
                recorder.call_part(self.result, key)
            elif value == _OWN_NAME:
                recorder.put_own_name_in(self.result, key)
        elif lexer.kind == Lexeme.EQUALS:
            lexer.advance()
            self._named_value(self.key_start, self.key_end)

    def _key(self):
        """Read the key of a member, and the ``*`` before it."""
        lexer: TypescriptLexer = self.lexer
        if lexer.kind == Lexeme.STAR:
            lexer.advance()
        kind: cython.int = lexer.kind
        self.key_word = 0
        self.key_start = lexer.start
        self.key_end = lexer.end
        if kind == Lexeme.NAME:
            self.key_kind = WrittenPart.NAME
            self.key_word = lexer.word
        elif kind == Lexeme.STRING:
            self.key_kind = WrittenPart.STRING
        elif kind == Lexeme.NUMBER:
            self.key_kind = WrittenPart.NUMBER
        elif kind == Lexeme.PRIVATE_NAME:
            self.key_kind = WrittenPart.PRIVATE_NAME
        elif kind == Lexeme.OPEN_BRACKET:
            start: cython.Py_ssize_t = lexer.end
            names: cython.Py_ssize_t = self.recorder.names_used
            waiting: cython.Py_ssize_t = self.recorder.pending_count()
            owner: cython.Py_ssize_t = self.owner
            self.owner = 0
            self._array()
            self.owner = owner
            self.recorder.drop_functions(waiting)
            self.recorder.restore_names(names)
            self.key_kind = WrittenPart.COMPUTED_KEY
            self.key_start = start
            self.key_end = lexer.previous_end - 1
            self.key_word = 0
            return
        else:
            self.key_kind = WrittenPart.ANONYMOUS
            return
        lexer.advance()

    def _key_part(self, flags: cython.int, around: cython.Py_ssize_t):
        return self.recorder.part(self.key_kind | flags, self.key_start, self.key_end, around)

    def _method_start(self, start: cython.Py_ssize_t):
        """Return where a method starts whose member starts at ``start``: a key in brackets runs outside."""
        return self.lexer.start if self.key_kind == WrittenPart.COMPUTED_KEY else start

    def _push_key(self):
        if self.key_kind in (WrittenPart.NAME, WrittenPart.STRING, WrittenPart.PRIVATE_NAME):
            self.recorder.push_name(Role.MEMBER, self.key_kind, self.key_start, self.key_end)

    # functions

    def _function(self, start: cython.Py_ssize_t, use: cython.int):
        """Read a function from its word on; one that is declared only is none."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        name_start: cython.Py_ssize_t = self.hint_start
        name_end: cython.Py_ssize_t = self.hint_end
        kind: cython.int = WrittenPart.DEFAULT if use == _DEFAULT else WrittenPart.ANONYMOUS
        part_start: cython.Py_ssize_t = 0
        part_end: cython.Py_ssize_t = 0
        lexer.advance()
        if lexer.kind == Lexeme.STAR:
            lexer.advance()
        if lexer.kind == Lexeme.NAME:
            kind = WrittenPart.OWN_NAME if use == _EXPRESSION else WrittenPart.NAME
            name_start = part_start = lexer.start
            name_end = part_end = lexer.end
            lexer.advance()
        part: cython.Py_ssize_t = recorder.part(kind, part_start, part_end, 0)
        has_body: cython.bint = self._method(
            start, part, recorder.part(WrittenPart.RECEIVER, 0, 0, part), name_start, name_end
        )
        self.result = part
        self.is_arrow = False
        if not has_body or use != _EXPRESSION:
            return _OTHER
        if kind == WrittenPart.ANONYMOUS:
            recorder.add_function(part)
            return _FUNCTION
        return _OWN_NAME

    def _arrow(self, scope: cython.Py_ssize_t):
        """Read an arrow function from ``=>`` on."""
        recorder: FunctionRecorder = self.recorder
        part: cython.Py_ssize_t = recorder.part(WrittenPart.ANONYMOUS, 0, 0, 0)
        recorder.give_part(scope, part)
        start: cython.Py_ssize_t = self.hint_start
        end: cython.Py_ssize_t = self.hint_end
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        self.lexer.advance()
        recorder.close_scope(scope, self._body(self.receiver, start, end))
        recorder.add_function(part)
        self.in_choice = in_choice
        self.in_case = in_case
        self.result = part
        self.is_arrow = True
        return _FUNCTION

    def _method(
        self,
        start: cython.Py_ssize_t,
        part: cython.Py_ssize_t,
        receiver: cython.Py_ssize_t,
        name_start: cython.Py_ssize_t,
        name_end: cython.Py_ssize_t,
    ):
        """Read parameters and body of a function that starts at ``start``; returns whether it has a body."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        names: cython.Py_ssize_t = recorder.names_used
        waiting: cython.Py_ssize_t = recorder.pending_count()
        scope: cython.Py_ssize_t = recorder.open_scope(start, part)
        if lexer.kind == Lexeme.LESS:
            self.types.skip_arguments()
        if lexer.kind == Lexeme.OPEN_PAREN:
            self.in_choice = self.in_case = False
            if not self._is_too_deep():
                owner: cython.Py_ssize_t = self.owner
                self.owner = 0
                lexer.advance()
                self._elements_of_group()
                self.owner = owner
                if lexer.kind == Lexeme.CLOSE_PAREN:
                    lexer.advance()
        if lexer.kind == Lexeme.COLON:
            self.types.skip_annotation()
        recorder.restore_names(names)
        recorder.drop_functions(waiting)
        has_body: cython.bint = lexer.kind == Lexeme.OPEN_BRACE
        if has_body:
            recorder.close_scope(scope, self._body(receiver, name_start, name_end))
        else:
            recorder.cancel_scope(scope)
        self.in_choice = in_choice
        self.in_case = in_case
        return has_body

    def _body(self, receiver: cython.Py_ssize_t, start: cython.Py_ssize_t, end: cython.Py_ssize_t):
        """Read the body of a function whose name is at ``start``, if that isn't ``end``; returns where it ends."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        outer_owner: cython.Py_ssize_t = self.owner
        outer_receiver: cython.Py_ssize_t = self.receiver
        is_block: cython.bint = lexer.kind == Lexeme.OPEN_BRACE
        saved: tuple = recorder.enter_function(is_block)
        self.owner = 0
        self.receiver = receiver
        self.in_choice = self.in_choice and not is_block
        self.in_case = self.in_case and not is_block
        self.hint_start = self.hint_end = 0
        if end > start and lexer.is_upper_case(start):
            # V8 takes it for a constructor, and what is assigned in there for its members.
            recorder.enclose(start, end)
        if is_block:
            self._block()
        else:
            self._assignment()
        recorder.leave_function(saved, is_block)
        self.owner = outer_owner
        self.receiver = outer_receiver
        return lexer.previous_end

    # classes

    def _class(self, part: cython.Py_ssize_t):
        """Read a class from its word on; ``part`` is what it is called if it has no name: 0 if it must have one."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        name_start: cython.Py_ssize_t = self.hint_start
        name_end: cython.Py_ssize_t = self.hint_end
        start: cython.Py_ssize_t = lexer.start
        is_named: cython.bint = False
        if part == 0:
            part = recorder.part(WrittenPart.ANONYMOUS, 0, 0, 0)
        is_anonymous: cython.bint = recorder.is_anonymous(part)
        maker: cython.Py_ssize_t = recorder.part(WrittenPart.CONSTRUCTOR, 0, 0, part)
        lexer.advance()
        if lexer.kind == Lexeme.NAME and lexer.word != Word.EXTENDS and lexer.word != Word.IMPLEMENTS:
            name_start = lexer.start
            name_end = lexer.end
            recorder.replace_part(part, WrittenPart.NAME, name_start, name_end)
            is_named = True
            lexer.advance()
        # Of a class without a constructor, engines show the place of its head.
        recorder.close_scope(recorder.open_scope(start, maker), lexer.previous_end)
        if lexer.kind == Lexeme.LESS:
            self.types.skip_arguments()
        waiting: cython.Py_ssize_t = recorder.pending_count()
        names: cython.Py_ssize_t = recorder.names_used
        owner: cython.Py_ssize_t = self.owner
        self.owner = 0
        if lexer.kind == Lexeme.NAME and lexer.word == Word.EXTENDS:
            lexer.advance()
            self.hint_start = self.hint_end = 0
            self._heritage()
        if lexer.kind == Lexeme.NAME and lexer.word == Word.IMPLEMENTS:
            lexer.advance()
            self.types.skip_list()
        recorder.restore_names(names)
        if lexer.kind == Lexeme.OPEN_BRACE:
            self._class_body(part, maker, name_start, name_end)
        recorder.restore_names(names)
        recorder.drop_functions(waiting)
        self.owner = owner
        self.is_arrow = False
        self.result = part
        if is_named or not is_anonymous:
            return _OTHER
        recorder.add_function(part)
        return _CLASS

    def _heritage(self):
        """Read what a class extends: anything but an object literal."""
        lexer: TypescriptLexer = self.lexer
        self.is_this = False
        if lexer.kind != Lexeme.OPEN_BRACE and self.depth < MOST_DEPTH:
            self.depth += 1
            shape: cython.int = self._primary()
            if not self.is_arrow:
                self._chain(shape, False)
            self.depth -= 1
            self.is_arrow = False
        if lexer.kind == Lexeme.LESS:
            self.types.skip_arguments()

    def _class_body(
        self,
        part: cython.Py_ssize_t,
        maker: cython.Py_ssize_t,
        name_start: cython.Py_ssize_t,
        name_end: cython.Py_ssize_t,
    ):
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        receiver: cython.Py_ssize_t = self.receiver
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        outside: cython.Py_ssize_t = recorder.part_of_scope()
        if self._is_too_deep():
            return
        self.depth += 1
        self.in_choice = self.in_case = False
        scope: cython.Py_ssize_t = recorder.open_scope(lexer.start, maker)
        saved: tuple = recorder.enter_function(True)
        lexer.advance()
        while lexer.kind != Lexeme.CLOSE_BRACE and lexer.kind != Lexeme.END:
            before: cython.Py_ssize_t = lexer.start
            if lexer.kind == Lexeme.SEMICOLON or lexer.kind == Lexeme.COMMA:
                lexer.advance()
                continue
            recorder.begin_statement()
            self._member(part, outside, name_start, name_end)
            if lexer.start == before and lexer.kind != Lexeme.CLOSE_BRACE:
                self.errors += 1
                lexer.advance()
        if lexer.kind == Lexeme.CLOSE_BRACE:
            lexer.advance()
        recorder.leave_function(saved, True)
        recorder.close_scope(scope, lexer.previous_end)
        self.depth -= 1
        self.receiver = receiver
        self.in_choice = in_choice
        self.in_case = in_case

    def _member(  # noqa: C901 (a switch)
        self,
        class_part: cython.Py_ssize_t,
        outside: cython.Py_ssize_t,
        name_start: cython.Py_ssize_t,
        name_end: cython.Py_ssize_t,
    ):
        """Read a member of a class; ``outside`` is the part of the function around that."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        flags: cython.int = WrittenPartFlag.KEY
        is_static: cython.bint = False
        scope: cython.Py_ssize_t
        while lexer.kind == Lexeme.AT:
            scope = recorder.open_scope(lexer.start, outside)
            self._decorator()
            recorder.close_scope(scope, lexer.previous_end)
        start: cython.Py_ssize_t = lexer.start
        while True:
            if lexer.kind == Lexeme.OPEN_BRACKET:
                scope = recorder.open_scope(lexer.start, outside)
                self._key()
                recorder.close_scope(scope, lexer.previous_end)
            else:
                self._key()
            if not self._is_modifier():
                break
            if self.key_word == Word.STATIC:
                is_static = True
            elif self.key_word == Word.GET:
                flags |= WrittenPartFlag.GETTER
            elif self.key_word == Word.SET:
                flags |= WrittenPartFlag.SETTER
        if self.key_word == Word.STATIC and lexer.kind == Lexeme.OPEN_BRACE:
            self._static_block(class_part, start)
            return
        if lexer.kind == Lexeme.QUESTION or lexer.kind == Lexeme.NOT:
            lexer.advance()
        if lexer.kind == Lexeme.OPEN_PAREN or lexer.kind == Lexeme.LESS:
            part: cython.Py_ssize_t
            key_start: cython.Py_ssize_t = self.key_start
            key_end: cython.Py_ssize_t = self.key_end
            if self.key_word == Word.CONSTRUCTOR and not is_static:
                part = recorder.part(WrittenPart.CONSTRUCTOR, 0, 0, class_part)
                key_start = name_start
                key_end = name_end
            else:
                part = self._key_part(flags, class_part)
            self._method(self._method_start(start), part, class_part, key_start, key_end)
            return
        if lexer.kind == Lexeme.COLON:
            self.types.skip_annotation()
        if lexer.kind == Lexeme.EQUALS:
            self._field(class_part, is_static, name_start, name_end)

    def _is_modifier(self):
        """Say whether what was read as a key is a word that may stand before one."""
        return self.key_kind == WrittenPart.NAME and (_MODIFIERS >> self.key_word) & 1 and self.lexer.is_any(_KEYS)

    def _field(
        self,
        class_part: cython.Py_ssize_t,
        is_static: cython.bint,
        name_start: cython.Py_ssize_t,
        name_end: cython.Py_ssize_t,
    ):
        """Read the value of a field from ``=`` on: it runs in a function of its own."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        lexer.advance()
        key: cython.Py_ssize_t = self._key_part(WrittenPartFlag.KEY, class_part)
        kind: cython.int = self.key_kind
        start: cython.Py_ssize_t = self.key_start
        end: cython.Py_ssize_t = self.key_end
        scope: cython.Py_ssize_t = recorder.open_scope(
            lexer.start, recorder.part(WrittenPart.STATIC if is_static else WrittenPart.CONSTRUCTOR, 0, 0, class_part)
        )
        if name_end > name_start:
            recorder.push_name(Role.ENCLOSING, WrittenPart.NAME, name_start, name_end)
        self._push_key()
        self.owner = self._key_part(0, class_part)
        self.receiver = class_part
        self.hint_start = self.key_start
        self.hint_end = self.key_end
        value: cython.int = self._assignment()
        if value == _CLASS:
            recorder.call_part(self.result, self.recorder.part(kind, start, end, 0))
        elif value == _FUNCTION:
            recorder.call_part(self.result, key)
        elif value == _OWN_NAME:
            recorder.put_own_name_in(self.result, key)
        recorder.infer()
        self.owner = 0
        recorder.close_scope(scope, lexer.previous_end)

    def _static_block(self, class_part: cython.Py_ssize_t, start: cython.Py_ssize_t):
        recorder: FunctionRecorder = self.recorder
        scope: cython.Py_ssize_t = recorder.open_scope(start, recorder.part(WrittenPart.STATIC, 0, 0, class_part))
        recorder.close_scope(scope, self._body(class_part, 0, 0))

    # elements

    def _jsx(self):
        """Read an element from its ``<`` on, with all those in it."""
        lexer: TypescriptLexer = self.lexer
        owner: cython.Py_ssize_t = self.owner
        in_choice: cython.bint = self.in_choice
        in_case: cython.bint = self.in_case
        open_tags: cython.Py_ssize_t = 0
        if self.depth >= MOST_DEPTH:
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

    # what is nested too deeply

    def _is_too_deep(self):
        """Go over the brackets that open here, if they are nested too deeply; returns whether they are."""
        if self.depth < MOST_DEPTH:
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
        while not lexer.is_any(_ENDS) and lexer.kind != Lexeme.COMMA and lexer.kind != Lexeme.SEMICOLON:
            if lexer.is_any(_OPENING):
                lexer.skip_brackets()
            elif lexer.kind == Lexeme.BACKQUOTE:
                self.types.skip_template()
            else:
                lexer.advance()
        recorder.close_scope(scope, lexer.previous_end)
