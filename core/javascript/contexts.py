# Part of the kernel core.javascript.kernel.
"""Where a text is, as far as the names of functions go, and the scopes found so far.

``node`` is the innermost thing around that has a say in how a function here is called: an assignment's target, a
property, a class …  Nodes are parts; each knows the part around it, so a scope needs to remember only the node it is
in, and nobody builds a name before it is asked for (see ``scope_names``).
"""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.actions import Action
    from cython.cimports.core.javascript.kinds import Kind
    from cython.cimports.core.javascript.marks import Place
    from cython.cimports.core.javascript.operands import Operands
    from cython.cimports.core.javascript.parts import Flag, Part
    from cython.cimports.core.javascript.shapes import Function, Key, Modifier, Shape
else:
    from core.javascript.actions import Action
    from core.javascript.kinds import Kind
    from core.javascript.marks import Place
    from core.javascript.operands import Operands
    from core.javascript.parts import Flag, Part
    from core.javascript.shapes import Function, Key, Modifier, Shape

COMPILED = cython.compiled


@cython.final
@cython.cclass
class Contexts(Operands):
    """Does what the grammar wants done."""

    def __init__(self, tokenizer, parts, scopes, saved, marks):
        self.open_books(parts, scopes, saved)
        self.follow(tokenizer, marks)
        self.member_start = self.modifiers = self.key_part = self.key_slot = 0

    def perform(self, action: cython.int, kind: cython.int):  # noqa: C901 (a switch)
        """Do one thing that the grammar says; ``kind`` is that of the current token.

        Returns whether the text may still be a program.
        """
        # operands
        if action == Action.LET_AS_NAME:
            self.finish_operand(Shape.NAME)
        elif action == Action.NAMED_MEMBER:
            self.extend_chain(Part.NAMED_MEMBER, self.tokenizer.start)
        elif action == Action.PRIVATE_MEMBER:
            self.extend_chain(Part.PRIVATE_MEMBER, self.tokenizer.start)
        elif action == Action.UNNAMED_MEMBER:
            self.finish_unnamed_member()
        elif action == Action.OPEN_INDEX:
            self.open_index()
        elif action == Action.CLOSE_INDEX:
            self.close_index()
        elif action == Action.WHOLE:
            self.end_element()
        # assignments
        elif action == Action.ASSIGN:
            return self.assign(0)
        elif action == Action.ASSIGN_ELEMENT:
            return self.assign(Flag.ELEMENT)
        elif action == Action.COMPOUND:
            return self.noted(Place.SHAPE) != Shape.BRACKETS and self.assign(0)
        elif action == Action.OPEN_DECLARATOR:
            self.open_declarator()
        elif action == Action.FOR_TARGET:
            return kind == Kind.SEMICOLON or self.end_target()
        elif action == Action.LEAVE:
            self.leave()
        # brackets
        elif action == Action.OPEN_GROUP:
            self.open_group(self.tokenizer.start)
        elif action == Action.OPEN_ASYNC_GROUP:
            self.open_group(self.noted(Place.OPERAND))
        elif action == Action.ONLY_PARAMETERS:
            self.parts[3 * self.node] |= Flag.ONLY_PARAMETERS
        elif action == Action.CLOSE_GROUP:
            return self.close_group(kind, Shape.PARENTHESES)
        elif action == Action.CLOSE_ASYNC_GROUP:
            return self.close_group(kind, Shape.OTHER)
        elif action == Action.OPEN_ARRAY:
            self.open_brackets(Part.ARRAY)
        elif action == Action.OPEN_OBJECT:
            self.open_brackets(Part.OBJECT)
        elif action == Action.CLOSE_ARRAY or action == Action.CLOSE_OBJECT:
            self.close_brackets()
        # functions
        elif action == Action.ARROW:
            return self._open_arrow()
        elif action == Action.OPEN_FUNCTION:
            self.open_scope(self.hold_scope(self.tokenizer.start), self.node, 0, 0)
        elif action == Action.OPEN_ASYNC_FUNCTION:
            self.open_scope(self.hold_scope(self.noted(Place.OPERAND)), self.node, 0, Function.AWAIT)
        elif action == Action.GENERATOR:
            self.flags |= Function.YIELD_IN_BODY
        elif action == Action.FUNCTION_NAME:
            self._name_function()
        elif action == Action.OPEN_BODY:
            self._open_body()
        elif action == Action.CLOSE_FUNCTION or action == Action.CLOSE_CLASS:
            self._close_scope(self.tokenizer.position)
        elif action == Action.END_FUNCTION:
            self._close_scope(self.tokenizer.previous_end)
        # classes
        elif action == Action.OPEN_CLASS:
            self._open_class()
        elif action == Action.CLASS_DECLARATION:
            self._name_class(Part.CLASS_DECLARATION)
        elif action == Action.CLASS_EXPRESSION:
            self._name_class(Part.CLASS_EXPRESSION)
        elif action == Action.OPEN_CLASS_BODY:
            self.flags |= Function.SUPER
        # members of classes and object literals
        elif action == Action.MEMBER:
            self.member_start = self.tokenizer.start
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
            return self.flags & Function.YIELD != 0
        elif action == Action.SUPER_MEMBER:
            return self.flags & Function.SUPER != 0
        elif action == Action.BARE_AWAIT:
            return not self.flags & Function.AWAIT
        elif action == Action.LINE_BREAK:
            return self.tokenizer.line_break
        elif action == Action.SAME_LINE:
            return not self.tokenizer.line_break
        elif action == Action.REJECT:
            return False
        return True

    # functions

    def _open_arrow(self):
        slot: cython.int = self.arrow_slot
        shape: cython.int = self.noted(Place.SHAPE)
        if shape == Shape.NAME:
            slot = self.hold_scope(self.noted(Place.OPERAND))
        elif shape != Shape.PARENTHESES:
            return False
        self.open_scope(slot, self.node, 0, self.flags & Function.SUPER)
        return True

    def _close_scope(self, end: cython.int):
        self.end_scope(end)
        self.finish_operand(Shape.OTHER)

    def _name_function(self):
        slot: cython.int = self.entered_slot()
        around: cython.int = self.scopes[4 * slot + 2]
        self.scopes[4 * slot + 2] = self.part(Part.FUNCTION_NAME, self.tokenizer.start, around)
        self.floor = self.parts_used

    def _open_body(self):
        if self.flags & Function.YIELD_IN_BODY:
            self.flags |= Function.YIELD

    # classes

    def _open_class(self):
        part: cython.int = self.part(Part.CLASS, self.tokenizer.start, self.node)
        self.open_scope(self.hold_scope(self.tokenizer.start), part, self.node, self.flags)
        self.floor = self.parts_used

    def _name_class(self, kind: cython.int):
        part: cython.int = self.scopes[4 * self.entered_slot() + 2]
        self.node = self.part(kind, self.tokenizer.start, self.node)
        self.parts[3 * part + 2] = self.node
        self.floor = self.parts_used

    # members of classes and object literals

    def _open_key(self):
        """Enter a key in brackets, and hold a place for the method that it may turn out to belong to."""
        self.forget()
        part: cython.int = self.part(Part.COMPUTED_KEY, self.tokenizer.start, self.node)
        self.push(self.hold_scope(self.member_start))
        self.push(self.modifiers)
        self.enter(part)

    def _close_key(self):
        self.key_part = self.node
        self.leave()
        self.modifiers = self.pop()
        self.key_slot = self.pop()
        self.note(Place.KEY, self.parts[3 * self.key_part + 1])
        self.note(Place.KEY_SHAPE, Key.COMPUTED)

    def _release_key(self):
        if self.noted(Place.KEY_SHAPE) == Key.COMPUTED:
            self.release_scope(self.key_slot)

    def _open_property(self):
        key: cython.int = self.noted(Place.KEY_SHAPE)
        if key == Key.STRING or key == Key.NUMBER or key == Key.COMPUTED:
            self._release_key()
            self.enter(self.node)
        else:
            self.forget()
            self.enter(self.part(Part.PROPERTY, self.noted(Place.KEY), self.node))

    def _open_property_method(self):
        self.parts[3 * self.node] |= Flag.METHODS
        accessor: cython.int = self.modifiers & (Modifier.GET | Modifier.SET)
        if not accessor:
            self._open_method(Part.OBJECT_METHOD, 0)
        elif accessor == Modifier.GET:
            self._open_method(Part.OBJECT_GETTER, self.node)
        else:
            self._open_method(Part.OBJECT_SETTER, self.node)

    def _open_class_method(self):
        kind: cython.int = Part.METHOD
        if self.noted(Place.KEY_SHAPE) != Key.PRIVATE:
            if self.modifiers & Modifier.GET:
                kind = Part.GETTER
            elif self.modifiers & Modifier.SET:
                kind = Part.SETTER
        if self._is_constructor() and not self.modifiers & (Modifier.GET | Modifier.SET | Modifier.GENERATOR):
            self.open_scope(-1, 0, 0, Function.SUPER)
            return not self.modifiers & Modifier.ASYNC
        self._open_method(kind, 0)
        return True

    def _is_constructor(self):
        if self.noted(Place.KEY_SHAPE) != Key.STRING:
            return self.noted(Place.KEY_SHAPE) == Key.CONSTRUCTOR
        return self.tokenizer.is_string(Kind.CONSTRUCTOR, self.noted(Place.KEY))

    def _open_method(self, kind: cython.int, node: cython.int):
        flags: cython.int = Function.SUPER
        if self.modifiers & Modifier.ASYNC:
            flags |= Function.AWAIT
        if self.modifiers & Modifier.GENERATOR:
            flags |= Function.YIELD_IN_BODY
        if self.noted(Place.KEY_SHAPE) != Key.COMPUTED:
            self.forget()
            self.open_scope(
                self.hold_scope(self.member_start), self.part(kind, self.noted(Place.KEY), self.node), node, flags
            )
        elif node:
            # Functions in the key of an object's getter or setter see through it, so its part stays as it is.
            self.open_scope(self.key_slot, self.part(kind, self.noted(Place.KEY), self.node), node, flags)
        else:
            self.parts[3 * self.key_part] = kind
            self.open_scope(self.key_slot, self.key_part, node, flags)
