"""Index files: what was written comes back, and nothing else is ever taken for it."""

from __future__ import annotations

import json
import mmap
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MalformedSourceMap, StaleIndex
from core.sourcemap.index_file import open_index, open_or_build, read_index, write_index
from core.sourcemap.source_map import SourceMap, read_source_map
from tests.core.sourcemap.encoding import map_of
from tests.kernels import BUILDS, load

CASES = [
    case
    for case in json.loads((Path(__file__).parents[2] / "data" / "sourcemaps.json").read_text())
    if case["error"] is None
]
HEADER_SIZE = 80
MINIFIED = b"function f(){throw 1}\nf()"
TEXT = map_of("AAAAA,SAASA,IAAI;AAAA", names=["first"], sourcesContent=["one\ntwo"], ignoreList=[0], debugId="0" * 32)


def answers(source_map: SourceMap) -> list[Any]:
    places = [(line, column) for line in range(3) for column in range(30)]
    files = range(len(source_map.sources))
    return [
        source_map.sources,
        source_map.debug_id,
        *(source_map.lookup(*place) for place in places),
        *(source_map.source_content(file) for file in files),
        *(source_map.source_lines(file, 1, 5) for file in files),
        *(source_map.is_ignored(file) for file in files),
    ]


def written(path: Path, text: bytes = TEXT, minified: bytes | None = MINIFIED) -> bytes:
    write_index(read_source_map(text, minified), path)
    return path.read_bytes()


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("case", CASES, ids=[case["description"] for case in CASES])
def test_what_was_written_answers_as_before(case, build, tmp_path):
    source_map = case["sourcemap"]
    text = (source_map if isinstance(source_map, str) else json.dumps(source_map)).encode()
    module, path = load("core.sourcemap.index_file", build), tmp_path / "index"
    before = load("core.sourcemap.source_map", build).read_source_map(text, case["source"].encode())
    module.write_index(before, path)
    assert answers(module.open_index(path, text, case["source"].encode())) == answers(before)


def test_texts_may_be_mapped_files(tmp_path):
    texts = []
    for name, content in (("map", TEXT), ("js", MINIFIED)):
        (tmp_path / name).write_bytes(content)
        with (tmp_path / name).open("rb") as file:
            texts.append(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    expected = answers(read_source_map(TEXT, MINIFIED))
    assert answers(open_or_build(tmp_path / "index", *texts)) == expected
    assert answers(open_index(tmp_path / "index", *texts)) == expected


@pytest.mark.parametrize(
    "text, minified",
    [
        pytest.param(TEXT.replace(b"first", b"other"), MINIFIED, id="another-map-of-the-same-size"),
        pytest.param(TEXT + b" ", MINIFIED, id="another-map-of-another-size"),
        pytest.param(TEXT, MINIFIED.replace(b"1", b"2"), id="another-minified-file-of-the-same-size"),
        pytest.param(TEXT, MINIFIED + b" ", id="another-minified-file-of-another-size"),
        pytest.param(TEXT, None, id="no-minified-file"),
    ],
)
def test_an_index_of_other_files_is_stale(tmp_path, text, minified):
    written(tmp_path / "index")
    with pytest.raises(StaleIndex):
        open_index(tmp_path / "index", text, minified)
    assert answers(open_or_build(tmp_path / "index", text, minified)) == answers(read_source_map(text, minified))
    assert answers(open_index(tmp_path / "index", text, minified)) == answers(read_source_map(text, minified))


def test_an_index_without_a_minified_file_is_stale_when_there_is_one(tmp_path):
    written(tmp_path / "index", TEXT, None)
    with pytest.raises(StaleIndex):
        open_index(tmp_path / "index", TEXT, MINIFIED)


def test_an_index_of_another_version_is_stale(tmp_path, monkeypatch):
    written(tmp_path / "index")
    monkeypatch.setattr("core.sourcemap.index_file.FORMAT_VERSION", 10**6)
    with pytest.raises(StaleIndex, match="version"):
        open_index(tmp_path / "index", TEXT, MINIFIED)


def test_every_damaged_byte_of_the_header_is_noticed(tmp_path):
    path = tmp_path / "index"
    content = written(path)
    for place in range(HEADER_SIZE):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        with pytest.raises(StaleIndex):
            open_index(path, TEXT, MINIFIED)


def test_every_damaged_byte_of_the_body_is_repaired_when_the_first_question_is_asked(tmp_path):
    path = tmp_path / "index"
    content = written(path)
    expected = read_source_map(TEXT, MINIFIED).lookup(0, 9)
    for place in range(HEADER_SIZE, len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :])
        assert open_index(path, TEXT, MINIFIED).lookup(0, 9) == expected
        assert path.read_bytes() == content


