"""Requests that are served from the store: from an upload to a mapped frame."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from api.serving.redis_server import redis_server
from core.store.access_tokens import Right
from tests.core.store.bundles import DOCUMENT, bundle_of, script, source_map
from tests.deployment import Deployment
from tests.store.conftest import ADMIN_TOKEN, SentryCli, StoreService, store_settings
from tests.store.http_client import UploadClient, a_token
from tests.worker.source_server import SourceServer, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOP = "https://shop.example/static/assets/app.min.js"
TYPES = "expected store, named, http or sentry"
NO_SCRAPING = {"scraping": {"enabled": False}}


@pytest.fixture
def client(service: StoreService) -> UploadClient:
    return UploadClient(service.origin, ADMIN_TOKEN)


def frame(abs_path: str = SHOP, lineno: int = 1, colno: int = 1) -> dict[str, Any]:
    return {"abs_path": abs_path, "lineno": lineno, "colno": colno}


def request(*frames: dict[str, Any], debug_id: str | None = None, **members: Any) -> dict[str, Any]:
    modules = [
        {"type": "sourcemap", "code_file": each["abs_path"], "debug_id": debug_id} for each in frames if debug_id
    ]
    return {"stacktraces": [{"frames": list(frames)}], "modules": modules, **NO_SCRAPING, **members}


def pair(number: int, debug_id: str | None = None, name: str = "~/app.js", content: str = "original") -> bytes:
    """Return a bundle of a script and its map, whose only source is ``number``."""
    document = {**DOCUMENT, "sources": [f"{number}.ts"], "sourcesContent": [content]}
    ids = {} if debug_id is None else {"debug_id": debug_id}
    last = name.rpartition("/")[2]
    return bundle_of(
        [
            script(b"a()//%d\n" % number, name, sourcemap=f"{last}.map", **ids),
            source_map(document, f"{name}.map", **ids),
        ]
    )


def frames_of_error(code: Path) -> list[dict[str, Any]]:
    """Run a script that fails, and return the frames of what it throws."""
    thrown = subprocess.run(["node", code], capture_output=True, text=True, check=False).stderr
    places = re.findall(r"at .*app\.min\.js:(\d+):(\d+)", thrown)
    return [frame("app:///app.min.js", int(line), int(column)) for line, column in places][::-1]


def original(answer: dict[str, Any]) -> str | None:
    """Return the original file of the only frame, None if it isn't mapped."""
    (mapped,) = answer["stacktraces"][0]["frames"]
    return str(mapped["filename"]) if mapped["data"]["symbolicated"] else None


async def test_from_sentry_cli_to_a_mapped_frame(sentry_cli: SentryCli, service: StoreService):
    code = sentry_cli.folder / "dist/assets/app.min.js"
    code.write_text(f"{code.read_text()}//{sentry_cli.binary}\n")  # each version injects an id of its own then
    assert sentry_cli.run("sourcemaps", "inject", "dist").returncode == 0
    debug_id = re.findall(r"//# debugId=([0-9a-f-]{36})", code.read_text())[-1]
    asked = request(*frames_of_error(code), debug_id=debug_id)
    before = await service.api.submit(asked, "?scope=acme/shop")
    assert {error["type"] for error in before["errors"]} == {"scraping_disabled"}
    done = sentry_cli.run("sourcemaps", "upload", "dist")
    returned = time.monotonic()
    assert done.returncode == 0, done.stdout
    while True:
        answer = await service.api.submit(asked, "?scope=acme/shop")
        if not answer.get("errors"):
            break
        assert time.monotonic() - returned < 60, answer
        await asyncio.sleep(0.2)
    last = answer["stacktraces"][0]["frames"][-1]
    assert (last["filename"].rpartition("/")[2], last["lineno"]) == ("cart.ts", 18)
    assert last["data"]["resolved_with"] == "debug-id"
    assert last["data"]["sourcemap_origin"]["bundled"][0].startswith("store://acme/")


