"""Many uploads at once, over two API processes: all of them are found."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from api.serving.redis_server import redis_server
from tests.deployment import Deployment
from tests.store.conftest import ADMIN_TOKEN, store_settings
from tests.store.http_client import UploadClient
from tests.store.test_lookups import frame, original, pair, request


async def upload_at_once(deployment: Deployment, uploads: int, workers: int = 1) -> int:
    """Upload so many at once, chunks to one API and ``assemble`` to the other; return how many lookups are right.

    Each is looked up by debug id and by name.
    """
    apis = [deployment.start_api() for _ in range(2)]
    for _ in range(workers):
        deployment.start_worker()
    for api in apis:
        await api.wait_for_workers()
    one, other = (UploadClient(f"http://127.0.0.1:{api.port}", ADMIN_TOKEN) for api in apis)

    async def upload(number: int) -> str:
        debug_id = f"60000000-0000-4000-8000-{number:012d}"
        bundle = pair(number, debug_id, name=f"~/many/{number}.js")
        while True:
            sent = await one.send_chunks(bundle)
            assert sent.status == 200, sent.body
            reply = await other.assemble(bundle, version="many")
            if reply.status == 200 and reply.document["state"] == "ok":
                return debug_id
            assert reply.status == 503 or reply.document["state"] == "assembling", reply.body
            await asyncio.sleep(1)

    ids = await asyncio.gather(*(upload(number) for number in range(uploads)))
    right = 0
    for number, debug_id in enumerate(ids):
        by_id = request(frame(), debug_id=debug_id)
        by_name = request(frame(f"https://h/many/{number}.js"), release="many")
        for asked, api in ((by_id, apis[number % 2]), (by_name, apis[1 - number % 2])):
            right += original(await api.submit(asked, "?scope=acme/shop")) == f"{number}.ts"
    return right


async def test_uploads_at_once_are_all_found(tmp_path, redis_url):
    with Deployment(redis_url, store_settings(tmp_path)) as deployment:
        assert await upload_at_once(deployment, 8) == 16


async def main(uploads: int) -> None:
    """Say how many lookups are right, and how long it took."""
    with (
        tempfile.TemporaryDirectory() as folder,
        redis_server() as url,
        Deployment(url, store_settings(Path(folder))) as deployment,
    ):
        started = time.monotonic()
        right = await upload_at_once(deployment, uploads, workers=2)
        sys.stdout.write(f"{right} of {2 * uploads} lookups right, {time.monotonic() - started:.1f} s\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
