# Part of the kernel core.javascript.kernel.
"""The books of what is found in a text: parts of names, scopes, and what is put aside meanwhile.

A part is three numbers: ``Part`` and ``Flag``s, the offset of its text, and the part around.  A scope is four: where
it starts and ends, its part, and the scope around.  Both live in buffers that the caller gives; when one is full,
``is_full`` says so and the work is in vain.  What is put aside must not go beyond ``saved_limit``: whoever has things
done here stops then.  No single thing puts more aside than there is room for beyond.

Most parts name nothing in the end.  ``floor`` is where the parts start that no scope has had the time to refer to:
once an operand is over, those are dropped, and so is all that brackets have left if no function was in them.

The order of scopes is that of their starts.  An arrow function is known only when its parameters are over, so a place
is held for it where they start; whoever holds a place in vain gives it back, or leaves it without an end.
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.parts import Part
else:
    from core.javascript.parts import Part

COMPILED = cython.compiled


@cython.cclass
class Ledger:
    """Keeps parts and scopes.  The buffers are zeroed; the first part is ``Part.ROOT``."""

    def open_books(self, parts, scopes, saved):
        """Keep the books in these buffers."""
        self.parts = parts
        self.scopes = scopes
        self.saved = saved
        self.parts_used = self.floor = Part.ROOT + 1
        self.saved_limit = len(saved) - 16
        self.scopes_used = self.saved_used = self.floor_scopes = self.node = self.flags = 0
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

    def part(self, kind: cython.int, offset: cython.int, around: cython.int):
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

    def forget(self):
        """Drop the parts of the operands before, unless a scope may refer to them."""
        if self.scopes_used == self.floor_scopes:
            self.parts_used = self.floor
        else:
            self.floor = self.parts_used
            self.floor_scopes = self.scopes_used

    def hold_scope(self, start: cython.int):
        """Hold a place for a scope that starts at ``start``, or may start there."""
        slot: cython.int = self.scopes_used
        if 4 * slot + 4 > self.scopes.shape[0]:
            self._give_up()
            return 0
        self.scopes[4 * slot] = start
        self.scopes[4 * slot + 1] = 0
        self.scopes_used = slot + 1
        return slot

    def release_scope(self, slot: cython.int):
        """Give back a place held in vain, if it can be given back."""
        if slot + 1 == self.scopes_used:
            self.scopes_used = slot

    def push(self, value: cython.int):
        """Put a number aside."""
        self.saved[self.saved_used] = value
        self.saved_used += 1

    def pop(self):
        """Take back the number put aside last."""
        self.saved_used -= 1
        return self.saved[self.saved_used]

    def enter(self, node: cython.int):
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

    def leave(self):
        """Go back to where ``enter`` was called; drop what has no scope to refer to it."""
        at: cython.int = self.saved_used - 4
        parts_before: cython.int = self.saved[at + 3]
        if self.floor == parts_before and self.floor_scopes == self.scopes_used:
            self.parts_used = parts_before
        self.floor_scopes = self.saved[at + 2]
        self.floor = self.saved[at + 1]
        self.node = self.saved[at]
        self.saved_used = at

    def open_scope(self, slot: cython.int, part: cython.int, node: cython.int, flags: cython.int):
        """Enter the scope whose name starts at ``part``; a slot of -1 is a function that makes no scope."""
        if slot >= 0:
            self.scopes[4 * slot + 2] = part
        self.push(slot)
        self.push(self.flags)
        self.flags = flags
        self.enter(node)

    def end_scope(self, end: cython.int):
        """Leave the scope entered last, which ends at ``end``."""
        self.leave()
        self.flags = self.pop()
        slot: cython.int = self.pop()
        if slot >= 0:
            self.scopes[4 * slot + 1] = end

    def entered_slot(self):
        """Return the place of the scope entered last."""
        return self.saved[self.saved_used - 6]
