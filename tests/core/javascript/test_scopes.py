from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.javascript.scopes import Scopes, find_scopes
from core.javascript.token_texts import Piece
from tests.kernels import BUILDS, load

CASES = json.loads((Path(__file__).parents[2] / "data" / "scopes.json").read_text())


@pytest.fixture(params=BUILDS)
def build(request: pytest.FixtureRequest) -> ModuleType:
    return load("core.javascript.scopes", request.param)


@cache
def both_builds() -> list[ModuleType]:
    return [load("core.javascript.scopes", build) for build in BUILDS]


def as_rows(scopes: Scopes | None) -> list[tuple[int, int, str | None]] | None:
    if scopes is None:
        return None
    return [(scopes.start(index), scopes.end(index), scopes.name(index)) for index in range(len(scopes))]


@pytest.mark.parametrize("group", sorted({case["group"] for case in CASES}))
def test_scopes_and_names_are_those_of_symbolicator(build: ModuleType, group: str):
    differences = []
    for case in CASES:
        if case["group"] == group:
            expected = [(scope["start"], scope["end"], scope["name"]) for scope in case["scopes"]]
            found = as_rows(build.find_scopes(case["js"].encode()))
            if found != (expected if case["parses"] else None):
                differences.append((case["js"], found, expected))
    assert differences == []


@pytest.mark.parametrize(
    "js, pieces",
    [
        pytest.param("a.b=()=>1", [("a", 0), (".", None), ("b", 2)], id="members-of-a-target-know-where-they-are"),
        pytest.param("a[b]=()=>1", [("a", 0), ("[", None), ("b", 2), ("]", None)], id="an-index-is-resolved-by-itself"),
        pytest.param('a["b"]=()=>1', [("a", 0), ('["b"]', None)], id="a-string-index-is-not-resolved"),
        pytest.param("this.a=()=>1", [("this", None), (".", None), ("a", 5)], id="this-is-not-resolved"),
        pytest.param("a={get b(){}}", [("get ", None), ("a", 0), (".", None), ("b", 7)], id="an-accessor-has-a-prefix"),
        pytest.param("é=function b(){}", [("b", 12)], id="offsets-are-bytes"),
        pytest.param("\\u0061=()=>1", [("a", 0)], id="an-escape-is-decoded-and-stays-where-it-is"),
        pytest.param("<!-- x\na=()=>1", [("a", 0)], id="after-an-html-comment-a-token-starts-at-the-comment"),
        pytest.param("()=>1", [], id="an-anonymous-function-has-no-pieces"),
    ],
)
def test_pieces_of_a_name(build: ModuleType, js: str, pieces: list[tuple[str, int | None]]):
    scopes = build.find_scopes(js.encode())
    assert [(piece.text, piece.offset) for piece in scopes.pieces(0)] == pieces


def test_a_private_method_is_resolved_from_its_number_sign():
    scopes = find_scopes(b"class A{#b(){}}")
    assert scopes is not None
    assert scopes.pieces(1) == [Piece("A", 6), Piece("."), Piece("#"), Piece("b", 8)]


LONG = "long" * 30


@pytest.mark.parametrize(
    "js, name",
    [
        pytest.param(f"function {LONG}(){{}}", LONG, id="identifier"),
        pytest.param(f"function é{LONG}(){{}}", f"é{LONG}", id="identifier-with-a-letter-beyond-ascii"),
        pytest.param(f"x={{'{LONG}'(){{}}}}", f'x.<"{LONG}">', id="string"),
        pytest.param(f"x['{LONG}']=()=>1", f'x["{LONG}"]', id="string-as-an-index"),
        pytest.param(f"x[/{LONG}/g]=()=>1", f"x[/{LONG}/g]", id="regular-expression"),
        pytest.param(f"x={{{'1' * 100}n(){{}}}}", f"x.<{'1' * 100}n>", id="number"),
        pytest.param(f"<!-- {LONG}\nfunction f(){{}}", "f", id="behind-a-comment"),
    ],
)
def test_names_made_of_long_tokens(build: ModuleType, js: str, name: str):
    scopes = build.find_scopes(js.encode())
    assert [scopes.name(index) for index in range(len(scopes))] == [name]


