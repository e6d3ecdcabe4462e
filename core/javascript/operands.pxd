from core.javascript.ledger cimport Ledger
from core.javascript.tokenizer cimport Tokenizer

cdef class Operands(Ledger):
    cdef Tokenizer tokenizer
    cdef int shape
    cdef int operand_start
    cdef int chain
    cdef int bracket
    cdef int whole_end
    cdef int arrow_slot
    cdef int name_start

    cdef bint do_operand(self, int action) noexcept nogil
    cdef bint do_assignment(self, int action, int kind) noexcept nogil
    cdef bint do_bracket(self, int action, int kind) noexcept nogil
    cdef bint finish_operand(self, int shape) noexcept nogil

    cdef bint _start_chain(self, int kind, int shape) noexcept nogil
    cdef bint _extend_chain(self, int kind, int offset) noexcept nogil
    cdef void _close_index(self) noexcept nogil
    cdef bint _end_element(self) noexcept nogil
    cdef bint _assign(self, int flag) noexcept nogil
    cdef void _tell_indexes(self, int target) noexcept nogil
    cdef bint _mark_pattern(self) noexcept nogil
    cdef void _open_group(self, int start) noexcept nogil
    cdef bint _close_group(self, int kind, int shape) noexcept nogil
    cdef void _open_brackets(self, int kind) noexcept nogil
    cdef void _close_brackets(self) noexcept nogil
