"""The page's files: which paths are its own, and the headers that let nothing else run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from core.settings import Settings
from tests.api.service import Service, running_service

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "api" / "page"
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\sstyle=|\son\w+=\"")
LARGEST_BYTES = 150_000


def digest(service: Service) -> str:
    return service.request("GET", "/").headers["etag"].strip('"')


def test_the_page_runs_nothing_but_its_own_files(service: Service):
    answer = service.request("GET", "/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert b"@DIGEST@" not in answer.body


def test_a_browser_that_has_the_page_is_told_so(service: Service):
    etag = service.request("GET", "/").headers["etag"]
    answer = service.request("GET", "/", headers=[("If-None-Match", etag)])
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.[cjs]*")), ids=lambda path: path.name)
def test_files_are_kept_for_good(service: Service, path: Path):
    answer = service.request("GET", f"/page/{digest(service)}/{path.name}")
    assert (answer.status, answer.body) == (200, path.read_bytes())
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_of_another_version_are_kept_by_nobody(service: Service):
    answer = service.request("GET", "/page/0123456789abcdef/main.js")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "target", ["/page/", "/page/x", "/page/x/index.html", "/page/x/../main.js", "/page/x/y/main.js", "/main.js", "//"]
)
def test_nothing_else_is_there(service: Service, target: str):
    assert service.request("GET", target).status == 404


def test_other_methods_are_refused(service: Service):
    answer = service.request("POST", "/", b"")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_has_no_body(service: Service):
    answer = service.request("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("settings", [Settings(page="off"), Settings(serve="uploads")], ids=["off", "uploads-only"])
def test_the_page_can_be_left_out(settings: Settings):
    with running_service(settings) as service:
        assert service.request("GET", "/").status == 404
        assert service.request("GET", "/page/x/main.js").status == 404


def test_the_page_is_small_and_from_here():
    contents = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert sum(len(content.encode()) for content in contents.values()) < LARGEST_BYTES
    for name, content in contents.items():
        foreign = set(re.findall(r"https?://[\w.]+", content)) - {"http://www.w3.org", "https://host"}
        assert not foreign, name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\sstyle=|\son\w+=\"", content
        )


def test_wheels_have_the_page():
    packaging = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    assert packaging["api"] == ["page/*"]
    assert "recursive-include api/page *" in (ROOT / "MANIFEST.in").read_text()
