from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.files.artifact_bundle import Bundle, write_bundle
from core.files.file_keys import FileType
from core.files.magic_comments import embedded_debug_id
from core.offline.artifact_collection import collect
from core.offline.bundling import Prepared, bundle_members, prepare
from core.offline.map_search import MapSearch
from tests.core.sourcemap.encoding import map_of

ID = "0f5a0000-0000-4000-8000-000000000001"


def prepared(folder: Path, files: dict[str, str | bytes], *, inject: bool = True) -> Prepared:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with collect([folder]) as artifacts:
        return prepare(artifacts, lambda: None, inject=inject)


def ids(prepared: Prepared) -> dict[str, str | None]:
    return {each.path: each.debug_id for each in prepared.files}


def test_a_file_and_its_map_get_one_id(tmp_path):
    files = {"js/app.js": "a()\n//# sourceMappingURL=../maps/app.js.map", "maps/app.js.map": map_of("AAAA")}
    result = prepared(tmp_path, files)
    code, source_map = result.files
    assert code.debug_id == source_map.debug_id == embedded_debug_id(code.content)
    assert json.loads(source_map.content)["debugId"] == code.debug_id
    assert code.source_map == "../maps/app.js.map"
    assert result.remarks == []


def test_files_keep_the_id_they_have(tmp_path):
    code = f"a()\n//# debugId={ID}\n"
    result = prepared(tmp_path, {"app.js": code, "app.js.map": map_of("AAAA", debugId=ID)})
    assert ids(result) == {"app.js": ID, "app.js.map": ID}
    assert result.files[0].content == code.encode()


def test_nothing_changes_if_that_is_wanted(tmp_path):
    result = prepared(tmp_path, {"app.js": "a()", "app.js.map": map_of("AAAA", debugId=ID)}, inject=False)
    assert ids(result) == {"app.js": None, "app.js.map": ID}
    assert all(each.content == each.was for each in result.files)


def test_a_file_without_a_map_stays_as_it_is(tmp_path):
    result = prepared(tmp_path, {"app.js": "a()"})
    assert ids(result) == {"app.js": None}
    assert "no source map" in result.remarks[0]


COMMENT = "//# sourceMappingURL=m.map"


def test_copies_that_share_a_map_get_one_id(tmp_path):
    (tmp_path / "sub").mkdir()
    files = {
        "app.js": f"a()\n{COMMENT}",
        "app-3f2a.js": f"a()\n{COMMENT}\n",
        "sub/app.js": "a()\n//# sourceMappingURL=../m.map",
        "m.map": map_of("AAAA"),
    }
    result = prepared(tmp_path, files)
    assert len(set(ids(result).values()) - {None}) == 1
    assert None not in ids(result).values()
    assert result.remarks == []
    assert [each.source_map for each in result.files] == ["m.map", "m.map", None, "../m.map"]


@pytest.mark.parametrize("other", [
    pytest.param({"b.js": f"b()\n{COMMENT}"}, id="another-file"),
    pytest.param({"b.jsbundle": f"a()\n{COMMENT}"}, id="a-copy-that-is-no-script"),
    pytest.param({"b.js": f"a()\n//# debugId={ID}\n{COMMENT}\n", "c.js": f"c()\n{COMMENT}"}, id="one-with-an-id"),
])  # fmt: skip
def test_what_cannot_be_done_for_all_files_of_a_map_is_done_for_none(tmp_path, other):
    result = prepared(tmp_path, {"a.js": f"a()\n{COMMENT}", "m.map": map_of("AAAA"), **other})
    assert not result.changed
    (remark,) = result.remarks
    assert all(name in remark for name in ["a.js", *other])
    assert "no copies of one another" in remark


def test_the_file_whose_name_the_map_has_gives_the_id(tmp_path):
    comment = "//# sourceMappingURL=m.js.map"
    alone = prepared(tmp_path / "one", {"m.js": f"a()\n{comment}", "m.js.map": map_of("AAAA")})
    both = prepared(
        tmp_path / "two", {"a.js": f"a()\n{comment}\n", "m.js": f"a()\n{comment}", "m.js.map": map_of("AAAA")}
    )
    assert set(ids(both).values()) == set(ids(alone).values())


