"""The worst that clients and servers may send: each gets what the contract says, and the service goes on."""

from __future__ import annotations

import asyncio
import io
import struct
import zipfile
from typing import Any

import aiohttp
import orjson
import pytest

from core.files.artifact_bundle import write_bundle
from tests.deployment import Deployment
from tests.worker.source_server import (
    Reply,
    SourceServer,
    bomb,
    half_a_body,
    hang_up,
    raw,
    redirect,
    reply,
    silence,
)

MINIFIED = b"boom();\n//# sourceMappingURL=app.js.map\n"
MAP = orjson.dumps(
    {"version": 3, "sources": ["a.js"], "sourcesContent": ["original();"], "names": [], "mappings": "AAAA"}
)
HEALTHY_BODY = {"source": {"id": "", "url": "http://h/", "token": ""}}


def request_to(server: SourceServer, **more: Any) -> dict[str, Any]:
    return {
        "source": {"id": "s", "url": server.url("/lookup"), "token": "t0k"},
        "stacktraces": [{"frames": [{"abs_path": server.url("/app.js"), "lineno": 1, "colno": 1}]}],
        **more,
    }


async def outcome(api: Any, request: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the types of the errors and the statuses of the attempts; a healthy request must work afterwards."""
    answer = await api.submit(request)
    assert answer["status"] == "completed"
    assert (await api.submit(HEALTHY_BODY))["status"] == "completed"
    errors = [error["type"] for error in answer.get("errors", [])]
    return errors, [attempt.get("reason", attempt["status"]) for attempt in answer.get("scraping_attempts", [])]


def listed_bundle(server: SourceServer, content: bytes) -> None:
    server.put("/lookup", reply(orjson.dumps([{"type": "bundle", "id": "7", "url": server.url("/7")}])))
    server.put("/7", reply(content))


def bundle_of(files: dict[str, tuple[bytes, dict[str, Any]]]) -> bytes:
    return write_bundle(files)


GOOD_BUNDLE = bundle_of(
    {
        "a": (MINIFIED, {"type": "minified_source", "url": "~/app.js"}),
        "b": (MAP, {"type": "source_map", "url": "~/app.js.map"}),
    }
)


@pytest.mark.parametrize(
    "lookup",
    [
        pytest.param(reply(b"oh no", status=500), id="answers-500"),
        pytest.param(reply(b"<html>log in</html>"), id="answers-html"),
        pytest.param(half_a_body(b'[{"type": "bundle"'), id="sends-half-a-body"),
        pytest.param(hang_up(), id="hangs-up"),
        pytest.param(raw(b"\x00\xff garbage"), id="speaks-no-http"),
        pytest.param(reply(b'[{"type":"bundle","id":7,"url":"http://h/"}]'), id="lists-an-id-that-is-a-number"),
        pytest.param(reply(b"null"), id="answers-null"),
        pytest.param(redirect("/lookup"), id="redirects-for-ever"),
        pytest.param(bomb("gzip"), id="sends-a-bomb"),
    ],
)
async def test_a_broken_lookup_server_is_as_good_as_none(api, server, lookup: Reply):
    server.put("/lookup", lookup)
    server.put("/app.js", reply(MINIFIED))
    server.put("/app.js.map", reply(MAP))
    assert await outcome(api, request_to(server, release="r")) == ([], ["success", "success"])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<!DOCTYPE html><title>503</title>", id="html"),
        pytest.param(b"SYSB" + struct.pack("<I", 2) + b"not a zip archive", id="not-a-zip"),
        pytest.param(GOOD_BUNDLE[:-30], id="truncated"),
        pytest.param(GOOD_BUNDLE[: len(GOOD_BUNDLE) // 2], id="half"),
        pytest.param(GOOD_BUNDLE.replace(b"manifest.json", b"manifesto.son"), id="without-manifest"),
        pytest.param(bundle_of({"a": (MINIFIED, {"type": "wasm", "url": "~/app.js"})}), id="with-an-unknown-type"),
    ],
)
async def test_a_bundle_that_cannot_be_read_is_as_good_as_none(api, server, content):
    listed_bundle(server, content)
    server.put("/app.js", reply(MINIFIED))
    server.put("/app.js.map", reply(MAP))
    assert await outcome(api, request_to(server, release="r")) == ([], ["success", "success"])


def lying_bundle() -> bytes:
    """The good bundle, but its manifest gives the map's entry to a file that is not in the archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD_BUNDLE)) as good, zipfile.ZipFile(out, "w") as lying:
        lying.writestr("a", good.read("a"))
        lying.writestr("manifest.json", good.read("manifest.json"))
    return GOOD_BUNDLE[:8] + out.getvalue()


async def test_a_manifest_that_names_what_is_not_there_lies_about_that_file_only(api, server):
    listed_bundle(server, lying_bundle())
    server.put("/app.js.map", reply(MAP))
    assert await outcome(api, request_to(server, release="r")) == ([], ["not_attempted", "success"])


@pytest.mark.parametrize(
    "source_map",
    [
        pytest.param(b"<!DOCTYPE html><title>404</title>", id="html"),
        pytest.param(MAP[:-10], id="truncated"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="not-utf-8"),
        pytest.param(b"[" * 100_000, id="deeply-nested"),
        pytest.param(MAP.replace(b"AAAA", b"AAAAA"), id="a-name-that-is-not-there"),
        pytest.param(MAP.replace(b'"version":3', b'"version":3.0'), id="a-version-that-is-no-integer"),
    ],
)
async def test_a_map_that_makes_no_sense_is_malformed(api, server, source_map):
    server.put("/app.js", reply(MINIFIED))
    server.put("/app.js.map", reply(source_map))
    errors, attempts = await outcome(api, request_to(server))
    assert errors == ["malformed_sourcemap"]
    assert attempts in (["success", "success"], ["success", "other"])


async def test_a_map_of_100_megabytes_is_used(api, server):
    text = b"x" * 99 + b"\\n"
    head, tail = MAP.split(b'"original();"')
    server.put("/app.js", reply(MINIFIED))
    server.put("/app.js.map", reply(head + b'"original();\\n' + text * 1_000_000 + b'"' + tail))
    assert await outcome(api, request_to(server)) == ([], ["success", "success"])


async def test_a_server_that_says_nothing_is_a_timeout(redis_url, server):
    server.put("/app.js", silence())
    with Deployment(redis_url) as deployment:
        api = deployment.start_api()
        deployment.start_worker(UNMANGLE_HEAD_TIMEOUT="1", UNMANGLE_DOWNLOAD_TRIES="1")
        await api.wait_for_workers()
        answer = await api.submit(request_to(server))
    [attempt] = answer["scraping_attempts"]
    assert (attempt["reason"], attempt["details"]) == ("timeout", "Timeout after 1s")


async def test_what_is_no_http_gets_a_json_error_too(api):
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(b"GARBAGE\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert orjson.loads(body) == {"error": "Invalid HTTP request received."}
    assert (await api.submit(HEALTHY_BODY))["status"] == "completed"


async def test_a_body_of_60_megabytes_is_refused_without_being_read(api):
    async with aiohttp.ClientSession() as session:
        headers = {"Content-Type": "application/json"}
        body = io.BytesIO(b" " * (60 << 20))
        async with session.post(api.url("/symbolicate-js"), data=body, headers=headers) as response:
            assert response.status == 413
            assert "error" in await response.json()


async def test_a_body_just_within_the_limit_goes_all_the_way(api):
    body = orjson.dumps(HEALTHY_BODY)
    assert (await api.submit(io.BytesIO(body.ljust(57_671_680))))["status"] == "completed"
