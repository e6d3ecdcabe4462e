from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.errors import MalformedBundle
from core.files.artifact_bundle import write_bundle
from core.files.debug_ids import parse_debug_id
from core.offline.artifact_collection import Ambiguous, Artifacts, collect


def a_folder(root: Path, *paths: str) -> Path:
    """Write files, each with its own path as its content, or with what follows "="."""
    for each in paths:
        path, _, content = each.partition("=")
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content or path)
    return root


def found(artifacts: Artifacts, path: str) -> str | None:
    file = artifacts.code(path)
    assert not isinstance(file, Ambiguous)
    return None if file is None else bytes(file.read()).decode()


@pytest.mark.parametrize("path, expected", [
    pytest.param("https://cdn.example/static/js/app.js", "static/js/app.js", id="url"),
    pytest.param("https://cdn.example/v7/static/js/app.js?v=3#x", "static/js/app.js", id="deeper-url-with-a-query"),
    pytest.param("app:///static/js/app.js", "static/js/app.js", id="app-url"),
    pytest.param("~/admin/app.js", "admin/app.js", id="any-host"),
    pytest.param("file:///srv/www/admin/app.js", "admin/app.js", id="file-url"),
    pytest.param(r"C:\www\admin\app.js", "admin/app.js", id="windows"),
    pytest.param("/srv/www/my%20app.js", None, id="another-name"),
    pytest.param("https://cdn.example/my%20page.js", "my page.js", id="percent-encoded"),
    pytest.param("index.bundle//&platform=ios&dev=true", "index.bundle", id="react-native-in-development"),
    pytest.param("/srv/node_modules/express/index.js", None, id="a-package-has-files-of-all-names"),
    pytest.param("/srv/node_modules/own/index.js", "node_modules/own/index.js", id="the-very-file-of-a-package"),
    pytest.param("https://cdn.example/STATIC/JS/APP.JS", None, id="names-are-case-sensitive"),
    pytest.param("https://cdn.example/", None, id="no-name-at-all"),
    pytest.param("", None, id="nothing"),
])  # fmt: skip
def test_the_file_with_the_longest_common_ending_is_meant(tmp_path, path, expected):
    folder = a_folder(tmp_path, "static/js/app.js", "admin/app.js", "lib/index.js", "my page.js", "index.bundle",
                      "node_modules/own/index.js")  # fmt: skip
    assert found(collect([folder]), path) == expected


def test_of_two_that_fit_the_one_at_the_top_is_meant(tmp_path):
    assert found(collect([a_folder(tmp_path, "app.js", "old/app.js")]), "https://x.example/app.js") == "app.js"


def test_what_may_be_either_is_neither(tmp_path):
    file = collect([a_folder(tmp_path, "one/app.js", "two/app.js")]).code("https://x.example/app.js")
    assert isinstance(file, Ambiguous)
    assert len(file) == 2


def test_copies_are_one_file(tmp_path):
    folder = a_folder(tmp_path, "one/app.js=run()", "two/app.js=run()")
    assert found(collect([folder]), "https://x.example/app.js") == "run()"


@pytest.mark.parametrize("map_path, reference, expected", [
    pytest.param("js/app.js.map", "app.js.map", True, id="beside-it"),
    pytest.param("maps/app.js.map", "../maps/app.js.map", True, id="in-another-folder"),
    pytest.param("maps/js/app.js.map", "app.js.map", True, id="in-a-folder-built-alike"),
    pytest.param("maps/app.js.map", "app.js.map", False, id="elsewhere"),
    pytest.param("admin/app.js.map", "app.js.map", False, id="of-another-file-with-the-same-name"),
    pytest.param("js/app.js.map", "https://maps.example/js/app.js.map", True, id="by-url"),
    pytest.param("js/app.js.map", "https://maps.example/admin/app.js.map", False, id="by-url-of-another"),
    pytest.param("js/app.js.map", "/js/app.js.map", True, id="from-the-root"),
    pytest.param("js/app.js.map", "app.js.map?v=2", True, id="with-a-query"),
    pytest.param("js/app.js.map", "../../../../../../../../../../etc/app.js.map", False, id="out-of-everything"),
])  # fmt: skip
def test_the_map_that_a_file_refers_to(tmp_path, map_path, reference, expected):
    artifacts = collect([a_folder(tmp_path, "js/app.js", map_path)])
    assert (artifacts.map_beside(artifacts.code("js/app.js"), reference) is not None) is expected


def test_maps_may_be_in_a_folder_of_their_own(tmp_path):
    dist, maps = a_folder(tmp_path / "dist", "js/app.js"), a_folder(tmp_path / "maps", "js/app.js.map", "app.js.map")
    artifacts = collect([dist, maps])
    file = artifacts.map_beside(artifacts.code("js/app.js"), "app.js.map")
    assert bytes(file.read()) == b"js/app.js.map"


def test_files_of_a_bundle_are_found_by_their_urls(tmp_path):
    headers = {"debug-id": "a" * 32, "sourcemap": "m.map"}
    entry = {"type": "minified_source", "url": "~/static/app.js", "headers": headers}
    (tmp_path / "b.zip").write_bytes(write_bundle({"files/1.js": ("run()", entry), "unlisted.js": ("", {})}))
    with collect([tmp_path / "b.zip"]) as artifacts:
        file = artifacts.code("https://x.example/static/app.js")
        assert file.read() == b"run()"
        assert (file.debug_id, file.source_map_header) == (parse_debug_id("a" * 32), "m.map")
        assert artifacts.code("unlisted.js") is None


def test_files_of_a_zip_archive_are_found_by_their_paths(tmp_path):
    with zipfile.ZipFile(tmp_path / "dist.zip", "w") as archive:
        archive.writestr("static/app.js", "run()")
        archive.writestr("static/", "")
    with collect([tmp_path / "dist.zip"]) as artifacts:
        assert found(artifacts, "https://x.example/static/app.js") == "run()"


def test_a_large_file_is_mapped_into_memory(tmp_path):
    file = collect([a_folder(tmp_path, f"app.js={'x' * 100_000}")]).code("app.js")
    assert file.read()[:] == b"x" * 100_000


def test_links_to_folders_lead_nowhere(tmp_path):
    a_folder(tmp_path, "dist/app.js")
    (tmp_path / "dist" / "again").symlink_to(tmp_path / "dist")
    assert len(list(collect([tmp_path]).all_code())) == 1


def test_what_is_no_archive_is_refused(tmp_path):
    a_folder(tmp_path, "dist.zip=<html>")
    with pytest.raises(MalformedBundle):
        collect([tmp_path / "dist.zip"])
