# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Parser of JavaScript that records function scopes and the parts that name them.

The parser is a loop by the LL(1) parse table, at the end; the recorder does the table's actions.  Both are in one file,
as C inlines functions within one file only.

A part of a name is three numbers: ``NamePart`` and ``PartFlag``s, the offset of its text, and the part around.  A
scope is four: where it starts and ends, its part, and the scope around.  Both live in buffers that the caller gives;
when one is full, ``is_full`` says so and the work is in vain.  What is put aside must not go beyond ``saved_limit``:
the parser loop stops then.  No single action puts more aside than there is room for beyond.

``node`` is the innermost thing around that has a say in how a function here is called: an assignment's target, a
property, a class …  Nodes are parts; each knows the part around it, so a scope needs to remember only the node it is
in, and nobody builds a name before it is asked for (see ``scope_names``).

Most parts name nothing in the end.  ``floor`` is where the parts start that no scope has had the time to refer to:
once an operand is over, those are dropped, and so is all that brackets have left if no function was in them.

Scopes are in the order of their starts.  An arrow function is known only when its parameters are over, so a place is
held for it where they start; a place held in vain is given back, or left without an end.

An operand is known as a target of an assignment, a pattern or parameters only when it is over.  So its parts are kept:
a chain of identifiers and members for a target, and one part for each pair of brackets, to be marked later.
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.grammar import Action
    from cython.cimports.core.javascript.lexer import Lexer
    from cython.cimports.core.javascript.numbers import (
        FunctionFlag,
        Modifier,
        NamePart,
        OperandKind,
        PartFlag,
        StepMode,
        TableLayout,
        TokenKind,
        TokenSlot,
    )
else:
    from core.javascript.grammar import Action
    from core.javascript.lexer import Lexer
    from core.javascript.numbers import (
        FunctionFlag,
        Modifier,
        NamePart,
        OperandKind,
        PartFlag,
        StepMode,
        TableLayout,
        TokenKind,
        TokenSlot,
    )

COMPILED = cython.compiled


