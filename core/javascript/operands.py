# Part of the kernel core.javascript.kernel.
"""Operands: what they look like, and what of them may name a function.

Whether an operand is the target of an assignment, a destructuring pattern or the parameters of an arrow function
is known only when it is over.  So its parts are kept as it is read: a chain of identifiers and members for what may be
a target, and for each pair of brackets one part that can be marked later.
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.kinds import Kind
    from cython.cimports.core.javascript.ledger import Ledger
    from cython.cimports.core.javascript.parts import Flag, Part
    from cython.cimports.core.javascript.shapes import Shape
else:
    from core.javascript.kinds import Kind
    from core.javascript.ledger import Ledger
    from core.javascript.parts import Flag, Part
    from core.javascript.shapes import Shape

COMPILED = cython.compiled


@cython.cclass
class Operands(Ledger):
    """Follows operands, assignments and brackets.

    ``shape`` is that of the operand just read, ``operand_start`` its offset if it is a single token, ``chain`` the
    last part of the target it may be (0: none that has a name; below 0: the kind of its first part, which isn't made
    before it's needed), ``bracket`` the part of its brackets if it has some.
    ``whole_end`` is where the last operand ended that was a whole element of the brackets around it.
    """

    def __init__(self, tokenizer, parts, scopes, saved):
        Ledger.__init__(self, parts, scopes, saved)
        self.tokenizer = tokenizer
        self.shape = Shape.OTHER
        self.operand_start = self.chain = self.bracket = self.whole_end = self.arrow_slot = self.name_start = 0

    def start_chain(self, kind: cython.int, shape: cython.int):
        """Start an operand that may be, or start, the target of an assignment."""
        self.shape = shape
        self.operand_start = self.tokenizer.start
        self.chain = -kind

    def extend_chain(self, kind: cython.int, offset: cython.int):
        """Add a member to the operand."""
        self.shape = Shape.MEMBER
        if self.chain:
            self.chain = self.part(kind, offset, self._made_chain())

    def finish_operand(self, shape: cython.int):
        """Note what the operand just read looks like; it has no name."""
        self.shape = shape
        self.chain = 0

    def finish_literal(self):
        """Note that the operand just read is a literal."""
        self.operand_start = self.tokenizer.start
        self.finish_operand(Shape.LITERAL)

    def _made_chain(self):
        """Return the chain's last part, which is made now if it's the first: most names are all there is."""
        if self.chain < 0:
            self.forget()
            self.chain = self.part(-self.chain, self.operand_start, self.node)
        return self.chain

    def open_index(self):
        """Enter the brackets of ``a[b]``."""
        self.push(self._made_chain())
        self.enter(self.part(Part.INDEX, 0, self.node))

    def close_index(self):
        """Leave them, and add what they are to the operand."""
        index: cython.int = self.node
        offset: cython.int = self.operand_start
        is_plain: cython.bint = self.whole_end == self.tokenizer.start and (
            self.shape == Shape.NAME or self.shape == Shape.LET or self.shape == Shape.LITERAL
        )
        self.leave()
        self.chain = self.pop()
        if is_plain:
            self.extend_chain(Part.LITERAL_INDEX, offset)
        else:
            self.extend_chain(Part.COMPUTED_INDEX, index)

    def end_element(self):
        """Note that the operand just read is a whole element of the brackets around."""
        self.whole_end = self.tokenizer.start
        if self.shape == Shape.BRACKETS:
            self.parts[3 * self.bracket] |= Flag.WHOLE
        elif self.shape == Shape.METHODS:
            around: cython.int = self.node
            if self.parts[3 * around] == Part.PROPERTY:
                around = self.parts[3 * around + 2]
            self.parts[3 * around] |= Flag.METHODS

    def end_target(self):
        """Note that the operand just read is the target of a `for`, if it's all that is there."""
        return self.whole_end != self.tokenizer.start or self._mark_pattern()

    def open_declarator(self):
        """Enter the value of a variable."""
        self.forget()
        self.enter(self.part(Part.DECLARATOR, self.name_start, self.node))

    def assign(self, flag: cython.int):
        """Enter the assignment to the operand just read."""
        if self.shape == Shape.OTHER or self.shape == Shape.LITERAL or not self._mark_pattern():
            return False
        if not self.chain:
            self.enter(self.node)
            return True
        target: cython.int = self._made_chain()
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

    def open_group(self, start: cython.int):
        """Enter parentheses: hold a place for the arrow function that they may be the parameters of."""
        self.forget()
        self.push(self.hold_scope(start))
        self.enter(self.part(Part.GROUP, start, self.node))

    def close_group(self, kind: cython.int, shape: cython.int):
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

    def open_brackets(self, kind: cython.int):
        """Enter an array or object literal, or a destructuring pattern."""
        self.forget()
        self.enter(self.part(kind, self.tokenizer.start, self.node))

    def close_brackets(self):
        """Leave it."""
        self.bracket = self.node
        self.leave()
        self.finish_operand(Shape.METHODS if self.parts[3 * self.bracket] & Flag.METHODS else Shape.BRACKETS)