def test_a_damaged_file_that_cannot_be_repaired_is_no_hindrance(tmp_path):
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "index"
    content = written(path)
    path.write_bytes(content[:-8] + bytes(8))
    source_map = open_index(path, TEXT, MINIFIED)
    path.unlink()
    path.parent.rmdir()
    assert answers(source_map) == answers(read_source_map(TEXT, MINIFIED))


def test_every_shorter_or_longer_file_is_noticed(tmp_path):
    path = tmp_path / "index"
    content = written(path)
    for damaged in (*(content[:size] for size in range(len(content))), content + b"x", content + bytes(8)):
        path.write_bytes(damaged)
        with pytest.raises(StaleIndex):
            open_index(path, TEXT, MINIFIED)


@given(content=st.binary(max_size=300))
def test_garbage_is_stale(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("garbage") / "index"
    path.write_bytes(content)
    with pytest.raises(StaleIndex):
        open_index(path, TEXT, MINIFIED)


def test_a_missing_file_is_written(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_index(tmp_path / "index", TEXT, MINIFIED)
    open_or_build(tmp_path / "index", TEXT, MINIFIED)
    assert open_index(tmp_path / "index", TEXT, MINIFIED).lookup(0, 9).function == "first"


def test_a_malformed_map_leaves_no_file(tmp_path):
    with pytest.raises(MalformedSourceMap):
        open_or_build(tmp_path / "index", b"{", MINIFIED)
    assert list(tmp_path.iterdir()) == []


def test_an_index_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path):
    (tmp_path / "index").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 - which one is the system's business
        written(tmp_path / "index")
    assert list(tmp_path.iterdir()) == [tmp_path / "index"]


def test_an_open_index_outlives_its_successor(tmp_path):
    written(tmp_path / "index")
    source_map = open_index(tmp_path / "index", TEXT, MINIFIED)
    written(tmp_path / "index", map_of("", sources=[]), b"")
    assert answers(source_map) == answers(read_source_map(TEXT, MINIFIED))


def test_text_that_is_not_utf8_has_no_index_to_come_back_to(tmp_path):
    text, minified = map_of("AAAA").replace(b"a.js", b"\xff.js"), b"function f(){'\xff'}"
    for _ in range(2):
        source_map = open_or_build(tmp_path / "index", text, minified)
        assert source_map.lookup(0, 0).file == "\ufffd.js"
        assert source_map.lookup(0, 0).function == "f"


@pytest.mark.parametrize(
    ("text", "minified"),
    [
        (b'{"version":3,"sources":["a\xf0\x9f\x98.js"],"names":[],"mappings":"AAAA"}', b"function a(){}"),
        (b'{"version":3,"sources":["a.js"],"names":[],"mappings":"AAAA"}', b"function a(){'\xf0\x9f\x98'}"),
        (b'{"version":3,"sources":["a.js"],"names":[],"mappings":"AAAA"}', b"function a(){'\xff'}"),
    ],
    ids=["map-as-long-as-what-it-is-read-as", "code-as-long-as-what-it-is-read-as", "code-with-as-many-blocks"],
)
def test_an_index_never_fits_texts_that_are_not_utf8(tmp_path, text, minified):
    write_index(read_source_map(text, minified), tmp_path / "index")
    with pytest.raises(StaleIndex):
        open_index(tmp_path / "index", text, minified).parts  # noqa: B018


def test_a_minified_file_that_is_not_utf8_is_read_anew_each_time(tmp_path):
    minified = b"function f(){'" + b"\xff" * 300 + b"'}"
    for _ in range(2):
        assert open_or_build(tmp_path / "index", map_of("AAAA"), minified).lookup(0, 0).function == "f"
    with pytest.raises(StaleIndex):
        read_index(memoryview((tmp_path / "index").read_bytes()), map_of("AAAA"), minified)


def test_threads_may_ask_at_once(tmp_path):
    written(tmp_path / "index")
    source_map = open_index(tmp_path / "index", TEXT, MINIFIED)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(answers(source_map))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [answers(read_source_map(TEXT, MINIFIED))] * 8
