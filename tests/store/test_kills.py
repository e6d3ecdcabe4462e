"""SIGKILL at each step of an upload: it is found in the end, or its client knows that it failed; nothing is half there.

``python -m tests.store.test_kills 200`` does so that many times, and says what came of it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from api.serving.redis_server import redis_server
from core.store.store_index import index_keys
from core.store.store_keys import OrgKeys
from core.store.store_names import inverse
from core.store.upload_records import decode_contents
from tests.deployment import Deployment
from tests.store.conftest import ADMIN_TOKEN, store_settings
from tests.store.http_client import UploadClient, sha1
from tests.store.test_lookups import frame, original, pair, request

STEPS_OF_WORKER = 14
STEPS_OF_API = 12


@dataclass
class KillRun:
    """One deployment, whose processes are killed one after another."""

    folder: Path
    deployment: Deployment
    uploads: int = 0
    ok: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def kill_worker(self, at: int, moment: str) -> None:
        """Upload while the only worker dies, and another one comes."""
        api = self.deployment.start_api()
        await api.wait_until_up()
        dying = self.deployment.start("tests.store.dying", "worker", DIE_AT=str(at), DIE_MOMENT=moment)
        await self._until_taken(api.port)
        uploading = asyncio.create_task(self._upload(api.port))
        while dying.popen.poll() is None and not uploading.done():  # noqa: ASYNC110  (a process tells no loop)
            await asyncio.sleep(0.05)
        dying.popen.kill()  # its upload may have fewer steps
        healthy = self.deployment.start_worker()
        await uploading
        await self._check(api)
        for process in (healthy, api.process):
            process.stop()

    async def kill_api(self, at: int, moment: str) -> None:
        """Upload while the API dies; the client tries again at another one."""
        worker = self.deployment.start_worker()
        dying = self.deployment.start_api_of("tests.store.dying", "api", DIE_AT=str(at), DIE_MOMENT=moment)
        await dying.wait_until_up()
        await self._until_taken(dying.port)
        has_failed = False
        try:
            await self._upload(dying.port)
        except (aiohttp.ClientError, AssertionError):
            has_failed = True
        api = self.deployment.start_api()
        await api.wait_for_workers()
        if has_failed:
            self.uploads -= 1
            await self._upload(api.port)
        await self._check(api)
        dying.process.popen.kill()
        for process in (worker, api.process):
            process.stop()

    async def _until_taken(self, port: int) -> None:
        """Wait until some worker takes uploads."""
        client = UploadClient(f"http://127.0.0.1:{port}", ADMIN_TOKEN)
        probe = b"no bundle"
        while True:
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readiness") as ready:
                if (await ready.json())["workers"] > 0:
                    break
            await asyncio.sleep(0.1)
        assert (await client.assemble(probe)).document["state"] == "not_found"

    def _bundle(self) -> tuple[str, bytes]:
        self.uploads += 1
        debug_id = f"40000000-0000-4000-8000-{self.uploads:012d}"
        return debug_id, pair(self.uploads, debug_id, name=f"~/kill/{self.uploads}.js")

    async def _upload(self, port: int) -> None:
        """Upload as a client does that waits."""
        debug_id, bundle = self._bundle()
        client = UploadClient(f"http://127.0.0.1:{port}", ADMIN_TOKEN)
        for _ in range(100):
            sent = await client.send_chunks(bundle)
            assert sent.status in (200, 503), sent.body
            reply = await client.assemble(bundle, version=f"kill-{self.uploads}")
            if reply.status == 503 or reply.document["state"] in ("assembling", "not_found"):
                await asyncio.sleep(0.5)
                continue
            break
        state = reply.document["state"]
        if state == "ok":
            self.ok.append(debug_id)
        else:
            self.told.append(f"{debug_id} {sha1(bundle)}: {reply.document}")

    async def _check(self, api) -> None:
        """Every upload that its client believes to be in is found, and what is listed is whole."""
        for debug_id in self.ok[-1:]:
            await api.wait_for_workers()
            answer = await api.submit(request(frame(), debug_id=debug_id), "?scope=acme/shop")
            assert original(answer) == f"{int(debug_id[-12:])}.ts"
        assert self.told == []
        assert flaws(self.folder) == []


def flaws(folder: Path) -> list[str]:
    """Return what is wrong with a store: records without a bundle or contents, missing index keys, dead ones."""
    keys = OrgKeys("acme")
    names = {str(path.relative_to(folder)) for path in (folder / keys.root).rglob("*") if path.is_file()}
    uploads = [inverse(name.rpartition("/")[2]) for name in names if name.startswith(f"{keys.uploads}/")]
    found, expected = [], set[str]()
    for upload in uploads:
        found += [f"{key} is missing" for key in (keys.bundle(upload), keys.contents(upload)) if key not in names]
        contents = decode_contents((folder / keys.contents(upload)).read_bytes())
        own = set(index_keys("acme", upload, contents))
        found += [f"{key} is missing" for key in own - names]
        expected |= own
    index = {name for name in names if name.startswith((f"{keys.ids}/", f"{keys.urls}/", f"{keys.all_releases}/"))}
    found += [f"{key} leads nowhere" for key in index - expected]
    found += [f"{name} is left" for name in names if name.startswith(f"{keys.pendings}/")]
    return found


@pytest.mark.parametrize("at, moment", [(2, "after"), (6, "before")])
async def test_a_worker_that_is_killed_at_an_upload(tmp_path, redis_url, at, moment):
    with Deployment(redis_url, store_settings(tmp_path)) as deployment:
        await KillRun(tmp_path, deployment).kill_worker(at, moment)


@pytest.mark.parametrize("at, moment", [(1, "after")])
async def test_an_api_that_is_killed_at_an_upload(tmp_path, redis_url, at, moment):
    with Deployment(redis_url, store_settings(tmp_path)) as deployment:
        await KillRun(tmp_path, deployment).kill_api(at, moment)


async def main(times: int) -> None:
    """Kill at one step after another, in one store."""
    with (
        tempfile.TemporaryDirectory() as folder,
        redis_server() as url,
        Deployment(url, store_settings(Path(folder))) as deployment,
    ):
        run = KillRun(Path(folder), deployment)
        for number in range(times):
            moment = random.choice(("before", "after"))
            if number % 2:
                await run.kill_worker(1 + number // 2 % STEPS_OF_WORKER, moment)
            else:
                await run.kill_api(1 + number // 2 % STEPS_OF_API, moment)
            sys.stdout.write(f"{number + 1}: {len(run.ok)} found, {len(run.told)} told, {flaws(run.folder)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
