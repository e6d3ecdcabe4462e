"""Jobs of a worker that has an artifact store: requests and uploads, and uploads that nobody works on any more.

An upload that was acknowledged before it was assembled is noted in the store (``pending``), so that it survives its
worker, its message and Redis: whoever takes uploads looks for such notes every minute.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.concurrency import end
from core.observing.counts import Counts
from core.queue.jobs import STORE_SIGHTS, UPLOAD_WORKERS, UPLOAD_WORKERS_LIFE_S, UPLOADS_QUEUE
from core.settings import Settings
from core.store.object_store import Objects, ObjectStoreUnavailable
from core.store.store_keys import ORGS, OrgKeys
from core.store.upload_records import MalformedDocument, UploadOutcome, UploadTask, decode
from core.store.upload_storing import hosts_seen, stored_upload, task_key
from worker.fetch.store_lookup import open_store_objects
from worker.job_types import Answer, Job, Symbolicate
from worker.redis_connections import open_redis
from worker.requests.symbolicate import open_symbolication
from worker.store.assembling import Assembler
from worker.store.sweep import StoreSweeper

_log = logging.getLogger(__name__)

REFUSED_FOR_S = 25.0
"""For how long an upload that was refused is refused without another look: less than unclaimed answers are kept."""

LOOK_FOR_PENDING_EVERY_S = 60.0
ABANDONED_AFTER_S = 90.0
_SAY_EVERY_S = 5.0
_LOOK_AT_MARKS_EVERY_S = 60.0
_TAKE_UPLOADS = ("all", "uploads")


@contextlib.asynccontextmanager
async def open_jobs(settings: Settings, counts: Counts) -> AsyncIterator[Symbolicate]:
    """Open what the jobs of one process share, and yield what answers a job of any queue."""
    async with open_symbolication(settings, counts) as symbolicate:
        if settings.store_url is None:
            yield symbolicate
            return
        assembler = Assembler(open_store_objects(settings, counts), settings, counts)

        async def answer(job: Job) -> Answer:
            if job.queue != UPLOADS_QUEUE:
                return await symbolicate(job)
            return _answer(await assembler.assemble(decode(job.body, UploadTask)))

        async with _upkeep(settings, counts, assembler):
            yield answer


class PendingUploads:
    """Uploads that were acknowledged, and that nobody works on any more."""

    def __init__(self, objects: Objects, assembler: Assembler) -> None:
        self._objects = objects
        self._assembler = assembler

    async def take_over(self) -> int:
        """Assemble those that were abandoned, one after another; return how many.  Raises ObjectStoreUnavailable."""
        taken = 0
        for org in await self._objects.folders(ORGS):
            for head in await self._objects.first_page(OrgKeys(org).pendings):
                task = await self._abandoned(head.key, head.age_s())
                if task is not None:
                    await self._assemble(task, head.key)
                    taken += 1
        return taken

    async def _abandoned(self, key: str, age_s: float) -> UploadTask | None:
        content = await self._objects.find(key)
        if content is None:
            return None
        try:
            task = decode(content, UploadTask)
        except MalformedDocument as error:
            _log.warning("%s is no upload: %s", key, error)
            return None
        return task if age_s > ABANDONED_AFTER_S or not task.is_queued else None

    async def _assemble(self, task: UploadTask, key: str) -> None:
        """Assemble an upload, unless that was done and only the note is left."""
        if await stored_upload(self._objects, task.org, task_key(task)) is not None:
            await self._objects.delete([key])
            return
        _log.warning("upload %s is taken over: nobody works on it", task.upload)
        await self._assembler.assemble(task)


class StoreSights:
    """Marks of API hosts that this host sees in the store: whether both look at the same one."""

    def __init__(self, objects: Objects, redis: Redis) -> None:
        self._objects = objects
        self._redis = redis

    async def tell_now_and_then(self) -> None:
        """Tell whose marks are there, every minute."""
        while True:
            try:
                seen = {"at": int(time.time()), "hosts": await hosts_seen(self._objects)}
                await self._redis.hset(STORE_SIGHTS, socket.gethostname(), msgspec.json.encode(seen))
            except (ObjectStoreUnavailable, RedisError) as error:
                _log.debug("not told what is seen of the store: %s", error)
            await asyncio.sleep(_LOOK_AT_MARKS_EVERY_S)


def _answer(outcome: UploadOutcome) -> Answer:
    return Answer(msgspec.json.encode(outcome), reusable=outcome.state == "error", reuse_s=REFUSED_FOR_S)


@contextlib.asynccontextmanager
async def _upkeep(settings: Settings, counts: Counts, assembler: Assembler) -> AsyncIterator[None]:
    """Say that this process takes uploads, and look after abandoned ones, if it takes uploads at all."""
    if settings.worker_queues not in _TAKE_UPLOADS:
        yield
        return
    redis = open_redis(settings)
    pending = PendingUploads(open_store_objects(settings, counts), assembler)
    sights = StoreSights(open_store_objects(settings, counts), redis)
    tasks = [
        asyncio.create_task(sights.tell_now_and_then()),
        asyncio.create_task(_say_so(redis)),
        asyncio.create_task(_look_after(pending)),
    ]
    if settings.store_sweep_interval_s is not None:
        sweeper = StoreSweeper(open_store_objects(settings, counts), redis, settings, counts)
        tasks.append(asyncio.create_task(sweeper.run(settings.store_sweep_interval_s)))
    try:
        yield
    finally:
        for task in tasks:
            await end(task)
        await redis.aclose()


async def _say_so(redis: Redis) -> None:
    while True:
        try:
            await redis.set(UPLOAD_WORKERS, 1, ex=UPLOAD_WORKERS_LIFE_S)
        except RedisError as error:
            _log.debug("not said that uploads are taken: %s", error)
        await asyncio.sleep(_SAY_EVERY_S)


async def _look_after(pending: PendingUploads) -> None:
    while True:
        try:
            await pending.take_over()
        except ObjectStoreUnavailable as error:
            _log.warning("%s", error)
        except Exception:
            _log.exception("pending uploads can't be looked after")
        await asyncio.sleep(LOOK_FOR_PENDING_EVERY_S)
