from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.paths import candidate_urls, extract_file_stem, join_paths, strip_async, strip_hostname

PATHS = st.text(alphabet="ab~.:/?#ö") | st.text()
RELATIVE_PATHS = PATHS.map(lambda path: path.replace(":", "").lstrip("~/"))


@pytest.mark.parametrize("base, right, joined", [
    pytest.param("https://cdn.test/static/js/a.min.js?v=3#x", "../maps/a.map", "https://cdn.test/static/maps/a.map",
                 id="up-and-down"),
    pytest.param("https://cdn.test/static/js/a.min.js?v=3#x", "/a.map", "https://cdn.test/a.map", id="absolute"),
    pytest.param("https://cdn.test/static/js/a.min.js?v=3#x", "~/a.map", "https://cdn.test/a.map", id="tilde"),
    pytest.param("https://cdn.test/static/js/a.min.js", ".././.././js/./a.map", "https://cdn.test/js/a.map",
                 id="web-dots-vanish"),
    pytest.param("/srv/www/site/a.js", "../maps/a.map", "/srv/www/maps/a.map", id="path-up-and-down"),
    pytest.param("/srv/www/site/a.js", "/a.map", "/a.map", id="path-absolute"),
    pytest.param("/srv/öut dir/a.js", "~/0.js.map", "/0.js.map", id="path-tilde"),
    pytest.param("http://h.test", "webpack:///../lib/x.js", "webpack:///../lib/x.js", id="webpack-url"),
    pytest.param("http://h.test", "turbopack:///[project]/a.ts", "turbopack:///[project]/a.ts", id="turbopack-url"),
    pytest.param("app:///main.js.map", "webpack:/src/core.js", "webpack:/src/core.js", id="webpack-with-one-slash"),
    pytest.param("app:///main.js.map", "turbopack:x", "turbopack:x", id="turbopack-without-slash"),
    pytest.param("http://h.test", "lib/./to/f.js", "http://h.test/lib/to/f.js", id="host-only-base"),
    pytest.param("app:///_next/chunks/p.js.map", "./src/t.js", "app:///_next/chunks/src/t.js",
                 id="app-leading-dot-vanishes"),
    pytest.param("app:///_next/chunks/p.js.map", "src/./t.js", "app:///_next/chunks/src/./t.js",
                 id="app-inner-dot-stays"),
    pytest.param("app:///_next/chunks/p.js.map", "../../../t.js", "app:///../t.js", id="app-above-the-root"),
    pytest.param("https://h.test/p.js", "../../t.js", "https://h.test/t.js", id="web-has-nothing-above-the-root"),
    pytest.param("/a/p.js", "../../t.js", "/../t.js", id="path-above-the-root"),
    pytest.param("/p.js", "../../t.js", "/t.js", id="second-double-dot-removes-the-first"),
    pytest.param("a/b/p.js", "t.js", "/a/b/t.js", id="relative-base-becomes-absolute"),
    pytest.param("p.js", "t.js", "/t.js", id="name-only-base"),
    pytest.param("https://h.test/static//js/a.js", "a.js.map", "https://h.test/static/js/a.js.map",
                 id="empty-segments-of-the-base-vanish"),
    pytest.param("http://h.test/foo", "bar", "http://h.test/bar", id="sibling"),
    pytest.param("http://h.test/foo/", "bar", "http://h.test/foo/bar", id="inside-a-folder"),
    pytest.param("http://h.test/foo/baz", "/bar", "http://h.test/bar", id="from-the-root"),
    pytest.param("aps://h.test/foo", "/bar", "aps://h.test/bar", id="unknown-scheme-from-the-root"),
    pytest.param("apsx://h.test/foo", "//other/x", "apsx://other/x", id="other-host-same-scheme"),
    pytest.param("https://h.test:8443/a/b.js", "c.js", "https://h.test:8443/a/c.js", id="port-stays"),
    pytest.param("https://h.test/a/b.js", "", "https://h.test/a", id="nothing-is-the-folder"),
    pytest.param("https://h.test/a/b.js", "~foo.js", "https://h.test/a/foo.js", id="tilde-without-slash"),
    pytest.param("https://h.test/a/b.js", "c//d/", "https://h.test/a/c/d", id="empty-segments-vanish"),
    pytest.param("https://h.test/a/b.js", "http://o.test/c.js", "http://o.test/c.js", id="absolute-url"),
    pytest.param("https://h.test/a.js?n=http://z.test/y/w", "c.js", "https://h.test/a.js?n=http:/z.test/y/c.js",
                 id="query-of-the-base-is-not-special"),
    pytest.param("/a/b.js", "//x/y.js", "//x/y.js", id="two-slashes-on-a-path"),
    pytest.param("~/a/b.js", "c.js", "/~/a/c.js", id="tilde-of-the-base-is-a-folder"),
    pytest.param("C:\\app\\a.js", "b.js", "/b.js", id="backslashes-separate-nothing"),
    pytest.param("file:///a/b.js", "c.js", "/a/c.js", id="file-urls-lose-their-scheme"),
    pytest.param("/foo", "data", "/data", id="data-without-colon-is-a-path"),
    pytest.param("https://h.test/a/b.js", "~~/c", "https://h.test/a/~/c", id="only-one-tilde-goes"),
    pytest.param("", "a.js", "/a.js", id="empty-base"),
    pytest.param("", "", "", id="nothing-at-all"),
])  # fmt: skip
def test_join_paths(base: str, right: str, joined: str) -> None:
    assert join_paths(base, right) == joined