@pytest.mark.parametrize(
    "offset, name",
    [
        pytest.param(0, None, id="before-all-scopes"),
        pytest.param(2, "a", id="the-first-byte-belongs-to-the-scope"),
        pytest.param(16, "b", id="the-innermost-counts"),
        pytest.param(30, "a", id="after-an-inner-scope-the-outer-one-goes-on"),
        pytest.param(31, None, id="the-end-does-not-belong-to-the-scope"),
        pytest.param(99, None, id="beyond-the-text"),
    ],
)
def test_scope_that_covers_an_offset(build: ModuleType, offset: int, name: str | None):
    scopes = build.find_scopes(b"1;function a(){function b(){};}")
    index = scopes.covering(offset)
    assert (index if index is None else scopes.name(index)) == name


@pytest.mark.parametrize(
    "opening, middle, closing, scope_count",
    [
        pytest.param("(", "a", ")", 0, id="parentheses"),
        pytest.param("[", "", "]", 0, id="arrays"),
        pytest.param("{", "", "}", 0, id="blocks"),
        pytest.param("a={a:", "1", "}", 0, id="objects"),
        pytest.param("`${", "1", "}`", 0, id="templates"),
        pytest.param("f(", "1", ")", 0, id="calls"),
        pytest.param("a[", "1", "]", 0, id="indexes"),
        pytest.param("function a(){", "", "}", 1, id="functions"),
        pytest.param("(function(){", "", "})", 1, id="function-expressions"),
        pytest.param("()=>{", "", "}", 1, id="arrow-functions"),
        pytest.param("(a=", "1", ")=>1", 1, id="arrow-functions-in-parameters"),
        pytest.param("class A{a(){", "", "}}", 2, id="classes"),
        pytest.param("a=>", "1", "", 1, id="arrow-functions-without-brackets"),
    ],
)
def test_a_thousand_of_one_in_another(build: ModuleType, opening: str, middle: str, closing: str, scope_count: int):
    scopes = build.find_scopes((opening * 1000 + middle + closing * 1000).encode())
    assert len(scopes) == scope_count * 1000


@pytest.mark.parametrize(
    "term, last",
    [
        pytest.param("a+", "a", id="operators"),
        pytest.param("a?b:", "c", id="conditions"),
        pytest.param("if(a)b;else ", "c", id="else-if"),
        pytest.param("!", "a", id="unary"),
        pytest.param("a.", "b", id="members"),
        pytest.param("a=", "1", id="assignments"),
    ],
)
def test_a_chain_of_ten_thousand(build: ModuleType, term: str, last: str):
    assert build.find_scopes((term * 10_000 + last).encode()) is not None


@pytest.mark.parametrize("text", ["()=>1," * 100_000 + "a", "f(()=>1);" * 100_000], ids=["operands", "statements"])
def test_a_hundred_thousand_side_by_side(text: str):
    scopes = find_scopes(text.encode())
    assert scopes is not None
    assert len(scopes) == 100_000


@pytest.mark.parametrize("opening", ["(", "[", "{", "a={a:", "`${", "f(", "()=>{", "a=>", "class A{a(){", "a?", "new "])
def test_too_deep_is_unparsable(opening: str):
    assert find_scopes(opening.encode() * 1_000_000) is None


@pytest.mark.parametrize("js, names", [
    pytest.param("a" + ".b" * 1_000 + "=()=>1", ["a" + ".b" * 1_000], id="members"),
    pytest.param("a" + ".b" * 1_100 + "=()=>1", [None], id="too-many-members"),
    pytest.param("a" + ".b" * 1_100 + "=function f(){}", ["f"], id="a-name-of-its-own-counts-nevertheless"),
    pytest.param("a" + ".b" * 1_100 + "={get f(){}}", ["get f"], id="so-does-its-key"),
    pytest.param("x={'" + "k" * 16_000 + "'(){}}", ['x.<"' + "k" * 16_000 + '">'], id="a-key"),
    pytest.param("x={'" + "k" * 17_000 + "'(){}}", [None], id="too-long-a-key"),
    pytest.param("x={0x" + "f" * 100_000 + "n(){}}", [None], id="a-number-that-takes-long-to-write"),
    pytest.param("x={" + f"{'k' * 9_000}:{{" * 2 + "f(){}}}}", [None], id="too-long-a-path"),
    pytest.param(f"function {'f' * 17_000}(){{}}", [None], id="too-long-a-name-of-its-own"),
    pytest.param("x=" + "[" * 1_100 + "a=()=>1" + "]" * 1_100, [None], id="too-many-brackets"),
])  # fmt: skip
def test_names_have_a_length_at_most(build: ModuleType, js: str, names: list[str | None]):
    scopes = build.find_scopes(js.encode())
    assert [scopes.name(index) for index in range(len(scopes))] == names


