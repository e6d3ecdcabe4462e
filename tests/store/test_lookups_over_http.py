"""The store as the source of another service: artifact lookups over HTTP."""

from __future__ import annotations

import pytest

from core.store.access_tokens import Right
from tests.core.store.bundles import bundle_of, script
from tests.store.conftest import ADMIN_TOKEN, StoreService
from tests.store.http_client import UploadClient, a_token
from tests.store.test_lookups import frame, original, pair, request

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOKUP = "/api/0/projects/acme/shop/artifact-lookup/"
IDS = [f"30000000-0000-4000-8000-00000000000{number}" for number in range(10)]


@pytest.fixture
def client(service: StoreService) -> UploadClient:
    return UploadClient(service.origin, ADMIN_TOKEN)


async def test_a_service_that_has_the_store_as_its_source_maps_the_same(client, service):
    await client.upload(pair(1, IDS[1]))
    await client.upload(pair(2, name="~/two/app.js"), version="two", dist="7")
    source = {
        "id": "unmangle",
        "url": f"{service.origin}{LOOKUP}",
        "token": a_token(service.folder, allow=[Right.READ]),
    }
    for scope in ("a", "b"):
        by_id = await service.api.submit(request(frame(), debug_id=IDS[1], source=source), f"?scope={scope}")
        assert original(by_id) == "1.ts"
        data = by_id["stacktraces"][0]["frames"][0]["data"]
        assert data["resolved_with"] == "debug-id"
        assert data["sourcemap_origin"]["bundled"][0].startswith("sentry://project_debug_file/store/")
        by_name = request(frame("https://h/two/app.js?v=1"), release="two", dist="7", source=source)
        assert original(await service.api.submit(by_name, f"?scope={scope}")) == "2.ts"


async def test_the_newest_comes_last_and_one_bundle_for_each_name(client):
    for number in (3, 4):
        await client.upload(pair(number, IDS[3], name="~/three.js"), version="three")
    await client.upload(bundle_of([script(b"a(5)", "https://h/three.js", debug_id=IDS[5])]), version="three")
    by_id = (await client.get(f"{LOOKUP}?debug_id={IDS[3]}&release=three&url=/three")).document
    assert [entry["resolved_with"] for entry in by_id] == ["debug-id"]
    by_name = (await client.get(f"{LOOKUP}?release=three&url=/three")).document
    assert [entry["resolved_with"] for entry in by_name] == ["index", "index"]
    assert by_id[0]["id"] == by_name[0]["id"]
    assert by_name == sorted(by_name, key=lambda entry: entry["id"])
    assert (await client.get(f"{LOOKUP}?release=three&dist=9&url=/three")).document == []
    assert (await client.get(f"{LOOKUP}?release=undefined&url=/three")).document == []
    assert (await client.get(LOOKUP)).document == []
    assert (await client.get(f"{LOOKUP}?debug_id=nonsense")).document == []


async def test_a_bundle_is_downloaded_as_it_was_uploaded_whole_or_in_part(client, service):
    bundle = pair(6, IDS[6])
    await client.upload(bundle)
    (entry,) = (await client.get(f"{LOOKUP}?debug_id={IDS[6]}")).document
    target = entry["url"].removeprefix(service.origin)
    whole = await client.get(target)
    assert (whole.status, whole.body) == (200, bundle)
    assert whole.headers["content-length"] == str(len(bundle))
    assert whole.headers["content-type"] == "application/octet-stream"
    assert whole.headers["x-content-type-options"] == "nosniff"
    for wanted, expected in (("0-7", bundle[:8]), ("8-", bundle[8:]), ("-9", bundle[-9:]), ("5-99999999", bundle[5:])):
        part = await client.call("GET", target, Range=f"bytes={wanted}")
        assert (part.status, part.body) == (206, expected), wanted
    assert (await client.call("GET", target, Range="bytes=99999999-")).status == 416
    assert (await client.call("GET", target, Range="lines=1-2")).status == 416


async def test_whose_it_is_not_finds_nothing(client, service):
    await client.upload(pair(7, IDS[7]))
    (entry,) = (await client.get(f"{LOOKUP}?debug_id={IDS[7]}")).document
    other = LOOKUP.replace("shop", "app")
    assert (await client.get(f"{other}?debug_id={IDS[7]}")).document == []
    assert (await client.get(f"{other}?download={entry['id']}")).status == 404
    assert (await client.get(f"{LOOKUP}?download=store/../tokens")).status == 404
    assert (await client.get(f"{LOOKUP}?download=store/1796094000123-0a1b2c3d")).status == 404
    uploader = UploadClient(service.origin, a_token(service.folder))
    refused = await uploader.get(f"{LOOKUP}?debug_id={IDS[7]}")
    assert (refused.status, refused.detail) == (403, "this token may not read")
