"""Requests that real clients were recorded with, sent again: statuses, and the members of answers that they need.

``tests/data/store/requests_of_clients.json`` has each different request of 202 recorded conversations once: of
sentry-cli 2.58.6 and 3.8.0, the JavaScript client 0.45.0, and the plugins of vite, webpack, esbuild and Expo.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.store.conftest import ADMIN_TOKEN, StoreService
from tests.store.http_client import UploadClient, multipart, sha1
from tests.store.test_lookups import pair

RECORDED = orjson.loads((Path(__file__).parents[1] / "data" / "store" / "requests_of_clients.json").read_bytes())
CLIENTS = ("cli2", "cli3", "js", "plugins")

RELEASE = {"version", "dateCreated"}
EXPECTED: list[tuple[str, str, int, set[str]]] = [
    # method, target, status, members that clients need
    ("GET", r"/api/0/", 200, {"auth"}),
    ("GET", r"/api/0/organizations/\?.*", 200, set()),
    ("GET", r"/api/0/organizations/acme/", 200, {"links", "slug"}),
    ("GET", r"/api/0/organizations/acme/(projects|repos)/.*", 200, set()),
    ("GET", r"/api/0/users/me/regions/", 200, {"regions"}),
    (
        "GET",
        r".*/chunk-upload/",
        200,
        {"url", "chunkSize", "chunksPerRequest", "maxRequestSize", "concurrency", "hashAlgorithm", "compression"},
    ),
    ("POST", r".*/chunk-upload/", 200, set()),
    ("POST", r".*/artifactbundle/assemble/", 200, {"state", "missingChunks", "detail"}),
    ("GET POST DELETE", r".*/releases/[^/]+/(files|assemble)/.*", 410, {"detail"}),
    ("GET POST DELETE", r".*/files/source-maps/.*", 410, {"detail"}),
    ("GET", r".*/previous-with-commits/", 200, set()),
    ("POST", r".*/deploys/", 201, {"id"}),
    ("POST", r".*/releases/", 201, RELEASE),
    ("GET", r".*/releases/", 200, set()),
    ("PUT", r".*/releases/[^/]+/", 200, RELEASE),
    ("GET", r".*/releases/[^/]+/", 200, RELEASE),
    ("DELETE", r".*/releases/[^/]+/", 204, set()),
]


def expected(method: str, target: str) -> tuple[int, set[str]]:
    return next(
        (status, members)
        for methods, pattern, status, members in EXPECTED
        if method in methods.split() and re.fullmatch(pattern, target)
    )


class Replay:
    """Sends recorded requests with bodies of its own: what a recording has is only digests."""

    def __init__(self, service: StoreService) -> None:
        self.client = UploadClient(service.origin, ADMIN_TOKEN)
        self.bundles = 0

    async def send(self, recorded: dict[str, Any]) -> None:
        method, target, body = recorded["method"], recorded["target"], recorded.get("body")
        headers = {name: value for name, value in recorded["headers"].items() if name not in ("connection", "te")}
        if method in ("GET", "DELETE") and "/releases/web" in target and not target.endswith("/files/"):
            await self._has_uploads(target)
        if isinstance(body, dict) and "multipart" in body:
            content, headers["content-type"] = self._chunks(body["multipart"])
        elif isinstance(body, dict) and "checksum" in body and "artifactbundle" in target:
            content = await self._assembly(body)
        else:
            content = None if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        reply = await self.client.call(method, target, content, **headers)
        status, members = expected(method, target)
        assert reply.status == status, (method, target, reply.status, reply.body)
        if members:
            assert members <= set(reply.document), (method, target, reply.body)
        if "assemble" in target and status == 200:
            assert reply.document["state"] == "ok"

    async def _has_uploads(self, target: str) -> None:
        """Upload something of the release that the target names."""
        version = "web@1.0" if re.search(r"web(@|%40)1\.0/", target) else "web@1.0+1 ä"
        self.bundles += 1
        assert (await self.client.upload(pair(self.bundles), version=version)).status == 200

    async def _assembly(self, body: dict[str, Any]) -> bytes:
        """Return the recorded body for a bundle whose chunks are there."""
        self.bundles += 1
        bundle = pair(self.bundles, f"50000000-0000-4000-8000-{self.bundles:012d}")
        chunks = [bundle[:50], bundle[50:]] if len(body["chunks"]) > 1 else [bundle]
        await self.client.send_chunks(*chunks)
        return orjson.dumps({**body, "checksum": sha1(bundle), "chunks": [sha1(chunk) for chunk in chunks]})

    @staticmethod
    def _chunks(names: list[str]) -> tuple[bytes, str]:
        contents = [b"chunk %d" % number for number, _ in enumerate(names)]
        return multipart(
            (name, sha1(content), gzip.compress(content) if name == "file_gzip" else content)
            for name, content in zip(names, contents, strict=True)
        )


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("client", CLIENTS)
async def test_every_request_is_answered_as_its_client_needs(service: StoreService, client: str):
    replay = Replay(service)
    requests = [each for each in RECORDED if each["client"] == client]
    assert requests
    for recorded in requests:
        await replay.send(recorded)


def test_the_recordings_have_every_client_and_nothing_of_their_hosts():
    text = orjson.dumps(RECORDED)
    assert {each["client"] for each in RECORDED} == set(CLIENTS)
    assert b"authorization" not in text
    assert b"http://" not in text
