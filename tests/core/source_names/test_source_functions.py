from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.source_names.source_functions import SourceFunctions, read_functions
from core.sourcemap.position import NoName
from tests.kernels import BUILDS, load

HERE = "@@"
"""Stands for the place that is asked about."""


@pytest.fixture(params=BUILDS)
def build(request: pytest.FixtureRequest) -> ModuleType:
    return load("core.source_names.source_functions", request.param)


def name_in(build: ModuleType, source: str, file: str = "a.ts") -> str | None:
    """Return the name at ``@@``, which is taken out of the source; None if there is none."""
    before, _, after = source.partition(HERE)
    functions = build.read_functions((before + after).encode(), file)
    name = functions.name_at_offset(len(before.encode()))
    return None if isinstance(name, NoName) else name


JAVASCRIPT = [
    # classes
    ("class Panel { handleClick = () => { @@ } }", "Panel.handleClick"),
    ("class Panel { static load = () => { @@ } }", "Panel.load"),
    ("class Panel { constructor() { @@ } }", "new Panel"),
    ("class Panel { tries = @@0 }", "new Panel"),
    ("class Panel { static tries = @@0 }", None),
    ("class Panel { static { @@ } }", None),
    ("class Panel { @@ }", "new Panel"),
    ("class Panel extends @@mixin() {}", None),
    ("class Panel { [@@key()]() {} }", None),
    ("class Panel { show() { @@ } }", "Panel.show"),
    ("class Panel { static show() { @@ } }", "Panel.show"),
    ("class Panel { async *show() { @@ } }", "Panel.show"),
    ("class Panel { #reduced() { @@ } }", "Panel.#reduced"),
    ("class Panel { #reduced = () => { @@ } }", "Panel.#reduced"),
    ("class Panel { get total() { @@ } }", "get Panel.total"),
    ("class Panel { static set total(value) { @@ } }", "set Panel.total"),
    ("class Panel { get() { @@ } }", "Panel.get"),
    ("class Panel { static() { @@ } }", "Panel.static"),
    ("class Panel { static async = () => { @@ } }", "Panel.async"),
    ("class Panel { 'save-all'() { @@ } }", "save-all"),
    ("class Panel { 'save'() { @@ } }", "Panel.save"),
    ("class Panel { [Symbol.iterator]() { @@ } }", "Panel[Symbol.iterator]"),
    ("class Panel { [KEY]() { @@ } }", "Panel[KEY]"),
    ("class Panel { ['a' + b]() { @@ } }", "Panel.<computed>"),
    ("class Panel { constructor() { this.hide = () => { @@ } } }", "Panel.hide"),
    ("class Panel { show() { this.late = function () { @@ } } }", "Panel.late"),
    ("class Panel { show() { return [1].map((item) => @@item) } }", None),
    ("class Panel { list = [() => @@1] }", "Panel.list"),
    ("class Panel { own = function named() { @@ } }", "Panel.named"),
    ("const Panel = class { show() { @@ } }", "Panel.show"),
    ("const Panel = class Inner { show() { @@ } }", "Inner.show"),
    ("exports.Panel = class { constructor() { @@ } }", "new exports.Panel"),
    ("const all = { Panel: class { show() { @@ } } }", "Panel.show"),
    ("mixin(class { show() { @@ } })", "show"),
    ("mixin(class { constructor() { @@ } })", None),
    ("export default class { show() { @@ } }", "default.show"),
    ("function outer() { class Inner { show() { @@ } } }", "Inner.show"),
    # objects
    ("const actions = { 'save-all': () => { @@ } }", "save-all"),
    ("const actions = { save: () => { @@ } }", "actions.save"),
    ("const actions = { save() { @@ } }", "actions.save"),
    ("const actions = { save: function () { @@ } }", "actions.save"),
    ("const actions = { save: function own() { @@ } }", "actions.own"),
    ("const actions = { file: { save() { @@ } } }", "actions.file.save"),
    ("const actions = { 12() { @@ } }", "12"),
    ("const actions = { 0x10: () => { @@ } }", "16"),
    ("const actions = { 1__n() { @@ } }", "1n"),
    ("const actions = { 1pxn() { @@ } }", "1pxn"),
    ("const actions = { get save() { @@ } }", "get actions.save"),
    ("const iter = { [Symbol.iterator]() { @@ } }", "iter[Symbol.iterator]"),
    ("const iter = { async *[Symbol.asyncIterator]() { @@ } }", "iter[Symbol.asyncIterator]"),
    ("const actions = { ['save'](x) { @@ } }", "actions.save"),
    ("const actions = { saves: [() => @@1] }", "actions.saves"),
    ("const actions = { save: log(() => @@1) }", None),
    ("module.exports = { onOrder(o) { @@ } }", "module.exports.onOrder"),
    ("module.exports = { onOrder: (o) => @@o }", "module.exports.onOrder"),
    ("exports.shop = { onOrder(o) { @@ } }", "exports.shop.onOrder"),
    ("Vue.prototype.methods = { buy() { @@ } }", "Vue.prototype.methods.buy"),
    ("Old.prototype = { buy() { @@ } }", "Old.buy"),
    ("export default { methods: { buy() { @@ } } }", "methods.buy"),
    ("use({ methods: { buy() { @@ } } })", "methods.buy"),
    ("const made = make({ buy() { @@ } })", "buy"),
    ("function make() { return { buy() { @@ } } }", "buy"),
    # variables and members
    ("const sizes = [1].map(item => { @@ })", None),
    ("const sizes = list.map(function () { @@ })", None),
    ("const size = () => { @@ }", "size"),
    ("const size = ((() => { @@ }))", "size"),
    ("const size = function () { @@ }", "size"),
    ("const size = function own() { @@ }", "own"),
    ("const size = a ? () => @@1 : 0", "size"),
    ("const size = a || (() => @@1)", "size"),
    ("const sizes = [() => @@1]", "sizes"),
    ("const size = (() => { @@ })()", None),
    ("const size = async x => @@x", "size"),
    ("const size = () => () => @@1", None),
    ("let size; size = () => { @@ }", "size"),
    ("let size; size ??= () => { @@ }", "size"),
    ("exports.size = () => { @@ }", "exports.size"),
    ("module.exports = () => { @@ }", "module.exports"),
    ("module.exports = function own() { @@ }", "own"),
    ("globalThis.run = function run() { @@ }", "globalThis.run"),
    ("Old.prototype.size = function () { @@ }", "Old.size"),
    ("Old.prototype.size = function own() { @@ }", "Old.own"),
    ("function Old() { this.size = function () { @@ } }", "Old.size"),
    ("Old.prototype.init = function () { this.size = () => @@1 }", "Old.size"),
    ("a['b-c'] = () => { @@ }", "a.b-c"),
    ("a[b] = () => { @@ }", "a.<computed>"),
    ("a[Symbol.iterator] = function () { @@ }", "a[Symbol.iterator]"),
    ("const { size = () => @@1 } = options", "size"),
    ("function f(size = () => @@1) {}", "size"),
    ("function App() { handlers.click = () => @@1 }", "App.handlers.click"),
    ("const App = () => { handlers.click = () => @@1 }", "App.handlers.click"),
    # functions
    ("function f() { @@ }", "f"),
    ("async function* f() { @@ }", "f"),
    ("export function f() { @@ }", "f"),
    ("export default function () { @@ }", "default"),
    ("export default function f() { @@ }", "f"),
    ("export default () => { @@ }", "default"),
    ("(function () { @@ })()", None),
    ("!function f() { @@ }()", "f"),
    ("var Kind; (function (Kind) { @@ })(Kind || (Kind = {}))", None),
    ("(Kind => { @@ })(exports.Kind || (exports.Kind = {}))", None),
    ("on('x', function f() { @@ })", "f"),
    ("@@f()", None),
    ("function \\u0061() { @@ }", "a"),
    ("const größe = () => { @@ }", "größe"),
    # what is no start of a function
    ("f(a ? (b) : c => @@c)", None),
    ("switch (a) { case (b): c = () => @@1 }", "c"),
    ("label: for (const a of b) { c = () => @@1 }", "c"),
    ("const a = b / 2; const c = () => @@(1 / 2)", "c"),
    ("if (a) /[/)}]/.test(b); const c = () => @@1", "c"),
    ("const a = `${`${() => 1}`} }`; const c = () => @@1", "c"),
    ("const a = b < c, d = e > (f); const g = () => @@1", "g"),
    ("const a = b\n/c/g; const d = () => @@1", "d"),
    ("for (var i = 0, n = a.length; i < n; i++) b = () => @@1", "b"),
]


