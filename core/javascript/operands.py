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
    from cython.cimports.core.javascript.marks import Place
    from cython.cimports.core.javascript.parts import Flag, Part
    from cython.cimports.core.javascript.shapes import Shape
else:
    from core.javascript.kinds import Kind
    from core.javascript.ledger import Ledger
    from core.javascript.marks import Place
    from core.javascript.parts import Flag, Part
    from core.javascript.shapes import Shape

COMPILED = cython.compiled


@cython.cclass
class Operands(Ledger):
    """Follows operands, assignments and brackets.

    ``marks`` are what the recogniser notes, see ``core.javascript.marks``, and what is noted here: the operand just
    read has a shape even if it is more than a token.  ``chain`` is its last part if that is a member (0: none that can
    name anything), ``bracket`` the part of its brackets if it has some.  ``whole_end`` is where the last operand ended
    that was a whole element of the brackets around it.
    """

    def follow(self, tokenizer, marks):
        """Follow the operands among the tokens of ``tokenizer``."""
        self.tokenizer = tokenizer
        self.marks = marks
        self.chain = self.bracket = self.whole_end = self.arrow_slot = 0

    def noted(self, place: cython.int):
        """Return what is noted at ``place``."""
        return self.marks[place]

    def note(self, place: cython.int, value: cython.int):
        """Note ``value`` at ``place``."""
        self.marks[place] = value

    def finish_operand(self, shape: cython.int):
        """Note what the operand just read looks like."""
        self.note(Place.SHAPE, shape)

    def extend_chain(self, kind: cython.int, offset: cython.int):
        """Add a member to the operand."""
        chain: cython.int = self._made_chain()
        self._finish_member(self.part(kind, offset, chain) if chain else 0)

    def finish_unnamed_member(self):
        """Note that the operand just read is a member that can't name anything, as of ``super`` or after ``?.``."""
        self._finish_member(0)

    def _finish_member(self, chain: cython.int):
        """Note that the operand just read is a member: the only place that says so, as shape and chain go together."""
        self.chain = chain
        self.finish_operand(Shape.MEMBER)

    def _made_chain(self):
        """Return the last part of the operand, which is made now if it's the first: most names are all there is."""
        shape: cython.int = self.noted(Place.SHAPE)
        if shape == Shape.MEMBER:
            return self.chain
        if shape == Shape.NAME or shape == Shape.LET or shape == Shape.THIS:
            self.forget()
            return self.part(
                Part.THIS if shape == Shape.THIS else Part.IDENTIFIER, self.noted(Place.OPERAND), self.node
            )
        return 0

    def open_index(self):
        """Enter the brackets of ``a[b]``."""
        self.push(self._made_chain())
        self.enter(self.part(Part.INDEX, 0, self.node))

    def close_index(self):
        """Leave them, and add what they are to the operand."""
        index: cython.int = self.node
        offset: cython.int = self.noted(Place.OPERAND)
        shape: cython.int = self.noted(Place.SHAPE)
        is_plain: cython.bint = self.whole_end == self.tokenizer.start and (
            shape == Shape.NAME or shape == Shape.LET or shape == Shape.LITERAL
        )
        self.leave()
        self._finish_member(self.pop())
        if is_plain:
            self.extend_chain(Part.LITERAL_INDEX, offset)
        else:
            self.extend_chain(Part.COMPUTED_INDEX, index)

    def end_element(self):
        """Note that the operand just read is a whole element of the brackets around."""
        self.whole_end = self.tokenizer.start
        shape: cython.int = self.noted(Place.SHAPE)
        if shape == Shape.BRACKETS:
            self.parts[3 * self.bracket] |= Flag.WHOLE
        elif shape == Shape.METHODS:
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
        self.enter(self.part(Part.DECLARATOR, self.noted(Place.DECLARED), self.node))

    def assign(self, flag: cython.int):
        """Enter the assignment to the operand just read."""
        shape: cython.int = self.noted(Place.SHAPE)
        if shape == Shape.OTHER or shape == Shape.THIS or shape == Shape.LITERAL or not self._mark_pattern():
            return False
        target: cython.int = self._made_chain()
        if not target:
            self.enter(self.node)
            return True
        self.parts[3 * target] |= flag
        self._tell_indexes(target)
        self.enter(target)
        return True

    def _tell_indexes(self, target: cython.int):
        """Let functions in the target's brackets know that they are in the target of an assignment."""
        part: cython.int = target
        before: cython.int = target + 1
        # A member's number is above that of what it is a member of, so there is an end.
        while part < before and self.parts[3 * part] & 31 >= Part.NAMED_MEMBER:
            if self.parts[3 * part] & 31 == Part.COMPUTED_INDEX:
                self.parts[3 * self.parts[3 * part + 1] + 1] = target
            before = part
            part = self.parts[3 * part + 2]

    def _mark_pattern(self):
        """If the operand just read is in brackets, it's a pattern."""
        shape: cython.int = self.noted(Place.SHAPE)
        if shape == Shape.BRACKETS:
            self.parts[3 * self.bracket] |= Flag.PATTERN
        return shape != Shape.METHODS

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