@pytest.mark.parametrize("js, names", [
    pytest.param("x={m(){p.q();super.x=()=>1}}", ["x.m", None], id="super-after-a-member"),
    pytest.param("x={m(){p.q();super[1]=()=>1}}", ["x.m", None], id="super-with-an-index"),
    pytest.param("x={m(){t=p.q,super.x=()=>{}}}", ["x.m", None], id="super-after-a-member-in-an-expression"),
    pytest.param("x={m(){t=p.q.r;super.x=class{a(){}b(){}}}}", ["x.m", None, "a", "b"], id="super-and-a-class"),
    pytest.param("x={m(){super.x.y=()=>1}}", ["x.m", None], id="member-of-super"),
    pytest.param("x={m(){super.x[y]=()=>1}}", ["x.m", None], id="index-of-a-member-of-super"),
    pytest.param("p.q;a?.b.c=()=>1", [None], id="optional-chain"),
    pytest.param("p.q;a?.[b].c=()=>1", [None], id="optional-index"),
    pytest.param("p.q;[a?.b=()=>1]=c", [None], id="optional-chain-with-a-default-value"),
    pytest.param("p.q;for(a?.b of()=>1);", [None], id="optional-chain-in-a-loop"),
])  # fmt: skip
def test_no_part_of_an_operand_that_is_over_names_a_function(build: ModuleType, js: str, names: list[str | None]):
    scopes = build.find_scopes(js.encode())
    assert scopes is not None
    assert [scopes.name(index) for index in range(len(scopes))] == names


@pytest.mark.parametrize("opening, closing", [
    pytest.param("a:{f(){},", "}", id="objects"),
    pytest.param("a:[{f(){},", "}]", id="arrays"),
    pytest.param("a:class{b={f(){},", "}}", id="classes"),
    pytest.param("a:(b,{f(){},", "})", id="parentheses"),
])  # fmt: skip
def test_names_inside_one_another_end_where_they_have_too_many_parts(opening: str, closing: str):
    scopes = find_scopes(f"x={{{opening * 1_100}{closing * 1_100}}}".encode())
    assert scopes is not None
    names = [scopes.name(index) for index in (0, 1, len(scopes) - 2, len(scopes) - 1)]
    assert names[0] in {"x.a.f", "new x.a"}
    assert names[-1] is None


def test_a_pattern_is_told_from_an_array_whatever_its_depth():
    literal, pattern = (find_scopes(("[" * 1000 + "a=()=>1" + "]" * 1000 + end).encode()) for end in ("", "=b"))
    assert (as_rows(literal), as_rows(pattern)) == ([(1002, 1007, "a")], [(1002, 1007, None)])


def test_bytes_that_are_no_utf8_are_no_name():
    assert find_scopes(b"a\xff=()=>1") is None
    assert find_scopes(b"\xe2\x80") is None


PROGRAMS = st.lists(st.sampled_from([case["js"] for case in CASES if case["parses"]]), min_size=1, max_size=4)
FRAGMENTS = st.lists(
    st.sampled_from(["a", "b", "()", "=>", "{", "}", "(", ")", "[", "]", "=", ",", ";", ":", "?", ".", "`", "${", "/"])
    | st.sampled_from(["function", "class", "async", "get", "static", "let", "yield", "await", "in", "of", "\n", " "])
    | st.sampled_from(['"c"', "1", "#d", "...", "*", "\\u0061", "é", "<!--", "-->", "//", "/*", "*/", "\\", "\0"]),
    max_size=24,
).map("".join)


@given(st.one_of(FRAGMENTS, PROGRAMS.map("\n".join), st.text(max_size=40)))
def test_both_builds_agree(text: str):
    source = text.encode(errors="replace")
    interpreted, compiled = (as_rows(module.find_scopes(source)) for module in both_builds())
    assert interpreted == compiled


