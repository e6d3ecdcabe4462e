from core.javascript.ledger cimport Ledger
from core.javascript.tokenizer cimport Tokenizer

cdef class Operands(Ledger):
    cdef Tokenizer tokenizer
    cdef int[::1] marks
    cdef int chain
    cdef int bracket
    cdef int whole_end
    cdef int arrow_slot

    cdef inline int noted(self, int place) noexcept nogil
    cdef inline void note(self, int place, int value) noexcept nogil
    cdef void extend_chain(self, int kind, int offset) noexcept nogil
    cdef void finish_unnamed_member(self) noexcept nogil
    cdef void finish_operand(self, int shape) noexcept nogil
    cdef void open_index(self) noexcept nogil
    cdef void close_index(self) noexcept nogil
    cdef void end_element(self) noexcept nogil
    cdef bint end_target(self) noexcept nogil
    cdef void open_declarator(self) noexcept nogil
    cdef bint assign(self, int flag) noexcept nogil
    cdef void open_group(self, int start) noexcept nogil
    cdef bint close_group(self, int kind, int shape) noexcept nogil
    cdef void open_brackets(self, int kind) noexcept nogil
    cdef void close_brackets(self) noexcept nogil

    cdef void _finish_member(self, int chain) noexcept nogil
    cdef int _made_chain(self) noexcept nogil
    cdef void _tell_indexes(self, int target) noexcept nogil
    cdef bint _mark_pattern(self) noexcept nogil
