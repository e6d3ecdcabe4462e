from __future__ import annotations

import pytest

from core.frames.bundler_paths import turbopack_filename, webpack_filename


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
