"""Diagnosis of a deployment: the findings that a worker logs when it starts, and those of ``unmangle doctor``."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import platform
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from pathlib import Path

import orjson
from redis import Redis
from redis.exceptions import NoPermissionError, RedisError, ResponseError

import core
from core.errors import FetchFailed, MalformedAnswer, without_representations
from core.files.artifact_lookup import lookup_url, read_answer
from core.observing.counts import Counts
from core.observing.health import (
    CacheFacts,
    HealthFinding,
    Level,
    judge_cache,
    judge_descriptors,
    judge_kernels,
    judge_quiet_redis,
    judge_redis,
    judge_workers,
    no_cache_directory,
    redis_facts,
    redis_is_away,
    redis_refuses_to_be_written_to,
)
from core.queue.jobs import HEARTBEAT_LIFE_MS, PROBE_KEY, STORE_SIGHTS, UPLOAD_WORKERS, WORKERS
from core.settings import Settings
from core.store.object_store import ObjectStoreUnavailable
from core.store.store_keys import PROBES, probe_key
from core.store.upload_storing import hosts_seen
from core.web.urls import parse_url
from core.wire.request_sources import Source
from worker.caches.disk import kept_bytes
from worker.caches.keys import GLOBAL_SCOPE
from worker.descriptors import allow_many_descriptors
from worker.fetch.artifact_source import is_allowed_source, lookup_fetch
from worker.fetch.client import Client
from worker.fetch.store_lookup import open_store_objects
from worker.redis_connections import open_blocking_redis

_PACKAGES = ("celery", "kombu", "redis", "aiohttp", "msgspec", "orjson")
_PROBE = [("debug_id", "00000000-0000-0000-0000-000000000000")]


async def diagnose(settings: Settings, source: str | None, token: str) -> list[HealthFinding]:
    """Return the findings about what is installed and set, and about the lookup API at ``source``, if there is one."""
    findings = [
        _versions(),
        check_kernels(),
        check_descriptors(),
        *await asyncio.to_thread(check_redis, settings),
        *check_cache(settings),
    ]
    findings += await check_store(settings)
    return findings if source is None else [*findings, await _check_source(settings, source, token)]


def _versions() -> HealthFinding:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return HealthFinding(
        "versions", Level.OK, f"unmangle {version('unmangle')}, Python {platform.python_version()}, {packages}"
    )


async def _check_source(settings: Settings, address: str, token: str) -> HealthFinding:
    url = parse_url(address)
    if url is None or url.scheme not in ("http", "https"):
        return HealthFinding(
            "source", Level.PROBLEM, f"{address} is no absolute URL", mend="write it as in a request's source.url"
        )
    if not is_allowed_source(url, settings.source_origins):
        return HealthFinding(
            "source",
            Level.PROBLEM,
            f"{url.host} is not allowed",
            "requests with this source are answered without its files",
            "add it to UNMANGLE_SOURCE_ORIGINS",
        )
    query = lookup_url(url, _PROBE)
    assert query is not None
    try:
        async with Client(settings) as client:
            source = Source(id="doctor", url=url.href, token=token)
            read_answer(await client.get(lookup_fetch(query, source, GLOBAL_SCOPE, settings)))
    except (FetchFailed, MalformedAnswer) as error:
        return HealthFinding(
            "source",
            Level.PROBLEM,
            f"{url.host} does not answer a lookup ({error})",
            "no file is found by debug id or release",
            "check the URL, the token, and whether this host can reach it",
        )
    return HealthFinding("source", Level.OK, f"{url.host} answers a lookup")


async def check_store(settings: Settings) -> list[HealthFinding]:
    """Return the findings about the artifact store: nothing if there is none."""
    if settings.store_url is None:
        return []
    objects = open_store_objects(settings, Counts())
    key = probe_key(f"doctor {socket.gethostname()} {os.getpid()}")
    try:
        await objects.put(key, b"doctor")
        if await objects.find(key) is None or not any(head.key == key for head in await objects.first_page(PROBES)):
            raise ObjectStoreUnavailable("list", "what was written can't be read or listed")
        await objects.delete([key])
        marks = await hosts_seen(objects)
    except ObjectStoreUnavailable as error:
        why = "uploads are refused, and requests are served from other sources"
        return [HealthFinding("store", Level.PROBLEM, str(error), why, "check UNMANGLE_STORE_URL and its credentials")]
    found = [HealthFinding("store", Level.OK, "it can be written, read, listed and deleted from")]
    if not objects.has_room():
        why = "uploads are refused"
        found.append(HealthFinding("store", Level.PROBLEM, "less than 1 GiB is free", why, "make room, or sweep it"))
    return [*found, *await asyncio.to_thread(_about_upload_workers, settings, marks)]


def _about_upload_workers(settings: Settings, marks: Sequence[str]) -> Iterable[HealthFinding]:
    """Return whether a worker takes uploads, and whether each host of workers sees the marks of all API hosts."""
    try:
        with contextlib.closing(open_blocking_redis(settings, _PATIENCE_S)) as redis:
            takes_uploads, sights = redis.exists(UPLOAD_WORKERS), redis.hgetall(STORE_SIGHTS)
    except (RedisError, OSError, ValueError):
        return []  # which is said elsewhere
    found = []
    if not takes_uploads:
        mend = "start one with UNMANGLE_STORE_URL, and UNMANGLE_WORKER_QUEUES=all or uploads"
        found.append(HealthFinding("store", Level.PROBLEM, "no worker takes uploads", "they are refused", mend))
    for host, told in sights.items():
        sight = orjson.loads(told)
        unseen = [mark for mark in marks if mark not in sight["hosts"]]
        if unseen and time.time() - sight["at"] < _SIGHT_COUNTS_S:
            what = f"workers of {_text(host)} don't see what {', '.join(unseen)} wrote: not the same store"
            why = "what is uploaded there is not found"
            found.append(HealthFinding("store", Level.PROBLEM, what, why, "give all the same UNMANGLE_STORE_URL"))
    return found


def _text(raw: bytes | str) -> str:
    return raw if isinstance(raw, str) else raw.decode()


_log = logging.getLogger(__name__)

_SIGHT_COUNTS_S = 150.0

_PATIENCE_S = 3.0
_KERNEL = "# cython:"  # how the file of a kernel begins
_LEVELS = {Level.OK: logging.DEBUG, Level.NOTE: logging.INFO, Level.PROBLEM: logging.ERROR}


def log_findings(settings: Settings) -> None:
    """Check what a worker needs, and log what isn't fine."""
    for finding in [*check_redis(settings), *check_cache(settings), check_kernels(), check_descriptors()]:
        if finding.subject != "workers":  # it is this one that is about to come
            _log.log(_LEVELS[finding.level], "%s", finding)


