"""The grammar of a minified file: every place a JavaScript text can be in, and what may follow there.

The notation is ECMA-262's, and so are most names.  A rule has alternatives; an alternative is a row of

    'if' NUMBER      tokens: words and punctuation in quotes, classes of tokens in capitals (``numbers.TokenKind``)
    statement        another rule
    @open_class      something to do (``Action``).  Before a token: while it is the current one; elsewhere:
                     once everything before is consumed and the next token is known

A rule may have parameters: ``rule[+in]`` passes one, ``[?in]`` passes on one's own, one that isn't named is not set.
``[+in]`` or ``[~in]`` before an alternative: only with, only without.  ``in`` says whether `in` is an operator here
(it isn't in the head of a `for`), ``whole`` that the expression is an element of something that may turn out to be a
destructuring pattern or the parameters of an arrow function.

One token decides which alternative to take.  An earlier alternative wins over a later one, and an alternative that
can be empty is taken when no other fits.  Two marks and three tokens of their own refine this:

    &';'             take this alternative if `;` is next, but leave it there
    ~                take this alternative only if no line break is before the next token
    REGEX            the `/` or `/=` that comes next starts a regular expression, which is one token
    TEMPLATE_RESUME  the `}` that comes next ends a hole in a template
    NEVER            no token: the text is no program

What is accepted is what Symbolicator's parser accepts, which is more than the standard does: no early errors, and
nearly everything is fine as an assignment target.  Its deviations are marked `Symbolicator:`.
"""

from __future__ import annotations

from enum import IntEnum

START = "module"

