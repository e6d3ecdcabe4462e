from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.frames.module_names import generate_module, turbopack_filename, webpack_filename

SHA1 = "92cd589eca8235e7b373bf5ae94ebf898e3b949c"
MD5 = "7d6d00eae0ceccdc7ee689659585d95f"


@pytest.mark.parametrize("abs_path, module", [
    pytest.param("http://h.test/foo.js", "foo", id="file-only"),
    pytest.param("http://h.test/widget/list.js", "widget/list", id="folder"),
    pytest.param("http://h.test/js/widget/list.js", "widget/list", id="js"),
    pytest.param("http://h.test/javascript/widget/list.js", "widget/list", id="javascript"),
    pytest.param("http://h.test/javascripts/widget/list.js", "widget/list", id="javascripts"),
    pytest.param("http://h.test/script/widget/list.js", "widget/list", id="script"),
    pytest.param("http://h.test/scripts/widget/list.js", "widget/list", id="scripts"),
    pytest.param("http://h.test/build/widget/list.js", "widget/list", id="build"),
    pytest.param("http://h.test/static/widget/list.js", "widget/list", id="static"),
    pytest.param("http://h.test/1.0/widget/list.js", "widget/list", id="version"),
    pytest.param("http://h.test/v1/widget/list.js", "widget/list", id="version-with-v"),
    pytest.param("http://h.test/v1.0.0/widget/list.js", "widget/list", id="long-version"),
    pytest.param("http://h.test/1/2/3/widget/list.js", "widget/list", id="version-in-folders"),
    pytest.param("http://h.test/v1./widget/list.js", "v1./widget/list", id="no-version-with-trailing-dot"),
    pytest.param("http://h.test/_priv/widget/list.js", "widget/list", id="underscore"),
    pytest.param("http://h.test/.hid/widget/list.js", "widget/list", id="hidden"),
    pytest.param("http://h.test/~joe/widget/list.js", "widget/list", id="home"),
    pytest.param("http://h.test/abcdef0/widget/list.js", "widget/list", id="short-sha"),
    pytest.param("http://h.test/abcdef01/widget/list.js", "widget/list", id="8-hex-digits"),
    pytest.param("http://h.test/abcdef012/widget/list.js", "abcdef012/widget/list", id="9-hex-digits-stay"),
    pytest.param("http://h.test/abcdef/widget/list.js", "abcdef/widget/list", id="6-hex-digits-stay"),
    pytest.param(f"http://h.test/{SHA1}/widget/list.js", "widget/list", id="sha1"),
    pytest.param(f"http://h.test/{MD5}/widget/list.js", "widget/list", id="md5"),
    pytest.param("http://h.test/widget/list.coffee", "widget/list", id="any-extension"),
    pytest.param("http://h.test/widget/list.js?v=1234", "widget/list", id="query"),
    pytest.param("http://h.test/widget/list.js#x", "widget/list", id="fragment"),
    pytest.param("http://h.test/widget/list.js#x?y", "widget/list", id="query-inside-fragment"),
    pytest.param("http://h.test/widget/list.min.js", "widget/list", id="min"),
    pytest.param("/widget/list.ts", "widget/list", id="path"),
    pytest.param("../../widget/list.js", "widget/list", id="parents"),
    pytest.param("../../widget/list.awesome", "widget/list", id="parents-and-odd-extension"),
    pytest.param("../../widget/list", "widget/list", id="parents-and-no-extension"),
    pytest.param(f"/widget/list-{MD5}.js", "widget/list", id="hash-in-the-name"),
    pytest.param("/bower_components/widget/list.js", "widget/list", id="bower-components"),
    pytest.param("/node_modules/widget/list.js", "widget/list", id="node-modules"),
    pytest.param(f"http://h.test/vendor.{SHA1}.js", "vendor", id="hash-after-a-dot"),
    pytest.param("/a/javascripts/app-bundle-149360d3414c26adac3febdf6832e25c.min.js", "a/javascripts/app-bundle",
                 id="only-leading-folders-go"),
    pytest.param("https://h.test/libs/libs-20150417171659.min.js", "libs/libs", id="date-looks-like-a-hash"),
    pytest.param(f"webpack:///{SHA1}/vendor.js", "vendor", id="webpack-hash"),
    pytest.param(f"app:///{SHA1}/vendor.js", "vendor", id="app-hash"),
    pytest.param(f"app:///x/{SHA1}/vendor.js", "vendor", id="folders-before-a-hash-go"),
    pytest.param(f"app:///js/{SHA1}/_x/vendor-abcdef0.js", "_x/vendor-abcdef0", id="what-follows-a-hash-stays"),
    pytest.param(f"app:///{SHA1.upper()}/js/vendor.js", "js/vendor", id="upper-case-hash"),
    pytest.param("~/app/components/head/sel.jsx", "app/components/head/sel", id="tilde"),
    pytest.param("./src/comp/Camp.tsx", "src/comp/Camp", id="leading-dot"),
    pytest.param(f"app:///{'z' * 32}/x.js", "x", id="any-32-characters-look-like-a-hash"),
    pytest.param(f"app:///{'ö' * 16}/x.js", "x", id="hashes-are-counted-in-bytes"),
    pytest.param(f"app:///{'z' * 40}/x.js", f"{'z' * 40}/x", id="40-characters-must-be-hexadecimal"),
    pytest.param("app:///src/js/main.js", "src/js/main", id="folders-inside-stay"),
    pytest.param("app:///JS/Build/Main.js", "Main", id="folders-in-any-case"),
    pytest.param("app:///a/.bashrc", "a/", id="a-dot-file-has-no-name"),
    pytest.param("app:///a/b.min.min.js", "a/b.min", id="only-one-min-goes"),
    pytest.param("app:///main.0123456789abcdef.js", "main", id="chunk-hash"),
    pytest.param("/a/b-deadbe.js", "a/b-deadbe", id="6-hex-digits-in-the-name-stay"),
    pytest.param("/a/b.DEADBEEF.js", "a/b", id="upper-case-hash-in-the-name"),
    pytest.param("a-deadbeef-deadbeef", "a-deadbeef", id="only-one-hash-in-the-name-goes"),
    pytest.param("webpack:/node_modules/@x/core.js", "webpack:/node_modules/@x/core", id="webpack-with-one-slash"),
    pytest.param("./~/lodash/x.js", "lodash/x", id="webpack-tilde"),
    pytest.param("app:///", "", id="root"),
    pytest.param("http://h.test/?x", "", id="root-with-query"),
    pytest.param("<anonymous>", "<anonymous>", id="placeholder"),
    pytest.param("", "", id="nothing"),
])  # fmt: skip
def test_generate_module(abs_path: str, module: str) -> None:
    assert generate_module(abs_path) == module


