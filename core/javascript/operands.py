# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Operands: what they look like, and what of them may name a function.

Whether an operand is the target of an assignment, a destructuring pattern or the parameters of an arrow function
is known only when it is over.  So its parts are kept as it is read: a chain of identifiers and members for what may be
a target, and for each pair of brackets one part that can be marked later.
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.actions import Action
    from cython.cimports.core.javascript.kinds import Kind
    from cython.cimports.core.javascript.ledger import Ledger
    from cython.cimports.core.javascript.parts import Flag, Part
    from cython.cimports.core.javascript.shapes import Shape
else:
    from core.javascript.actions import Action
    from core.javascript.kinds import Kind
    from core.javascript.ledger import Ledger
    from core.javascript.parts import Flag, Part
    from core.javascript.shapes import Shape

COMPILED = cython.compiled


@cython.cclass
class Operands(Ledger):
    """Follows operands, assignments and brackets.

    ``shape`` is that of the operand just read, ``operand_start`` its offset if it is a single token, ``chain`` the
    last part of the target it may be (0: none that has a name), ``bracket`` the part of its brackets if it has some.
    ``whole_end`` is where the last operand ended that was a whole element of the brackets around it.
    """

    def __init__(self, tokenizer, parts, scopes, saved):
        Ledger.__init__(self, parts, scopes, saved)
        self.tokenizer = tokenizer
        self.shape = Shape.OTHER
        self.operand_start = self.chain = self.bracket = self.whole_end = self.arrow_slot = self.name_start = 0

    def do_operand(self, action: cython.int):  # noqa: C901 (a switch)
        """Do what is to be done at a token of an operand."""
        start: cython.int = self.tokenizer.start
        if action == Action.NAME:
            return self._start_chain(Part.IDENTIFIER, Shape.NAME)
        if action == Action.NAMED_MEMBER:
            return self._extend_chain(Part.NAMED_MEMBER, start)
        if action == Action.VALUE:
            return self.finish_operand(Shape.OTHER)
        if action == Action.LITERAL:
            self.operand_start = start
            return self.finish_operand(Shape.LITERAL)
        if action == Action.WHOLE:
            return self._end_element()
        if action == Action.THIS:
            return self._start_chain(Part.THIS, Shape.OTHER)
        if action == Action.OPEN_INDEX:
            self.push(self.chain)
            self.enter(self.part(Part.INDEX, 0, self.node))
        elif action == Action.CLOSE_INDEX:
            self._close_index()
        elif action == Action.LET:
            return self._start_chain(Part.IDENTIFIER, Shape.LET)
        elif action == Action.PRIVATE_MEMBER:
            return self._extend_chain(Part.PRIVATE_MEMBER, start)
        elif action == Action.UNNAMED_MEMBER:
            return self.finish_operand(Shape.MEMBER)
        return True

    def do_assignment(self, action: cython.int, kind: cython.int):
        """Do what is to be done at an assignment or a declaration."""
        if action == Action.LEAVE:
            self.leave()
        elif action == Action.ASSIGN:
            return self._assign(0)
        elif action == Action.ASSIGN_ELEMENT:
            return self._assign(Flag.ELEMENT)
        elif action == Action.COMPOUND:
            return self.shape != Shape.BRACKETS and self._assign(0)
        elif action == Action.DECLARE:
            self.name_start = self.tokenizer.start
        elif action == Action.OPEN_DECLARATOR:
            self.forget()
            self.enter(self.part(Part.DECLARATOR, self.name_start, self.node))
        elif action == Action.FOR_TARGET and kind != Kind.SEMICOLON and self.whole_end == self.tokenizer.start:
            return self._mark_pattern()
        return True

    def do_bracket(self, action: cython.int, kind: cython.int):
        """Do what is to be done at parentheses and brackets."""
        if action == Action.OPEN_GROUP:
            self._open_group(self.tokenizer.start)
        elif action == Action.CLOSE_GROUP:
            return self._close_group(kind, Shape.PARENTHESES)
        elif action == Action.OPEN_ASYNC_GROUP:
            self._open_group(self.operand_start)
        elif action == Action.CLOSE_ASYNC_GROUP:
            return self._close_group(kind, Shape.OTHER)
        elif action == Action.ONLY_PARAMETERS:
            self.parts[3 * self.node] |= Flag.ONLY_PARAMETERS
        elif action == Action.OPEN_ARRAY:
            self._open_brackets(Part.ARRAY)
        elif action == Action.OPEN_OBJECT:
            self._open_brackets(Part.OBJECT)
        else:
            self._close_brackets()
        return True

    def finish_operand(self, shape: cython.int):
        """Note what the operand just read looks like; it has no name."""
        self.shape = shape
        self.chain = 0
        return True

    def _start_chain(self, kind: cython.int, shape: cython.int):
        self.forget()
        self.shape = shape
        self.operand_start = self.tokenizer.start
        self.chain = self.part(kind, self.operand_start, self.node)
        return True

    def _extend_chain(self, kind: cython.int, offset: cython.int):
        self.shape = Shape.MEMBER
        if self.chain:
            self.chain = self.part(kind, offset, self.chain)
        return True

    def _close_index(self):
        index: cython.int = self.node
        offset: cython.int = self.operand_start
        is_plain: cython.bint = self.whole_end == self.tokenizer.start and (
            self.shape == Shape.NAME or self.shape == Shape.LET or self.shape == Shape.LITERAL
        )
        self.leave()
        self.chain = self.pop()
        if is_plain:
            self._extend_chain(Part.LITERAL_INDEX, offset)
        else:
            self._extend_chain(Part.COMPUTED_INDEX, index)

    def _end_element(self):
        """Note that the operand just read is a whole element of the brackets around."""
        self.whole_end = self.tokenizer.start
        if self.shape == Shape.BRACKETS:
            self.parts[3 * self.bracket] |= Flag.WHOLE
        elif self.shape == Shape.METHODS:
            around: cython.int = self.node
            if self.parts[3 * around] == Part.PROPERTY:
                around = self.parts[3 * around + 2]
            self.parts[3 * around] |= Flag.METHODS
        return True

    def _assign(self, flag: cython.int):
        """Enter the assignment to the operand just read."""
        if self.shape == Shape.OTHER or self.shape == Shape.LITERAL or not self._mark_pattern():
            return False
        if not self.chain:
            self.enter(self.node)
            return True
        target: cython.int = self.chain
        self.parts[3 * target] |= flag
        self._tell_indexes(target)
        self.enter(target)
        return True

    def _tell_indexes(self, target: cython.int):
        """Let functions in the target's brackets know that they are in the target of an assignment."""
        part: cython.int = target
        while self.parts[3 * part] & 31 >= Part.NAMED_MEMBER:
            if self.parts[3 * part] & 31 == Part.COMPUTED_INDEX:
                self.parts[3 * self.parts[3 * part + 1] + 1] = target
            part = self.parts[3 * part + 2]

    def _mark_pattern(self):
        """If the operand just read is in brackets, it's a pattern."""
        if self.shape == Shape.BRACKETS:
            self.parts[3 * self.bracket] |= Flag.PATTERN
        return self.shape != Shape.METHODS

    def _open_group(self, start: cython.int):
        self.forget()
        self.push(self.hold_scope(start))
        self.enter(self.part(Part.GROUP, start, self.node))

    def _close_group(self, kind: cython.int, shape: cython.int):
        """End parentheses: the kind of what follows tells whether they are the parameters of an arrow function."""
        group: cython.int = self.node
        flags: cython.int = self.parts[3 * group]
        self.leave()
        slot: cython.int = self.pop()
        if kind == Kind.ARROW:
            self.parts[3 * group] = flags | Flag.PATTERN
            self.arrow_slot = slot
            self.finish_operand(Shape.PARENTHESES)
            return not flags & Flag.METHODS
        self.release_scope(slot)
        self.finish_operand(shape)
        return not flags & Flag.ONLY_PARAMETERS

    def _open_brackets(self, kind: cython.int):
        self.forget()
        self.enter(self.part(kind, self.tokenizer.start, self.node))

    def _close_brackets(self):
        self.bracket = self.node
        self.leave()
        self.finish_operand(Shape.METHODS if self.parts[3 * self.bracket] & Flag.METHODS else Shape.BRACKETS)