@pytest.mark.parametrize("source, name", JAVASCRIPT)
@pytest.mark.parametrize("file", ["a.js", "a.ts", "a.tsx"])
def test_functions_of_javascript(build: ModuleType, source: str, name: str | None, file: str):
    assert name_in(build, source, file) == name


TYPESCRIPT = [
    ("class Cart<T extends object = {}> extends Base<T> implements A, B<C> { total(): number { @@ } }", "Cart.total"),
    ("class Cart { onAdd = (line: Line): void => { @@ } }", "Cart.onAdd"),
    ("class Cart { private static readonly load?: Load = async () => { @@ } }", "Cart.load"),
    ("class Cart { constructor(private readonly a: string, public b?: number) { @@ } }", "new Cart"),
    ("class Cart { add(a: string): void; add(a: number): void; add(a: any) { @@ } }", "Cart.add"),
    ("abstract class Cart { abstract a(): void; protected abstract get b(): T; c() { @@ } }", "Cart.c"),
    ("class Cart { [key: string]: unknown; a!: string; declare b; c() { @@ } }", "Cart.c"),
    ("class Cart { @Input() a: T; @On('x', ['$e']) async b<K extends keyof T>(@Inject(X) k: K) { @@ } }", "Cart.b"),
    ("class Cart { @On(@@f()) b() {} }", None),
    ("@Component({ selector: 'a', f: () => 1 }) export class Cart { b() { @@ } }", "Cart.b"),
    ("export default abstract class Cart { b(): asserts this is T { @@ } }", "Cart.b"),
    ("class Cart { accessor a = 1; override b(): void { @@ } }", "Cart.b"),
    ("function f(a: string): void; function f(a: any): a is string { @@ }", "f"),
    ("function f<const T>(this: Window, { a, b }: { a: T; b: (c: T) => void } = {}): T { @@ }", "f"),
    ("const f = (a: number, b?: string): Promise<Map<string, T[]>> => { @@ }", "f"),
    ("const f = async <T>(a: T): Promise<T> => { @@ }", "f"),
    ("const f: (a: T) => void = (a) => { @@ }", "f"),
    ("const f = <any>((a) => { @@ })", "f"),
    ("const f = (() => { @@ }) as unknown as F", "f"),
    ("const f = (function () { @@ })!", "f"),
    ("const o = { run: (a: number) => @@a } satisfies Handlers", "o.run"),
    ("const o = <const>{ run() { @@ } }", "o.run"),
    ("const f = a ? (b: number): string => @@b : c", "f"),
    ("const f = (a as T) ? () => @@1 : 0", "f"),
    ("const f = useCallback<F<G>>(() => { @@ }, [])", None),
    ("const f = a < b; const g = c > (() => @@1)", "g"),
    ("enum A { B = 1, C = 'x' } const enum D { E } const f = () => @@1", "f"),
    ("namespace A.B { export function f() { @@ } }", "f"),
    ("namespace A { export class B { c() { @@ } } }", "B.c"),
    ("namespace A { @@f() }", None),
    ("declare module 'x' { export function f(): void; } function g() { @@ }", "g"),
    ("declare global { interface Window { a: T } } function g() { @@ }", "g"),
    ("interface A<T> extends B<T>, C { d(): void; <E>(e: E): E; new (f): A } function g() { @@ }", "g"),
    ("type A<T> = T extends (infer U)[] ? (u: U) => void : { b: `c${string}` }\nconst g = () => @@1", "g"),
    ("type A = B\n| C\nlet type = 1; type = 2; const g = () => @@1", "g"),
    ("import type { A } from 'a'; import B, { type C } from 'b'; import d = require('d'); const g = () => @@1", "g"),
    ("export type { A } from 'a'; export * as b from 'b'; export = c; const g = () => @@1", "g"),
    ("export const g = (a: unknown): a is string => @@1", "g"),
    ("let x: typeof import('a').b<C>[number]['d'], g = () => @@1", "g"),
    ("let x = a!.b!, y = c![0]!, g = () => @@1", "g"),
    ("for (const [a, b] of Object.entries<string>(c)) d = (): void => { @@ }", "d"),
    ("let g: Foo<string>= () => @@1", "g"),
    ("using a = b(); await using c = d(); const g = () => @@1", "g"),
]


