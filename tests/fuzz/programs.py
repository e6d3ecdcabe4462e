"""Random JavaScript: programs that parse, most of the time, and the words that they are made of."""

from __future__ import annotations

import random
from collections.abc import Callable

WORDS = tuple(
    word.encode()
    for word in (
        "function async await class extends static get set new super this return yield throw typeof void delete in of "
        "instanceof if else for while do switch case default: break continue try{} catch finally var let const import "
        "export from as with debugger using enum null true #a a b c prototype constructor __proto__ arguments eval "
        "( ) [ ] { } ; , . ?. ... => = += ??= || && ?? ? : + - ++ -- ! ~ ** * / % < > << >>> == === & | ^ @ # \\ "
        "'x' \"y\" `t` `a${ }b` /r/g /[/]/ 0 1. .5 0x1F 1n 1e9 09 "
        "()=>{} a=>a async()=>{} (a,b)=>({a}) function(){} class{} {get\ta(){}} [a]=b {a}={} label: "
        "/**/ // \n \t"
    ).split(" ")
)

TYPED_WORDS = WORDS + tuple(
    word.encode()
    for word in (
        "type interface enum namespace module declare abstract readonly override public private implements is keyof "
        "infer satisfies as unique asserts global accessor out @dec @a.b() : string : number[] <T> <T, <T>() => "
        "<T extends {a:1}> extends(infer\tU)?U:never as{} satisfies\tA ! a!.b ?: =>void (this:A) {[k:string]:1} "
        "<a> </a> <a/> <> </> <a.b c={d=>d} e='f'{...g}> {/**/} &nbsp; <script> </script> <template> lang=\"ts\""
    ).split(" ")
)

_NAMES = ("a", "b", "c", "foo", "$", "_x", "async", "get", "of", "let", "é", "𝒳", "\\u0061b", "prototype", "init")
_DEEPEST = 6

Maker = Callable[[random.Random, int], str]


def program(chance: random.Random) -> bytes:
    """Return a program of a few statements."""
    return _statements(chance, chance.randint(1, _DEEPEST)).encode()


def _statements(chance: random.Random, depth: int) -> str:
    return "".join(_pick(chance, depth, _STATEMENTS, "a;") for _ in range(chance.randint(0, 4)))


def _expression(chance: random.Random, depth: int) -> str:
    return _pick(chance, depth, _EXPRESSIONS, _name(chance))


def _pick(chance: random.Random, depth: int, makers: tuple[Maker, ...], leaf: str) -> str:
    return leaf if depth <= 0 else chance.choice(makers)(chance, depth - 1)


def _name(chance: random.Random) -> str:
    return chance.choice(_NAMES)


def _function(chance: random.Random, depth: int) -> str:
    start = chance.choice(("function ", "async function ", "function*", "function/**/"))
    return f"{start}{_name(chance)}({_parameters(chance, depth)}){{{_statements(chance, depth)}}}"


def _anonymous_function(chance: random.Random, depth: int) -> str:
    return f"(function({_parameters(chance, depth)}){{{_statements(chance, depth)}}})"


def _arrow(chance: random.Random, depth: int) -> str:
    start = chance.choice((f"{_name(chance)}=>", f"({_parameters(chance, depth)})=>", "async()=>", "async a=>"))
    body = chance.choice((f"{{{_statements(chance, depth)}}}", _expression(chance, depth)))
    return f"({start}{body})" if chance.random() < 0.5 else f"{start}{body}"


def _parameters(chance: random.Random, depth: int) -> str:
    shapes = (
        lambda: _name(chance),
        lambda: f"{_name(chance)}={_expression(chance, depth - 1)}",
        lambda: f"{{{_name(chance)}:{_name(chance)}={_expression(chance, depth - 1)}}}",
        lambda: f"[{_name(chance)}]",
        lambda: f"{{[{_expression(chance, depth - 1)}]:{_name(chance)}}}",
    )
    return ",".join(chance.choice(shapes)() for _ in range(chance.randint(0, 3)))


def _class(chance: random.Random, depth: int) -> str:
    start = chance.choice(("class ", f"class {_name(chance)}", f"class A extends {_expression(chance, depth)}"))
    return f"{start}{{{''.join(_class_member(chance, depth) for _ in range(chance.randint(0, 4)))}}}"


