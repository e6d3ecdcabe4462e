from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.source_names.source_functions import read_functions
from core.sourcemap.position import NoName


def name_in(source: str, file: str) -> str | None:
    before, _, after = source.partition("@@")
    functions = read_functions((before + after).encode(), file)
    assert functions is not None
    name = functions.name_at_offset(len(before.encode()))
    return None if isinstance(name, NoName) else name


KOTLIN = [
    ("fun total(lines: List<Line>): Money { @@ }", "total"),
    ("fun total() = @@sum()\nfun other() = 1", "total"),
    ("fun total() = 1\nval other = @@2", None),
    ("class Cart { fun total(): Money { @@ } }", "Cart.total"),
    ("class Cart(private val limit: Int = max(1)) : Basket<Line>(), Listener { fun total() { @@ } }", "Cart.total"),
    ("class Cart { private inline fun <reified T : Any> List<T>.first(): T? where T : A { @@ } }", "Cart.first"),
    ("fun <T> List<T>.second(): T = @@get(1)", "List.second"),
    ("class Cart { init { @@ } }", "new Cart"),
    ("class Cart { val lines = @@make() }", "new Cart"),
    ("class Cart { constructor(a: Int) : this() { @@ } }", "new Cart"),
    ("class Cart { val size: Int get() = @@lines.size }", "get Cart.size"),
    ("class Cart { var size: Int = 1\n  set(value) { @@ } }", "set Cart.size"),
    ("class Money { companion object { fun parse(text: String) { @@ } } }", "Money.parse"),
    ("object Handlers { suspend fun buy() { @@ } }", "Handlers.buy"),
    ("enum class Kind { A { override fun f() { @@ } }; abstract fun f() }", "f"),
    ("fun make() { use(object : Listener { override fun added(line: Line) { @@ } }) }", "added"),
    ("fun f() { lines.forEach { line -> @@add(line) } }", "f"),
    ('fun f() { g("a ${if (b) "}" else c()} }") } fun h() { @@ }', "h"),
    ('fun f() = """ " ${g("}")} { """ \n fun h() { @@ }', "h"),
    ("fun f() { val c = '{'; val d = '\\''; /* { /* } */ */ } // }\nfun h() { @@ }", "h"),
    ("interface A { fun f(): Int\n fun g() { @@ } }", "A.g"),
    ("class `a b` { fun `c d`() { @@ } }", "a b.c d"),
    ("val größe = \"☕\"; fun f() { @@ }", "f"),
    ("data class A(val b: Int)\nfun f() { @@ }", "f"),
    ("val f = A::class\nfun g() { @@ }", "g"),
]  # fmt: skip


@pytest.mark.parametrize("source, name", KOTLIN)
def test_functions_of_kotlin(source: str, name: str | None):
    assert name_in(source, "src/Shop.kt") == name


CLOJURE = [
    ("(defn total [lines] @@(sum lines))", "total"),
    ("(defn- ^number total \"a ) b\" {:c 1} ([a] 1) ([a b] @@2))", "total"),
    ("(defn ^{:export true} total [] @@1)", "total"),
    ("(def total (fn [a] @@a))", "total"),
    ("(def ^:private total \"doc\" (fn [a] @@a))", "total"),
    ("(def total @@(make))", None),
    ("(map (fn [a] @@a) b)", None),
    ("(map (fn named [a] @@a) b)", "named"),
    ("(defn f [a] (map #(g @@%) a))", None),
    ("(defn f [a] (let [b \\) c #\"[)\"] @@b))", "f"),
    ("(defn f [a] #_(b [c]) @@c)", "f"),
    ("(defn f [] 1) ; )\n@@(f)", None),
    ("(defmethod run :a [_] @@1)", "run"),
    ("(defrecord Line [a] Priced (price [this] @@a))", "Line.price"),
    ("(deftype Line [a] Object (toString [_] @@a))", "Line.toString"),
    ("(extend-protocol Priced js/Date (price [this] @@1) Line (price [this] 2))", "js/Date.price"),
    ("(reify Priced (price [this] @@1))", "price"),
    ("(defn f [] (letfn [(g [a] @@a)] (g 1)))", "g"),
    ("(defn f [] (letfn [(g [a] a)] @@(g 1)))", "f"),
    ("(defmacro f [a] `(g ~@a @@b))", "f"),
    ("(s/defn f :- s/Int [a] @@a)", "f"),
]  # fmt: skip


@pytest.mark.parametrize("source, name", CLOJURE)
def test_functions_of_clojurescript(source: str, name: str | None):
    assert name_in(source, "shop/core.cljs") == name


PIECES = st.lists(
    st.sampled_from(sorted({source for source, _ in KOTLIN + CLOJURE}))
    | st.sampled_from(list("(){}[]\"'`\\;/*$#^=<>@\n ")),
    max_size=12,
).map("".join)


@given(PIECES | st.text(max_size=40), st.sampled_from(["a.kt", "a.cljs"]))
def test_any_text_is_read(text: str, file: str):
    functions = read_functions(text.encode(), file)
    assert functions is not None
    for offset in range(len(text.encode())):
        assert isinstance(functions.name_at_offset(offset), str | NoName)


@pytest.mark.parametrize(
    "opening", ["(", "[", "{", "(fn [", "#(", '"${', "fun f(", "class A {", "/*", "^", "fun f() = ", "<", "fun a<"]
)
@pytest.mark.parametrize("file", ["a.kt", "a.cljs"])
def test_any_depth_takes_time_as_its_length(opening: str, file: str):
    assert read_functions(opening.encode() * 20_000, file) is not None
