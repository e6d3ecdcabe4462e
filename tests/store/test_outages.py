"""Uploads while Redis, the workers or the object store are away."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from api.serving.redis_server import redis_server
from api.sockets import free_port
from tests.deployment import Deployment
from tests.store.conftest import ADMIN_TOKEN, SentryCli, StoreService, store_settings
from tests.store.http_client import UploadClient
from tests.store.test_lookups import frame, original, pair, request

DEBUG_ID = "70000000-0000-4000-8000-000000000001"


async def state_in_the_end(client: UploadClient, bundle: bytes, **members: str) -> str:
    """Ask until an upload is in, or refused."""
    give_up_at = time.monotonic() + 120
    while True:
        reply = await client.assemble(bundle, **members)
        if reply.status == 200 and reply.document["state"] != "assembling":
            return str(reply.document["state"])
        assert time.monotonic() < give_up_at, reply.body
        await asyncio.sleep(0.5)


async def test_without_redis_an_upload_is_noted_and_assembled_by_the_next_worker(tmp_path):
    port = free_port()
    bundle = pair(1, DEBUG_ID)
    with redis_server(port=port) as url:
        deployment = Deployment(url, store_settings(tmp_path))
        api = deployment.start_api()
        await api.wait_until_up()
    client = UploadClient(f"http://127.0.0.1:{api.port}", ADMIN_TOKEN)
    with deployment:
        assert (await client.send_chunks(bundle)).status == 200
        noted = await client.assemble(bundle)
        assert noted.document == {"state": "assembling", "missingChunks": [], "detail": None}
        assert len(list((tmp_path / "v1/o/acme/pending").iterdir())) == 1
        with redis_server(port=port):
            deployment.start_worker()
            await api.wait_for_workers()
            assert await state_in_the_end(client, bundle) == "ok"
            assert list((tmp_path / "v1/o/acme/pending").iterdir()) == []
            answer = await api.submit(request(frame(), debug_id=DEBUG_ID), "?scope=acme/shop")
            assert original(answer) == "1.ts"


async def test_without_a_worker_that_takes_uploads_they_are_refused(tmp_path, redis_url):
    with Deployment(redis_url, store_settings(tmp_path)) as deployment:
        api = deployment.start_api()
        deployment.start_worker(UNMANGLE_WORKER_QUEUES="ordinary")
        await api.wait_for_workers()
        client = UploadClient(f"http://127.0.0.1:{api.port}", ADMIN_TOKEN)
        refused = await client.upload(pair(2))
        assert refused.status == 503
        assert refused.detail.startswith("no worker takes uploads: start one with UNMANGLE_STORE_URL")
        assert refused.headers["retry-after"] == "5"


async def test_uploads_and_symbolication_may_be_served_apart(tmp_path, redis_url):
    with Deployment(redis_url, store_settings(tmp_path)) as deployment:
        uploads = deployment.start_api(UNMANGLE_SERVE="uploads")
        api = deployment.start_api(UNMANGLE_SERVE="symbolication")
        deployment.start_worker(UNMANGLE_WORKER_QUEUES="ordinary")
        deployment.start_worker(UNMANGLE_WORKER_QUEUES="uploads")
        await uploads.wait_until_up()
        await api.wait_for_workers()
        client = UploadClient(f"http://127.0.0.1:{uploads.port}", ADMIN_TOKEN)
        assert await state_in_the_end_of(client, pair(3, DEBUG_ID)) == "ok"
        answer = await api.submit(request(frame(), debug_id=DEBUG_ID), "?scope=acme/shop")
        assert original(answer) == "3.ts"
        assert (await client.call("POST", "/symbolicate-js", {})).status == 404
        assert (await client.call("POST", "/explain", {})).status == 404
        other = UploadClient(f"http://127.0.0.1:{api.port}", ADMIN_TOKEN)
        assert (await other.get("/api/0/")).status == 404


async def state_in_the_end_of(client: UploadClient, bundle: bytes) -> str:
    """Upload as a client does that tries 503 again."""
    give_up_at = time.monotonic() + 120
    while (await client.upload(bundle)).status == 503:
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.5)
    return await state_in_the_end(client, bundle)


@pytest.mark.asyncio(loop_scope="module")
async def test_sentry_cli_outlasts_a_store_that_is_away_for_a_moment(sentry_cli: SentryCli, service: StoreService):
    store, away = service.folder / "v1", service.folder / "away"
    store.mkdir(exist_ok=True)

    def come_back(place: Path) -> None:
        place.unlink()
        away.rename(store)

    store.rename(away)
    store.write_text("a file in the way of every object")
    timer = threading.Timer(3, come_back, [store])
    timer.start()
    done = await asyncio.to_thread(sentry_cli.run, "sourcemaps", "upload", "--release", "outlasts", "dist")
    timer.join()
    assert done.returncode == 0, done.stdout