def _class_member(chance: random.Random, depth: int) -> str:
    key = _key(chance, depth)
    shapes = (
        lambda: f"{key}({_parameters(chance, depth)}){{{_statements(chance, depth)}}}",
        lambda: f"static {key}(){{{_statements(chance, depth)}}}",
        lambda: f"get {key}(){{return {_expression(chance, depth)}}}",
        lambda: f"set {key}(a){{}}",
        lambda: f"async*{key}(){{}}",
        lambda: f"{key}={_expression(chance, depth)}" + chance.choice((";", "\n")),
        lambda: f"static{{{_statements(chance, depth)}}}",
        lambda: "constructor(){}",
        lambda: f"#{_name(chance)}(){{}}",
        lambda: f"{key}(){{{_super_member(chance, depth)}={_expression(chance, depth)};{_statements(chance, depth)}}}",
    )
    return chance.choice(shapes)()


def _super_member(chance: random.Random, depth: int) -> str:
    """Return a member of ``super``, behind another operand or not."""
    before = chance.choice(("", "", "a.b();", "t=p.q,", "a[b].c;"))
    member = chance.choice(("super.x", f"super[{_expression(chance, depth - 1)}]", "super.x.y", "super.x[1]"))
    return before + member


def _key(chance: random.Random, depth: int) -> str:
    return chance.choice((_name(chance), _name(chance), "'k'", "1", "static", "get", f"[{_expression(chance, depth)}]"))


def _object(chance: random.Random, depth: int) -> str:
    return f"({{{','.join(_property(chance, depth) for _ in range(chance.randint(0, 4)))}}})"


def _property(chance: random.Random, depth: int) -> str:
    key = _key(chance, depth)
    shapes = (
        lambda: f"{key}:{_expression(chance, depth)}",
        lambda: f"{key}(){{{_statements(chance, depth)}}}",
        lambda: f"get {key}(){{return {_expression(chance, depth)}}}",
        lambda: f"set {key}(a){{}}",
        lambda: f"async {key}(){{}}",
        lambda: _name(chance),
        lambda: f"...{_expression(chance, depth)}",
        lambda: f"{key}(){{{_super_member(chance, depth)}={_expression(chance, depth)}}}",
    )
    return chance.choice(shapes)()


def _joined(template: str) -> Maker:
    """Return a maker that fills in ``E`` expressions, ``N`` names, ``P`` parameters and ``S`` statements."""
    makers: dict[str, Callable[[random.Random, int], str]] = {
        "E": _expression,
        "N": lambda chance, _: _name(chance),
        "P": _parameters,
        "S": _statements,
    }

    def made(chance: random.Random, depth: int) -> str:
        return "".join(makers[part](chance, depth) if part in makers else part for part in template)

    return made


_EXPRESSIONS: tuple[Maker, ...] = (
    _anonymous_function,
    _arrow,
    _arrow,
    _object,
    lambda chance, depth: f"({_class(chance, depth)})",
    lambda chance, depth: f"({_function(chance, depth)})",
    _joined("N=E"),
    _joined("(N.N=E)"),
    _joined("(N[E]=E)"),
    _joined("N.N.N(E,E)"),
    _joined("(N?.N=E)"),
    _joined("(N?.N.N=E)"),
    _joined("(N?.[E].N=E)"),
    _joined("(N.N[E].N=E)"),
    _joined("N.N=N[E]=E"),
    _joined("((E).N=E)"),
    _joined("([N.N=E,N[E]=E]=E)"),
    _joined("({k:N.N=E,'l':[N=E]}=E)"),
    _joined("(N[N=E].N||=E)"),
    _joined("({N:E,[E]:E})"),
    _joined("(class extends E{N=E;static[E]=E})"),
    _joined("(E)?E:E"),
    _joined("[E,,E]"),
    _joined("`t${E}u${E}`"),
    _joined("(E)+(E)/2"),
    _joined("N/E/1"),
    _joined("/[/]x/.test(E)"),
    _joined("new N(E)"),
    _joined("N?.N(E)"),
    _joined("({N}=E)"),
    _joined("([N=E]=E)"),
    _joined("typeof E"),
    _joined("N`x${E}`"),
    _joined("(E,E)"),
)
_STATEMENTS: tuple[Maker, ...] = (
    _function,
    lambda chance, depth: f"class {_name(chance)}{{{_class_member(chance, depth)}}}",
    _joined("E;"),
    _joined("E\n"),
    _joined("var N=E;"),
    _joined("const {N,N:[N=E]}=E;"),
    _joined("let N\n"),
    _joined("if(E){S}else E;"),
    _joined("for(var N of E){S}"),
    _joined("for(;;E)E;"),
    _joined("while(E)/x/.test(E);"),
    _joined("do E;while(E)"),
    _joined("try{S}catch(N){S}finally{S}"),
    _joined("switch(E){case E:S;default:S}"),
    _joined("N:for(;;){S break N}"),
    _joined("{S}"),
    _joined("/*N\n*/"),
    _joined("//N\n"),
    _joined("export default {S:E};"),
    _joined("throw E;"),
)
