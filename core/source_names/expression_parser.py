# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Parser of expressions."""

import cython

from core.source_names.typescript_tokens import bit_set

if cython.compiled:
    from cython.cimports.core.source_names.function_parser import FunctionParser
    from cython.cimports.core.source_names.function_recorder import FunctionRecorder
    from cython.cimports.core.source_names.typescript_lexer import TypescriptLexer
    from cython.cimports.core.source_names.typescript_tokens import Lexeme, Word
    from cython.cimports.core.source_names.written_names import ExpressionKind, FunctionUse, Role, WrittenPart
else:
    from core.source_names.function_parser import FunctionParser
    from core.source_names.function_recorder import FunctionRecorder
    from core.source_names.typescript_lexer import TypescriptLexer
    from core.source_names.typescript_tokens import Lexeme, Word
    from core.source_names.written_names import ExpressionKind, FunctionUse, Role, WrittenPart

COMPILED = cython.compiled

_BRACKET_ENDS = cython.declare(cython.ulonglong, bit_set(Lexeme.END, Lexeme.CLOSE_BRACKET, Lexeme.CLOSE_BRACE))
_OPTIONAL_ENDS = cython.declare(
    cython.ulonglong, bit_set(Lexeme.COLON, Lexeme.COMMA, Lexeme.CLOSE_PAREN, Lexeme.EQUALS)
)
_PREFIXES = cython.declare(cython.ulonglong, bit_set(Lexeme.NOT, Lexeme.SIGN, Lexeme.UPDATE, Lexeme.ELLIPSIS))
_OPERATORS = cython.declare(
    cython.ulonglong,
    bit_set(Lexeme.OPERATOR, Lexeme.SIGN, Lexeme.STAR, Lexeme.SLASH, Lexeme.LESS, Lexeme.AND, Lexeme.OR),
)
_OPERANDS = cython.declare(
    cython.ulonglong,
    bit_set(Lexeme.NAME, Lexeme.STRING, Lexeme.NUMBER, Lexeme.OPEN_BRACKET, Lexeme.NOT, Lexeme.SIGN, Lexeme.UPDATE)
    | bit_set(Lexeme.LESS, Lexeme.GREATER),
)
"""What would be the right side of ``>``, and does not follow type arguments."""
_EXTENDS = cython.declare(cython.ulonglong, bit_set(Word.EXTENDS))
_WORD_OPERATORS = cython.declare(cython.ulonglong, bit_set(Word.IN, Word.INSTANCEOF))
_TYPE_OPERATORS = cython.declare(cython.ulonglong, bit_set(Word.AS, Word.SATISFIES))
_AFTER_ARGUMENTS = cython.declare(cython.ulonglong, bit_set(Word.AS, Word.SATISFIES, Word.IMPLEMENTS))
_NEVER_NAMES = cython.declare(
    cython.ulonglong,
    bit_set(Word.CONST, Word.RETURN, Word.IF_, Word.ELSE_, Word.FOR, Word.WHILE, Word.SWITCH, Word.CASE)
    | bit_set(Word.DEFAULT, Word.BREAK, Word.CONTINUE, Word.THROW, Word.TRY, Word.VAR, Word.EXPORT, Word.IN)
    | bit_set(Word.INSTANCEOF, Word.EXTENDS),
)


