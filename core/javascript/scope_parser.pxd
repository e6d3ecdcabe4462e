from core.javascript.lexer cimport Lexer

cdef class ScopeRecorder:
    cdef int[::1] parts
    cdef int[::1] scopes
    cdef int[::1] saved
    cdef readonly int parts_used
    cdef readonly int scopes_used
    cdef int saved_used
    cdef int saved_limit
    cdef readonly bint is_full
    cdef int floor
    cdef int floor_scopes
    cdef int node
    cdef int flags
    cdef Lexer lexer
    cdef int[::1] noted_tokens
    cdef int chain
    cdef int bracket
    cdef int whole_end
    cdef int arrow_slot
    cdef int member_start
    cdef int modifiers
    cdef int key_part
    cdef int key_slot

    cpdef void finish(self) noexcept
    cdef bint perform(self, int action, int kind) noexcept nogil

    cdef bint _open_arrow(self) noexcept nogil
    cdef void _close_scope(self, int end) noexcept nogil
    cdef void _name_function(self) noexcept nogil
    cdef void _open_class(self) noexcept nogil
    cdef void _name_class(self, int kind) noexcept nogil
    cdef void _open_key(self) noexcept nogil
    cdef void _close_key(self) noexcept nogil
    cdef void _release_key(self) noexcept nogil
    cdef void _open_property(self) noexcept nogil
    cdef void _open_property_method(self) noexcept nogil
    cdef bint _open_class_method(self) noexcept nogil
    cdef bint _is_constructor(self) noexcept nogil
    cdef void _open_method(self, int kind, int node) noexcept nogil
    cdef inline int _noted(self, int slot) noexcept nogil
    cdef inline void _note(self, int slot, int value) noexcept nogil
    cdef void _finish_operand(self, int operand_kind) noexcept nogil
    cdef void _extend_chain(self, int kind, int offset) noexcept nogil
    cdef void _finish_member(self, int chain) noexcept nogil
    cdef int _made_chain(self) noexcept nogil
    cdef void _open_index(self) noexcept nogil
    cdef void _close_index(self) noexcept nogil
    cdef void _end_element(self) noexcept nogil
    cdef bint _end_target(self) noexcept nogil
    cdef void _open_declarator(self) noexcept nogil
    cdef bint _assign(self, int flag) noexcept nogil
    cdef void _tell_indexes(self, int target) noexcept nogil
    cdef bint _mark_pattern(self) noexcept nogil
    cdef void _open_group(self, int start) noexcept nogil
    cdef bint _close_group(self, int kind, int operand_kind) noexcept nogil
    cdef void _open_brackets(self, int kind) noexcept nogil
    cdef void _close_brackets(self) noexcept nogil
    cdef int _add_part(self, int kind, int offset, int around) noexcept nogil
    cdef void _give_up(self) noexcept nogil
    cdef void _forget(self) noexcept nogil
    cdef int _hold_scope(self, int start) noexcept nogil
    cdef void _release_scope(self, int slot) noexcept nogil
    cdef void _push(self, int value) noexcept nogil
    cdef int _pop(self) noexcept nogil
    cdef void _enter(self, int node) noexcept nogil
    cdef void _leave(self) noexcept nogil
    cdef void _open_scope(self, int slot, int part, int node, int flags) noexcept nogil
    cdef void _end_scope(self, int end) noexcept nogil
    cdef int _entered_slot(self) noexcept nogil