@pytest.mark.parametrize("source, name", TYPESCRIPT)
def test_functions_of_typescript(build: ModuleType, source: str, name: str | None):
    assert name_in(build, source, "a.ts") == name


JSX = [
    ("const App = () => <div onClick={() => { @@ }}>it's {a}</div>", "onClick"),
    (
        "const App = () => { const click = () => @@1; return <a b='\\' c=\"it's\" {...d} e=<f/>>g{/* ' */} {'}'}</a> }",
        "click",
    ),
    ("function App() { return <><A.B c-d:e />{a.map((b) => <C key={b} f={() => @@1} />)}</> } ", "f"),
    ("function App() { return <ul>{a.map((b) => <li>{@@b}</li>)}</ul> } ", None),
    ("function App() { return <A>{() => <b>don't</b>}</A> } const f = () => @@1", "f"),
    ("const a = b < c; function App() { return <p>{@@d}</p> }", "App"),
    ("const App = memo(function Button() { return <a>{@@b}</a> })", "Button"),
    ("const App = () => (<A b={c ? () => @@1 : null} />)", "b"),
]


@pytest.mark.parametrize("source, name", JSX)
@pytest.mark.parametrize("file", ["a.jsx", "a.tsx", "webpack://a/./b/c.js?1234", "a"])
def test_functions_of_elements(build: ModuleType, source: str, name: str | None, file: str):
    assert name_in(build, source, file) == name