async def test_a_map_is_found_at_once_that_nobody_asked_for_before(client, service):
    debug_id = "10000000-0000-4000-8000-000000000001"
    await client.upload(pair(1, debug_id))
    answer = await service.api.submit(request(frame(), debug_id=debug_id), "?scope=acme/shop")
    assert original(answer) == "1.ts"
    assert "errors" not in answer
    uses = service.objects("v1/o/acme/used/*")
    assert len(uses) >= 1


async def test_a_file_of_a_release_is_found_by_its_name_and_nothing_else(client, service):
    await client.upload(pair(2, name="~/static/assets/app.min.js"), version="web@2", dist="7")
    query = "?scope=acme/shop"

    async def asked(abs_path: str = f"{SHOP}?v=3", **members: Any) -> str | None:
        return original(await service.api.submit(request(frame(abs_path), **members), query))

    answer = await service.api.submit(request(frame(f"{SHOP}?v=3"), release="web@2", dist="7"), query)
    assert original(answer) == "2.ts"
    assert answer["stacktraces"][0]["frames"][0]["data"]["resolved_with"] == "index"
    assert await asked(release="web@2") is None
    assert await asked(release="web@2", dist="8") is None
    assert await asked(release="web@3", dist="7") is None
    assert await asked("https://shop.example/static/app.min.js", release="web@2", dist="7") is None
    assert await asked() is None
    for release in ("undefined", "null", ""):
        assert await asked(release=release, dist="7") is None


async def test_odd_releases_are_releases(client, service):
    for number, release in enumerate(["web@1.0+1 ä%2F", "a/b", "..", "r" * 250], start=30):
        await client.upload(pair(number), version=release)
        assert original(
            await service.api.submit(request(frame("https://h/app.js"), release=release), "?scope=acme/shop")
        )


async def test_the_newest_upload_of_a_name_is_found(client, service):
    for number in (40, 41, 42):
        await client.upload(pair(number), version="newest")
        answer = await service.api.submit(
            request(frame("https://h/app.js"), release="newest", options={"no_cache": True}), "?scope=acme/shop"
        )
        assert original(answer) == f"{number}.ts"
        bundles = {answer["stacktraces"][0]["frames"][0]["data"]["sourcemap_origin"]["bundled"][0]}
        assert len(bundles) == 1


async def test_a_file_and_its_map_may_come_in_two_uploads(client, service):
    debug_id = "10000000-0000-4000-8000-000000000005"
    await client.upload(bundle_of([script(b"a()//5", "~/five.js", debug_id=debug_id)]))
    await client.upload(bundle_of([source_map({**DOCUMENT, "sources": ["5.ts"]}, "~/x.map", debug_id=debug_id)]))
    answer = await service.api.submit(request(frame(), debug_id=debug_id), "?scope=acme/shop")
    assert original(answer) == "5.ts"


