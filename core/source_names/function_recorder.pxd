cdef class FunctionRecorder:
    cdef readonly list records
    cdef readonly list parts
    cdef list names
    cdef list pending
    cdef readonly Py_ssize_t scope
    cdef readonly Py_ssize_t names_used
    cdef Py_ssize_t names_base
    cdef Py_ssize_t names_floor
    cdef Py_ssize_t pending_base
    cdef Py_ssize_t pending_floor

    cdef Py_ssize_t part(self, int kind, Py_ssize_t start, Py_ssize_t end, Py_ssize_t around)
    cdef void call_part(self, Py_ssize_t part, Py_ssize_t alias)
    cdef void replace_part(self, Py_ssize_t part, int kind, Py_ssize_t start, Py_ssize_t end)
    cdef bint is_anonymous(self, Py_ssize_t part)
    cdef void put_own_name_in(self, Py_ssize_t part, Py_ssize_t target)

    cdef Py_ssize_t open_scope(self, Py_ssize_t start, Py_ssize_t part)
    cdef void close_scope(self, Py_ssize_t scope, Py_ssize_t end)
    cdef void cancel_scope(self, Py_ssize_t scope)
    cdef void give_part(self, Py_ssize_t scope, Py_ssize_t part)
    cdef Py_ssize_t part_of_scope(self)

    cdef void push_name(self, int role, int kind, Py_ssize_t start, Py_ssize_t end)
    cdef void restore_names(self, Py_ssize_t used)
    cdef Py_ssize_t target(self, Py_ssize_t first, Py_ssize_t around)
    cdef void enclose(self, Py_ssize_t start, Py_ssize_t end)
    cdef void add_function(self, Py_ssize_t part)
    cdef void remove_last_function(self)
    cdef void infer(self)
    cdef void call_functions(self, Py_ssize_t count, Py_ssize_t alias)
    cdef Py_ssize_t enter_arguments(self)
    cdef void leave_arguments(self, Py_ssize_t base)
    cdef Py_ssize_t pending_count(self)
    cdef void drop_functions(self, Py_ssize_t count)
    cdef void begin_statement(self)
    cdef tuple enter_function(self, bint is_block)
    cdef void leave_function(self, tuple saved, bint is_block)