@pytest.mark.parametrize("source, name", [
    ("const f = <T,>(a: T): T => @@a", "f"),
    ("const f = <T extends object>(a: T): T => @@a", "f"),
    ("const f = useMemo<T>(() => <A<T> b={(c: T) => @@c} />)", "b"),
])  # fmt: skip
def test_generics_beside_elements(build: ModuleType, source: str, name: str):
    assert name_in(build, source, "a.tsx") == name


VUE = """<template><p @click="save">{{ a }} it's</p></template>
<script lang="ts">export default { methods: { buy(this: Shop) { @1 } } }</script>
<script setup lang="ts" generic="T extends A<B>">
const save = (a: T): void => { @2 }
</script>
<style>p::before { content: "'" }</style>"""


@pytest.mark.parametrize("place, name", [("@1", "methods.buy"), ("@2", "save"), ("{{ a", None), ("::before", None)])
@pytest.mark.parametrize("file", ["src/Shop.vue", "webpack:///./src/Shop.vue?a1b2", "Shop.svelte"])
def test_the_scripts_of_a_component_are_read(place: str, name: str | None, file: str):
    assert name_in_component(VUE, place, file) == name


def name_in_component(source: str, place: str, file: str) -> str | None:
    functions = read_functions(source.encode(), file)
    assert functions is not None
    name = functions.name_at_offset(source.encode().index(place.encode()))
    return None if isinstance(name, NoName) else name


@pytest.mark.parametrize("file", ["webpack:///./src/Shop.vue?vue&type=script&lang=ts", "src/Shop.vue", "Shop.svelte"])
def test_the_script_of_a_component_may_come_alone(file: str):
    source = "//\n//\nexport default { methods: { buy(this: Shop): void { @1 } } }\n<a>"
    assert name_in_component(source, "@1", file) == "methods.buy"


@pytest.mark.parametrize("file, setup, plain, shared", [
    ("a/Shop.vue", "setup", None, None),
    ("a/Shop.svelte", "Shop", "Shop", None),
    ("+page.svelte?x", "_page", "_page", None),
])  # fmt: skip
def test_a_script_that_becomes_a_function_is_called_as_that(file: str, setup: str, plain: str | None, shared: None):
    source = "<script setup lang='ts'>a1()</script><script>a2()</script><script module>a3()</script><p>{{ a4 }}</p>"
    assert [name_in_component(source, f"a{number}", file) for number in range(1, 5)] == [setup, plain, shared, None]


@pytest.mark.parametrize("file", ["cart.clj", "a.coffee", "a.scss", "main.dart"])
def test_other_languages_are_not_read(file: str):
    assert read_functions(b"function f() {}", file) is None


def test_what_has_no_name_that_says_so_is_read_if_it_looks_like_it():
    assert read_functions(b"const a = 1", "a") is not None
    assert read_functions(b"SELECT * FROM a WHERE b ))", "a") is None


def test_lines_and_columns_are_those_of_a_map():
    functions = read_functions("'☕𝒳'; function f() {}\r\nfunction g() {}".encode(), "a.js")
    assert functions is not None
    assert [functions.name_at(0, 6), functions.name_at(0, 7), functions.name_at(1, 3)] == [NoName.UNKNOWN, "f", "g"]


