"""Which upload is most like a file that is missing, and how the two differ."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.explain.findings import Reason
from core.explain.near_misses import misnamed, near_miss
from core.explain.uploaded_names import UploadedNames, buildless, upload_name
from core.files.file_keys import FileKey, FileType
from core.files.manifest import Manifest, Member
from core.web.paths import candidate_urls

OLD_URL = "https://old.test/static/js/app.min.js"
URL = "https://shop.test/static/js/app.min.js"


def uploads(*names: str) -> UploadedNames:
    manifest = Manifest({name: Member(f"files/{number}", None, None) for number, name in enumerate(names)}, {})
    return UploadedNames({"sentry://project_debug_file/7": manifest}, ())


def nearest(path: str, *names: str) -> str | None:
    miss = near_miss(uploads(*names), path)
    return None if miss is None else miss.uploaded.name


@pytest.mark.parametrize(
    "names, expected",
    [
        pytest.param([], None, id="nothing-uploaded"),
        pytest.param(["~/static/js/vendor.js"], None, id="nothing-alike"),
        pytest.param(["~/app.min.js", "~/js/app.min.js"], "~/js/app.min.js", id="the-longer-common-end"),
        pytest.param(["~/app.min.js", OLD_URL], OLD_URL, id="the-same-path-on-another-host"),
        pytest.param(["~/js/app.min.js", "~/static/JS/app.min.js"], "~/static/JS/app.min.js", id="case-before-folder"),
        pytest.param(["~/static/js/app.min.js.map"], None, id="the-map-is-another-file"),
    ],
)
def test_the_nearest(names, expected):
    assert nearest(URL, *names) == expected


@pytest.mark.parametrize(
    "path, name",
    [
        pytest.param("https://h.test/main.3f2a9c1b.js", "~/main.9d8e7f6a.js", id="hex"),
        pytest.param("https://h.test/main-BX7xQp2k.js", "~/main-Zk3Lm9aa.js", id="vite"),
        pytest.param("https://h.test/a/chunk-4QXAYZ3R.js", "~/a/chunk-7LMNO2PQ.js", id="esbuild"),
        pytest.param("https://h.test/main.3f2a9c1b.js.map", "~/main.9d8e7f6a.js.map", id="map"),
    ],
)
def test_the_hash_of_a_build_makes_another_build(path, name):
    found = misnamed(uploads(name), FileKey(FileType.MINIFIED_SOURCE, path))
    assert found is not None
    assert found.reason is Reason.OTHER_BUILD


@pytest.mark.parametrize(
    "name", ["app.min.js", "vendor.bundle.js", "index.js", "jquery-3.7.1.min.js", "runtime~main.js"]
)
def test_plain_words_are_no_hashes(name):
    assert buildless(name) == name


@pytest.mark.parametrize(
    "uploaded, path, prefix",
    [
        pytest.param("~/app.js", "https://h.test/static/js/app.js", "`~/static/js`", id="nothing"),
        pytest.param("~/dist/js/app.js", "https://h.test/js/app.js", "`~/`", id="too-much"),
        pytest.param("~/dist/js/app.js", "https://h.test/static/js/app.js", "`~/static`", id="another-folder"),
        pytest.param("app.js", "https://h.test/app.js", "`~/`", id="no-tilde"),
        pytest.param("~/app.js", "/srv/www/app.js", "`~/srv/www`", id="a-local-path"),
        pytest.param("~/source/app.js", "dist/source/app.js", "`dist`", id="a-path-from-nowhere"),
    ],
)
def test_the_url_prefix_that_would_be_right(uploaded, path, prefix):
    found = misnamed(uploads(uploaded), FileKey(FileType.MINIFIED_SOURCE, path))
    assert found is not None
    assert found.reason is Reason.WRONG_URL_PREFIX
    assert found.advice.endswith(f"URL prefix {prefix}")


@given(st.text(max_size=40) | st.from_regex(r"(?:https?://h|app://|~)?/?[ab/.?#~]{0,9}", fullmatch=True))
@example("~x.js?v=1#y")
@example("dist/app.js?v=1")
def test_a_file_is_found_under_the_name_that_is_advised(path):
    assert upload_name(path) in candidate_urls(path)


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=5))
def test_any_names_can_be_compared(path, names):
    misnamed(uploads(*names), FileKey(FileType.MINIFIED_SOURCE, path))