@pytest.mark.parametrize("path, expected", [
    pytest.param("/unix/path", "/unix/path", id="path"),
    pytest.param("~/with/tilde", "/with/tilde", id="tilde"),
    pytest.param("~tilde.js", "tilde.js", id="tilde-without-slash"),
    pytest.param("https://h.test/", "/", id="root"),
    pytest.param("https://h.test", "h.test", id="host-only"),
    pytest.param("https://h.test/a/b.js", "/a/b.js", id="url"),
    pytest.param("https://h.test:80/a?x=/y", "/a?x=/y", id="port-goes-query-stays"),
    pytest.param("https://h.test?x=/1", "/1", id="first-slash-is-in-the-query"),
    pytest.param("app:///a/b.js", "/a/b.js", id="no-host"),
    pytest.param("webpack:/a/b.js", "webpack:/a/b.js", id="one-slash-is-no-host"),
    pytest.param("a/b.js", "a/b.js", id="relative"),
    pytest.param("<anonymous>", "<anonymous>", id="placeholder"),
    pytest.param("~https://h.test/a", "https://h.test/a", id="only-the-tilde-goes"),
])  # fmt: skip
def test_strip_hostname(path: str, expected: str) -> None:
    assert strip_hostname(path) == expected


@pytest.mark.parametrize("path, stem", [
    pytest.param("https://h.test/bundle.js", "/bundle", id="js"),
    pytest.param("https://h.test/bundle.min.js", "/bundle", id="min-js"),
    pytest.param("https://h.test/assets/bundle.js", "/assets/bundle", id="folder"),
    pytest.param("https://h.test/assets/bundle.min.js?a=1&b=2#wat", "/assets/bundle", id="query-and-fragment"),
    pytest.param("https://h.test/assets/bundle.min.js#wat", "/assets/bundle", id="fragment"),
    pytest.param("https://h.test/assets/bundle.min.js#wat?a", "/assets/bundle", id="query-inside-fragment"),
    pytest.param("app:///_next/server/pages/_error.js", "/_next/server/pages/_error", id="app"),
    pytest.param("app:///polyfills.e9f8f1606b76a9c9.js", "/polyfills.e9f8f1606b76a9c9", id="hash-stays"),
    pytest.param("/a/b.min.js.map", "/a/b", id="map"),
    pytest.param("~/a/b.d.ts", "/a/b", id="declarations"),
    pytest.param("/a/b.ts.js.min.min.js", "/a/b", id="repeated-endings"),
    pytest.param("/a/b.map.js", "/a/b", id="endings-in-any-order"),
    pytest.param("/a/x.cjs", "/a/x", id="cjs"),
    pytest.param("/a/x.mjs.map", "/a/x", id="mjs"),
    pytest.param("/a/x.jsx", "/a/x", id="jsx"),
    pytest.param("/a/x.tsx", "/a/x", id="tsx"),
    pytest.param("/a/x.json", "/a/x.json", id="json-stays"),
    pytest.param("/a/x.JS", "/a/x.JS", id="upper-case-stays"),
    pytest.param("/a/x.mts", "/a/x.mts", id="mts-stays"),
    pytest.param("/a/index.html", "/a/index.html", id="html-stays"),
    pytest.param("/a/.js", "/a/", id="nothing-but-an-ending"),
    pytest.param("/a/min.js", "/a/min", id="min-without-dot-stays"),
    pytest.param("/a/x.js?y=/z.min.js", "/a/x.js?y=/z", id="last-slash-may-be-in-the-query"),
    pytest.param("/a/x.jsmin", "/a/x.jsmin", id="endings-start-with-a-dot"),
    pytest.param("/a/x.js\n", "/a/x.js\n", id="a-newline-is-part-of-the-name"),
    pytest.param("bundle.min.js", "bundle.min.js", id="no-slash"),
    pytest.param("https://h.test", "h.test", id="host-only"),
    pytest.param("https://h.test/", "/", id="root"),
    pytest.param("<anonymous>", "<anonymous>", id="placeholder"),
    pytest.param("webpack:/a/x.js", "webpack:/a/x", id="webpack-with-one-slash"),
])  # fmt: skip
def test_extract_file_stem(path: str, stem: str) -> None:
    assert extract_file_stem(path) == stem


