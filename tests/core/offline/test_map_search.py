from __future__ import annotations

import base64
from pathlib import Path

import pytest

from core.offline.artifact_collection import collect
from core.offline.map_search import FileWithMap, MapSearch, Unmapped
from core.offline.map_search import UnmappedReason as Reason
from tests.core.sourcemap.encoding import map_of

ID, OTHER_ID = "0f5a0000-0000-4000-8000-000000000001", "0f5a0000-0000-4000-8000-000000000002"
MAP = map_of("AAAA")
COMMENT = "\n//# sourceMappingURL="


def a_search(folder: Path, files: dict[str, str | bytes]) -> MapSearch:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return MapSearch(collect([folder]))


@pytest.mark.parametrize("files, place", [
    pytest.param({"app.js": f"a(){COMMENT}7f.map", "7f.map": MAP}, "7f.map", id="comment"),
    pytest.param({"app.js": "a()", "app.js.map": MAP}, "app.js.map", id="name"),
    pytest.param({"app.js": f"a(){COMMENT}gone.map", "app.js.map": MAP}, "app.js.map", id="wrong-comment"),
    pytest.param({"app.js.map": MAP}, "app.js.map", id="map-alone"),
    pytest.param({"app.js": f"a()\n//# debugId={ID}", "x/y.map": map_of("AAAA", debug_id=ID)}, "x/y.map", id="id"),
    pytest.param({"app.js": f"a(){COMMENT}app.js.map\n//# debugId={ID}", "app.js.map": map_of("AAAA", debugId=OTHER_ID),
                  "old/app.js.map": map_of("AAAA", debugId=ID)}, "old/app.js.map", id="debug-id-before-the-comment"),
    pytest.param({"app.js": f"a(){COMMENT}data:application/json;base64,{base64.b64encode(MAP).decode()}"},
                 "app.js (embedded map)", id="data-url"),
    pytest.param({"app.js": f"a()\n//# debugId={ID}", "app.js.map": MAP}, "app.js.map", id="map-without-an-id"),
    pytest.param({"app.js": 'b="//# sourceMappingURL=data:application/json;base64,"+c\na()', "app.js.map": MAP},
                 "app.js.map", id="data-url-in-a-string"),
    pytest.param({"app.js": 'a();b="//# sourceMappingURL=other.map"+c', "app.js.map": MAP, "other.map": MAP + b" "},
                 "app.js.map", id="comment-in-a-string"),
    pytest.param({"app.js": "a(`\n//# sourceMappingURL=other.map\n`)", "app.js.map": MAP, "other.map": MAP + b" "},
                 "app.js.map", id="comment-in-a-template"),
    pytest.param({"app.js": f"l(){COMMENT}lib.map\na()", "app.js.map": MAP, "lib.map": MAP + b" "}, "app.js.map",
                 id="code-follows-a-comment"),
    pytest.param({"app.js": f"l(){COMMENT}lib.map\na(){COMMENT}7f.map\n/* . */", "7f.map": MAP, "lib.map": MAP + b" "},
                 "7f.map", id="the-last-comment"),
    pytest.param({"app.js": f"a(){COMMENT}maps/app.js.map\nappended()", "maps/app.js.map": MAP}, "maps/app.js.map",
                 id="code-appended-to-the-file"),
    pytest.param({"app.js": "a()\n/*# sourceMappingURL=7f.map */", "7f.map": MAP}, "7f.map", id="block-comment"),
    pytest.param({"app.js": f"a(){COMMENT}data:application/json;base64,%", "app.js.map": MAP}, "app.js.map",
                 id="broken-data-url"),
    *(pytest.param({"app.js": "a()", "app.js.map": mark + MAP.decode().encode(encoding)}, "app.js.map", id=encoding)
      for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
                             (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"))),
    pytest.param({"app.js": f"a(){COMMENT}7f.map".encode("utf-16"), "7f.map": MAP}, "7f.map", id="code-in-utf-16"),
])  # fmt: skip
def test_a_map_is_found(tmp_path, files, place):
    mapped = a_search(tmp_path, files).mapped_file("https://x.example/app.js?v=1")
    assert isinstance(mapped, FileWithMap)
    assert mapped.map_place == str(tmp_path / place)


@pytest.mark.parametrize("path, files, reason", [
    pytest.param("node:internal/app.js", {"app.js": "a()", "app.js.map": MAP}, Reason.NOT_A_FILE, id="node-itself"),
    pytest.param("other.js", {"app.js": "a()"}, Reason.NO_SUCH_FILE, id="another-file"),
    pytest.param("app.js", {"app.js": "a()"}, Reason.NO_SOURCE_MAP, id="no-map"),
    pytest.param("app.js", {"app.js": f"a(){COMMENT}app.js.map"}, Reason.MISSING_SOURCE_MAP, id="map-not-there"),
    pytest.param("app.js", {"app.js": "a()", "app.js.map": "<html>"}, Reason.MALFORMED_SOURCE_MAP, id="html"),
    pytest.param("app.js", {"app.js": f"a(){COMMENT}data:text/plain"}, Reason.MALFORMED_SOURCE_MAP, id="no-data-url"),
    pytest.param("app.js", {"app.js": f"a()\n//# debugId={ID}", "app.js.map": map_of("AAAA", debugId=OTHER_ID)},
                 Reason.OTHER_DEBUG_ID, id="map-of-another-build"),
    pytest.param("app.js", {"app.js": "a()", "app.js.map": map_of("AAAA", debugId=ID), "app-3f2a.js":
                            f"a(){COMMENT}app.js.map\n//# debugId={ID}"}, Reason.OTHER_DEBUG_ID, id="map-of-a-copy"),
    pytest.param("app.js", {"app.js": f"l(){COMMENT}lib.js.map\na()", "lib.js.map": MAP}, Reason.NO_SOURCE_MAP,
                 id="map-of-a-library"),
    pytest.param("app.js", {"x/app.js": "a()", "y/app.js": "b()"}, Reason.AMBIGUOUS_FILE, id="two-files"),
    pytest.param("app.js", {"x/app.js.map": MAP, "y/app.js.map": map_of("")}, Reason.AMBIGUOUS_FILE, id="two-maps"),
    pytest.param("", {"app.js": "a()", "b.js": "b()"}, Reason.NO_SUCH_FILE, id="any-of-two"),
    pytest.param("app.hbc", {"app.hbc": b"\xff//# sourceMappingURL=\xff"}, Reason.NO_SOURCE_MAP, id="bytecode"),
])  # fmt: skip
def test_why_there_is_no_map(tmp_path, path, files, reason):
    unmapped = a_search(tmp_path, files).mapped_file(path)
    assert isinstance(unmapped, Unmapped)
    assert unmapped.reason is reason


@pytest.mark.parametrize("files", [
    pytest.param({"index.bundle": "a()", "index.bundle.map": MAP}, id="file-and-map"),
    pytest.param({"index.android.bundle.packager.map": MAP}, id="map-alone"),
])  # fmt: skip
def test_no_path_means_the_only_file(tmp_path, files):
    assert isinstance(a_search(tmp_path, files).mapped_file(""), FileWithMap)


def test_a_file_that_went_away_says_so(tmp_path):
    search = a_search(tmp_path, {"app.js": "a()"})
    (tmp_path / "app.js").unlink()
    assert search.mapped_file("app.js").reason is Reason.UNREADABLE_FILE


def test_each_map_is_read_once(tmp_path):
    search = a_search(tmp_path, {"app.js": "a()", "app.js.map": MAP})
    assert search.mapped_file("https://x.example/app.js") is search.mapped_file("/srv/app.js")