@cython.final
@cython.cclass
class ScopeRecorder:
    """Scopes and name parts of the text that ``lexer`` is in.

    The buffers ``parts``, ``scopes`` and ``saved`` are zeroed; the first part is ``NamePart.ROOT``.  ``noted_tokens``
    are those of the parser loop (``TokenSlot``), and what is noted here: the operand just read has a kind even if it
    is more than a token.  ``chain`` is its last part if that is a member (0: none that can name anything), ``bracket``
    the part of its brackets if it has some.  ``whole_end`` is where the last operand ended that was a whole element of
    the brackets around it.
    """

    def __init__(self, lexer: Lexer, parts, scopes, saved, noted_tokens):
        self.lexer = lexer
        self.parts = parts
        self.scopes = scopes
        self.saved = saved
        self.noted_tokens = noted_tokens
        self.parts_used = self.floor = NamePart.ROOT + 1
        self.saved_limit = len(saved) - 16
        self.scopes_used = self.saved_used = self.floor_scopes = self.node = self.flags = 0
        self.chain = self.bracket = self.whole_end = self.arrow_slot = 0
        self.member_start = self.modifiers = self.key_part = self.key_slot = 0
        self.is_full = False

    def finish(self):
        """Drop the places held in vain, and note for each scope which one is around it."""
        kept: cython.int = 0
        around: cython.int = -1
        slot: cython.int
        for slot in range(self.scopes_used):
            start: cython.int = self.scopes[4 * slot]
            end: cython.int = self.scopes[4 * slot + 1]
            if end:
                # Each scope is around later ones only: see what is written below.
                while around >= 0 and self.scopes[4 * around + 1] <= start:
                    around = self.scopes[4 * around + 3]
                self.scopes[4 * kept] = start
                self.scopes[4 * kept + 1] = end
                self.scopes[4 * kept + 2] = self.scopes[4 * slot + 2]
                self.scopes[4 * kept + 3] = around
                around = kept
                kept += 1
        self.scopes_used = kept

    def perform(self, action: cython.int, kind: cython.int):  # noqa: C901 (a switch)
        """Do one thing that the grammar says; ``kind`` is that of the current token.

        Returns whether the text may still be a program.
        """
        # operands
        if action == Action.LET_AS_NAME:
            self._finish_operand(OperandKind.NAME)
        elif action == Action.NAMED_MEMBER:
            self._extend_chain(NamePart.NAMED_MEMBER, self.lexer.start)
        elif action == Action.PRIVATE_MEMBER:
            self._extend_chain(NamePart.PRIVATE_MEMBER, self.lexer.start)
        elif action == Action.UNNAMED_MEMBER:
            self._finish_member(0)  # of `super` or after `?.`: it can't name anything
        elif action == Action.OPEN_INDEX:
            self._open_index()
        elif action == Action.CLOSE_INDEX:
            self._close_index()
        elif action == Action.WHOLE:
            self._end_element()
        # assignments
        elif action == Action.ASSIGN:
            return self._assign(0)
        elif action == Action.ASSIGN_ELEMENT:
            return self._assign(PartFlag.ELEMENT)
        elif action == Action.COMPOUND:
            return self._noted(TokenSlot.OPERAND_KIND) != OperandKind.BRACKETS and self._assign(0)
        elif action == Action.OPEN_DECLARATOR:
            self._open_declarator()
        elif action == Action.FOR_TARGET:
            return kind == TokenKind.SEMICOLON or self._end_target()
        elif action == Action.LEAVE:
            self._leave()
        # brackets
        elif action == Action.OPEN_GROUP:
            self._open_group(self.lexer.start)
        elif action == Action.OPEN_ASYNC_GROUP:
            self._open_group(self._noted(TokenSlot.OPERAND))
        elif action == Action.ONLY_PARAMETERS:
            self.parts[3 * self.node] |= PartFlag.ONLY_PARAMETERS
        elif action == Action.CLOSE_GROUP:
            return self._close_group(kind, OperandKind.PARENTHESES)
        elif action == Action.CLOSE_ASYNC_GROUP:
            return self._close_group(kind, OperandKind.OTHER)
        elif action == Action.OPEN_ARRAY:
            self._open_brackets(NamePart.ARRAY)
        elif action == Action.OPEN_OBJECT:
            self._open_brackets(NamePart.OBJECT)
        elif action == Action.CLOSE_ARRAY or action == Action.CLOSE_OBJECT:
            self._close_brackets()
        # functions
        elif action == Action.ARROW:
            return self._open_arrow()
        elif action == Action.OPEN_FUNCTION:
            self._open_scope(self._hold_scope(self.lexer.start), self.node, 0, 0)
        elif action == Action.OPEN_ASYNC_FUNCTION:
            self._open_scope(self._hold_scope(self._noted(TokenSlot.OPERAND)), self.node, 0, FunctionFlag.AWAIT)
        elif action == Action.GENERATOR:
            self.flags |= FunctionFlag.YIELD_IN_BODY
        elif action == Action.FUNCTION_NAME:
            self._name_function()
        elif action == Action.OPEN_BODY:
            self.flags |= FunctionFlag.YIELD if self.flags & FunctionFlag.YIELD_IN_BODY else 0
        elif action == Action.CLOSE_FUNCTION or action == Action.CLOSE_CLASS:
            self._close_scope(self.lexer.position)
        elif action == Action.END_FUNCTION:
            self._close_scope(self.lexer.previous_end)
        # classes
        elif action == Action.OPEN_CLASS:
            self._open_class()
        elif action == Action.CLASS_DECLARATION:
            self._name_class(NamePart.CLASS_DECLARATION)
        elif action == Action.CLASS_EXPRESSION:
            self._name_class(NamePart.CLASS_EXPRESSION)
        elif action == Action.OPEN_CLASS_BODY:
            self.flags |= FunctionFlag.SUPER
        # members of classes and object literals
        elif action == Action.MEMBER:
            self.member_start = self.lexer.start
            self.modifiers = 0
        elif action == Action.PROPERTY:
            self._open_property()
        elif action == Action.OPEN_PROPERTY_METHOD:
            self._open_property_method()
        elif action == Action.OPEN_METHOD:
            return self._open_class_method()
        elif action == Action.FIELD:
            self._release_key()
            return not self._is_constructor()
        elif action == Action.OPEN_KEY:
            self._open_key()
        elif action == Action.CLOSE_KEY:
            self._close_key()
        elif action == Action.GETTER:
            self.modifiers |= Modifier.GET
        elif action == Action.SETTER:
            self.modifiers |= Modifier.SET
        elif action == Action.ASYNC_METHOD:
            self.modifiers |= Modifier.ASYNC
        elif action == Action.GENERATOR_METHOD:
            self.modifiers |= Modifier.GENERATOR
        # what only some places allow
        elif action == Action.YIELD:
            return self.flags & FunctionFlag.YIELD != 0
        elif action == Action.SUPER_MEMBER:
            return self.flags & FunctionFlag.SUPER != 0
        elif action == Action.BARE_AWAIT:
            return not self.flags & FunctionFlag.AWAIT
        elif action == Action.LINE_BREAK:
            return self.lexer.line_break
        elif action == Action.SAME_LINE:
            return not self.lexer.line_break
        elif action == Action.REJECT:
            return False
        return True

    # functions

    def _open_arrow(self):
        slot: cython.int = self.arrow_slot
        operand_kind: cython.int = self._noted(TokenSlot.OPERAND_KIND)
        if operand_kind == OperandKind.NAME:
            slot = self._hold_scope(self._noted(TokenSlot.OPERAND))
        elif operand_kind != OperandKind.PARENTHESES:
            return False
        self._open_scope(slot, self.node, 0, self.flags & FunctionFlag.SUPER)
        return True

    def _close_scope(self, end: cython.int):
        self._end_scope(end)
        self._finish_operand(OperandKind.OTHER)

    def _name_function(self):
        slot: cython.int = self._entered_slot()
        around: cython.int = self.scopes[4 * slot + 2]
        self.scopes[4 * slot + 2] = self._add_part(NamePart.FUNCTION_NAME, self.lexer.start, around)
        self.floor = self.parts_used

    # classes

    def _open_class(self):
        part: cython.int = self._add_part(NamePart.CLASS, self.lexer.start, self.node)
        self._open_scope(self._hold_scope(self.lexer.start), part, self.node, self.flags)
        self.floor = self.parts_used

    def _name_class(self, kind: cython.int):
        part: cython.int = self.scopes[4 * self._entered_slot() + 2]
        self.node = self._add_part(kind, self.lexer.start, self.node)
        self.parts[3 * part + 2] = self.node
        self.floor = self.parts_used

    # members of classes and object literals

    def _open_key(self):
        """Enter a key in brackets, and hold a place for the method that it may turn out to belong to."""
        self._forget()
        part: cython.int = self._add_part(NamePart.COMPUTED_KEY, self.lexer.start, self.node)
        self._push(self._hold_scope(self.member_start))
        self._push(self.modifiers)
        self._enter(part)

    def _close_key(self):
        self.key_part = self.node
        self._leave()
        self.modifiers = self._pop()
        self.key_slot = self._pop()
        self._note(TokenSlot.KEY, self.parts[3 * self.key_part + 1])
        self._note(TokenSlot.KEY_KIND, TokenKind.OPEN_BRACKET)

    def _release_key(self):
        if self._noted(TokenSlot.KEY_KIND) == TokenKind.OPEN_BRACKET:
            self._release_scope(self.key_slot)

    def _open_property(self):
        key: cython.int = self._noted(TokenSlot.KEY_KIND)
        if key == TokenKind.STRING or key == TokenKind.NUMBER or key == TokenKind.OPEN_BRACKET:
            self._release_key()
            self._enter(self.node)
        else:
            self._forget()
            self._enter(self._add_part(NamePart.PROPERTY, self._noted(TokenSlot.KEY), self.node))

    def _open_property_method(self):
        self.parts[3 * self.node] |= PartFlag.HAS_METHODS
        accessor: cython.int = self.modifiers & (Modifier.GET | Modifier.SET)
        if not accessor:
            self._open_method(NamePart.OBJECT_METHOD, 0)
        elif accessor == Modifier.GET:
            self._open_method(NamePart.OBJECT_GETTER, self.node)
        else:
            self._open_method(NamePart.OBJECT_SETTER, self.node)

    def _open_class_method(self):
        kind: cython.int = NamePart.METHOD
        if self._noted(TokenSlot.KEY_KIND) != TokenKind.PRIVATE_NAME:
            if self.modifiers & Modifier.GET:
                kind = NamePart.GETTER
            elif self.modifiers & Modifier.SET:
                kind = NamePart.SETTER
        if self._is_constructor() and not self.modifiers & (Modifier.GET | Modifier.SET | Modifier.GENERATOR):
            self._open_scope(-1, 0, 0, FunctionFlag.SUPER)
            return not self.modifiers & Modifier.ASYNC
        self._open_method(kind, 0)
        return True

    def _is_constructor(self):
        if self._noted(TokenSlot.KEY_KIND) != TokenKind.STRING:
            return self._noted(TokenSlot.KEY_KIND) == TokenKind.CONSTRUCTOR
        return self.lexer.is_string(TokenKind.CONSTRUCTOR, self._noted(TokenSlot.KEY))

    def _open_method(self, kind: cython.int, node: cython.int):
        flags: cython.int = FunctionFlag.SUPER
        if self.modifiers & Modifier.ASYNC:
            flags |= FunctionFlag.AWAIT
        if self.modifiers & Modifier.GENERATOR:
            flags |= FunctionFlag.YIELD_IN_BODY
        if self._noted(TokenSlot.KEY_KIND) != TokenKind.OPEN_BRACKET:
            self._forget()
            self._open_scope(
                self._hold_scope(self.member_start),
                self._add_part(kind, self._noted(TokenSlot.KEY), self.node),
                node,
                flags,
            )
        elif node:
            # Functions in the key of an object's getter or setter see through it, so its part stays as it is.
            self._open_scope(self.key_slot, self._add_part(kind, self._noted(TokenSlot.KEY), self.node), node, flags)
        else:
            self.parts[3 * self.key_part] = kind
            self._open_scope(self.key_slot, self.key_part, node, flags)

    # operands, assignments and brackets

    def _noted(self, slot: cython.int):
        """Return what is noted in ``slot``."""
        return self.noted_tokens[slot]

    def _note(self, slot: cython.int, value: cython.int):
        """Note ``value`` in ``slot``."""
        self.noted_tokens[slot] = value

    def _finish_operand(self, operand_kind: cython.int):
        """Note what the operand just read looks like."""
        self._note(TokenSlot.OPERAND_KIND, operand_kind)

    def _extend_chain(self, kind: cython.int, offset: cython.int):
        """Add a member to the operand."""
        chain: cython.int = self._made_chain()
        self._finish_member(self._add_part(kind, offset, chain) if chain else 0)

    def _finish_member(self, chain: cython.int):
        """Note that the operand just read is a member: only here, as its kind and ``chain`` go together."""
        self.chain = chain
        self._finish_operand(OperandKind.MEMBER)

    def _made_chain(self):
        """Return the last part of the operand, which is made now if it's the first: most names are all there is."""
        operand_kind: cython.int = self._noted(TokenSlot.OPERAND_KIND)
        if operand_kind == OperandKind.MEMBER:
            return self.chain
        if operand_kind == OperandKind.NAME or operand_kind == OperandKind.LET or operand_kind == OperandKind.THIS:
            self._forget()
            kind: cython.int = NamePart.TARGET_THIS if operand_kind == OperandKind.THIS else NamePart.TARGET_NAME
            return self._add_part(kind, self._noted(TokenSlot.OPERAND), self.node)
        return 0

    def _open_index(self):
        """Enter the brackets of ``a[b]``."""
        self._push(self._made_chain())
        self._enter(self._add_part(NamePart.INDEX, 0, self.node))

    def _close_index(self):
        """Leave them, and add what they are to the operand."""
        index: cython.int = self.node
        offset: cython.int = self._noted(TokenSlot.OPERAND)
        operand_kind: cython.int = self._noted(TokenSlot.OPERAND_KIND)
        is_plain: cython.bint = self.whole_end == self.lexer.start and (
            operand_kind == OperandKind.NAME or operand_kind == OperandKind.LET or operand_kind == OperandKind.LITERAL
        )
        self._leave()
        self._finish_member(self._pop())
        if is_plain:
            self._extend_chain(NamePart.LITERAL_INDEX, offset)
        else:
            self._extend_chain(NamePart.COMPUTED_INDEX, index)

    def _end_element(self):
        """Note that the operand just read is a whole element of the brackets around."""
        self.whole_end = self.lexer.start
        operand_kind: cython.int = self._noted(TokenSlot.OPERAND_KIND)
        if operand_kind == OperandKind.BRACKETS:
            self.parts[3 * self.bracket] |= PartFlag.WHOLE
        elif operand_kind == OperandKind.METHODS:
            around: cython.int = self.node
            if self.parts[3 * around] == NamePart.PROPERTY:
                around = self.parts[3 * around + 2]
            self.parts[3 * around] |= PartFlag.HAS_METHODS

    def _end_target(self):
        """Note that the operand just read is the target of a `for`, if it's all that is there."""
        return self.whole_end != self.lexer.start or self._mark_pattern()

    def _open_declarator(self):
        """Enter the value of a variable."""
        self._forget()
        self._enter(self._add_part(NamePart.DECLARATOR, self._noted(TokenSlot.DECLARED), self.node))

    def _assign(self, flag: cython.int):
        """Enter the assignment to the operand just read."""
        operand_kind: cython.int = self._noted(TokenSlot.OPERAND_KIND)
        if operand_kind == OperandKind.OTHER or operand_kind == OperandKind.THIS or operand_kind == OperandKind.LITERAL:
            return False
        if not self._mark_pattern():
            return False
        target: cython.int = self._made_chain()
        if not target:
            self._enter(self.node)
            return True
        self.parts[3 * target] |= flag
        self._tell_indexes(target)
        self._enter(target)
        return True

    def _tell_indexes(self, target: cython.int):
        """Let functions in the target's brackets know that they are in the target of an assignment."""
        part: cython.int = target
        before: cython.int = target + 1
        # A member's number is above that of what it is a member of, so there is an end.
        while part < before and self.parts[3 * part] & 31 >= NamePart.NAMED_MEMBER:
            if self.parts[3 * part] & 31 == NamePart.COMPUTED_INDEX:
                self.parts[3 * self.parts[3 * part + 1] + 1] = target
            before = part
            part = self.parts[3 * part + 2]

    def _mark_pattern(self):
        """If the operand just read is in brackets, it's a pattern."""
        operand_kind: cython.int = self._noted(TokenSlot.OPERAND_KIND)
        if operand_kind == OperandKind.BRACKETS:
            self.parts[3 * self.bracket] |= PartFlag.PATTERN
        return operand_kind != OperandKind.METHODS

    def _open_group(self, start: cython.int):
        """Enter parentheses: hold a place for the arrow function that they may be the parameters of."""
        self._forget()
        self._push(self._hold_scope(start))
        self._enter(self._add_part(NamePart.GROUP, start, self.node))

    def _close_group(self, kind: cython.int, operand_kind: cython.int):
        """End parentheses: the kind of what follows tells whether they are the parameters of an arrow function."""
        group: cython.int = self.node
        flags: cython.int = self.parts[3 * group]
        self._leave()
        slot: cython.int = self._pop()
        if kind == TokenKind.ARROW:
            self.parts[3 * group] = flags | PartFlag.PATTERN
            self.arrow_slot = slot
            self._finish_operand(OperandKind.PARENTHESES)
            return not flags & PartFlag.HAS_METHODS
        self._release_scope(slot)
        self._finish_operand(operand_kind)
        return not flags & PartFlag.ONLY_PARAMETERS

    def _open_brackets(self, kind: cython.int):
        """Enter an array or object literal, or a destructuring pattern."""
        self._forget()
        self._enter(self._add_part(kind, self.lexer.start, self.node))

    def _close_brackets(self):
        """Leave it."""
        self.bracket = self.node
        self._leave()
        has_methods: cython.bint = self.parts[3 * self.bracket] & PartFlag.HAS_METHODS != 0
        self._finish_operand(OperandKind.METHODS if has_methods else OperandKind.BRACKETS)

    # parts, scopes, and what is put aside

    def _add_part(self, kind: cython.int, offset: cython.int, around: cython.int):
        """Add a part and return its number."""
        part: cython.int = self.parts_used
        if 3 * part + 3 > self.parts.shape[0]:
            self._give_up()
            return 0
        self.parts[3 * part] = kind
        self.parts[3 * part + 1] = offset
        self.parts[3 * part + 2] = around
        self.parts_used = part + 1
        return part

    def _give_up(self):
        """Note that a buffer is full, and let the recogniser stop."""
        self.is_full = True
        self.saved_used = self.saved_limit + 1

    def _forget(self):
        """Drop the parts of the operands before, unless a scope may refer to them."""
        if self.scopes_used == self.floor_scopes:
            self.parts_used = self.floor
        else:
            self.floor = self.parts_used
            self.floor_scopes = self.scopes_used

    def _hold_scope(self, start: cython.int):
        """Hold a place for a scope that starts at ``start``, or may start there."""
        slot: cython.int = self.scopes_used
        if 4 * slot + 4 > self.scopes.shape[0]:
            self._give_up()
            return 0
        self.scopes[4 * slot] = start
        self.scopes[4 * slot + 1] = 0
        self.scopes_used = slot + 1
        return slot

    def _release_scope(self, slot: cython.int):
        """Give back a place held in vain, if it can be given back."""
        if slot + 1 == self.scopes_used:
            self.scopes_used = slot

    def _push(self, value: cython.int):
        """Put a number aside."""
        self.saved[self.saved_used] = value
        self.saved_used += 1

    def _pop(self):
        """Take back the number put aside last."""
        self.saved_used -= 1
        return self.saved[self.saved_used]

    def _enter(self, node: cython.int):
        """Make ``node`` the node until ``leave``."""
        at: cython.int = self.saved_used
        self.saved[at] = self.node
        self.saved[at + 1] = self.floor
        self.saved[at + 2] = self.floor_scopes
        self.saved[at + 3] = self.parts_used
        self.saved_used = at + 4
        self.node = node
        self.floor = self.parts_used
        self.floor_scopes = self.scopes_used

    def _leave(self):
        """Go back to where ``enter`` was called; drop what has no scope to refer to it."""
        at: cython.int = self.saved_used - 4
        parts_before: cython.int = self.saved[at + 3]
        if self.floor == parts_before and self.floor_scopes == self.scopes_used:
            self.parts_used = parts_before
        self.floor_scopes = self.saved[at + 2]
        self.floor = self.saved[at + 1]
        self.node = self.saved[at]
        self.saved_used = at

    def _open_scope(self, slot: cython.int, part: cython.int, node: cython.int, flags: cython.int):
        """Enter the scope whose name starts at ``part``; a slot of -1 is a function that makes no scope."""
        if slot >= 0:
            self.scopes[4 * slot + 2] = part
        self._push(slot)
        self._push(self.flags)
        self.flags = flags
        self._enter(node)

    def _end_scope(self, end: cython.int):
        """Leave the scope entered last, which ends at ``end``."""
        self._leave()
        self.flags = self._pop()
        slot: cython.int = self._pop()
        if slot >= 0:
            self.scopes[4 * slot + 1] = end

    def _entered_slot(self):
        """Return the place of the scope entered last."""
        return self.saved[self.saved_used - 6]


