# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Parser of functions, and of what has functions as its members: object literals and classes."""

import cython

from core.source_names.typescript_tokens import bit_set

if cython.compiled:
    from cython.cimports.core.source_names.function_recorder import FunctionRecorder
    from cython.cimports.core.source_names.jsx_parser import JsxParser
    from cython.cimports.core.source_names.typescript_lexer import TypescriptLexer
    from cython.cimports.core.source_names.typescript_tokens import Lexeme, Word
    from cython.cimports.core.source_names.written_names import (
        ExpressionKind,
        FunctionUse,
        Role,
        WrittenPart,
        WrittenPartFlag,
    )
else:
    from core.source_names.function_recorder import FunctionRecorder
    from core.source_names.jsx_parser import JsxParser
    from core.source_names.typescript_lexer import TypescriptLexer
    from core.source_names.typescript_tokens import Lexeme, Word
    from core.source_names.written_names import ExpressionKind, FunctionUse, Role, WrittenPart, WrittenPartFlag

COMPILED = cython.compiled

_KEYS = cython.declare(
    cython.ulonglong,
    bit_set(Lexeme.NAME, Lexeme.STRING, Lexeme.NUMBER, Lexeme.PRIVATE_NAME, Lexeme.OPEN_BRACKET, Lexeme.STAR),
)
_MODIFIERS = cython.declare(
    cython.ulonglong,
    bit_set(Word.STATIC, Word.ASYNC, Word.GET, Word.SET, Word.PUBLIC, Word.PRIVATE, Word.PROTECTED)
    | bit_set(Word.ABSTRACT, Word.OVERRIDE, Word.READONLY, Word.DECLARE, Word.ACCESSOR),
)


@cython.cclass
class FunctionParser(JsxParser):
    """Area of the grammar: functions, object literals and classes."""

    def _function(self, start: cython.Py_ssize_t, use: cython.int):
        """Read a function from its word on; one that is declared only is none."""
        lexer: TypescriptLexer = self.lexer
        recorder: FunctionRecorder = self.recorder
        name_start: cython.Py_ssize_t = self.hint_start
        name_end: cython.Py_ssize_t = self.hint_end
        kind: cython.int = WrittenPart.DEFAULT if use == FunctionUse.DEFAULT_EXPORT else WrittenPart.ANONYMOUS
        part_start: cython.Py_ssize_t = 0
        part_end: cython.Py_ssize_t = 0
        lexer.advance()
        if lexer.kind == Lexeme.STAR:
            lexer.advance()
        if lexer.kind == Lexeme.NAME:
            kind = WrittenPart.OWN_NAME if use == FunctionUse.EXPRESSED else WrittenPart.NAME
            name_start = part_start = lexer.start
            name_end = part_end = lexer.end
            lexer.advance()
        part: cython.Py_ssize_t = recorder.part(kind, part_start, part_end, 0)
        has_body: cython.bint = self._method(
            start, part, recorder.part(WrittenPart.RECEIVER, 0, 0, part), name_start, name_end
        )
        self.result = part
        self.is_arrow = False
        if not has_body or use != FunctionUse.EXPRESSED:
            return ExpressionKind.OTHER
        if kind == WrittenPart.ANONYMOUS:
            recorder.add_function(part)
            return ExpressionKind.NAMELESS_FUNCTION
        return ExpressionKind.NAMED_FUNCTION

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
        return ExpressionKind.NAMELESS_FUNCTION

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
            if value == ExpressionKind.NAMELESS_CLASS:
                recorder.call_part(self.result, recorder.part(kind, key_start, key_end, 0))
            elif value == ExpressionKind.NAMELESS_FUNCTION:
                recorder.call_part(self.result, key)
            elif value == ExpressionKind.NAMED_FUNCTION:
                recorder.put_own_name_in(self.result, key)
        elif lexer.kind == Lexeme.EQUALS:
            lexer.advance()
            self._named_value(self.key_start, self.key_end)

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
        if shape in (ExpressionKind.NAMELESS_FUNCTION, ExpressionKind.NAMELESS_CLASS):
            recorder.call_part(self.result, self.owner)
        if shape == ExpressionKind.CALL:
            recorder.remove_last_function()
        else:
            recorder.infer()
        self.owner = owner
        recorder.restore_names(names)

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

    def _is_modifier(self):
        """Say whether what was read as a key is a word that may stand before one."""
        return self.key_kind == WrittenPart.NAME and (_MODIFIERS >> self.key_word) & 1 and self.lexer.is_any(_KEYS)

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
            return ExpressionKind.OTHER
        recorder.add_function(part)
        return ExpressionKind.NAMELESS_CLASS

    def _heritage(self):
        """Read what a class extends: anything but an object literal."""
        lexer: TypescriptLexer = self.lexer
        self.is_this = False
        if lexer.kind != Lexeme.OPEN_BRACE and self.depth < self.most_depth:
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
        if value == ExpressionKind.NAMELESS_CLASS:
            recorder.call_part(self.result, self.recorder.part(kind, start, end, 0))
        elif value == ExpressionKind.NAMELESS_FUNCTION:
            recorder.call_part(self.result, key)
        elif value == ExpressionKind.NAMED_FUNCTION:
            recorder.put_own_name_in(self.result, key)
        recorder.infer()
        self.owner = 0
        recorder.close_scope(scope, lexer.previous_end)

    def _static_block(self, class_part: cython.Py_ssize_t, start: cython.Py_ssize_t):
        recorder: FunctionRecorder = self.recorder
        scope: cython.Py_ssize_t = recorder.open_scope(start, recorder.part(WrittenPart.STATIC, 0, 0, class_part))
        recorder.close_scope(scope, self._body(class_part, 0, 0))
