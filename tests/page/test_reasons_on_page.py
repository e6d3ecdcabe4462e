"""Situations in which a frame isn't mapped: the page alone says why, and what to do."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from core.files.artifact_bundle import write_bundle
from core.offline.artifact_collection import collect
from core.offline.bundling import bundle_members, prepare
from tests.page.conftest import Visitor
from tests.worker.source_server import SourceServer, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOP = "at f (https://shop.example/assets/shop.min.js:1:1297)"
ON_WEB = "at f ({origin}/app.min.js:1:3)"
CODE = b"f();g();"


def with_comment(server: SourceServer) -> None:
    server.put("/app.min.js", reply(CODE + b"\n//# sourceMappingURL=app.min.js.map"))


def without_comment(server: SourceServer) -> None:
    server.put("/app.min.js", reply(CODE))


def with_html(server: SourceServer) -> None:
    with_comment(server)
    server.put("/app.min.js.map", reply(b"<!doctype html><title>Sign in</title>"))


def with_broken_map(server: SourceServer) -> None:
    with_comment(server)
    server.put("/app.min.js.map", reply(b'{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA'))


def with_map(server: SourceServer) -> None:
    with_comment(server)
    server.put("/app.min.js.map", reply(b'{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}'))


def with_refusal(server: SourceServer) -> None:
    server.put("/app.min.js", reply(status=403))


def with_bundle(server: SourceServer) -> None:
    """Let the server itself be the source, which has a bundle for every release."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.min.js").write_bytes(CODE + b"\n//# sourceMappingURL=app.min.js.map")
        (Path(folder) / "app.min.js.map").write_bytes(b'{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}')
        prepared = prepare(collect([Path(folder)]), lambda: None, inject=False)
        bundle = write_bundle(bundle_members(prepared.files, "~/assets"))
    url = server.put("/bundle", reply(bundle))
    listed = [{"type": "bundle", "id": "1", "url": url, "resolved_with": "release"}]
    server.put("/lookup", reply(orjson.dumps(listed)))


def nothing(_: SourceServer) -> None:
    pass


@dataclass
class Situation:
    """What there is, what somebody enters, and what the page says."""

    trace: str
    title: str
    words: str
    prepare: Callable[[SourceServer], None] = nothing
    release: str = ""
    dist: str = ""
    may_scrape: bool = True


SITUATIONS = {
    "no-release": Situation(SHOP, "Scraping disabled", "let it send a release", may_scrape=False),
    "wrong-release": Situation(SHOP, "Nothing uploaded", "shop@9.9.9", release="shop@9.9.9", may_scrape=False),
    "wrong-prefix": Situation(
        "at f (https://shop.example/static/app.min.js:1:3)", "Wrong URL prefix", "~/assets", with_bundle, "shop@2"
    ),
    "other-case": Situation(
        "at f (https://shop.example/Assets/app.min.js:1:3)", "Wrong case", "~/assets", with_bundle, "shop@2"
    ),
    "other-build": Situation(
        "at f (https://shop.example/assets/shop.min.js:99:1)",
        "Outside file",
        "deployed",
        release="shop@1.0.0",
        may_scrape=False,
    ),
    "no-comment": Situation(ON_WEB, "No reference", "sourceMappingURL=app.min.js.map", without_comment),
    "missing-map": Situation(ON_WEB, "Not on web", "app.min.js.map", with_comment),
    "page-instead-of-map": Situation(ON_WEB, "HTML instead", "an HTML page", with_html),
    "broken-map": Situation(ON_WEB, "Map unreadable", "Build and upload it again", with_broken_map),
    "refused-by-the-web": Situation(ON_WEB, "Web refused", "403", with_refusal),
    "scraping-off": Situation(ON_WEB, "Scraping disabled", "scraping", without_comment, may_scrape=False),
    "beyond-the-line": Situation("at f ({origin}/app.min.js:1:500)", "Outside file", "deployed", with_map),
    "two-injections": Situation("", "Debug id not uploaded", "00000000-0000-4000-8000-00000000dead", may_scrape=False),
}
TWO_INJECTIONS = orjson.dumps(
    {
        "exception": {
            "values": [
                {
                    "type": "E",
                    "stacktrace": {"frames": [{"abs_path": "https://shop.example/x.js", "lineno": 1, "colno": 9}]},
                }
            ]
        },
        "debug_meta": {
            "images": [
                {
                    "type": "sourcemap",
                    "code_file": "https://shop.example/x.js",
                    "debug_id": "00000000-0000-4000-8000-00000000dead",
                }
            ]
        },
    }
).decode()


@pytest.fixture(scope="module")
def trace_defaults() -> dict[str, Any]:
    """Say nothing: what is entered counts."""
    return {}


@pytest.mark.parametrize("name", SITUATIONS)
async def test_the_page_alone_says_why(
    visitor: Visitor, server: SourceServer, example_source: dict[str, Any], tmp_path: Path, name: str
):
    situation = SITUATIONS[name]
    situation.prepare(server)
    await visitor.open()
    await visitor.page.get_by_text("Source and scraping").click()
    own_source = {"id": "own", "url": server.url("/lookup"), "token": ""}
    source = own_source if situation.prepare is with_bundle else example_source["source"]
    await visitor.page.fill("#trace-source", orjson.dumps(source).decode())
    await visitor.page.set_checked("#trace-scraping", situation.may_scrape)
    await visitor.page.fill("#trace-release", situation.release)
    await visitor.page.fill("#trace-dist", situation.dist)
    await visitor.page.focus("#trace-text")
    await visitor.map(situation.trace.format(origin=server.origin) or TWO_INJECTIONS)
    said = await visitor.page.locator(".frame .reason").first.inner_text()
    await visitor.page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    assert said.startswith(situation.title)
    assert situation.words in said
    assert "What to do: " in said
