from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frames.function_names import fold_function_name, function_to_show, stronger_name
from core.sourcemap.position import FunctionName, NoName, OriginalPosition


def a_position(function: FunctionName, name: str | None = None) -> OriginalPosition:
    return OriginalPosition(source=0, file="a.js", line=0, column=0, name=name, function=function)


@pytest.mark.parametrize("name, folded", [
    pytest.param("foo", "foo", id="one-part"),
    pytest.param("go.go", "go.go", id="the-function-is-not-counted"),
    pytest.param("go.go.go", "{go#2}.go", id="two-objects"),
    pytest.param("app.go.go", "app.go.go", id="one-object-and-its-function"),
    pytest.param("app.go.go.go", "app.{go#2}.go", id="two-objects-inside"),
    pytest.param("app.go.go.onErr", "app.{go#2}.onErr", id="another-function"),
    pytest.param("app.app.app.go.go.onErr", "{app#3}.{go#2}.onErr", id="two-groups"),
    pytest.param("app.go.go.app.app.onErr", "app.{go#2}.{app#2}.onErr", id="only-neighbours-are-a-group"),
    pytest.param("a.a.b.a.a.c", "{a#2}.b.{a#2}.c", id="the-same-group-twice"),
    pytest.param("..x", "{#2}.x", id="empty-parts"),
    pytest.param("a.", "a.", id="empty-function"),
    pytest.param("a.a.a.", "{a#3}.", id="group-and-empty-function"),
    pytest.param("Object.<anonymous>", "Object.<anonymous>", id="anonymous"),
    pytest.param("", "", id="nothing"),
])  # fmt: skip
def test_fold_function_name(name: str, folded: str) -> None:
    assert fold_function_name(name) == folded


@pytest.mark.parametrize("raw, scope, caller, expected", [
    pytest.param("min", "render", None, "render", id="scope-has-a-name"),
    pytest.param(None, "__webpack_require__", "outer", "outer", id="caller-knows-better"),
    pytest.param(None, "__webpack_require__", None, "__webpack_require__", id="nobody-knows-better"),
    pytest.param("e", "__webpack_require__", None, "e", id="frame-knows-better"),
    pytest.param("e", "<anonymous>", "onClick", "onClick", id="anonymous-is-weak"),
    pytest.param("e", "__webpack_modules__", "onClick", "onClick", id="webpack-modules-is-weak"),
    pytest.param("e", "<anonymous>", "", "e", id="empty-caller-does-not-count"),
    pytest.param(None, "<anonymous>", "", "<anonymous>", id="empty-caller-and-no-frame"),
    pytest.param("e", "<unknown>", "onClick", "<unknown>", id="unknown-is-not-weak"),
    pytest.param("e", "render", "onClick", "render", id="scope-beats-caller"),
    pytest.param("<anonymous>", "<anonymous>", None, "<anonymous>", id="a-weak-frame-counts"),
    pytest.param("", "<anonymous>", None, "", id="an-empty-frame-counts"),
])  # fmt: skip
def test_stronger_name(raw: str | None, scope: str, caller: str | None, expected: str) -> None:
    assert stronger_name(scope, raw, caller) == expected


@pytest.mark.parametrize("position, raw, caller, expected", [
    pytest.param(a_position(NoName.ANONYMOUS, "start"), "t", None, "t", id="own-token-names-the-callee"),
    pytest.param(a_position(NoName.ANONYMOUS), "e", "start", "start", id="the-caller-names-it"),
    pytest.param(a_position(NoName.ANONYMOUS, "x"), None, None, "<anonymous>", id="nobody-names-it"),
    pytest.param(a_position(NoName.ANONYMOUS), "r", None, "r", id="the-caller-failed"),
    pytest.param(a_position("render"), "t", "start", "render", id="the-scope-names-it"),
    pytest.param(a_position(""), "t", "start", "", id="an-empty-name-is-a-name"),
    pytest.param(a_position("$async$load", "load"), "t", None, "load", id="async-body-takes-the-token"),
    pytest.param(a_position("$async$load"), "t", None, "$async$load", id="async-body-without-token"),
    pytest.param(a_position("$async$load", ""), "t", None, "", id="async-body-with-empty-token"),
    pytest.param(a_position("x.$async$load", "load"), None, None, "x.$async$load", id="async-only-in-front"),
    pytest.param(a_position("$async$x", "<anonymous>"), "t", "start", "start", id="a-weak-async-token"),
    pytest.param(a_position(NoName.UNKNOWN), "t", "start", "t", id="unknown-takes-the-frame"),
    pytest.param(a_position(NoName.UNKNOWN), "", "start", "", id="unknown-takes-an-empty-frame"),
    pytest.param(a_position(NoName.UNKNOWN), None, "start", "<unknown>", id="unknown-and-no-frame"),
    pytest.param(a_position(NoName.UNKNOWN), "<anonymous>", "start", "start", id="unknown-takes-a-weak-frame"),
    pytest.param(a_position("app.go.go.onErr"), None, None, "app.{go#2}.onErr", id="folded"),
    pytest.param(a_position(NoName.ANONYMOUS), None, "a.a.b", "{a#2}.b", id="the-callers-name-is-folded"),
])  # fmt: skip
def test_function_to_show(position: OriginalPosition, raw: str | None, caller: str | None, expected: str) -> None:
    assert function_to_show(position, raw, caller) == expected


@given(st.lists(st.sampled_from(["a", "b"])), st.text(alphabet="ab"))
def test_unfolding_gives_the_name_back(objects: list[str], function: str) -> None:
    *groups, last = fold_function_name(".".join([*objects, function])).split(".")
    assert [part for group in groups for part in _unfold(group)] == objects
    assert last == function


def _unfold(group: str) -> list[str]:
    part, repeated, count = group.strip("{}").partition("#")
    return [part] * int(count) if repeated else [part]
