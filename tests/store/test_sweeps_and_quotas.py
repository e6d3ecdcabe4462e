"""Sweeps and quotas of a service, and the commands that look after its store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from api.serving.redis_server import redis_server
from core.store.store_keys import OrgKeys
from tests.core.store.bundles import ID, bundle_of, script, source_map
from tests.deployment import Deployment
from tests.store.conftest import ADMIN_TOKEN, StoreService, store_settings
from tests.store.http_client import UploadClient
from tests.waiting import until
from worker.command.main import main

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = 4_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def deployment(folder: Path) -> Iterator[Deployment]:
    settings = {
        **store_settings(folder),
        "UNMANGLE_STORE_RETENTION": "2s",
        "UNMANGLE_STORE_SWEEP_INTERVAL": "1s",
        "UNMANGLE_STORE_MAX_BYTES": str(SMALL),
    }
    with redis_server() as url, Deployment(url, settings) as deployment:
        yield deployment


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def swept(deployment: Deployment, folder: Path) -> AsyncIterator[StoreService]:
    """A service that keeps little, and for seconds only."""
    api = deployment.start_api()
    deployment.start_worker()
    await api.wait_for_workers()
    yield StoreService(deployment, api, folder)


async def test_an_upload_that_is_not_used_is_swept(swept):
    client = UploadClient(swept.origin, ADMIN_TOKEN)
    done = await client.upload(bundle_of([script(debug_id=ID), source_map(debug_id=ID)]), version="web@1.0")
    assert done.document["state"] == "ok"

    async def is_gone() -> bool:
        keys = [key for key in swept.objects("v1/o/**/*") if "/chunks/" not in key]
        return keys == [OrgKeys("acme").release_text("web@1.0")]

    await until(is_gone)


async def test_an_organization_has_its_quota(swept):
    client = UploadClient(swept.origin, ADMIN_TOKEN)
    noise = "".join(f"var a{number}={number * 7919};" for number in range(2_000)).encode()
    refused = (await client.upload(bundle_of([script(noise, debug_id=ID)]))).document
    assert refused["state"] == "error"
    assert f"quota: acme has 0 of {SMALL} bytes, and this upload has " in refused["detail"]
    assert (await client.get("/artifacts/acme/usage")).document == {
        "bytes": 0,
        "uploads": 0,
        "oldest": None,
        "limit": SMALL,
    }
    assert not swept.objects("v1/o/acme/bundles/*")


async def test_the_commands_check_repair_and_sweep(service, monkeypatch, capsys):
    monkeypatch.setenv("UNMANGLE_STORE_URL", service.folder.as_uri())
    client = UploadClient(service.origin, ADMIN_TOKEN)
    await client.upload(bundle_of([script(b"checked()", debug_id=ID), source_map(debug_id=ID)]), version="checked")

    async def run(*words: str) -> int:
        return await asyncio.to_thread(main, ["store", *words])

    assert await run("check", "--deep") == 0
    assert "0 problems" in capsys.readouterr().out
    next((service.folder / OrgKeys("acme").urls).rglob("*.shop")).unlink()
    assert await run("check") == 3
    assert "1 of 4 keys of the index are missing" in capsys.readouterr().out
    assert await run("check", "--repair") == 0
    assert "(repaired)" in capsys.readouterr().out
    assert await run("check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["acme"]["problems"] == []
    assert await run("sweep") == 0
    assert capsys.readouterr().out.startswith("deleted 0 uploads")


async def test_a_store_that_is_away_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("UNMANGLE_STORE_URL", "s3://bucket")
    for name, value in (("ENDPOINT", "http://127.0.0.1:1"), ("ACCESS_KEY_ID", "k"), ("SECRET_ACCESS_KEY", "s")):
        monkeypatch.setenv(f"AWS_{name}", value)
    assert await asyncio.to_thread(main, ["store", "check"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("unmangle store: the store can't be reached: list: ")