@cython.cclass
class ExpressionParser(FunctionParser):
    """Area of the grammar: expressions."""

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
        if self.depth >= self.most_depth:
            self._skip_expression()
            return ExpressionKind.OTHER
        self.depth += 1
        is_optional: cython.bint = False
        names: cython.Py_ssize_t = recorder.names_used
        shape: cython.int = ExpressionKind.OTHER
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
                shape = ExpressionKind.OTHER
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
        return ExpressionKind.OTHER if is_choice else shape

    def _assigned(self, shape: cython.int, first: cython.Py_ssize_t):
        """Read what is assigned to an expression, whose names are on the stack from ``first`` on."""
        recorder: FunctionRecorder = self.recorder
        owner: cython.Py_ssize_t = self.owner
        is_own: cython.bint = False
        self.lexer.advance()
        self.hint_start = self.hint_end = 0
        if shape == ExpressionKind.PLAIN_NAME:
            self.owner = recorder.part(WrittenPart.NAME, self.name_start, self.name_end, 0)
            self.hint_start = self.name_start
            self.hint_end = self.name_end
        elif shape == ExpressionKind.MEMBER_ACCESS:
            is_own = self.is_this and recorder.names_used == first + 1
            self.owner = recorder.target(first, self.receiver if self.is_this else 0)
        else:
            self.owner = 0
        target: cython.Py_ssize_t = self.owner
        value: cython.int = self._assignment()
        if value in (ExpressionKind.NAMELESS_FUNCTION, ExpressionKind.NAMELESS_CLASS) and (
            shape == ExpressionKind.PLAIN_NAME or is_own
        ):
            recorder.call_part(self.result, target)
        elif value == ExpressionKind.NAMED_FUNCTION and shape == ExpressionKind.MEMBER_ACCESS:
            recorder.put_own_name_in(self.result, target)
        if value == ExpressionKind.CALL:
            recorder.remove_last_function()
        else:
            recorder.infer()
        self.owner = owner
        return ExpressionKind.OTHER

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
                    return self._chain(ExpressionKind.OTHER, False)
            elif lexer.word == Word.NEW:
                lexer.advance()
                if lexer.kind == Lexeme.DOT:
                    lexer.advance()
                    lexer.advance()
                    return self._chain(ExpressionKind.OTHER, False)
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
        return ExpressionKind.OTHER if has_prefix else shape

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
        return ExpressionKind.OTHER

    def _word_primary(self):
        lexer: TypescriptLexer = self.lexer
        word: cython.int = lexer.word
        start: cython.Py_ssize_t = lexer.start
        if word == Word.FUNCTION:
            return self._function(start, FunctionUse.EXPRESSED)
        if word == Word.CLASS:
            part: cython.Py_ssize_t = self.recorder.part(WrittenPart.ANONYMOUS, 0, 0, 0)
            return self._class(part)
        if word == Word.ASYNC:
            return self._async_primary()
        if word == Word.THIS:
            lexer.advance()
            self.is_this = True
            return ExpressionKind.OTHER
        if word == Word.SUPER or word == Word.IMPORT:
            lexer.advance()
            return ExpressionKind.OTHER
        if lexer.is_word(_NEVER_NAMES):
            return ExpressionKind.OTHER
        end: cython.Py_ssize_t = lexer.end
        lexer.advance()
        if lexer.kind == Lexeme.ARROW and not lexer.line_break:
            return self._arrow(self.recorder.open_scope(start, 0))
        self.name_start = start
        self.name_end = end
        self.recorder.push_name(Role.VARIABLE, WrittenPart.NAME, start, end)
        return ExpressionKind.PLAIN_NAME

    def _async_primary(self):
        """Read ``async``, and the function that may follow."""
        lexer: TypescriptLexer = self.lexer
        start: cython.Py_ssize_t = lexer.start
        end: cython.Py_ssize_t = lexer.end
        lexer.advance()
        if not lexer.line_break:
            if lexer.kind == Lexeme.NAME and lexer.word == Word.FUNCTION:
                return self._function(start, FunctionUse.EXPRESSED)
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
        return ExpressionKind.PLAIN_NAME

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
                    shape = ExpressionKind.MEMBER_ACCESS
                elif lexer.kind == Lexeme.PRIVATE_NAME:
                    recorder.push_name(Role.MEMBER, WrittenPart.PRIVATE_NAME, lexer.start, lexer.end)
                    lexer.advance()
                    shape = ExpressionKind.MEMBER_ACCESS
                elif kind == Lexeme.DOT:
                    return ExpressionKind.OTHER
            elif kind == Lexeme.OPEN_BRACKET:
                self._index()
                shape = ExpressionKind.MEMBER_ACCESS
            elif kind == Lexeme.OPEN_PAREN:
                self._arguments()
                if not is_new:
                    recorder.remove_last_function()
                is_new = False
                self.is_this = False
                shape = ExpressionKind.CALL
            elif kind == Lexeme.BACKQUOTE:
                self._template()
                shape = ExpressionKind.OTHER
            elif kind == Lexeme.NOT and not lexer.line_break:
                lexer.advance()
            elif kind == Lexeme.UPDATE and not lexer.line_break:
                lexer.advance()
                shape = ExpressionKind.OTHER
            elif kind == Lexeme.LESS and self.has_types and self._are_type_arguments():
                pass
            else:
                return ExpressionKind.CALL if is_new else shape

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
                return ExpressionKind.OTHER
        if not self.types.skip_arguments():
            return ExpressionKind.OTHER
        if lexer.kind == Lexeme.OPEN_PAREN:
            return self._parentheses(start, False)
        if self.depth >= self.most_depth:
            return ExpressionKind.OTHER
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
            return ExpressionKind.OTHER
        waiting: cython.Py_ssize_t = recorder.pending_count()
        scope: cython.Py_ssize_t = recorder.open_scope(start, 0)
        self.in_choice = self.in_case = False
        lexer.advance()
        is_empty: cython.bint = lexer.kind == Lexeme.CLOSE_PAREN
        shape: cython.int = self._elements_of_group()
        has_types: cython.bint = shape < 0
        if has_types or shape in (ExpressionKind.PLAIN_NAME, ExpressionKind.MEMBER_ACCESS):
            shape = ExpressionKind.OTHER  # V8 takes no name from a target in parentheses
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
            return ExpressionKind.CALL
        return shape

    def _elements_of_group(self):  # noqa: C901 (a switch)
        """Read the elements of parentheses; returns what the only one is, or -1 if there are types or other marks."""
        lexer: TypescriptLexer = self.lexer
        shape: cython.int = ExpressionKind.OTHER
        count: cython.Py_ssize_t = 0
        is_typed: cython.bint = False
        while not lexer.is_closing():
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
                if shape == ExpressionKind.PLAIN_NAME:
                    self._named_value(start, end)
                else:
                    self._assignment()
                shape = ExpressionKind.OTHER
            if lexer.kind == Lexeme.COMMA or lexer.kind == Lexeme.SEMICOLON:
                count += 1
                lexer.advance()
            elif lexer.start == before and lexer.kind != Lexeme.CLOSE_PAREN:
                self.errors += 1
                lexer.advance()
        if is_typed:
            return -1
        return shape if count == 0 else ExpressionKind.OTHER

    def _elements(self):
        """Read arguments up to the closing parenthesis."""
        lexer: TypescriptLexer = self.lexer
        while not lexer.is_closing():
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

    def _decorator(self):
        """Read a decorator, which runs in the function around, not in the class."""
        lexer: TypescriptLexer = self.lexer
        start: cython.Py_ssize_t = lexer.start
        names: cython.Py_ssize_t = self.recorder.names_used
        waiting: cython.Py_ssize_t = self.recorder.pending_count()
        lexer.advance()
        if self.depth < self.most_depth:
            self.depth += 1
            self._operand()
            self.depth -= 1
        self.is_arrow = False
        self.recorder.drop_functions(waiting)
        self.recorder.restore_names(names)
        if start == lexer.start:
            lexer.advance()
