"""Whole requests: what comes of their frames, by what came of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from core.settings import Settings
from core.wire.request import decode_request, parse_document
from core.wire.response import encode_completed
from tests.worker.artifact_source import TOKEN, ArtifactSource
from tests.worker.source_server import redirect, reply, silence
from worker.requests.resources import Resources
from worker.requests.symbolicate import symbolicate

ID = "2f259f80-58b7-44cb-d7cd-de1505e7e718"
APP = b"run();throw 1\n//# sourceMappingURL=app.js.map"
PLAIN = b"run()"
ONCE = {"download_tries": 1}
TOO_LARGE = {"max_scraped_file_size": 1000}


def a_map(**members: Any) -> bytes:
    return orjson.dumps({"version": 3, "sources": ["orig.js"], "names": [], "mappings": "AAAA"} | members)


def member(path: str, file_type: str = "minified_source", **more: Any) -> dict[str, Any]:
    return {"type": file_type, "url": path, **more}


async def answer_to(source: ArtifactSource, settings: dict[str, Any], **request: Any) -> dict[str, Any]:
    """Answer a request for one frame, or for those it has; settings are those of the worker."""
    usual = {
        "source": {"id": "s", "url": source.url, "token": TOKEN},
        "release": "r",
        "stacktraces": [{"frames": [{"abs_path": request.pop("abs_path", ""), "lineno": 1, "colno": 1}]}],
    }
    async with Resources(Settings(**({"connect_to_reserved_ips": True} | settings))) as resources:
        decoded = decode_request(parse_document(orjson.dumps(usual | request)))
        answer: dict[str, Any] = orjson.loads(encode_completed(await symbolicate(resources, decoded, None)))
    assert "used_artifact_bundles" not in answer
    return answer


# What goes wrong with a file, and which error that is for the generated file, for its source map, and for an original
# file whose text isn't in the map.  What comes before that file is in a bundle.

DISABLED = ("scraping_disabled", "scraping_disabled", "missing_source_content")
MISSING = ("missing_source", "missing_sourcemap", "missing_source_content")
MALFORMED = ("missing_source", "malformed_sourcemap", "missing_source_content")

CAUSES = [
    pytest.param(None, {"scraping": {"enabled": False}}, {}, None, DISABLED, id="scraping-disabled"),
    pytest.param(None, {"scraping": {"enabled": False}}, {}, "/srv", MISSING, id="no-url-and-scraping-disabled"),
    pytest.param(None, {}, {}, "/srv", MISSING, id="no-url"),
    pytest.param(None, {}, {}, "app://", MISSING, id="scheme"),
    pytest.param(None, {"scraping": {"allowed_origins": ["h.test"]}}, {}, None, MISSING, id="origin"),
    pytest.param(None, {}, {"connect_to_reserved_ips": False}, None, MISSING, id="host"),
    pytest.param(reply(status=404), {}, {}, None, MISSING, id="not-found"),
    pytest.param(reply(status=403), {}, {}, None, MISSING, id="permission-denied"),
    pytest.param(redirect("/login", 302), {}, {}, None, MISSING, id="redirect-to-nowhere"),
    pytest.param(silence(), {}, ONCE | {"head_timeout_s": 1}, None, MISSING, id="timeout"),
    pytest.param(reply(status=503), {}, ONCE, None, MISSING, id="download-error"),
    pytest.param(reply(b"\xff\xfe"), {}, {}, None, MALFORMED, id="not-utf-8"),
    pytest.param(reply(b"x" * 1001), {}, TOO_LARGE, None, MALFORMED, id="too-large"),
    pytest.param(reply(b"\x1f\x8b no gzip"), {}, {}, None, MALFORMED, id="bad-wrapping"),
]


@pytest.mark.parametrize("served, request_, settings, base, errors", CAUSES)
async def test_causes_and_their_errors(server, source, served, request_, settings, base, errors):
    base = server.origin if base is None else base
    source.put_bundle(
        "1", {path: content for root in ("~", "~/srv") for path, content in all_but_one_file(root).items()}
    )
    for path in ("/minified.js", "/map.js.map", "/original.js"):
        if served is not None:
            server.put(path, served)
    paths = [f"{base}/{name}.js" for name in ("minified", "map", "text")]
    frames = [{"abs_path": path, "lineno": 1, "colno": 1} for path in paths]
    answer = await answer_to(source, settings, stacktraces=[{"frames": frames}], **request_)
    found = {error["abs_path"]: error for error in answer["errors"]}
    assert [found[path]["type"] for path in paths] == list(errors)
    assert found[paths[1]].get("url") == (f"{base}/map.js.map" if errors is MALFORMED else None)
    assert found[paths[2]]["source"] == f"{base}/original.js"
    symbolicated = [frame["data"]["symbolicated"] for frame in answer["stacktraces"][0]["frames"]]
    assert symbolicated == [False, False, True]


def all_but_one_file(root: str) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """Return what comes before the file that is missing: of ``map.js`` its map, of ``text.js`` its original file."""
    refers = b"run()\n//# sourceMappingURL="
    return {
        f"{root}/a": (refers + b"map.js.map", member(f"{root}/map.js")),
        f"{root}/b": (refers + b"text.js.map", member(f"{root}/text.js")),
        f"{root}/c": (a_map(sources=["original.js"]), member(f"{root}/text.js.map", "source_map")),
    }


async def test_a_map_by_debug_id_alone_that_is_not_found_is_missing(source):
    source.put_bundle("1", {"a": (PLAIN, member("~/app.js"))})
    modules = [{"type": "sourcemap", "code_file": "https://h.test/app.js", "debug_id": ID}]
    answer = await answer_to(source, {}, abs_path="https://h.test/app.js", modules=modules)
    assert answer["errors"] == [{"abs_path": "https://h.test/app.js", "type": "missing_sourcemap"}]
    assert answer["scraping_attempts"] == [{"url": "https://h.test/app.js", "status": "not_attempted"}]


@pytest.mark.parametrize(
    "kind, errors",
    [
        pytest.param("bundled", [{"abs_path": "https://h.test/app.js", "type": "missing_source"}], id="in-a-bundle"),
        pytest.param("artifact", None, id="elsewhere"),
    ],
)
async def test_a_reference_that_cannot_be_decoded(source, kind, errors):
    content = b"run()\n//# sourceMappingURL=data:application/json;base64,!"
    if kind == "bundled":
        source.put_bundle("1", {"a": (content, member("~/app.js"))})
    else:
        source.put_artifact("1", "~/app.js", content)
    answer = await answer_to(source, {}, abs_path="https://h.test/app.js")
    assert answer.get("errors") == errors
    assert not answer["stacktraces"][0]["frames"][0]["data"]["symbolicated"]


async def test_a_map_that_cannot_be_read_is_malformed(source):
    source.put_bundle("1", {"a": (APP, member("~/app.js")), "b": ("{", member("~/app.js.map", "source_map"))})
    answer = await answer_to(source, {}, abs_path="https://h.test/app.js")
    (error,) = answer["errors"]
    assert (error["type"], error["url"]) == ("malformed_sourcemap", "https://h.test/app.js.map")


@pytest.mark.parametrize("what", ["bundle-missing", "bundle-malformed", "lookup"])
async def test_a_bundle_or_lookup_that_failed_is_invisible(server, source, what):
    if what == "bundle-missing":
        source.put_reply("1", reply(status=404))
    elif what == "bundle-malformed":
        source.put_bundle("1", b"SYSB nonsense")
    else:
        server.put(source.path, reply(status=500))
    answer = await answer_to(source, ONCE, abs_path="https://h.test/app.js", scraping={"enabled": False})
    assert answer["errors"] == [{"abs_path": "https://h.test/app.js", "type": "scraping_disabled"}]
    attempt = {"url": "https://h.test/app.js", "status": "failure", "reason": "disabled"}
    assert answer["scraping_attempts"] == [attempt]


async def test_a_file_without_a_map_is_no_error(server, source):
    answer = await answer_to(source, {}, abs_path=server.put("/app.js", reply(PLAIN)))
    assert "errors" not in answer
    assert not answer["stacktraces"][0]["frames"][0]["data"]["symbolicated"]


@pytest.mark.parametrize("colno, col", [(None, 0), (0, 0), (7, 7)])
async def test_a_place_that_the_map_does_not_cover(source, colno, col):
    source.put_bundle("1", {"a": (APP, member("~/app.js")), "b": (a_map(), member("~/app.js.map", "source_map"))})
    frame = {"abs_path": "https://h.test/app.js", "lineno": 2, "colno": colno}
    answer = await answer_to(source, {}, stacktraces=[{"frames": [frame]}])
    assert answer["errors"] == [
        {"abs_path": "https://h.test/app.js", "type": "invalid_location", "line": 2, "col": col}
    ]


# What several frames say together.


async def test_errors_come_once_and_attempts_as_often_as_they_were_made(server, source):
    for name in ("a", "b"):
        server.put(f"/{name}.js", reply(b"run()\n//# sourceMappingURL=shared.map"))
    frames = [{"abs_path": server.url(f"/{name}.js"), "lineno": 1, "colno": 1} for name in ("b", "a", "b", "a")]
    answer = await answer_to(source, {}, stacktraces=[{"frames": frames}])
    assert [(error["abs_path"], error["type"]) for error in answer["errors"]] == [
        (server.url("/a.js"), "missing_sourcemap"),
        (server.url("/b.js"), "missing_sourcemap"),
    ]
    shared = {"url": server.url("/shared.map"), "status": "failure", "reason": "not_found"}
    assert answer["scraping_attempts"] == [
        {"url": server.url("/a.js"), "status": "success"},
        {"url": server.url("/b.js"), "status": "success"},
        shared,
        shared,
    ]


@pytest.mark.parametrize("order", ["caller_first", "callee_first"])
async def test_a_call_site_names_the_next_inner_function(source, order):
    """Each frame stands in an anonymous function, at its own place of one line."""
    code = b"(function(){t()});" * 5 + b"\n//# sourceMappingURL=app.js.map"
    # Columns 12, 30, 48, 84; nothing is known before column 12, and the fourth frame is there.
    mappings = "YAAAA,kBAAA,kBAACC,oCAAA"
    source.put_bundle(
        "1",
        {
            "a": (code, member("~/app.js")),
            "b": (a_map(names=["start", "x"], mappings=mappings), member("~/app.js.map", "source_map")),
        },
    )
    places = [(13, "t"), (31, "e"), (49, None), (1, "q"), (85, "r")]
    frames = [
        {"abs_path": "https://h.test/app.js", "lineno": 1, "colno": colno, "function": function}
        for colno, function in places
    ]
    step = 1 if order == "caller_first" else -1
    answer = await answer_to(source, {}, stacktraces=[{"frames": frames[::step]}], options={"frame_order": order})
    names = [frame.get("function") for frame in answer["stacktraces"][0]["frames"][::step]]
    assert names == ["t", "start", "<anonymous>", "q", "r"]


# Manifests as they are found in the wild.


async def test_a_bundle_of_a_node_app_is_found_by_debug_id_alone(source):
    source.put_bundle(
        "1",
        {
            "files/_/_/0.js": (
                b"run()\n//# sourceMappingURL=other.map",
                member("~/0.js", headers={"debug-id": ID, "sourcemap": "entrypoint1.js.map"}),
            ),
            "files/_/_/0.js.map": (a_map(), member("~/0.js.map", "source_map", headers={"debug-id": ID})),
        },
    )
    modules = [{"type": "sourcemap", "code_file": "/srv/öut/server.js", "debug_id": ID}]
    answer = await answer_to(source, {}, abs_path="/srv/öut/server.js", modules=modules)
    data = answer["stacktraces"][0]["frames"][0]["data"]
    assert (data["resolved_with"], data["sourcemap"]) == ("debug-id", "/srv/öut/entrypoint1.js.map")


async def test_a_map_that_is_only_known_by_its_id_goes_with_a_file_from_the_web(server, source):
    info = {"type": "source_map", "path": "~/app.js.map", "headers": {"debug-id": ID}}
    source.put_bundle("1", {"files/app.js.map": (a_map(sources=["by-id.js"], sourcesContent=["x"]), info)})
    url = server.put("/app.js", reply(PLAIN + f"\n//# debugId={ID}".encode()))
    answer = await answer_to(source, {}, abs_path=url)
    frame = answer["stacktraces"][0]["frames"][0]
    assert (frame["filename"], frame["data"]["resolved_with"]) == ("by-id.js", "debug-id")


async def test_a_bundle_without_headers_is_found_by_url_whatever_the_type(source):
    name = "_next/server/pages/_error.js"
    source.put_bundle(
        "1",
        {
            "files/test.min.js": (b"run()\n//# sourceMappingURL=test.min.js.map", member(f"~/{name}", "source")),
            "files/test.min.js.map": (a_map(), member("~/_next/server/pages/test.min.js.map", "source_map")),
        },
        resolved_with="release",
    )
    answer = await answer_to(source, {}, abs_path=f"app:///{name}")
    data = answer["stacktraces"][0]["frames"][0]["data"]
    assert (data["resolved_with"], data["sourcemap"]) == ("release", "app:///_next/server/pages/test.min.js.map")


async def test_of_a_pair_of_bundles_with_equal_urls_the_second_wins(source):
    for number in ("1", "2"):
        files = {
            "a": (APP, member("~/app.js")),
            "b": (a_map(sources=[f"{number}.js"], sourcesContent=["x"]), member("~/app.js.map", "source_map")),
        }
        source.put_bundle(number, files)
    answer = await answer_to(source, {}, abs_path="https://h.test/app.js")
    assert answer["stacktraces"][0]["frames"][0]["filename"] == "2.js"


# Empty files, at first and once they come from disk.


@pytest.mark.parametrize("kind", ["artifact-with-headers", "artifact-gone-with-headers", "artifact", "scraped"])
async def test_an_empty_file_is_there_also_when_it_is_read_again(server, source, tmp_path: Path, kind):
    url = "https://h.test/app.js"
    headers = {"Sourcemap": "app.js.map"} if "headers" in kind else {}
    served = reply(status=404) if "gone" in kind else reply(b"")
    if kind == "scraped":
        url = server.put("/app.js", served)
    else:
        source.put_artifact("1", "~/app.js", served, headers=headers)
        source.put_artifact("2", "~/app.js.map", a_map(sourcesContent=["x"]))
    first = await answer_to(source, {"cache_dir": tmp_path}, abs_path=url)
    again = await answer_to(source, {"cache_dir": tmp_path}, abs_path=url)
    assert again == first
    assert "errors" not in first
    assert first["stacktraces"][0]["frames"][0]["data"]["symbolicated"] == bool(headers)
    assert first["scraping_attempts"][0]["status"] == ("success" if kind == "scraped" else "not_attempted")