@cython.ccall
def recognize(
    lexer: Lexer,
    recorder: ScopeRecorder,
    parse_table: cython.const[cython.ushort][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
    noted_tokens: cython.int[::1],
) -> cython.bint:
    """Return whether a text is a program; its functions are in ``recorder`` then.

    Tables are those of ``tables.ParserTables``, ``noted_tokens`` those of ``recorder``.  ``stack`` is for the symbols
    that are expected at any time; a text that needs more room isn't recognised.
    """
    with cython.nogil:
        return _recognize(lexer, recorder, parse_table, steps, same_line_steps, stack, noted_tokens)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _recognize(
    lexer: Lexer,
    recorder: ScopeRecorder,
    parse_table: cython.const[cython.ushort][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
    noted_tokens: cython.int[::1],
) -> cython.bint:
    # ``depth`` symbols are expected, ``symbol`` being the nearest: at first the program, at the tables' start.
    symbol: cython.Py_ssize_t = 0
    depth: cython.Py_ssize_t = 1
    # One check a step keeps the stack within bounds: no step has more symbols.
    limit: cython.Py_ssize_t = stack.shape[0] - TableLayout.MAX_SYMBOLS
    kind: cython.int = lexer.next()
    while depth:
        step: cython.Py_ssize_t = parse_table[symbol + kind]
        if step >= same_line_steps and lexer.line_break:
            step = parse_table[symbol + TableLayout.LINE_BREAK]
        if depth > limit:
            return False
        # However many symbols there are, all four places are written: there's no branch to mispredict then.
        first: cython.ushort = steps[step + TableLayout.SYMBOLS]
        second: cython.ushort = steps[step + TableLayout.SYMBOLS + 1]
        third: cython.ushort = steps[step + TableLayout.SYMBOLS + 2]
        fourth: cython.ushort = steps[step + TableLayout.SYMBOLS + 3]
        stack[depth] = first
        stack[depth + 1] = second
        stack[depth + 2] = third
        stack[depth + 3] = fourth
        depth = depth - 1 + steps[step + TableLayout.COUNT]
        symbol = stack[depth]
        actions: cython.int = steps[step + TableLayout.ACTIONS]
        if actions:
            if not (recorder.perform(actions & 0xFF, kind) and recorder.saved_used <= recorder.saved_limit):
                return False
            actions >>= TableLayout.ACTION_BITS
            if actions and not (recorder.perform(actions, kind) and recorder.saved_used <= recorder.saved_limit):
                return False
        noted: cython.int = steps[step + TableLayout.NOTED]
        noted_tokens[noted & 0xFF] = lexer.start
        noted_tokens[(noted & 0xFF) + 1] = noted >> TableLayout.KIND_SHIFT
        mode: cython.int = steps[step + TableLayout.MODE]
        if mode:
            kind = lexer.next() if mode == StepMode.NEXT else lexer.reread(mode, kind)
    return True