@pytest.mark.parametrize("path, candidates", [
    pytest.param("https://shop.test/s/a.min.js", ["https://shop.test/s/a.min.js", "~/s/a.min.js"], id="url"),
    pytest.param("https://shop.test/s/a.min.js?v=1&w=2", ["https://shop.test/s/a.min.js?v=1&w=2",
                 "https://shop.test/s/a.min.js", "~/s/a.min.js?v=1&w=2", "~/s/a.min.js"], id="query"),
    pytest.param("https://shop.test/s/a.min.js#f", ["https://shop.test/s/a.min.js", "~/s/a.min.js"], id="fragment"),
    pytest.param("https://shop.test/s/a.min.js?v=1#f", ["https://shop.test/s/a.min.js?v=1",
                 "https://shop.test/s/a.min.js", "~/s/a.min.js?v=1", "~/s/a.min.js"], id="query-and-fragment"),
    pytest.param("https://shop.test/a#b?c", ["https://shop.test/a", "~/a"], id="query-inside-fragment"),
    pytest.param("https://shop.test/a?x=1?y=2", ["https://shop.test/a?x=1?y=2", "https://shop.test/a", "~/a?x=1?y=2",
                 "~/a"], id="two-question-marks"),
    pytest.param("app:///_next/pages/_error.js", ["app:///_next/pages/_error.js", "~/_next/pages/_error.js"], id="app"),
    pytest.param("~/s/a.js", ["~/s/a.js", "~/s/a.js"], id="tilde-repeats"),
    pytest.param("/srv/a.js", ["/srv/a.js", "~/srv/a.js"], id="path"),
    pytest.param("a.js", ["a.js", "~a.js"], id="name-only"),
    pytest.param("https://shop.test", ["https://shop.test", "~shop.test"], id="host-only"),
    pytest.param("webpack:///./src/a.js", ["webpack:///./src/a.js", "~/./src/a.js"], id="webpack"),
    pytest.param("https://shop.test?x=/a", ["https://shop.test?x=/a", "https://shop.test", "~/a"],
                 id="query-belongs-to-the-host"),
])  # fmt: skip
def test_candidate_urls(path: str, candidates: list[str]) -> None:
    assert candidate_urls(path) == candidates


@pytest.mark.parametrize("abs_path, expected", [
    pytest.param("async https://h.test/a.js", "https://h.test/a.js", id="url"),
    pytest.param("async app:///a.js", "app:///a.js", id="app"),
    pytest.param("async /srv/a.js", "/srv/a.js", id="path"),
    pytest.param("async async https://h.test/a.js", "async https://h.test/a.js", id="only-one-goes"),
    pytest.param("async  https://h.test/a.js", " https://h.test/a.js", id="only-one-space-goes"),
    pytest.param("async ", "", id="nothing-else"),
    pytest.param("async", "async", id="no-space"),
    pytest.param("Async https://h.test/a.js", "Async https://h.test/a.js", id="upper-case"),
    pytest.param("asynchttps://h.test/a.js", "asynchttps://h.test/a.js", id="no-separator"),
    pytest.param("async\thttps://h.test/a.js", "async\thttps://h.test/a.js", id="tab"),
    pytest.param(" async https://h.test/a.js", " async https://h.test/a.js", id="leading-space"),
    pytest.param("https://h.test/async a.js", "https://h.test/async a.js", id="in-the-middle"),
])  # fmt: skip
def test_strip_async(abs_path: str, expected: str) -> None:
    assert strip_async(abs_path) == expected


@given(PATHS, RELATIVE_PATHS)
def test_a_joined_path_has_no_empty_segments(base: str, right: str) -> None:
    assert "//" not in join_paths(f"/{base.replace(':', '')}", right)


@given(PATHS, RELATIVE_PATHS)
def test_on_the_web_no_path_leads_to_another_host(base: str, right: str) -> None:
    joined = join_paths(f"https://h.test/{base}", right)
    assert joined == "https://h.test" or joined.startswith("https://h.test/")


@given(PATHS, RELATIVE_PATHS)
def test_on_the_web_nothing_is_above_the_root(base: str, right: str) -> None:
    segments = join_paths(f"https://h.test/{base.replace('.', '')}", right).split("/")
    assert not {".", ".."} & set(segments)


@given(PATHS)
def test_the_first_candidate_is_the_path_itself(path: str) -> None:
    candidates = candidate_urls(path)
    assert candidates[0] == path.partition("#")[0]
    assert candidates[-1].startswith("~")


@given(st.text(alphabet="ab.", min_size=1), st.sampled_from([".js", ".min.js", ".js.map", ".d.ts"]))
def test_files_of_one_build_share_their_stem(name: str, ending: str) -> None:
    assert extract_file_stem(f"https://h.test/a/{name}{ending}") == extract_file_stem(f"~/a/{name}.js?v=1")
