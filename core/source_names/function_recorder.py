# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Recorder of the functions of a text and of what names them, while the text is parsed.

What names a function that has no name of its own is found as V8 finds it, since that is what Node and Chromium print:
names that stand before a function, as those of variables and members, are put on a stack; functions wait until an
assignment, a property or a declaration ends, which names all that wait with what is on the stack then.  The end of a
call takes the last one away again, as what is only handed over has no name.

Source: V8, ``src/parsing/func-name-inferrer.cc``, and where ``src/parsing/parser-base.h`` calls it.
"""

import cython

if cython.compiled:
    from cython.cimports.core.source_names.written_names import Role, WrittenPart
else:
    from core.source_names.written_names import Role, WrittenPart

COMPILED = cython.compiled

_NAME_SIZE = cython.declare(cython.Py_ssize_t, 4)
_MOST_NAMES = cython.declare(cython.Py_ssize_t, 20)
"""Of one function: a text must not have a million with a million names each."""


@cython.final
@cython.cclass
class FunctionRecorder:
    """Holds four numbers for each scope (start, end, part, the scope around or -1) and for each part (see ``parts``).

    Scopes come in the order of their starts.  One that turns out to be none ends at 0.
    """

    def __init__(self):
        self.records = []
        self.parts = [0, 0, 0, 0]
        self.names = []
        self.pending = []
        self.scope = -1
        self.names_used = self.names_base = self.names_floor = self.pending_base = self.pending_floor = 0

    # parts

    def part(self, kind: cython.int, start: cython.Py_ssize_t, end: cython.Py_ssize_t, around: cython.Py_ssize_t):
        """Write down a part, and return it."""
        index: cython.Py_ssize_t = len(self.parts) // 4
        self.parts.append(kind)
        self.parts.append(start)
        self.parts.append(end)
        self.parts.append(around)
        return index

    def call_part(self, part: cython.Py_ssize_t, alias: cython.Py_ssize_t):
        """Give ``part``, if nothing has named it yet, the name of another part."""
        if self.parts[4 * part] == WrittenPart.ANONYMOUS and alias != part:
            self.parts[4 * part] = WrittenPart.ALIAS
            self.parts[4 * part + 3] = alias

    def replace_part(self, part: cython.Py_ssize_t, kind: cython.int, start: cython.Py_ssize_t, end: cython.Py_ssize_t):
        """Let ``part`` be of another kind and text."""
        self.parts[4 * part] = kind
        self.parts[4 * part + 1] = start
        self.parts[4 * part + 2] = end

    def is_anonymous(self, part: cython.Py_ssize_t):
        """Say whether nothing has named ``part`` yet."""
        return self.parts[4 * part] == WrittenPart.ANONYMOUS

    def put_own_name_in(self, part: cython.Py_ssize_t, target: cython.Py_ssize_t):
        """Let a function's own name stand in the place of the last one of ``target``."""
        if self.parts[4 * part] == WrittenPart.OWN_NAME:
            self.parts[4 * part + 3] = target

    # scopes

    def open_scope(self, start: cython.Py_ssize_t, part: cython.Py_ssize_t):
        """Write down a scope, which the text is in from now on, and return it."""
        index: cython.Py_ssize_t = len(self.records) // 4
        self.records.append(start)
        self.records.append(0)
        self.records.append(part)
        self.records.append(self.scope)
        self.scope = index
        return index

    def close_scope(self, scope: cython.Py_ssize_t, end: cython.Py_ssize_t):
        """Leave a scope, which ends before ``end``."""
        self.records[4 * scope + 1] = end
        self.scope = self.records[4 * scope + 3]

    def cancel_scope(self, scope: cython.Py_ssize_t):
        """Leave what has turned out to be no scope."""
        self.scope = self.records[4 * scope + 3]
        if 4 * scope + 4 == len(self.records):
            del self.records[4 * scope :]

    def give_part(self, scope: cython.Py_ssize_t, part: cython.Py_ssize_t):
        """Say what names a scope."""
        self.records[4 * scope + 2] = part

    def part_of_scope(self):
        """Return the part of the scope that the text is in, 0 if there is none."""
        return 0 if self.scope < 0 else self.records[4 * self.scope + 2]

    # what names functions

    def push_name(self, role: cython.int, kind: cython.int, start: cython.Py_ssize_t, end: cython.Py_ssize_t):
        """Put a name on the stack."""
        at: cython.Py_ssize_t = _NAME_SIZE * self.names_used
        if at == len(self.names):
            self.names.append(role)
            self.names.append(kind)
            self.names.append(start)
            self.names.append(end)
        else:
            self.names[at] = role
            self.names[at + 1] = kind
            self.names[at + 2] = start
            self.names[at + 3] = end
        self.names_used += 1

    def restore_names(self, used: cython.Py_ssize_t):
        """Take names off the stack until there are so many."""
        self.names_used = used

    def target(self, first: cython.Py_ssize_t, around: cython.Py_ssize_t):
        """Return the part that the names from ``first`` on are, as written: the target of an assignment."""
        last: cython.Py_ssize_t = self.names_used
        # What is in a prototype is called as what it is the prototype of.
        if last > first + 1 and self.names[_NAME_SIZE * (last - 1)] == Role.PROTOTYPE:
            last -= 1
        for index in range(first, last):
            at: cython.Py_ssize_t = _NAME_SIZE * index
            around = self.part(self.names[at + 1], self.names[at + 2], self.names[at + 3], around)
        return around

    def add_function(self, part: cython.Py_ssize_t):
        """Let a function wait for a name."""
        self.pending.append(part)

    def remove_last_function(self):
        """Take the last function that waits away; it may be one of those around."""
        if len(self.pending) > self.pending_floor:
            self.pending.pop()

    def infer(self):
        """Name all functions that wait."""
        if len(self.pending) > self.pending_base:
            name: cython.Py_ssize_t = self._inferred_name()
            for index in range(self.pending_base, len(self.pending)):
                if self.pending[index] and name:
                    self.call_part(self.pending[index], name)
            del self.pending[self.pending_base :]

    def call_functions(self, count: cython.Py_ssize_t, alias: cython.Py_ssize_t):
        """Name the functions that wait but for so many, by the name of a part."""
        for index in range(count, len(self.pending)):
            if self.pending[index]:
                self.call_part(self.pending[index], alias)
        self.drop_functions(count)

    def enter_arguments(self):
        """Enter the arguments of a call, which name nothing outside of them; returns what ``leave_arguments`` wants."""
        base: cython.Py_ssize_t = self.pending_base
        self.pending_base = len(self.pending)
        return base

    def leave_arguments(self, base: cython.Py_ssize_t):
        """Leave the arguments of a call."""
        self.pending_base = base

    def pending_count(self):
        """Return how many functions wait."""
        return len(self.pending)

    def drop_functions(self, count: cython.Py_ssize_t):
        """Take functions away until there are so many."""
        if len(self.pending) > count:
            del self.pending[count:]

    def begin_statement(self):
        """Forget what was before."""
        self.names_used = self.names_floor
        if len(self.pending) > self.pending_base:
            del self.pending[self.pending_base :]

    def enter_function(self, is_block: cython.bint):
        """Enter the body of a function; returns what ``leave_function`` wants."""
        saved: tuple = (self.names_base, self.names_floor, self.names_used, self.pending_base, self.pending_floor)
        self.names_base = self.names_floor = self.names_used
        self.pending_base = len(self.pending)
        if is_block:
            self.pending_floor = self.pending_base
        return saved

    def leave_function(self, saved: tuple, is_block: cython.bint):
        """Leave the body of a function.

        V8 reads blocks when they are called.  Of other bodies, what waits there stays until the calls around end.
        """
        if is_block:
            del self.pending[self.pending_base :]
        else:
            for index in range(self.pending_base, len(self.pending)):
                self.pending[index] = 0
        self.names_base, self.names_floor, self.names_used, self.pending_base, self.pending_floor = saved

    def enclose(self, start: cython.Py_ssize_t, end: cython.Py_ssize_t):
        """Put the name of the function just entered before all names in it."""
        self.push_name(Role.ENCLOSING, WrittenPart.NAME, start, end)
        self.names_floor = self.names_used

    def _inferred_name(self):
        around: cython.Py_ssize_t = 0
        first: cython.Py_ssize_t = self.names_used - _MOST_NAMES
        for index in range(max(first, self.names_base), self.names_used):
            at: cython.Py_ssize_t = _NAME_SIZE * index
            role: cython.int = self.names[at]
            if role == Role.PROTOTYPE:
                continue
            if role == Role.VARIABLE and index + 1 < self.names_used and self.names[at + _NAME_SIZE] == Role.VARIABLE:
                continue
            around = self.part(self.names[at + 1], self.names[at + 2], self.names[at + 3], around)
        return around
