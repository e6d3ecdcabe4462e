from core.source_names.typescript_lexer cimport TypescriptLexer
from core.source_names.function_recorder cimport FunctionRecorder
from core.source_names.type_skipper cimport TypeSkipper

cdef class Parser:
    cdef TypescriptLexer lexer
    cdef readonly FunctionRecorder recorder
    cdef TypeSkipper types
    cdef bint has_types
    cdef bint has_jsx
    cdef Py_ssize_t depth
    cdef Py_ssize_t attempts_left
    cdef readonly Py_ssize_t errors
    cdef Py_ssize_t owner
    cdef Py_ssize_t receiver
    cdef bint in_choice
    cdef bint in_case
    cdef bint is_arrow
    cdef bint is_optional
    cdef bint is_this
    cdef Py_ssize_t hint_start
    cdef Py_ssize_t hint_end
    cdef Py_ssize_t result
    cdef Py_ssize_t name_start
    cdef Py_ssize_t name_end
    cdef int key_kind
    cdef Py_ssize_t key_start
    cdef Py_ssize_t key_end
    cdef int key_word

    cpdef void parse(self)

    cdef void _statements(self)
    cdef void _statement(self)
    cdef bint _word_statement(self)
    cdef bint _declarative_statement(self, int word)
    cdef void _block(self)
    cdef void _head(self)
    cdef void _declarations(self)
    cdef void _named_value(self, Py_ssize_t start, Py_ssize_t end)
    cdef bint _import_statement(self)
    cdef void _skip_to_module(self)
    cdef void _export_statement(self)
    cdef void _default_export(self)
    cdef void _namespace(self)
    cdef void _enum(self)
    cdef void _interface(self)
    cdef bint _is_followed_by_name(self)
    cdef bint _is_followed_by(self, int word)
    cdef void _decorator(self)

    cdef void _expressions(self)
    cdef int _assignment(self)
    cdef int _assigned(self, int shape, Py_ssize_t first)
    cdef bint _is_optional_mark(self)
    cdef int _operand(self)
    cdef int _primary(self)
    cdef int _word_primary(self)
    cdef int _async_primary(self)
    cdef int _chain(self, int shape, bint is_new)
    cdef void _arguments(self)
    cdef void _index(self)
    cdef void _template(self)
    cdef int _angle(self)
    cdef bint _are_type_arguments(self)
    cdef int _parentheses(self, Py_ssize_t start, bint is_async)
    cdef bint _elements(self)
    cdef int _elements_of_group(self)
    cdef bint _is_return_type(self)
    cdef void _array(self)
    cdef void _object(self)
    cdef void _property(self, Py_ssize_t owner)
    cdef void _key(self)
    cdef Py_ssize_t _key_part(self, int flags, Py_ssize_t around)
    cdef Py_ssize_t _method_start(self, Py_ssize_t start)
    cdef void _push_key(self)

    cdef int _function(self, Py_ssize_t start, int use)
    cdef int _arrow(self, Py_ssize_t scope)
    cdef Py_ssize_t _body(self, Py_ssize_t receiver, Py_ssize_t start, Py_ssize_t end)
    cdef bint _method(self, Py_ssize_t start, Py_ssize_t part, Py_ssize_t receiver, Py_ssize_t name_start, Py_ssize_t name_end)
    cdef int _class(self, Py_ssize_t part)
    cdef void _heritage(self)
    cdef void _class_body(self, Py_ssize_t part, Py_ssize_t maker, Py_ssize_t name_start, Py_ssize_t name_end)
    cdef void _member(self, Py_ssize_t class_part, Py_ssize_t outside, Py_ssize_t name_start, Py_ssize_t name_end)
    cdef bint _is_modifier(self)
    cdef void _field(self, Py_ssize_t class_part, bint is_static, Py_ssize_t name_start, Py_ssize_t name_end)
    cdef void _static_block(self, Py_ssize_t class_part, Py_ssize_t start)

    cdef void _jsx(self)
    cdef bint _jsx_tag(self)
    cdef void _jsx_attribute(self)
    cdef void _jsx_container(self)
    cdef void _close_container(self)
    cdef bint _is_too_deep(self)
    cdef void _skip_expression(self)
