"""What a request needs is fetched at the same time, and the answer is that of one file after another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.files.file_keys import FileKey
from core.frames.mapped_frame import ResolvedModule
from core.settings import Settings
from core.wire.request import Scraping
from core.wire.response import sorted_attempts
from tests.waiting import PATIENCE_S
from tests.worker.artifact_source import ArtifactSource, a_module, a_request, minified
from tests.worker.source_server import SourceServer, gated, redirect, reply, silence
from worker.requests.generated_files import GeneratedFiles
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

IDS = [f"2f259f80-58b7-44cb-d7cd-de1505e7e7{number:02}" for number in range(10)]
MAP = b'{"version":3,"sources":[],"names":[],"mappings":""}'


@contextlib.asynccontextmanager
async def expecting(files: RequestFiles, keys: Iterable[FileKey]) -> AsyncIterator[None]:
    """Have some of the files fetched early, as a request does."""
    files.expect(keys)
    try:
        yield
    finally:
        await files.close()


def with_map(name: str) -> bytes:
    return b"run()\n//# sourceMappingURL=%s" % name.encode()


async def test_files_from_the_web_are_fetched_at_the_same_time_and_their_maps_too(resources, server):
    names = [f"{number}.js" for number in range(5)]
    gate, map_gate = server.gate(), server.gate()
    paths = [server.put(f"/{name}", gated(gate, reply(with_map(f"{name}.map")))) for name in names]
    for name in names:
        server.put(f"/{name}.map", gated(map_gate, reply(MAP)))
    files = RequestFiles(resources, a_request(server.url("/lookup/"), scraping=Scraping()), None)
    modules = GeneratedFiles(files, [])

    async def resolve_all() -> None:
        async with expecting(files, modules.keys_of(paths)):
            for path in paths:
                await modules.resolve(path)

    work = asyncio.create_task(resolve_all())
    for name in names:
        await asyncio.to_thread(server.wait_for_requests, f"/{name}")
    gate.open()
    for name in names:
        await asyncio.to_thread(server.wait_for_requests, f"/{name}.map")
    map_gate.open()
    await asyncio.wait_for(work, PATIENCE_S)
    assert len(server.requests) == 10


async def test_bundles_of_one_answer_are_fetched_at_the_same_time(resources, source, server):
    gate = server.gate()
    for number in range(5):
        source.put_reply(str(number), gated(gate, reply(status=404)))
    files = RequestFiles(resources, a_request(source.url, release="r"), None)
    work = asyncio.create_task(files.get_file(minified("https://h.test/a.js")))
    for number in range(5):
        await asyncio.to_thread(server.wait_for_requests, f"/lookup/files/{number}")
    gate.open()
    await asyncio.wait_for(work, PATIENCE_S)


async def test_listed_artifacts_are_fetched_at_the_same_time(resources, source, server):
    gate = server.gate()
    for number in range(5):
        source.put_artifact(str(number), f"~/{number}.js", gated(gate, reply(b"x")))
    files = RequestFiles(resources, a_request(source.url, release="r"), None)
    paths = [minified(f"https://h.test/{number}.js") for number in range(5)]

    async def get_all() -> None:
        async with expecting(files, paths):
            for path in paths:
                await files.get_file(path)

    work = asyncio.create_task(get_all())
    for number in range(5):
        await asyncio.to_thread(server.wait_for_requests, f"/lookup/files/{number}")
    gate.open()
    await asyncio.wait_for(work, PATIENCE_S)
    assert len(source.queries) == 1


async def test_what_can_be_asked_for_is_not_fetched_from_the_web_before_it_was(resources, source, server):
    bundled = {"type": "minified_source"}
    source.put_bundle("1", {name: ("x", bundled | {"url": f"~/{name}"}) for name in ("a.js", "b.js")})
    paths = [server.put(f"/{name}", reply(b"from the web")) for name in ("a.js", "b.js")]
    files = RequestFiles(resources, a_request(source.url, release="r", scraping=Scraping()), None)
    async with expecting(files, map(minified, paths)):
        for path in paths:
            await files.get_file(minified(path))
    assert server.requests_for("/a.js") == server.requests_for("/b.js") == []


async def test_what_nobody_wants_any_more_is_stopped(resources, server):
    paths = [server.put(f"/{number}.js", silence()) for number in range(3)]
    files = RequestFiles(resources, a_request(server.url("/lookup/"), scraping=Scraping()), None)
    async with expecting(files, map(minified, paths)):
        for number in range(3):
            await asyncio.to_thread(server.wait_for_requests, f"/{number}.js")
    await asyncio.to_thread(server.wait_until_idle)


async def test_failures_are_fetched_once_even_if_none_is_kept(tmp_path, server):
    never = Settings(connect_to_reserved_ips=True, cache_downloaded_retry_misses_after_s=0)
    async with Resources(never) as resources:
        files = RequestFiles(resources, a_request(server.url("/lookup/"), scraping=Scraping()), None)
        paths = [minified(server.url(f"/{number}.js")) for number in range(3)]
        async with expecting(files, paths):
            for path in paths:
                await files.get_file(path)
    assert len(server.requests) == 3


KINDS = ["bundle by id", "bundle by url", "artifact", "artifact without file", "web", "web with id", "web redirected"]
FILES = st.lists(st.tuples(st.sampled_from([*KINDS, "nowhere"]), st.integers(0, 4)), min_size=1, max_size=6)
ROUND = count()


@given(
    files=FILES,
    release=st.sampled_from([None, "r"]),
    listed_at_once=st.booleans(),
    frames=st.lists(st.integers(0, 5), min_size=1, max_size=8),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("with_cache", [True, False], ids=["files-are-kept", "files-are-not-kept"])
def test_the_answer_is_that_of_one_file_after_another(server, tmp_path_factory, with_cache, files, **more):
    directory = tmp_path_factory.mktemp("cache") if with_cache else None
    own = Settings(connect_to_reserved_ips=True, deny_list_enabled=False, cache_dir=directory)
    asyncio.run(_compare(server, own, files, **more))


async def _compare(
    server: SourceServer,
    own: Settings,
    files: list[tuple[str, int]],
    release: str | None,
    listed_at_once: bool,
    frames: list[int],
) -> None:
    base = f"/{next(ROUND)}"
    source = ArtifactSource(server, f"{base}/lookup/")
    for number, (kind, file_id) in enumerate(files):
        _put(source, base, f"{number}.js", kind, file_id)
    if not listed_at_once:
        source.select = lambda query: "debug_id" in query
    paths = [server.url(f"{base}/{number % len(files)}.js") for number in frames]
    modules = [
        a_module(server.url(f"{base}/{number}.js"), IDS[file_id])
        for number, (kind, file_id) in enumerate(files)
        if kind == "bundle by id"
    ]
    request = a_request(source.url, release=release, modules=modules, scraping=Scraping())
    answers = []
    for is_early in (False, True):
        cache_dir = own.cache_dir and own.cache_dir / str(is_early)
        async with Resources(replace(own, cache_dir=cache_dir)) as resources:
            answers.append(await _answer(resources, request, paths, is_early=is_early))
    assert answers[0] == answers[1]


def _put(source: ArtifactSource, base: str, name: str, kind: str, file_id: int) -> None:
    info: dict[str, Any] = {"type": "minified_source"}
    text = with_map(f"{name}.map")
    entry = f"{base[1:]}-{name}"
    source.server.put(f"{base}/{name}.map", reply(MAP))
    match kind:
        case "bundle by id":
            source.put_bundle(entry, {"a": (text, info | {"headers": {"debug-id": IDS[file_id]}})}, "index")
        case "bundle by url":
            source.put_bundle(entry, {"a": (text, info | {"url": f"~{base}/{name}"})}, "release")
        case "artifact":
            source.put_artifact(entry, f"~{base}/{name}", text, headers={"Sourcemap": f"{file_id}.js.map"})
        case "artifact without file":
            source.put_artifact(entry, f"~{base}/{name}", reply(status=404))
        case "web":
            source.server.put(f"{base}/{name}", reply(text))
        case "web with id":
            source.server.put(f"{base}/{name}", reply(b"run()\n//# debugId=%s" % IDS[file_id].encode()))
        case "web redirected":
            source.server.put(f"{base}/{name}", redirect(f"{base}/{name}.map"))


async def _answer(resources: Resources, request: Any, paths: list[str], *, is_early: bool) -> Any:
    files = RequestFiles(resources, request, None)
    modules = GeneratedFiles(files, request.modules)
    async with expecting(files, modules.keys_of(paths) if is_early else []):
        resolved = [await modules.resolve(path) for path in paths]
    return [_said_of(module) for module in resolved], sorted_attempts(files.attempts)


def _said_of(module: ResolvedModule) -> Any:
    entry = module.source_map
    said = entry and (entry.origin, entry.resolved_with, type(entry.result))
    return module.minified, module.source_base, module.remote_url, said