RULES = r"""
module              : items END
items               : item items |
item                : 'import' imported | 'export' exported | statement


statements          : statement statements |
statement
    : 'const' const_statement
    | @let 'let' let_statement
    | @name 'using' using_statement
    | 'await' await_statement
    | body_statement

const_statement     : 'let' NEVER | declarators[+in,+const] end
let_statement       : 'let' NEVER | declarators[+in] end | label_or_expression
using_statement     : ~ using_names | label_or_expression
using_names         : declarators_from_name[+in] end
await_statement     : 'using' await_using | awaited[+in] more_expression[+in] end
await_using         : ~ using_names | unary_operation[+in] more_expression[+in] end

body_statement
    : '{' statements block_end
    | ';'
    | 'var' declarators[+in] end
    | 'if' condition body_statement else
    | 'for' for
    | 'while' condition body_statement
    | 'do' body_statement 'while' condition optional_semicolon
    | 'switch' condition '{' clauses '}'
    | 'with' condition body_statement
    | 'try' block catch finally
    | 'return' returned end
    | 'break' label end
    | 'continue' label end
    | 'throw' @same_line expression[+in] end
    | 'debugger' end
    | @open_function 'function' function_star @function_name binding_name function_rest
    | @open_class 'class' @class_declaration class_declaration_name class_rest
    | @name 'async' async_statement
    | @name name label_or_expression
    | @let 'let' label_or_expression
    | expression[+in] end

end                 : ';' | &'}' | &END | @line_break
optional_semicolon  : ';' |
condition           : '(' expression[+in] ')'
block               : '{' statements block_end
# Symbolicator: a block may be cut off by the end of the text
block_end           : '}' | &END
else                : 'else' body_statement |
# Symbolicator: a lone `try {}`
catch               : 'catch' catch_binding block |
catch_binding       : '(' binding ')' |
finally             : 'finally' block |
returned            : ~ expression[+in] |
label               : ~ binding_name |
clauses             : 'case' expression[+in] ':' statements clauses | 'default' ':' statements clauses_after_default |
clauses_after_default : 'case' expression[+in] ':' statements clauses_after_default |
async_statement
    : ~ @open_async_function 'function' function_star @function_name binding_name function_rest
    | ':' body_statement
    | async_first[+in] more_expression[+in] end
label_or_expression : ':' body_statement | target[+in] more_expression[+in] end


for                 : '(' for_head | 'await' '(' for_head[+await]
for_head[await]
    : [~await] ';' for_test
    | 'var' for_binding[?await,+var]
    | 'const' for_binding[?await]
    | @let 'let' for_let[?await]
    | @name 'async' for_async[?await]
    | assignment[+whole] more_expression @for_target for_each[?await]
for_let[await]
    : 'let' NEVER
    | for_binding[?await]
    | target[+whole] more_expression @for_target for_each[?await]
for_async[await]
    : 'of' for_async_of[?await]
    | async_first[+whole] more_expression @for_target for_each[?await]
for_async_of[await]
    : arrow more_expression for_each[?await]
    | assignment[+in] ')' body_statement
for_binding[await,var]
    : @declare binding_name for_named[?await,?var]
    | binding_pattern for_pattern[?await,?var]
for_named[await,var]
    : @open_declarator '=' assignment @leave for_initialized[?await,?var]
    | ',' for_binding[?await,?var]
    | for_each[?await]
for_initialized[await,var]
    : ',' for_binding[?await,?var]
    | [+var] for_each[?await]
    | [~var] for_of
    | [~var,~await] ';' for_test
for_pattern[await,var] : '=' assignment for_initialized[?await,?var] | for_of | [~await] for_in
for_each[await]     : for_of | [~await] for_in | [~await] ';' for_test
for_of              : 'of' assignment[+in] ')' body_statement
for_in              : 'in' expression[+in] ')' body_statement
for_test            : for_expression ';' for_expression ')' body_statement
for_expression      : expression[+in] |


declarators[in,const]      : declarator[?in,?const] more_declarators[?in,?const]
more_declarators[in,const] : ',' declarators[?in,?const] |
declarators_from_name[in]  : @declare binding_name initializer[?in] more_declarators[?in]
declarator[in,const]
    : @declare binding_name initializer[?in]
    | binding_pattern pattern_initializer[?in,?const]
initializer[in]            : @open_declarator '=' assignment[?in] @leave |
# Symbolicator: `const {a}` needs no value
pattern_initializer[in,const] : '=' assignment[?in] | [+const]

binding             : binding_name | binding_pattern
binding_pattern     : '[' binding_items ']' | '{' binding_properties '}'
binding_items       : ',' binding_items | binding_element more_binding_items | '...' binding more_binding_items |
more_binding_items  : ',' binding_items |
binding_element     : binding default_value
default_value       : '=' assignment[+in] |
binding_properties  : binding_property more_binding_properties |
more_binding_properties : ',' binding_properties |
binding_property
    : '...' binding_name
    | word binding_target
    | STRING ':' binding_element
    | NUMBER ':' binding_element
    | '[' assignment[+in] ']' ':' binding_element
binding_target      : ':' binding_element | default_value


function_star       : @generator '*' |
function_rest       : parameters function_body
parameters          : '(' parameter_list ')'
parameter_list      : parameter more_parameters |
more_parameters     : ',' parameter_list |
# Symbolicator: the rest parameter may have a default value and may be followed by others
parameter           : binding_element | '...' binding_element
function_body       : @open_body '{' statements function_end
function_end        : @close_function '}' | @end_function &END
optional_function_name : @function_name expression_name |
function_expression : @open_function 'function' function_star optional_function_name function_rest
async_function_expression
                    : @open_async_function 'function' function_star optional_function_name function_rest

arrow[in]           : @arrow '=>' arrow_body[?in]
arrow_body[in]      : function_body after_arrow[?in] | assignment[?in] @end_function
# Symbolicator: an arrow function with a block may be the left side of an operator
after_arrow[in]     : ~ binary_operator value[?in] |


class_rest          : heritage @open_class_body '{' class_members @close_class '}'
class_expression    : @open_class 'class' optional_class_name class_rest
optional_class_name : @class_expression expression_name |
heritage            : 'extends' heritage_value |
heritage_value      : primary heritage_rest | @name 'async' heritage_rest
heritage_rest       : chain_link heritage_rest |

class_members       : ';' class_members | @member class_member class_members |
class_member        : @key 'static' static_member | unmodified_member
static_member
    : '{' statements '}'
    | &'(' named_member
    | &'=' named_member
    | &';' named_member
    | &'}' named_member
    | unmodified_member
unmodified_member
    : @key 'async' async_member
    | @key 'get' get_member
    | @key 'set' set_member
    | @generator_method '*' class_key method
    | class_key named_member
class_key           : @key PRIVATE_NAME | key
async_member        : ~ @async_method async_class_method | named_member
async_class_method  : @generator_method '*' class_key method | class_key method
get_member          : @getter class_key method | named_member
set_member          : @setter class_key method | named_member
named_member        : method | @field field
field               : '=' assignment[+in] field_end | field_end
field_end           : ';' | &'}' | @line_break
method              : @open_method '(' parameter_list ')' function_body
key                 : @key word | @key STRING | @key NUMBER | @open_key '[' assignment[+in] ']' @close_key


primary
    : @name name
    | @let 'let'
    | @this 'this'
    | @literal NUMBER
    | @literal STRING
    | @literal 'null'
    | @literal 'true'
    | @literal 'false'
    | @literal REGEX
    | template
    | @open_array '[' array_items @close_array ']'
    | @open_object '{' properties @close_object '}'
    | @open_group '(' group_items
    | function_expression
    | class_expression
    | 'new' new
    | 'super' super
    | 'import' import_expression
    | @value PRIVATE_NAME

array_items         : ',' array_items | array_item more_array_items |
more_array_items    : ',' array_items |
array_item          : assignment[+in,+whole] | '...' assignment[+in,+whole]

group_items         : @only_parameters ')' @close_group | group_item more_group_items
# Symbolicator: `(let=>a)`, though nowhere else may `let` be a parameter without parentheses of its own
group_item          : @let 'let' group_let | assignment[+in,+whole] | @only_parameters '...' assignment[+in,+whole]
group_let           : @let_as_name arrow[+in] | target[+in,+whole]
more_group_items    : ',' group_after_comma | ')' @close_group
# Symbolicator: `(a,)` without an arrow
group_after_comma   : ')' @close_group | group_item more_group_items

properties          : @member property more_properties |
more_properties     : ',' properties |
property
    : '...' assignment[+in,+whole]
    | @key 'async' async_property
    | @key 'get' get_property
    | @key 'set' set_property
    | @generator_method '*' key property_method
    | @key word word_property
    | key key_property
async_property      : @async_method async_property_method | word_property
async_property_method : @generator_method '*' key property_method | key property_method
get_property        : @getter key property_method | word_property
set_property        : @setter key property_method | word_property
word_property       : key_property | '=' assignment[+in] |
key_property        : property_method | @property ':' assignment[+in,+whole] @leave
property_method     : @open_property_method '(' parameter_list ')' function_body

template            : @value TEMPLATE | TEMPLATE_HOLE template_hole
template_hole       : expression[+in] TEMPLATE_RESUME template_rest
template_rest       : @value TEMPLATE | TEMPLATE_HOLE template_hole
# escapes that mean nothing are fine after a tag
tagged_template     : @value TEMPLATE | @value BROKEN_TEMPLATE | tagged_hole_start tagged_hole
tagged_hole_start   : TEMPLATE_HOLE | BROKEN_TEMPLATE_HOLE
tagged_hole         : expression[+in] TEMPLATE_RESUME tagged_rest
tagged_rest         : @value TEMPLATE | @value BROKEN_TEMPLATE | tagged_hole_start tagged_hole

new                 : '.' @value 'target' | callee new_members new_arguments
callee              : primary | @name 'async' new_async
new_async           : ~ async_function_expression |
new_members
    : '.' member_name new_members
    | '[' expression[+in] ']' new_members
    | tagged_template new_members
    | '?.' NEVER
    |
new_arguments       : '(' arguments | @value
super               : '(' arguments | @super_member '.' unnamed_member | @super_member '[' unnamed_index
import_expression   : '(' arguments | '.' import_meta
import_meta         : @value 'meta' | 'defer' '(' arguments | 'source' '(' arguments

arguments           : @value ')' | argument more_arguments
argument            : assignment[+in] | '...' assignment[+in]
more_arguments      : ',' arguments | @value ')'
member_name         : word | PRIVATE_NAME
unnamed_member      : @unnamed_member member_name
unnamed_index       : expression[+in] @unnamed_member ']'
optional_link       : unnamed_member | '[' unnamed_index | '(' arguments
chain_link
    : '.' member_name
    | '?.' optional_link
    | '[' expression[+in] ']'
    | '(' arguments
    | tagged_template


expression[in]      : assignment[?in] more_expression[?in]
more_expression[in] : ',' expression[?in] |
assignment[in,whole]
    : @yield 'yield' yielded[?in]
    | @name 'async' async_first[?in,?whole]
    | primary target[?in,?whole]
    | prefixed[?in]
yielded[in]         : ~ '*' assignment[?in] | ~ assignment[?in] |
async_first[in,whole]
    : ~ async_function_expression target[?in]
    | ~ async_parameter arrow[?in]
    | ~ @open_async_group '(' async_arguments target[?in,?whole]
    | target[?in,?whole]
async_parameter     : name | 'async'
async_arguments     : ')' @close_async_group | async_argument more_async_arguments
async_argument      : @let 'let' group_let | assignment[+in,+whole] | '...' assignment[+in,+whole]
more_async_arguments : ',' async_arguments | ')' @close_async_group

# after an operand that may still become the target of an assignment, or the parameters of an arrow function
target[in,whole]
    : '.' target_member target[?in,?whole]
    | @open_index '[' index @close_index ']' target[?in,?whole]
    | '(' arguments target[?in,?whole]
    | '?.' optional_link target[?in,?whole]
    | tagged_template target[?in,?whole]
    | UPDATE operator[?in]
    | binary_operator[?in] value[?in]
    | '?' choice[?in]
    | arrow[?in]
    | [+whole] @assign_element '=' assignment[?in] @leave
    | [~whole] @assign '=' assignment[?in] @leave
    | compound assignment[?in] @leave
    | [+whole] @whole &','
    | [+whole] @whole &']'
    | [+whole] @whole &')'
    | [+whole] @whole &'}'
    | [+whole] @whole &'of'
    | [+whole] @whole &'in'
    |
target_member       : @named_member word | @private_member PRIVATE_NAME
index               : assignment[+in,+whole] more_expression[+in]
compound            : @compound COMPOUND | @compound '/='

# an operand that is not the first one of its expression, and all that follows it
value[in]
    : primary operation[?in]
    | @name 'async' async_value[?in]
    | prefixed[?in]
async_value[in]     : ~ async_function_expression operation[?in] | operation[?in]
prefixed[in]
    : SIGN unary_value[?in]
    | NOT unary_value[?in]
    | 'typeof' unary_value[?in]
    | 'void' unary_value[?in]
    | 'delete' unary_value[?in]
    | UPDATE updated[?in]
    | PREFIX_UPDATE updated[?in]
    | 'await' awaited[?in]
updated[in]         : primary operation[?in] | @name 'async' operation[?in]
# `-a ** b` is an error, so what follows a prefix operator is a place of its own
unary_value[in]
    : primary unary_operation[?in]
    | @name 'async' async_unary[?in]
    | prefixed[?in]
async_unary[in]     : ~ async_function_expression unary_operation[?in] | unary_operation[?in]
# Symbolicator: `await` is an operator everywhere, and may lack its operand
awaited[in]
    : unary_value[?in]
    | @bare_await &')'
    | @bare_await &']'
    | @bare_await &'}'
    | @bare_await &','
    | @bare_await &';'
    | @bare_await &END
operation[in]
    : chain_link operation[?in]
    | UPDATE operator[?in]
    | binary_operator[?in] value[?in]
    | '?' choice[?in]
    |
unary_operation[in]
    : chain_link unary_operation[?in]
    | UPDATE operator[?in]
    | simple_operator[?in] value[?in]
    | '?' choice[?in]
    |
operator[in]        : binary_operator[?in] value[?in] | '?' choice[?in] |
choice[in]          : assignment[+in] ':' assignment[?in]
binary_operator[in] : simple_operator[?in] | '**'
simple_operator[in] : BINARY | SIGN | '*' | '/' | 'instanceof' | [+in] 'in'


imported
    : STRING attributes end
    | import_expression target[+in] more_expression[+in] end
    | '{' import_names '}' from
    | '*' 'as' binding_name from
    | 'defer' import_defer
    | 'source' import_source
    | default_name import_default
from                : 'from' STRING attributes end
import_default      : ',' import_second from | from
import_second       : '{' import_names '}' | '*' 'as' binding_name
import_defer        : '*' 'as' binding_name from | import_default
import_source       : 'from' import_source_from | import_default | binding_name from
import_source_from  : STRING attributes end | from
default_name        : name | 'async'
import_names        : import_name more_import_names |
more_import_names   : ',' import_names |
import_name         : word import_alias | STRING 'as' binding_name
import_alias        : 'as' binding_name |
attributes          : ~ attributes_word '{' attribute_list '}' |
attributes_word     : 'with' | 'assert'
attribute_list      : attribute more_attributes |
more_attributes     : ',' attribute_list |
attribute           : word ':' assignment[+in] | STRING ':' assignment[+in]

exported
    : '*' exported_all from
    | '{' export_names '}' export_from
    | 'default' exported_default
    | 'var' declarators[+in] end
    | 'let' declarators[+in] end
    | 'const' declarators[+in,+const] end
    | @open_function 'function' function_star @function_name binding_name function_rest
    | @name 'async' exported_async
    | @open_class 'class' @class_declaration class_declaration_name class_rest
exported_all        : 'as' export_name |
exported_async      : ~ @open_async_function 'function' function_star @function_name binding_name function_rest
exported_default
    : @open_function 'function' function_star optional_default_name function_rest
    | @open_class 'class' optional_default_class class_rest
    | @name 'async' default_async
    | assignment[+in] end
optional_default_name  : @function_name binding_name |
optional_default_class : @class_declaration class_declaration_name |
default_async
    : ~ @open_async_function 'function' function_star optional_default_name function_rest
    | async_first[+in] end
export_from         : from | end
export_names        : export_name export_alias more_export_names |
more_export_names   : ',' export_names |
export_alias        : 'as' export_name |
export_name         : word | STRING


# words that mean something in some places only; `async` and `let` have rules of their own where it matters
name
    : IDENTIFIER | 'as' | 'assert' | 'constructor' | 'defer' | 'from' | 'get' | 'meta' | 'of' | 'set' | 'source'
    | 'target' | 'using'
expression_name     : name | 'async'
reserved_name
    : 'enum' | 'implements' | 'interface' | 'package' | 'private' | 'protected' | 'public' | 'static' | 'yield'
class_declaration_name : name | 'async' | reserved_name
binding_name        : name | 'async' | 'let' | reserved_name
word
    : binding_name | ESCAPED_KEYWORD | 'await' | 'break' | 'case' | 'catch' | 'class' | 'const' | 'continue'
    | 'debugger' | 'default' | 'delete' | 'do' | 'else' | 'export' | 'extends' | 'false' | 'finally' | 'for'
    | 'function' | 'if' | 'import' | 'in' | 'instanceof' | 'new' | 'null' | 'return' | 'super' | 'switch' | 'this'
    | 'throw' | 'true' | 'try' | 'typeof' | 'var' | 'void' | 'while' | 'with'
"""