class TestWhose:
    async def test_scope_and_source_say_whose_files_they_are(self, client, service):
        debug_id = "10000000-0000-4000-8000-000000000006"
        await client.upload(pair(6, debug_id))

        async def asked(query: str, **source: str) -> str | None:
            members = {"source": {"type": "store", **source}} if source else {}
            return original(await service.api.submit(request(frame(), debug_id=debug_id, **members), query))

        assert await asked("?scope=acme/shop") == "6.ts"
        assert await asked("?scope=acme") == "6.ts"
        assert await asked("?scope=acme/app") is None
        assert await asked("?scope=other/shop") is None
        assert await asked("") is None  # the organization "default"
        assert await asked("?scope=1234567:x", org="ACME") == "6.ts"
        assert await asked("?scope=other/shop", org="acme", project="shop") == "6.ts"
        assert await asked("?scope=acme/shop", org="acme", project="app") is None

    async def test_closed_reads_need_a_token_with_the_right(self, service, client):
        debug_id = "10000000-0000-4000-8000-000000000007"
        await client.upload(pair(7, debug_id))
        own = {"UNMANGLE_STORE_OPEN_READS": "false"}
        with_read = a_token(service.folder, allow=[Right.READ])
        tokens = [
            (with_read, "7.ts"),
            (ADMIN_TOKEN, "7.ts"),
            (a_token(service.folder, allow=[Right.UPLOAD]), None),
            (a_token(service.folder, allow=[Right.READ], projects=["app"]), None),
            (a_token(service.folder, allow=[Right.READ], org="other"), None),
            ("unknown", None),
        ]

        with redis_server() as url, Deployment(url, {**store_settings(service.folder), **own}) as deployment:
            api = deployment.start_api()
            deployment.start_worker()
            await api.wait_for_workers()
            for token, expected in tokens:
                source = {"type": "store", "token": token}
                answer = await api.submit(request(frame(), debug_id=debug_id, source=source), "?scope=acme/shop")
                assert original(answer) == expected, token
            assert original(await api.submit(request(frame(), debug_id=debug_id), "?scope=acme/shop")) is None


class TestSources:
    async def test_are_asked_in_their_order(self, client, service):
        both, only_store, only_sentry = (f"10000000-0000-4000-8000-00000000001{n}" for n in range(3))
        await client.upload(pair(10, both))
        await client.upload(pair(11, only_store))
        with SourceServer() as server:
            bundles = {both: pair(20, both), only_sentry: pair(21, only_sentry)}
            for number, (debug_id, bundle) in enumerate(bundles.items()):
                url = server.put(f"/bundle{number}", reply(bundle))
                listed = [{"type": "bundle", "id": str(number), "url": url, "resolved_with": "debug-id"}]
                server.put(f"/lookup/?debug_id={debug_id}", reply(orjson.dumps(listed)))
            sentry = {"id": "s", "url": server.url("/lookup/"), "token": "t"}
            store = {"type": "store"}

            async def asked(debug_id: str, *sources: dict[str, Any]) -> str | None:
                asked = request(frame(), debug_id=debug_id, sources=list(sources))
                return original(await service.api.submit(asked, "?scope=acme/shop"))

            assert await asked(both, store, sentry) == "10.ts"
            assert await asked(both, sentry, store) == "20.ts"
            assert await asked(only_store, sentry, store) == "11.ts"
            assert await asked(only_sentry, store, sentry) == "21.ts"
            assert await asked("10000000-0000-4000-8000-000000000019", store, sentry) is None

    @pytest.mark.parametrize(
        "members, said",
        [
            pytest.param(
                {"source": {"type": "x"}}, 'source.type: expected store, named, http or sentry, got "x"', id="x"
            ),
            pytest.param({"source": {"type": "named", "name": "a"}}, "source.name: no such source", id="named"),
            pytest.param(
                {"source": {"type": "store", "org": 1}}, "source.org: expected a string, got number", id="org"
            ),
            pytest.param({"source": {"type": "store", "org": "a b"}}, "source.org: there is no org 'a b'", id="slug"),
            pytest.param({"sources": []}, "sources: expected 1 to 8 sources, got 0", id="none"),
            pytest.param({"sources": [{"type": "store"}] * 9}, "sources: expected 1 to 8 sources, got 9", id="nine"),
            pytest.param({"sources": {}}, "sources: expected an array, got object", id="object"),
            pytest.param({"sources": [{"id": "s"}]}, "sources[0].url: missing field", id="incomplete"),
            pytest.param({"source": "x"}, "source: expected an object, got string", id="text"),
        ],
    )
    async def test_that_make_no_sense_are_refused(self, service, members, said):
        async with (
            aiohttp.ClientSession() as session,
            session.post(service.api.url("/symbolicate-js"), json={"stacktraces": [], **members}) as refused,
        ):
            assert refused.status == 422
            assert (await refused.json())["error"] == said
