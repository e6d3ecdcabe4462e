"""One frame and what is known about its file: every outcome, and every field of a symbolicated frame."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
import pytest

from core.failures import Failure, FailureKind
from core.files.file_keys import (
    BundledFile,
    EmbeddedFile,
    File,
    FileEntry,
    FileKey,
    FileType,
    IndividualFile,
    ResolvedWith,
    ScrapedFile,
)
from core.frames import mapped_frame as frames
from core.frames.mapped_frame import (
    Located,
    MappedEntry,
    ResolvedModule,
    Unsymbolicated,
    embedded_context,
    embeds_content,
    fetched_context,
    locate,
    minified_context,
    missing_source_content,
    nowhere,
    original_data,
    raw_frame,
    source_key,
)
from core.sourcemap.source_map import read_source_map
from core.wire.frame import Frame, FrameData
from core.wire.response import write_data, write_frame

PATH = "https://h.test/assets/a.min.js"
MAP_URL = "https://h.test/assets/a.min.js.map"
MINIFIED = b"a();\nb();\n"
ORIGINAL = "one();\ntwo();\nthree();\n"
ORIGIN = IndividualFile("sentry://project_debug_file/2")
ALL_KINDS = list(FailureKind)


def a_frame(**given: Any) -> Frame:
    return Frame(**{"abs_path": PATH, "lineno": 1, "colno": 1, "function": "x", **given})


def a_map(
    *, file: str | None = "src/a.js", content: str | None = ORIGINAL, name: str | None = None, mappings: str = "AAAA"
) -> bytes:
    """A map whose only token says: the start of the file is the start of ``file``."""
    return orjson.dumps(
        {
            "version": 3,
            "sources": [file],
            "sourcesContent": [content],
            "names": [] if name is None else [name],
            "mappings": mappings + ("" if name is None else "A"),
        }
    )


def a_module(
    source_map: bytes | Failure | None = None,
    *,
    minified: bytes | Failure = MINIFIED,
    base: str = MAP_URL,
    url: str | None = MAP_URL,
    no_map: bool = False,
) -> ResolvedModule:
    result = a_map() if source_map is None else source_map
    entry = MappedEntry(
        ORIGIN, ResolvedWith.RELEASE, result if isinstance(result, Failure) else read_source_map(result)
    )
    return ResolvedModule(
        minified=FileEntry(ORIGIN, minified if isinstance(minified, Failure) else File(minified), ResolvedWith.RELEASE),
        source_map=None if no_map else entry,
        source_base=base,
        remote_url=url,
    )


class Outcome:
    """What became of a frame, and ``raw``: the frame beside it in the answer."""

    def __init__(self, frame: Frame, module: ResolvedModule, *, with_context: bool) -> None:
        self.found = locate(frame, module)
        stays = self.found.frame if isinstance(self.found, Located) else self.found.raw
        self.raw = read(write_frame(stays, minified_context(frame, module) if with_context else None))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.found, name)


def outcome(frame: Frame, module: ResolvedModule) -> Outcome:
    return Outcome(frame, module, with_context=True)


def located(frame: Frame, module: ResolvedModule, *, with_context: bool = True) -> Any:
    found = Outcome(frame, module, with_context=with_context)
    assert isinstance(found.found, Located)
    return found


def symbolicated(found: Any, caller_name: str | None, context: bytes | None) -> Frame:
    """The original frame as it is answered."""
    frame = frames.symbolicated(found, caller_name)
    return read(write_frame(frame, context, write_data(original_data(found))))


def read(written: msgspec.Raw) -> Frame:
    return msgspec.json.decode(written, type=Frame)


def error_of(found: Unsymbolicated | Outcome) -> dict[str, Any] | None:
    assert not isinstance(found, Outcome) or isinstance(found.found, Unsymbolicated)
    return None if found.error is None else msgspec.to_builtins(found.error)


def context_of(frame: Frame) -> tuple[list[str], str | None, list[str]]:
    return frame.pre_context, frame.context_line, frame.post_context


WITH_MINIFIED_CONTEXT = ([], "a();", ["b();"])
NO_CONTEXT: tuple[list[str], None, list[str]] = ([], None, [])


@pytest.mark.parametrize("colno", [None, 0, 12])
def test_row_1_a_frame_without_a_line_is_nowhere(colno):
    found = nowhere(a_frame(lineno=0, colno=colno))
    assert error_of(found) == {"abs_path": PATH, "type": "invalid_location", "line": 0, "col": colno}
    assert found.raw == a_frame(lineno=0, colno=colno)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_rows_2_and_3_without_the_minified_file_the_frame_stays_as_it_came(kind):
    frame = a_frame(context_line="as it came")
    found = outcome(frame, a_module(minified=Failure(kind, "text")))
    expected = "scraping_disabled" if kind is FailureKind.SCRAPING_DISABLED else "missing_source"
    assert error_of(found) == {"abs_path": PATH, "type": expected}
    assert found.raw == frame


def test_row_4_a_file_without_a_map_is_no_error_and_gives_its_context():
    found = outcome(a_frame(), a_module(no_map=True))
    assert error_of(found) is None
    assert context_of(found.raw) == WITH_MINIFIED_CONTEXT
    assert found.raw.data == FrameData()


def test_row_5_a_map_that_makes_no_sense_is_named_with_where_it_came_from():
    found = outcome(a_frame(), a_module(Failure(FailureKind.MALFORMED, "bad JSON")))
    assert error_of(found) == {"abs_path": PATH, "type": "malformed_sourcemap", "url": MAP_URL}
    assert context_of(found.raw) == WITH_MINIFIED_CONTEXT
    assert found.raw.data == FrameData(
        sourcemap_origin={"individual_file": "sentry://project_debug_file/2"}, resolved_with=ResolvedWith.RELEASE
    )


@pytest.mark.parametrize("kind", [kind for kind in ALL_KINDS if kind is not FailureKind.MALFORMED])
def test_rows_6_and_7_without_the_map_the_frame_has_its_context(kind):
    found = outcome(a_frame(), a_module(Failure(kind, "text")))
    expected = "scraping_disabled" if kind is FailureKind.SCRAPING_DISABLED else "missing_sourcemap"
    assert error_of(found) == {"abs_path": PATH, "type": expected}
    assert context_of(found.raw) == WITH_MINIFIED_CONTEXT
    assert found.raw.data == FrameData()


@pytest.mark.parametrize("colno, col", [(None, 0), (0, 0), (7, 7)])
def test_row_8_a_place_the_map_does_not_cover(colno, col):
    found = outcome(a_frame(lineno=2, colno=colno), a_module())
    assert error_of(found) == {"abs_path": PATH, "type": "invalid_location", "line": 2, "col": col}
    assert context_of(found.raw) == (["a();"], "b();", [])
    assert found.raw.data == FrameData()


def test_row_9_a_symbolicated_frame():
    found = located(a_frame(platform="node"), a_module())
    assert msgspec.to_builtins(symbolicated(found, None, embedded_context(found))) == {
        "platform": "node",
        "function": "x",
        "filename": "src/a.js",
        "module": "assets/src/a",
        "abs_path": "https://h.test/assets/src/a.js",
        "lineno": 1,
        "colno": 1,
        "context_line": "one();",
        "post_context": ["two();", "three();"],
        "data": {
            "sourcemap": MAP_URL,
            "sourcemap_origin": {"individual_file": "sentry://project_debug_file/2"},
            "resolved_with": "release",
            "symbolicated": True,
        },
    }
    assert context_of(found.raw) == WITH_MINIFIED_CONTEXT
    assert found.raw.data == FrameData()


@pytest.mark.parametrize("colno", [None, 0, 1])
def test_no_column_is_the_start_of_the_line(colno):
    assert located(a_frame(colno=colno), a_module()).position.column == 0


def test_a_map_without_an_address_is_labelled_with_the_path_of_the_frame():
    found = located(a_frame(), a_module(url=None))
    assert symbolicated(found, None, None).data.sourcemap == PATH


@pytest.mark.parametrize(
    "file, base, given_module, path, filename, module",
    [
        pytest.param(
            "test.js", "http://h.test/test.min.js.map", None, "http://h.test/test.js", "test.js", "test", id="relative"
        ),
        pytest.param(
            "/test.js", "http://h.test/test.min.js", None, "http://h.test/test.js", "/test.js", "test", id="absolute"
        ),
        pytest.param(
            "webpack:///./src/comp/C.tsx",
            MAP_URL,
            None,
            "webpack:///./src/comp/C.tsx",
            "./src/comp/C.tsx",
            "src/comp/C",
            id="webpack",
        ),
        pytest.param(
            "webpack:///./src/comp/C.tsx",
            MAP_URL,
            "mine",
            "webpack:///./src/comp/C.tsx",
            "./src/comp/C.tsx",
            "src/comp/C",
            id="webpack-overwrites-the-module",
        ),
        pytest.param(
            "turbopack:///[project]/app/p.tsx",
            MAP_URL,
            "mine",
            "turbopack:///[project]/app/p.tsx",
            "app/p.tsx",
            "app/p",
            id="turbopack-overwrites-the-module",
        ),
        pytest.param(
            "../../my dir/e.js",
            "/srv/öut/rollup/e.js.map",
            None,
            "/srv/my dir/e.js",
            "../../my dir/e.js",
            None,
            id="a-local-path-makes-no-module",
        ),
        pytest.param("", "app:///n.js.map", None, PATH, None, None, id="a-file-without-a-name-changes-nothing"),
        pytest.param(
            "module.js", "app:///index.bundle.map", None, "app:///module.js", "module.js", "module", id="react-native"
        ),
        pytest.param(
            "test.js", "http://h.test/t.map", "mine", "http://h.test/test.js", "test.js", "mine", id="module-is-kept"
        ),
        pytest.param(
            "test.js", "http://h.test/t.map", "", "http://h.test/test.js", "test.js", "", id="empty-module-is-kept"
        ),
    ],
)
def test_the_names_of_the_original_file(file, base, given_module, path, filename, module):
    frame = symbolicated(located(a_frame(module=given_module), a_module(a_map(file=file), base=base)), None, None)
    assert (frame.abs_path, frame.filename, frame.module) == (path, filename, module)


def test_a_mapping_without_a_file_keeps_the_names_and_needs_no_text():
    # Only a Hermes or an index map can have such a token with a position; here none answers at all.
    found = outcome(a_frame(), a_module(a_map(mappings="A")))
    assert error_of(found) == {"abs_path": PATH, "type": "invalid_location", "line": 1, "col": 1}


def test_positions_saturate_on_the_wire():
    found = located(a_frame(), a_module(a_map(mappings="AADD")))
    frame = symbolicated(found, None, None)
    assert (frame.lineno, frame.colno) == (4_294_967_295, 4_294_967_295)


def test_without_context_nothing_is_added_and_what_came_is_kept():
    frame = a_frame(pre_context=["p"], context_line="", post_context=["q"])
    found = located(frame, a_module(), with_context=False)
    assert context_of(found.raw) == (["p"], "", ["q"])
    assert context_of(symbolicated(found, None, None)) == (["p"], "", ["q"])


def test_the_context_that_came_with_the_frame_gives_way_to_the_real_one():
    found = located(a_frame(pre_context=["p"], context_line="c", post_context=["q"]), a_module())
    assert context_of(found.raw) == WITH_MINIFIED_CONTEXT
    assert context_of(symbolicated(found, None, fetched_context(found, File(b"one();\n")))) == ([], "one();", [])


def test_the_minified_context_is_not_carried_over_to_the_original_frame():
    found = located(a_frame(context_line="c"), a_module())
    assert context_of(symbolicated(found, None, None)) == ([], "c", [])


def test_a_line_past_the_end_of_the_text_changes_nothing():
    frame = a_frame(context_line="c")
    found = located(frame, a_module(minified=b""))
    assert found.raw == frame
    assert context_of(symbolicated(found, None, fetched_context(found, File(b"")))) == ([], "c", [])


@pytest.mark.parametrize(
    "name, caller, raw_function, expected",
    [
        pytest.param(None, None, None, "<unknown>", id="nobody-knows"),
        pytest.param(None, None, "e", "e", id="as-it-came"),
        pytest.param(None, "outer", "__webpack_require__", "outer", id="the-caller-knows-better-than-a-weak-name"),
        pytest.param("token", "outer", "e", "e", id="its-own-token-is-not-its-name"),
        pytest.param(None, None, "go.go.go", "{go#2}.go", id="folded"),
    ],
)
def test_the_function_name(name, caller, raw_function, expected):
    found = located(a_frame(function=raw_function), a_module(a_map(name=name)))
    assert symbolicated(found, caller, None).function == expected


@pytest.mark.parametrize(
    "file, content, path",
    [
        pytest.param("a.js", None, "https://h.test/assets/a.js", id="named"),
        pytest.param("", None, None, id="without-a-name"),
        pytest.param("webpack:///./a.js", None, "webpack:///./a.js", id="as-in-the-map-not-as-shown"),
    ],
)
def test_a_text_that_is_not_embedded_is_looked_up_by_its_resolved_path(file, content, path):
    found = located(a_frame(), a_module(a_map(file=file, content=content)))
    assert not embeds_content(found)
    assert source_key(found) == FileKey(FileType.SOURCE, path)
    assert msgspec.to_builtins(missing_source_content(found)) == {
        "abs_path": PATH,
        "type": "missing_source_content",
        "source": path or "",
        "sourcemap": MAP_URL,
    }


@pytest.mark.parametrize("file", ["a.js", ""])
def test_an_embedded_text_is_found_by_the_index_of_its_file_even_if_it_is_empty(file):
    assert embeds_content(located(a_frame(), a_module(a_map(file=file, content=""))))


@pytest.mark.parametrize(
    "origin, expected",
    [
        (ScrapedFile("https://h.test/a.map#7"), {"scraped_file": "https://h.test/a.map#7"}),
        (EmbeddedFile(), "embedded"),
        (
            BundledFile("sentry://project_debug_file/7", FileKey(FileType.SOURCE_MAP, MAP_URL)),
            {"bundled": ["sentry://project_debug_file/7", {"source_map": {"abs_path": MAP_URL}}]},
        ),
        (None, None),
    ],
    ids=["scraped", "embedded", "bundled", "none"],
)
def test_the_origin_of_the_map(origin, expected):
    module = a_module()
    assert module.source_map is not None
    entry = MappedEntry(origin, ResolvedWith.UNKNOWN, module.source_map.result)
    module = ResolvedModule(module.minified, entry, module.source_base, module.remote_url)
    assert symbolicated(located(a_frame(), module), None, None).data.sourcemap_origin == expected


def test_the_raw_frame_has_no_async_in_front():
    assert raw_frame(a_frame(abs_path=f"async {PATH}")).abs_path == PATH


def test_the_frame_that_came_in_is_never_changed():
    frame = a_frame(abs_path=f"async {PATH}", data=FrameData(symbolicated=True))
    before = msgspec.to_builtins(frame)
    found = located(raw_frame(frame), a_module())
    symbolicated(found, None, fetched_context(found, File(b"one();\n")))
    assert msgspec.to_builtins(frame) == before