def test_a_text_that_is_not_utf8_is_read_as_far_as_it_goes():
    functions = read_functions(b"'\xff'; function f() { return 1 }", "a.js")
    assert functions is not None
    assert functions.name_at(0, 24) == "f"


NESTED = [
    "(",
    "[",
    "{",
    "a={a:",
    "`${",
    "f(",
    "a[",
    "()=>{",
    "a=>",
    "class A{a(){",
    "class A extends ",
    "a?",
    "new ",
    "@",
]
NESTED += [
    "<a b=",
    "<a>",
    "<a>{",
    "(a:",
    "a<",
    "async(",
    "function f(a=",
    "x=",
    "if(",
    "for(;;",
    "a?(b):",
    "a as {",
    "`",
    "/",
]


@pytest.mark.parametrize("opening", NESTED)
@pytest.mark.parametrize("file", ["a.ts", "a.tsx"])
def test_any_depth_takes_time_as_its_length(opening: str, file: str):
    text = f"function f() {{}} {opening * 100_000}"
    functions = read_functions(text.encode(), file)
    assert functions is not None
    assert functions.name_at(0, 14) == "f"


def test_what_is_nested_too_deeply_is_unknown_and_what_follows_is_not(build: ModuleType):
    text = f"{'f(' * 500}() => 1{')' * 500}; function g() {{ @@ }}"
    assert name_in(build, text) == "g"
    functions = build.read_functions(text.encode(), "a.js")
    assert functions.name_at_offset(text.index("=>")) is None


def test_many_functions_do_not_have_many_long_names_each():
    source = f"{'a.' * 20_000}b = {{ {'k: [() => 1], ' * 20_000} }}"
    functions = read_functions(source.encode(), "a.js")
    assert functions is not None
    assert len(functions.names.parts) < 40 * len(source)
    assert functions.name_at_offset(source.rindex("1")) == f"{'a.' * 18}b.k"


FRAGMENTS = st.lists(
    st.sampled_from(sorted({HERE.join(source.split(HERE)) for source, _ in JAVASCRIPT + TYPESCRIPT + JSX}))
    | st.sampled_from(["a", "()", "=>", "{", "}", "(", ")", "[", "]", "=", ",", ";", ":", "?", ".", "`", "${", "/"])
    | st.sampled_from(["function", "class", "async", "get", "static", "let", "yield", "await", "as", "type", "\n"])
    | st.sampled_from(['"c"', "1", "#d", "...", "*", "\\u0061", "é", "//", "/*", "*/", "\\", "\0", "\u2028", "@"])
    | st.sampled_from(["<", ">", "</a>", " ", "'", "!", "<a ", "/>"]),
    max_size=24,
).map("".join)  # fmt: skip


@given(st.one_of(FRAGMENTS, st.text(max_size=40)), st.sampled_from(["a.js", "a.ts", "a.tsx", "a.vue"]))
def test_both_builds_say_the_same_of_any_text(text: str, file: str):
    interpreted, compiled = (rows(load("core.source_names.source_functions", build), text, file) for build in BUILDS)
    assert interpreted == compiled


def rows(build: ModuleType, text: str, file: str) -> list[object]:
    functions: SourceFunctions = build.read_functions(text.encode(), file)
    return [functions.errors, *functions.records, *functions.names.parts]


@given(FRAGMENTS)
def test_every_place_of_any_text_has_an_answer(text: str):
    functions = read_functions(text.encode(), "a.tsx")
    assert functions is not None
    for offset in range(len(text.encode())):
        name = functions.name_at_offset(offset)
        assert name is None or isinstance(name, str | NoName)


@pytest.mark.parametrize("spelling, name", [
    pytest.param("0x1F", "31", id="a-number"),
    pytest.param("1e", "1e", id="cut-off"),
    pytest.param("61b", "61b", id="no-digit"),
    pytest.param("0x1Fx2", "0x1Fx2", id="no-number"),
    pytest.param("0x" + "f" * 1_000_000 + "n", "0x" + "f" * 1_000_000 + "n", id="one-that-takes-40-s-to-write"),
])  # fmt: skip
def test_keys_that_only_look_like_numbers_cost_no_more_than_others(build: ModuleType, spelling: str, name: str):
    functions = build.read_functions(f"x={{{spelling}(){{ here }}}}".encode(), "a.js")
    found = functions.name_at_offset(len(spelling) + 6)
    assert found == name or found is None or isinstance(found, NoName)