def check_redis(settings: Settings) -> list[HealthFinding]:
    """Return the findings about Redis and the workers that it knows."""
    try:
        with contextlib.closing(open_blocking_redis(settings, _PATIENCE_S)) as redis:
            seconds, microseconds = redis.time()
            ahead_s = seconds + microseconds / 1e6 - time.time()
            now_ms = seconds * 1000
            workers = redis.zcount(WORKERS, now_ms - HEARTBEAT_LIFE_MS, "+inf")
            about_redis = _about_redis(redis, ahead_s)
    except (RedisError, OSError, ValueError) as error:
        return [redis_is_away(without_representations(str(error)))]
    return [*about_redis, judge_workers(workers)]


def _about_redis(redis: Redis, ahead_s: float) -> list[HealthFinding]:
    try:
        found = judge_redis(redis_facts(redis.info(), _save(redis), ahead_s))
    except NoPermissionError:
        found = judge_quiet_redis(ahead_s)
    try:
        redis.set(PROBE_KEY, 1, px=1000)
    except ResponseError as error:
        found.append(redis_refuses_to_be_written_to(str(error)))
    return found


def check_cache(settings: Settings) -> list[HealthFinding]:
    """Return the findings about the cache directory, which is made if it isn't there."""
    directory = settings.cache_dir
    if directory is None:
        return [no_cache_directory()]
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        tempfile.TemporaryFile(dir=directory).close()
        free_bytes = shutil.disk_usage(directory).free
    except OSError as error:
        problem = os.strerror(error.errno or 0)
        return judge_cache(CacheFacts(directory, settings.cache_max_bytes, 0, 0, problem=problem))
    used_bytes = kept_bytes(directory)
    return judge_cache(CacheFacts(directory, settings.cache_max_bytes, used_bytes, free_bytes, _file_system(directory)))


def check_descriptors() -> HealthFinding:
    """Return the finding about how many files may be open."""
    return judge_descriptors(allow_many_descriptors())


def check_kernels() -> HealthFinding:
    """Return the finding about the kernels."""
    folder = Path(core.__file__ or "").parent
    names = (
        ".".join(("core", *path.relative_to(folder).with_suffix("").parts))
        for path in sorted(folder.glob("*/*.py"))
        if _is_kernel(path)
    )
    return judge_kernels([name for name in names if not _is_compiled(name)])


def _is_kernel(path: Path) -> bool:
    with path.open() as file:
        return file.readline().startswith(_KERNEL)


def _is_compiled(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and (spec.origin or "").endswith(tuple(EXTENSION_SUFFIXES))


def _save(redis: Redis) -> str | None:
    """Return when the server writes snapshots; hosted ones don't say."""
    try:
        return str(redis.config_get("save").get("save", ""))
    except RedisError:
        return None


def _file_system(directory: Path) -> str:
    """Return the type of the file system that a directory is on; empty where Linux doesn't tell."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return ""
    resolved = directory.resolve()
    found = {Path(mount[1]): mount[2] for mount in mounts if resolved.is_relative_to(mount[1])}
    return found[max(found, key=lambda place: len(place.parts))] if found else ""
