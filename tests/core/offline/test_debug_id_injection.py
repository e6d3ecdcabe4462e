from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from core.errors import MalformedSourceMap
from core.files.magic_comments import embedded_debug_id
from core.offline.debug_id_injection import has_embedded_map, inject_debug_id
from core.sourcemap.source_map import read_source_map
from tests.core.sourcemap.encoding import answer, map_of, mappings_of

DATA = Path(__file__).parent.parent.parent / "data"
GOLDEN = json.loads((DATA / "debug_id_injection.json").read_text())
MAP = {"version": 3, "sources": ["s.ts"], "names": ["foo"], "mappings": "AAAA,SAASA,CAAC;AACA"}
LONGER_THAN_THE_FILE = {"beyond", "noref"}
"""Maps that ``sentry-cli`` cuts."""
SOME_ID = "0f5a0000-0000-4000-8000-000000000001"


def map_text(**members: object) -> bytes:
    return json.dumps({**MAP, **members}).encode()


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in GOLDEN["cases"]])
def test_every_byte_is_what_sentry_cli_writes(case):
    source_map = None if case["source_map"] is None else case["source_map"].encode()
    injected = inject_debug_id(case["code"].encode(), source_map)
    assert injected.code.decode() == case["injected_code"]
    if case["injected_source_map"] is not None:
        written = injected.source_map.decode()
        if case["name"] not in LONGER_THAN_THE_FILE:
            # That the snippet between the parts of a line is unmapped is said by us only.
            assert re.sub(r"(?<=[^;\"]);A;", ";;", written) == case["injected_source_map"]
        else:
            assert len(written) > len(case["injected_source_map"])


@pytest.mark.parametrize("bundle", [pytest.param(bundle, id=bundle["code"]) for bundle in GOLDEN["bundles"]])
def test_so_it_is_for_what_bundlers_write(bundle):
    code = DATA / "traces" / "bundles" / bundle["code"]
    text = code.read_bytes()
    source_map = None if has_embedded_map(text) else code.with_name(f"{code.name}.map").read_bytes()
    injected = inject_debug_id(text, source_map)
    assert hashlib.sha256(injected.code).hexdigest() == bundle["injected_code_sha256"]
    if injected.source_map is not None:
        assert hashlib.sha256(injected.source_map).hexdigest() == bundle["injected_source_map_sha256"]


@pytest.mark.parametrize("head", [
    pytest.param("", id="nothing-stays-in-front"),
    pytest.param('"use strict";', id="a-directive-stays-in-front"),
    pytest.param("/*! © ☕ 😀 */", id="columns-count-utf-16"),
    pytest.param("#!/usr/bin/env node\n// licence\n", id="lines-stay-in-front"),
])  # fmt: skip
def test_every_word_keeps_its_original(head):
    code = f"{head}function a(){{b()}}\nfunction b(){{}}\n"
    before = words(code)
    tokens = [(*place, 0, 7, number) for number, place in enumerate(before)]
    injected = inject_debug_id(code.encode(), map_of(mappings_of(tokens)))
    source_map = read_source_map(injected.source_map)
    assert injected.code.decode().startswith(head)
    assert [answer(source_map, *place) for place in words(injected.code.decode())] == [(7, 0), (7, 1), (7, 2), (7, 3)]


def words(code: str) -> list[tuple[int, int]]:
    """Return where the words of the two functions are; columns in UTF-16 code units."""
    return [
        (line, len(text[: word.start()].encode("utf-16-le")) // 2)
        for line, text in enumerate(code.split("\n"))
        if "_sentryDebugIds" not in text
        for word in re.finditer(r"function [ab]|b\(\)(?=})|{}", text)
    ]


def test_injecting_twice_changes_nothing():
    once = inject_debug_id(b"a()\n", map_text())
    twice = inject_debug_id(once.code, once.source_map)
    assert twice == once


def test_a_map_without_an_id_gets_the_one_of_its_file():
    code = f"a()\n//# debugId={SOME_ID}\n".encode()
    injected = inject_debug_id(code, map_text())
    assert injected.code == code
    assert json.loads(injected.source_map) == {**MAP, "debugId": SOME_ID}


def test_a_map_of_another_build_keeps_its_id():
    with pytest.raises(MalformedSourceMap, match="of another build"):
        inject_debug_id(b"a()\n//# debugId=0f5a0000-0000-4000-8000-000000000002", map_text(debug_id=SOME_ID))


def test_what_has_its_id_stays_as_it_is_to_the_byte():
    code, source_map = f"a()\n//# debugId={SOME_ID}".encode(), map_text(debug_id=SOME_ID, x_other=[1])
    injected = inject_debug_id(code, source_map)
    assert (injected.code, injected.source_map) == (code, source_map)


def test_a_data_url_may_name_its_charset():
    embedded = b"eyJ2ZXJzaW9uIjozLCJtYXBwaW5ncyI6IkFBQUEifQ=="
    code = b"a()\n//# sourceMappingURL=data:application/json;charset=utf-8;base64," + embedded
    injected = inject_debug_id(code, None)
    assert embedded_debug_id(injected.code) == injected.debug_id
    assert injected.source_map is None


@pytest.mark.parametrize("source_map, said", [
    pytest.param(b"<html>", "not JSON", id="html-in-place-of-a-map"),
    pytest.param(b"[]", "not a source map", id="another-kind-of-json"),
    pytest.param(map_text(sections=[{"offset": {"line": 0, "column": 0}, "map": MAP}]), "sections", id="index-map"),
    pytest.param(map_text(rangeMappings="B"), "rangeMappings", id="range-mappings"),
    pytest.param(map_text(mappings="gg,AAAA"), "cut off", id="cut-off-number"),
])  # fmt: skip
def test_what_cannot_be_moved_says_why(source_map, said):
    with pytest.raises(MalformedSourceMap, match=said):
        inject_debug_id(b'"use strict";a()', source_map)
