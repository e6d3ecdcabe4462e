"""Everything that ``unmangle doctor`` looks at."""

from __future__ import annotations

import asyncio
import platform
from importlib.metadata import version

from core.errors import FetchFailed, MalformedAnswer
from core.files.artifact_lookup import lookup_url, read_answer
from core.observing.health import Finding, Level
from core.settings import Settings
from core.web.urls import parse_url
from core.wire.request import Source
from worker.caches.keys import GLOBAL_SCOPE
from worker.fetch.artifact_source import is_allowed_source, lookup_fetch
from worker.fetch.client import Client
from worker.self_check import check_cache, check_descriptors, check_kernels, check_redis

_PACKAGES = ("celery", "kombu", "redis", "aiohttp", "msgspec", "orjson")
_PROBE = [("debug_id", "00000000-0000-0000-0000-000000000000")]


async def diagnose(settings: Settings, source: str | None, token: str) -> list[Finding]:
    """Return the findings about what is installed and set, and about the lookup API at ``source``, if there is one."""
    findings = [
        _versions(),
        check_kernels(),
        check_descriptors(),
        *await asyncio.to_thread(check_redis, settings),
        *check_cache(settings),
    ]
    return findings if source is None else [*findings, await _check_source(settings, source, token)]


def _versions() -> Finding:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return Finding(
        "versions", Level.OK, f"unmangle {version('unmangle')}, Python {platform.python_version()}, {packages}"
    )


async def _check_source(settings: Settings, address: str, token: str) -> Finding:
    url = parse_url(address)
    if url is None or url.scheme not in ("http", "https"):
        return Finding(
            "source", Level.PROBLEM, f"{address} is no absolute URL", mend="write it as in a request's source.url"
        )
    if not is_allowed_source(url, settings):
        return Finding(
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
        return Finding(
            "source",
            Level.PROBLEM,
            f"{url.host} does not answer a lookup ({error})",
            "no file is found by debug id or release",
            "check the URL, the token, and whether this host can reach it",
        )
    return Finding("source", Level.OK, f"{url.host} answers a lookup")