def test_a_copy_that_was_forgotten_gets_the_id_of_the_others(tmp_path):
    plain = f"\na()\n{COMMENT}"
    done = prepared(tmp_path / "one", {"a.js": plain, "m.map": map_of("AAAA")})
    contents = {each.path: each.content for each in done.files}
    result = prepared(tmp_path / "two", {**contents, "a-3f2a.js": plain})
    assert [each.path for each in result.changed] == ["a-3f2a.js"]
    assert result.changed[0].content == contents["a.js"]


def test_a_script_with_two_names_and_a_map_beside_each_stays_as_it_is(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.js").symlink_to("../a.js")
    files = {"a.js": "a()", "a.js.map": map_of("AAAA"), "sub/a.js.map": map_of("CAAA")}
    result = prepared(tmp_path, files)
    assert not result.changed
    assert "two source maps" in result.remarks[0]


def test_a_comment_that_code_follows_leads_to_no_map(tmp_path):
    code = "l()\n//# sourceMappingURL=lib.js.map\na()"
    lib = {"lib.js": "l()\n//# sourceMappingURL=lib.js.map", "lib.js.map": map_of("AAAA")}
    result = prepared(tmp_path, {"app.js": code, "app.js.map": map_of("AACA"), **lib})
    assert ids(result)["app.js"] == ids(result)["app.js.map"] != ids(result)["lib.js"] == ids(result)["lib.js.map"]
    assert len(result.changed) == 4


def test_a_map_that_the_service_takes_for_another_file_stays_as_it_is(tmp_path):
    files = {
        "app.js": "a()\n//# sourceMappingURL=app.js.map",
        "vendor.js": "//# sourceMappingURL=app.js.map\nb()",  # the service follows this, although code follows it
        "app.js.map": map_of("AAAA"),
    }
    result = prepared(tmp_path, files)
    assert result.changed == []
    assert any("vendor.js refers to the map, too" in remark for remark in result.remarks)


def test_a_file_in_utf_16_stays_as_it_is(tmp_path):
    result = prepared(tmp_path, {"a.js": "\ufeffa()".encode("utf-16-le"), "a.js.map": map_of("AAAA")})
    assert not result.changed
    assert "UTF-16" in result.remarks[0]


def test_a_compressed_copy_is_out_of_date_afterwards(tmp_path):
    result = prepared(tmp_path, {"a.js": "a()", "a.js.gz": b"\x1f\x8b", "a.js.map": map_of("AAAA")})
    assert "a.js.gz: a copy of what a.js was" in result.remarks[0]


def test_a_map_that_cannot_be_moved_says_why(tmp_path):
    result = prepared(tmp_path, {"app.js": "a()", "app.js.map": b"<html>"})
    assert ids(result) == {"app.js": None, "app.js.map": None}
    assert "not JSON" in result.remarks[0]


def test_bytecode_goes_into_the_bundle_untouched(tmp_path):
    content = b"\xc6\x1f\xbc\x03\xff"
    result = prepared(tmp_path, {"index.hbc": content, "index.hbc.map": map_of("AAAA")})
    assert result.files[0].content == content


def test_the_bundle_is_found_in_by_id_and_url(tmp_path):
    result = prepared(tmp_path, {"js/app.js": "a()", "js/app.js.map": map_of("AAAA")})
    bundle = Bundle.open(write_bundle(bundle_members(result.files, "https://cdn.example/v1/"), release="web@1"))
    member = bundle.member_by_url("https://cdn.example/v1/js/app.js")
    assert member.path == "files/https/cdn.example/v1/js/app.js"
    assert member == bundle.member_by_debug_id(result.files[0].debug_id, FileType.MINIFIED_SOURCE)
    assert member.source_map_header == "app.js.map"
    assert bundle.member_by_debug_id(result.files[0].debug_id, FileType.SOURCE_MAP) is not None


def test_what_was_bundled_maps_back(tmp_path):
    result = prepared(tmp_path, {"app.js": "'use strict';a()", "app.js.map": map_of("aAAA")})
    (tmp_path / "b.zip").write_bytes(write_bundle(bundle_members(result.files, "~/")))
    with collect([tmp_path / "b.zip"]) as artifacts:
        position = MapSearch(artifacts).mapped_file("https://x.example/app.js").source_map.lookup(2, 0)
    assert (position.file, position.line, position.column) == ("a.js", 0, 0)