@given(st.text() | st.text(alphabet="ab0v._~-/?#"))
def test_a_module_name_is_a_part_of_the_path(abs_path: str) -> None:
    assert generate_module(abs_path) in abs_path


@given(st.text(alphabet="ab0v._~-/"), st.sampled_from(["js", "static", "v1.2.3", "node_modules", "_x", "..", ""]))
def test_one_more_meaningless_folder_changes_nothing(path: str, folder: str) -> None:
    path = path.replace("//", "/").lstrip("~")
    assert generate_module(f"app:///{folder}/{path}") == generate_module(f"app:///{path}")


@pytest.mark.parametrize("name, filename", [
    pytest.param("webpack:///../node_modules/pkg/esm/h.js", "../node_modules/pkg/esm/h.js", id="parent"),
    pytest.param("webpack:///./app/utils/req.tsx", "./app/utils/req.tsx", id="here"),
    pytest.param("webpack-internal:///./src/App.jsx", "./src/App.jsx", id="internal"),
    pytest.param("webpack://my-app_1.0@x/./src/a.js", "./src/a.js", id="namespace"),
    pytest.param("webpack-internal://myapp/./src/a.js", "./src/a.js", id="internal-namespace"),
    pytest.param("webpack://myapp/src/a.js", "webpack://myapp/src/a.js", id="namespace-without-dot"),
    pytest.param("webpack://[name]/./src/a.js", "webpack://[name]/./src/a.js", id="odd-namespace"),
    pytest.param("webpack:///./~/lodash/x.js", "~/lodash/x.js", id="tilde"),
    pytest.param("webpack://a/./b/~/c/~/d.js", "~/c/~/d.js", id="first-tilde-counts"),
    pytest.param("webpack:///(webpack)/buildin/module.js", "(webpack)/buildin/module.js", id="built-in"),
    pytest.param("webpack:///webpack/bootstrap 123", "webpack/bootstrap 123", id="bootstrap"),
    pytest.param("webpack:/node_modules/x.js", "webpack:/node_modules/x.js", id="one-slash"),
    pytest.param("./src/a.js", "./src/a.js", id="plain"),
    pytest.param("webpack://ö/./src/a.js", "webpack://ö/./src/a.js", id="namespaces-are-ascii"),
    pytest.param("webpack:///webpack-internal:///a.js", "webpack-internal:///a.js", id="only-one-prefix-goes"),
])  # fmt: skip
def test_webpack_filename(name: str, filename: str) -> None:
    assert webpack_filename(name) == filename


@pytest.mark.parametrize("name, filename", [
    pytest.param("turbopack:///[project]/app/page/page.tsx", "app/page/page.tsx", id="project"),
    pytest.param("turbopack:///[project]/app/comp/Header/Header.tsx", "app/comp/Header/Header.tsx", id="deep"),
    pytest.param("turbopack:///app/utils/f.tsx", "app/utils/f.tsx", id="no-project"),
    pytest.param("turbopack:///[project]/~/src/Button.tsx", "~/src/Button.tsx", id="tilde"),
    pytest.param("turbopack:///[turbopack]/shared/x.ts", "[turbopack]/shared/x.ts", id="turbopack-itself"),
    pytest.param("turbopack:///[project]", "[project]", id="project-without-slash"),
    pytest.param("turbopack:///", "", id="nothing"),
    pytest.param("turbopack://[project]/app/x.tsx", "turbopack://[project]/app/x.tsx", id="two-slashes"),
    pytest.param("turbopack:/app/x.tsx", "turbopack:/app/x.tsx", id="one-slash"),
    pytest.param("webpack:///./src/f.tsx", "webpack:///./src/f.tsx", id="webpack"),
    pytest.param("./src/f.tsx", "./src/f.tsx", id="plain"),
    pytest.param("[project]/src/f.tsx", "[project]/src/f.tsx", id="project-without-scheme"),
])  # fmt: skip
def test_turbopack_filename(name: str, filename: str) -> None:
    assert turbopack_filename(name) == filename