class Action(IntEnum):
    """Action of the grammar besides accepting tokens.  ``scope_parser`` does it.

    Those that only note a token (see ``TokenSlot``) are done by the parser loop.
    """

    NOTHING = 0
    # operands
    NAME = 1
    LET = 2
    THIS = 3
    LITERAL = 4
    VALUE = 5
    NAMED_MEMBER = 6
    PRIVATE_MEMBER = 7
    UNNAMED_MEMBER = 8
    OPEN_INDEX = 9
    CLOSE_INDEX = 10
    WHOLE = 11
    # assignments
    ASSIGN = 12
    ASSIGN_ELEMENT = 13
    COMPOUND = 14
    DECLARE = 15
    OPEN_DECLARATOR = 16
    FOR_TARGET = 17
    LEAVE = 18
    # brackets
    OPEN_GROUP = 19
    OPEN_ASYNC_GROUP = 20
    ONLY_PARAMETERS = 21
    CLOSE_GROUP = 22
    CLOSE_ASYNC_GROUP = 23
    OPEN_ARRAY = 24
    CLOSE_ARRAY = 25
    OPEN_OBJECT = 26
    CLOSE_OBJECT = 27
    # functions
    ARROW = 28
    OPEN_FUNCTION = 29
    OPEN_ASYNC_FUNCTION = 30
    GENERATOR = 31
    FUNCTION_NAME = 32
    OPEN_BODY = 33
    CLOSE_FUNCTION = 34
    END_FUNCTION = 35
    # classes
    OPEN_CLASS = 36
    CLASS_DECLARATION = 37
    CLASS_EXPRESSION = 38
    OPEN_CLASS_BODY = 39
    CLOSE_CLASS = 40
    # members of classes and object literals
    MEMBER = 41
    KEY = 42
    OPEN_KEY = 43
    CLOSE_KEY = 44
    ASYNC_METHOD = 45
    GENERATOR_METHOD = 46
    GETTER = 47
    SETTER = 48
    OPEN_METHOD = 49
    OPEN_PROPERTY_METHOD = 50
    PROPERTY = 51
    FIELD = 52
    # what only some places allow
    YIELD = 53
    SUPER_MEMBER = 54
    BARE_AWAIT = 55
    LINE_BREAK = 56
    SAME_LINE = 57
    LET_AS_NAME = 58
    REJECT = 59
    """The text is no program."""