@given(PROGRAMS.map("\n".join), st.data())
def test_a_text_cut_anywhere_is_read_without_harm(text: str, data: st.DataObject):
    source = text.encode()
    cut = source[: data.draw(st.integers(0, len(source)))]
    scopes = find_scopes(cut)
    assert scopes is None or all(scopes.end(index) <= len(cut) for index in range(len(scopes)))


@given(PROGRAMS.map("\n".join))
def test_scopes_come_in_order_and_nest(text: str):
    scopes = find_scopes(text.encode())
    if scopes is None:
        return
    starts = [scopes.start(index) for index in range(len(scopes))]
    assert all(one < other for one, other in pairwise(starts))
    for index, around in ((index, scopes.around(index)) for index in range(len(scopes))):
        if around is not None:
            assert scopes.start(around) < scopes.start(index) < scopes.end(index) <= scopes.end(around)


@pytest.mark.parametrize(
    "js, names",
    [
        pytest.param("class\u00a0A{}", ["new A"], id="no-break-space"),
        pytest.param("class\u2029A{}", ["new A"], id="paragraph-separator"),
        pytest.param("var\ufeffa=()=>1", ["a"], id="byte-order-mark"),
        pytest.param("x=async\u00a0()=>1", ["x"], id="contextual-word"),
        pytest.param("function\u200bf(){}", ["f"], id="zero-width-space"),
        pytest.param("classé=()=>1", ["classé"], id="no-blank-at-all"),
    ],
)
def test_a_blank_beyond_ascii_ends_a_word(build: ModuleType, js: str, names: list[str]):
    scopes = build.find_scopes(js.encode())
    assert [scopes.name(index) for index in range(len(scopes))] == names


@pytest.mark.parametrize(
    "js, name",
    [
        (r"function f\ud83doo(){}", r"f\uD83Doo"),
        (r"function f\ud835\udc00(){}", "f\U0001d400"),
        (r"a.b\ud83d=()=>1", r"a.b\uD83D"),
    ],
    ids=["lone", "pair", "member"],
)
def test_every_name_can_be_written_as_utf_8(build: ModuleType, js: str, name: str):
    scopes = build.find_scopes(js.encode())
    assert scopes.name(0) == name


@pytest.mark.parametrize(
    "js, count",
    [
        pytest.param("(let=>b)", 1, id="alone-in-parentheses"),
        pytest.param("(a,let=>b)", 1, id="after-another-element"),
        pytest.param("(let=>b)=>c", 2, id="in-parameters"),
        pytest.param("async(let=>b)", 1, id="in-what-may-be-parameters-of-an-async-arrow-function"),
        pytest.param("let=>b", None, id="without-parentheses"),
        pytest.param("f(let=>b)", None, id="as-an-argument"),
        pytest.param("(a=let=>b)", None, id="deeper-in-an-element"),
    ],
)
def test_let_is_a_parameter_without_parentheses_of_its_own_in_other_parentheses_only(build, js, count):
    scopes = build.find_scopes(js.encode())
    assert (None if scopes is None else len(scopes)) == count


@pytest.mark.parametrize(
    "word", ["x", "if", "instanceof", "constructor", "a" * 7, "a" * 8, "a" * 9, "function1", "$" * 20]
)
@pytest.mark.parametrize("padding", range(9))
def test_a_word_is_read_wherever_the_text_ends_after_it(build: ModuleType, word: str, padding: int):
    scopes = build.find_scopes(f"a={{{word}(){{}}}}{' ' * padding}".encode())
    assert scopes.name(0) == f"a.{word}"
    assert build.find_scopes(f"function f(){{}}a.{word}{';' * padding}".encode()).name(0) == "f"


@pytest.mark.parametrize("length", range(20))
@pytest.mark.parametrize("character", ["é", "\t", "\\'", "\x01", '"', "\u2028", "\x7f"], ids=ascii)
def test_strings_of_any_length_end_where_they_do(build: ModuleType, length: int, character: str):
    string = "x" * length + character + "x" * (length % 5)
    scopes = build.find_scopes(f"f('{string}',()=>1)".encode())
    assert scopes.start(0) == len(f"f('{string}',".encode())
    assert build.find_scopes(f"f('{string}\n',()=>1)".encode()) is None
    assert build.find_scopes(f"f('{string}".encode()) is None
