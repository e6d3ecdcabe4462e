"""Which frames are remembered, by what."""

from __future__ import annotations

import itertools
from typing import Any

import orjson
import pytest

from core.failures import Failure, FailureKind
from core.files.file_keys import EmbeddedFile, File, FileEntry, Origin, ResolvedWith, ScrapedFile
from core.frames.mapped_frame import MappedEntry, ResolvedModule
from core.sourcemap.source_map import SourceMap, read_source_map
from core.wire.frame import Frame, FrameData
from worker.requests.frame_cache import FrameCache, frame_key

PATH = "https://h.test/a.js"
MAP = orjson.dumps({"version": 3, "sources": ["a.ts"], "names": [], "mappings": "AAAA"})
BASE: dict[str, Any] = {"abs_path": PATH, "lineno": 1, "colno": 2, "function": "f"}
MISSING = Failure(FailureKind.NOT_FOUND)


def a_module(
    source_map: SourceMap | Failure | None, *, base: str = "b", origin: Origin | None = None, by: str = "url"
) -> ResolvedModule:
    minified = FileEntry(None, File(b"run()"), ResolvedWith.URL)
    entry = None if source_map is None else MappedEntry(origin, ResolvedWith(by), source_map)
    return ResolvedModule(minified, entry, base, None)


def test_a_file_has_one_number_as_long_as_nothing_about_it_changes():
    frames = FrameCache()
    one, other = read_source_map(MAP), read_source_map(MAP)
    modules = [
        (PATH, a_module(one)),
        (PATH, a_module(other)),
        (PATH + "?", a_module(one)),
        (PATH, a_module(one, base="c")),
        (PATH, a_module(one, origin=EmbeddedFile())),
        (PATH, a_module(one, origin=ScrapedFile("u"))),
        (PATH, a_module(one, by="release")),
    ]
    numbers = [frames.module_number(*module) for module in modules]
    assert None not in numbers
    assert len(set(numbers)) == len(modules)
    assert [frames.module_number(*module) for module in modules] == numbers


@pytest.mark.parametrize(
    "path, source_map, base",
    [
        pytest.param(PATH, None, "b", id="without-a-map"),
        pytest.param(PATH, MISSING, "b", id="whose-map-is-missing"),
        pytest.param("p" * 2000, read_source_map(MAP), "b", id="with-a-long-path"),
        pytest.param(PATH, read_source_map(MAP), "b" * 2000, id="whose-map-has-a-long-path"),
    ],
)
def test_frames_are_not_remembered_of_a_file(path, source_map, base):
    assert FrameCache().module_number(path, a_module(source_map, base=base)) is None


def test_frames_that_differ_in_anything_are_different():
    changes: list[dict[str, Any]] = [
        {},
        {"lineno": 2},
        {"colno": 1},
        {"colno": None},
        {"function": None},
        {"function": ""},
        {"platform": "node"},
        {"filename": "f"},
        {"module": "f"},
    ]
    frames = [Frame(**(BASE | change)) for change in changes]
    arguments = itertools.product(frames, [0, 1], [None, "", "f"], [True, False])
    keys = [frame_key(frame, number, name, with_context=context) for frame, number, name, context in arguments]
    assert len(set(keys)) == len(changes) * 12


@pytest.mark.parametrize(
    "change",
    [{"pre_context": ["p"]}, {"context_line": ""}, {"post_context": ["p"]}, {"data": FrameData(sourcemap="m")}],
    ids=lambda change: next(iter(change)),
)
def test_a_frame_that_comes_with_more_than_usual_is_not_remembered(change):
    assert frame_key(Frame(**(BASE | change)), 1, None, with_context=True) is None


def test_a_frame_is_not_remembered_by_a_long_name_of_its_caller():
    assert frame_key(Frame(**BASE), 1, "n" * 2001, with_context=True) is None
