"""Uploads to an object store that fails at a certain step, is away, or is S3: nothing is lost, nothing half-visible."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from api.serving.redis_server import redis_server
from core.store.store_check import check_org, repair
from core.store.store_keys import OrgKeys
from tests.core.store.bundles import ID, bundle_of, script, source_map
from tests.core.store.test_object_store import opened
from tests.deployment import Api, Deployment
from tests.s3_server import s3_environment, s3_server, use_s3
from tests.store.conftest import ADMIN_TOKEN, StoreService
from tests.store.http_client import Reply, UploadClient
from worker.command.main import main

pytestmark = pytest.mark.asyncio(loop_scope="module")

STEPS = ["chunks", "bundles", "contents", "uploads", "names", "ids", "urls", "releases", "same"]
INDEX = STEPS.index("ids")
"""Before this step nothing is found; from it on, entries are written several at once."""


def bundle(name: str) -> bytes:
    return bundle_of([script(f"{name}()".encode(), debug_id=ID), source_map(debug_id=ID)])


async def send(client: UploadClient, org: str, content: bytes) -> Reply:
    return await client.call("POST", f"/artifacts/{org}/shop/uploads?release=web%401.0", content)


async def found(client: UploadClient, org: str) -> Any:
    body = {"files": [{"name": "~/assets/app.min.js", "debug_id": ID}], "release": "web@1.0"}
    return (await client.call("POST", f"/artifacts/{org}/shop/verify", body)).document["files"][0]


@pytest.mark.parametrize("step", STEPS)
async def test_a_store_that_cannot_be_written_to_at_a_step(service: StoreService, step):
    """A file where a folder has to be is what a directory is like that can't be written to."""
    org = f"fails-{step}"
    client = UploadClient(service.origin, ADMIN_TOKEN)
    obstacle = service.folder / OrgKeys(org).root / step
    obstacle.parent.mkdir(parents=True)
    obstacle.write_bytes(b"")
    refused = await send(client, org, bundle(step))
    assert refused.status == 503
    assert refused.document == {"error": "the store can't be reached"}
    assert refused.headers["retry-after"] == "5"
    obstacle.unlink()
    half = await found(client, org)
    assert half["map"] == (half["found"] is not None)
    if STEPS.index(step) < INDEX:
        assert half["found"] is None
    again = await send(client, org, bundle(step))
    assert again.status == 201, again.body
    assert (await found(client, org))["upload"] == again.document["id"]
    objects = opened(service.folder.as_uri())
    await repair(objects, (await check_org(objects, org)).problems)
    assert (await check_org(objects, org)).problems == []


@pytest.fixture(scope="module")
def s3_port() -> Iterator[int]:
    with s3_server() as port:
        yield port


@pytest.fixture(scope="module")
def s3_deployment(s3_port: int) -> Iterator[Deployment]:
    settings = {
        **s3_environment(s3_port),
        "UNMANGLE_STORE_URL": "s3://bucket/store",
        "UNMANGLE_STORE_ADMIN_TOKEN": ADMIN_TOKEN,
    }
    with redis_server() as url, Deployment(url, settings) as deployment:
        yield deployment


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def s3_api(s3_deployment: Deployment) -> AsyncIterator[Api]:
    api = s3_deployment.start_api()
    s3_deployment.start_worker()
    await api.wait_for_workers()
    yield api


async def test_a_store_on_s3(s3_api: Api, s3_port: int, monkeypatch):
    client = UploadClient(s3_api.url(""), ADMIN_TOKEN)
    first = (await send(client, "acme", bundle("first"))).document
    second = (await send(client, "acme", bundle("second"))).document
    assert (await send(client, "acme", bundle("first"))).document["id"] == first["id"]
    page = (await client.get("/artifacts/acme/uploads?limit=1")).document
    assert ([each["id"] for each in page["uploads"]], page["after"]) == ([second["id"]], second["id"])
    rest = (await client.get(f"/artifacts/acme/uploads?limit=1&after={page['after']}")).document
    assert ([each["id"] for each in rest["uploads"]], rest["after"]) == ([first["id"]], None)
    assert (await found(client, "acme"))["upload"] == second["id"]
    assert (await client.get(f"/artifacts/acme/uploads/{first['id']}/bundle")).body == bundle("first")
    assert (await client.get("/artifacts/acme/usage")).document["uploads"] == 2
    use_s3(monkeypatch, s3_port)
    monkeypatch.setenv("UNMANGLE_STORE_URL", "s3://bucket/store")
    assert await asyncio.to_thread(main, ["store", "check", "--deep"]) == 0
    assert await asyncio.to_thread(main, ["store", "sweep"]) == 0
    assert (await client.call("DELETE", f"/artifacts/acme/uploads/{second['id']}")).status == 204
    assert (await found(client, "acme"))["upload"] == first["id"]
    assert (await client.call("DELETE", "/artifacts/acme/releases/web%401.0")).document == {"deleted": 1}
    assert (await client.get("/artifacts/acme/usage")).document["uploads"] == 0


async def test_a_store_that_is_away_is_said_in_one_line(s3_deployment: Deployment, s3_api: Api):
    """An API whose store nobody answers for: its clients are told, and others are served."""
    away = s3_deployment.start_api(AWS_ENDPOINT="http://127.0.0.1:1")
    await away.wait_until_up()
    client = UploadClient(away.url(""), ADMIN_TOKEN)
    for reply in (await send(client, "acme", bundle("away")), await client.get("/artifacts/acme/uploads")):
        assert (reply.status, reply.document) == (503, {"error": "the store can't be reached"})
    assert (await client.get("/healthcheck")).status == 200
