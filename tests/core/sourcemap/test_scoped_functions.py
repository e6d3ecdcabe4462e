from __future__ import annotations

from array import array
from dataclasses import dataclass

import pytest

from tests.kernels import BUILDS, load

NONE = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Named:
    """A token on the first line, for the same column of the original line unless another is given."""

    column: int
    name: str | None = None
    original: int | None = None
    is_range: bool = False


def token(column: int, name: str | None = None, original: int | None = None, *, is_range: bool = False) -> Named:
    return Named(column, name, original, is_range)


def names(js: str, tokens: list[Named], build: str) -> list[str | None]:
    """Return the original names of the scopes in ``js``."""
    texts = dict(enumerate(sorted({each.name for each in tokens if each.name is not None})))
    numbers = {name: number for number, name in texts.items()}
    zeros = array("I", [0] * len(tokens))
    encoded = load("core.sourcemap.encoded_mappings", build)
    mappings = encoded.encode_tokens(
        encoded.Tokens(
            lines=zeros,
            columns=array("I", [each.column for each in tokens]),
            sources=zeros,
            original_lines=zeros,
            original_columns=array("I", [each.column if each.original is None else each.original for each in tokens]),
            names=array("I", [NONE if each.name is None else numbers[each.name] for each in tokens]),
            ranges=bytearray(each.is_range for each in tokens),
        )
    )
    code = load("core.sourcemap.functions", build).survey_code(js.encode())
    functions = load("core.sourcemap.scoped_functions", build).ScopedFunctions
    naming = functions(code.scopes, code.positions(), mappings.reader(), texts, mappings.ranges)
    scopes = code.scopes
    return [naming.original_name(scopes.pieces(one), scopes.end(one)) for one in range(len(scopes))]


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize(
    "js, tokens, name",
    [
        pytest.param("function foo(){a()}", [token(9, "N")], "N", id="exactly-at-the-identifier"),
        pytest.param("function foo(){a()}", [token(8, "N")], "N", id="one-column-early"),
        pytest.param("function foo(){a()}", [token(7, "N")], "foo", id="two-columns-early-is-too-early"),
        pytest.param("function foo(){a()}", [token(10, "N")], "foo", id="inside-the-identifier-is-too-late"),
        pytest.param("function foo(){a()}", [token(0, "N", 0), token(9, None, 0)], "N", id="one-step-back"),
        pytest.param("function foo(){a()}", [token(0, "N", 1), token(9, None, 0)], "foo", id="from-elsewhere"),
        pytest.param(
            "function foo(){a()}",
            [token(0, "N", 0), token(8, None, 0), token(9, None, 0)],
            "foo",
            id="two-steps-back-is-too-far",
        ),
        pytest.param("function foo(){a()}", [token(7, "N", 0), token(8, None, 0)], "N", id="early-and-a-step-back"),
        pytest.param(
            "function foo(){a()}", [token(0, "N", 0, is_range=True), token(9, None, 8)], "N", id="a-range-counts-along"
        ),
        pytest.param("function foo(){a()}", [token(9), token(9, "N", 10)], "foo", id="the-first-of-equal-tokens"),
        pytest.param("function foo(){a()}", [token(8, "A", 9), token(8, "B", 10)], "B", id="the-last-of-earlier-ones"),
        pytest.param("function foo(){a()}", [token(9, "")], None, id="an-empty-name-makes-it-anonymous"),
        pytest.param("a.b.c=function(){}", [token(0, "X"), token(4, "Z")], "X.b.Z", id="each-piece-by-itself"),
        pytest.param(
            "a.b.c=function(){}", [token(0, "X"), token(1, "Y"), token(3, "Z")], "X.Y.Z", id="members-one-column-early"
        ),
        pytest.param("a.b={c(){}}", [token(0, "X"), token(2, "Y"), token(5, "Z")], "X.YZ", id="the-missing-dot"),
        pytest.param("a.b=function c(){}", [token(0, "X"), token(2, "Y"), token(13, "Z")], "X.Z", id="own-name"),
        pytest.param("a[b]=()=>1", [token(0, "X"), token(2, "Y")], "X[Y]", id="index"),
        pytest.param("a['b']=()=>1", [token(0, "X"), token(2, "Y")], 'X["b"]', id="strings-are-not-resolved"),
        pytest.param("a={get b(){}}", [token(0, "X"), token(3, "G"), token(7, "Y")], "get X.Y", id="accessor"),
        pytest.param("var a=class{}", [token(4, "X")], "new X", id="class"),
        pytest.param("x(function(){y()});z", [token(16, "N"), token(17)], "N", id="closing-name-of-an-anonymous-one"),
        pytest.param("x(function(){y()});z", [token(16, "N"), token(18)], None, id="the-token-goes-on-behind-it"),
        pytest.param("x=function(){}", [token(13, "N")], "N", id="closing-name-at-the-end-of-the-text"),
        pytest.param("x=function(){}\n", [token(13, "N")], "x", id="no-closing-name-before-a-last-newline"),
        pytest.param("x=function(){}", [token(0, "R"), token(13, "N")], "R", id="a-resolved-name-wins"),
        pytest.param("x=function(){}", [token(0, "x"), token(13, "N")], "N", id="unless-it-is-the-same"),
        pytest.param("x=function(){}", [token(13, "")], "", id="an-empty-closing-name-is-a-name"),
        pytest.param("x=function(){}", [], "x", id="no-tokens"),
    ],
)
def test_original_name_of_a_scope(js: str, tokens: list[Named], name: str | None, build: str):
    assert names(js, tokens, build) == [name]


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize(
    "js, tokens, expected",
    [
        pytest.param("class A{#b(){}}", [token(8, "H")], ["new A", "A.#H"], id="private-name-at-its-number-sign"),
        pytest.param("class A{#b(){}}", [token(9, "H")], ["new A", "A.#b"], id="but-not-behind-it"),
        pytest.param("class A{b(){}}", [token(12, "m"), token(13, "K")], ["K", "m"], id="closing-names-replace-all"),
    ],
)
def test_original_names_in_a_class(js: str, tokens: list[Named], expected: list[str], build: str):
    assert names(js, tokens, build) == expected


@pytest.mark.parametrize("build", BUILDS)
def test_a_token_of_another_line_names_nothing(build: str):
    assert names("\nfunction a(){}", [token(0, "N")], build) == ["a"]
