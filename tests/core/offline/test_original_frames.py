from __future__ import annotations

import pytest

from core.offline.map_search import FileWithMap, Unmapped, UnmappedReason
from core.offline.original_frames import OriginalFrame, original_frames
from core.offline.text_frames import find_frames
from core.sourcemap.source_map import read_source_map
from tests.core.sourcemap.encoding import map_of, mappings_of

CODE = b"function a(){b()}a(),(()=>{c()})()"
TOKENS = [(0, 9, 0, 4, 9, 0), (0, 13, 0, 5, 2), (0, 17, 0, 7, 0, 0), (0, 21, 0, 8, 0, 1), (0, 27, 0, 9, 2, 2)]
SOURCE = "\n\n\n\nfunction total() {\n  b();\n}\ntotal(),\n(() => {\n  c();\n})();\n"
TRACE = "    at a (app.js:1:14)\n    at app.js:1:28\n    at t (app.js:1:22)\n"


def outcomes(trace: str = TRACE, **members: object) -> list[OriginalFrame | Unmapped]:
    text = map_of(mappings_of(TOKENS), names=["total", "start", "render"], **members)
    mapped = FileWithMap(read_source_map(text, CODE), "app.js.map", "app.js")
    return original_frames(find_frames(trace), lambda _: mapped)


def functions(trace: str = TRACE, **members: object) -> list[str | None]:
    return [found.function for found in outcomes(trace, **members) if isinstance(found, OriginalFrame)]


def test_functions_have_the_names_of_the_source_that_the_map_embeds():
    assert functions(sourcesContent=[SOURCE]) == ["total", None, None]


def test_without_the_source_they_have_the_names_of_the_service():
    # Who calls the nameless one calls it "start"; nobody calls the last one.
    assert functions() == ["total", "start", "t"]


def test_functions_have_the_names_of_sources_in_typescript():
    source = SOURCE.replace("total()", "total<T>(this: T): asserts this is U")
    assert functions(sourcesContent=[source], sources=["cart.ts"]) == ["total", None, None]


def test_of_sources_in_other_languages_they_have_the_names_of_the_service():
    assert functions(sourcesContent=[SOURCE], sources=["cart.coffee"]) == ["total", "start", "t"]


def test_initializers_of_fields_keep_the_name_that_v8_gives_them():
    trace = TRACE.replace("at a (", "at <instance_members_initializer> (")
    assert functions(trace, sourcesContent=[SOURCE]) == ["<instance_members_initializer>", None, None]


def test_a_private_method_has_one_number_sign_where_only_the_minified_code_names_it():
    text = map_of(mappings_of([(0, 6, 0, 3, 6, 1), (0, 8, 0, 4, 9, 0), (0, 13, 0, 4, 20)]), names=["#total", "Cart"])
    mapped = FileWithMap(read_source_map(text, b"class A{#b(){f()}c(){}}"), "app.js.map", "app.js")
    (found,) = original_frames(find_frames("    at A.#b (app.js:1:14)\n"), lambda _: mapped)
    assert isinstance(found, OriginalFrame)
    assert found.function == "Cart.#total"


def test_a_frame_of_the_engine_in_between_is_the_caller():
    trace = TRACE.replace("    at t", "    at Array.map (<anonymous>)\n    at t")
    assert functions(trace) == ["total", None, "t"]


@pytest.mark.parametrize("colno, function", [
    pytest.param(15, "start", id="in-the-function"),
    pytest.param(20, "outer", id="at-the-call-of-the-function-expression"),
    pytest.param(28, None, id="at-the-call-of-the-one-around"),
    pytest.param(37, "t", id="in-a-function-that-starts-behind-the-token"),
])  # fmt: skip
def test_where_tokens_are_few_a_function_is_not_taken_for_another_one(colno, function):
    code = b"(()=>{(()=>{b() })();  }) (),x(()=>{c()})"
    source = "(function outer() {\n  (function start() {\n    fail();\n  })();\n})(), x(() => {});\n"
    text = map_of(mappings_of([(0, 0, 0, 0, 1), (0, 12, 0, 2, 4)]), sourcesContent=[source])
    mapped = FileWithMap(read_source_map(text, code), "app.js.map", "app.js")
    (found,) = original_frames(find_frames(f"    at t (app.js:1:{colno})"), lambda _: mapped)
    assert isinstance(found, OriginalFrame)
    assert found.function == function


@pytest.mark.parametrize("source, file", [
    pytest.param("webpack://shop/./src/cart.js", "src/cart.js", id="webpack"),
    pytest.param("webpack://shop/src/cart.js", "src/cart.js", id="webpack-namespace"),
    pytest.param("webpack:///./src/cart.js", "src/cart.js", id="webpack-without-a-namespace"),
    pytest.param("turbopack:///[project]/src/cart.js", "src/cart.js", id="turbopack"),
    pytest.param("../../src/cart.js", "src/cart.js", id="way-up"),
    pytest.param("/home/me/src/cart.js", "/home/me/src/cart.js", id="absolute"),
    pytest.param("https://x.example/src/cart.js", "https://x.example/src/cart.js", id="url"),
    pytest.param("", "<unknown>", id="no-name"),
])  # fmt: skip
def test_files_are_shown_without_what_bundlers_put_in_front(source, file):
    assert outcomes(sources=[source])[0].place == f"{file}:6:3"


@pytest.mark.parametrize("place", ["1:1", "2:1", "0:5", "9999999999:1", "1:9999999999"])
def test_a_place_that_the_map_does_not_know_says_so(place):
    (found,) = outcomes(f"    at a (app.js:{place})")
    assert isinstance(found, Unmapped)
    assert found.reason is UnmappedReason.NOT_COVERED
