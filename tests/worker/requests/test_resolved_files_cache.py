"""A request answers what it would answer if nothing were remembered."""

from __future__ import annotations

import asyncio
import dataclasses
import random
import weakref
from pathlib import Path
from typing import Any

import orjson
import pytest

from core.observing.counts import Values
from core.settings import Settings
from core.wire.request import decode_request, parse_document
from core.wire.response import encode_completed
from tests.worker.artifact_source import ArtifactSource
from tests.worker.source_server import SourceServer, reply
from worker.requests import resolved_files_cache as resolved_files
from worker.requests.resources import Resources
from worker.requests.symbolicate import symbolicate

MINIFIED = b"function a(){b()}function b(){c()}\n//# sourceMappingURL=%b.map\n"
CONTENT = "one();\ntwo();\nthree();\n"


def a_map(content: str | None, *names: str) -> bytes:
    mappings = "AAAAA,gBACA" if names else "AAAA,gBACA"
    return orjson.dumps(
        {"version": 3, "sources": ["a.ts"], "sourcesContent": [content], "names": names, "mappings": mappings}
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(connect_to_reserved_ips=True, cache_dir=tmp_path)


@pytest.fixture
def web(server: SourceServer) -> SourceServer:
    """Some files on the web: two good ones, one whose map has no content, one without a map."""
    for name, map_of_it in [("a", a_map(CONTENT)), ("b", a_map(CONTENT, "named")), ("c", a_map(None))]:
        server.put(f"/{name}.js", reply(MINIFIED % f"{name}.js".encode()))
        server.put(f"/{name}.js.map", reply(map_of_it))
    server.put("/a.ts", reply(CONTENT.encode()))
    server.put("/d.js", reply(b"run()"))
    return server


def a_request(server: SourceServer, source: ArtifactSource, *frames: tuple[str, int], **more: Any) -> dict[str, Any]:
    stack = [
        {"abs_path": server.url(f"/{name}.js"), "lineno": 1, "colno": colno, "function": "<anonymous>"}
        for name, colno in frames
    ]
    return {"source": {"id": "s", "url": source.url, "token": "t"}, "stacktraces": [{"frames": stack}], **more}


def requests(web: SourceServer, source: ArtifactSource) -> list[dict[str, Any]]:
    """Requests that differ in as little as possible."""
    frames = [("a", 1), ("b", 1), ("b", 17)]
    kinds: list[dict[str, Any]] = [
        a_request(web, source, *frames),
        a_request(web, source, *frames[::-1]),
        a_request(web, source, ("a", 17), ("a", 1), ("a", 18)),
        a_request(web, source, *frames, options={"apply_source_context": False}),
        a_request(web, source, *frames, options={"frame_order": "callee_first"}),
        a_request(web, source, *frames, release="r"),
        a_request(web, source, *frames, release="r", dist="d"),
        a_request(web, source, *frames, scraping={"enabled": False}),
        a_request(web, source, *frames, scraping={"allowed_origins": ["elsewhere.test"]}),
        a_request(web, source, ("c", 1), ("a", 1)),
        a_request(web, source, ("d", 1), ("missing", 1), ("a", 1)),
        a_request(web, source, ("a", 999), ("a", 0)),
        a_request(web, source),
    ]
    with_async, without_line, with_context, without_function, other_platform = (
        a_request(web, source, *frames) for _ in range(5)
    )
    first = with_async["stacktraces"][0]["frames"][0]
    first["abs_path"] = "async " + first["abs_path"]
    without_line["stacktraces"][0]["frames"][1]["lineno"] = 0
    with_context["stacktraces"][0]["frames"][1].update(pre_context=["p"], context_line="c", data={"sourcemap": "m"})
    del without_function["stacktraces"][0]["frames"][2]["function"]
    other_platform["stacktraces"][0]["frames"][2].update(platform="node", module="m", filename="f")
    return [*kinds, with_async, without_line, with_context, without_function, other_platform]


async def answer(resources: Resources, request: dict[str, Any], scope: str | None = None) -> bytes:
    decoded = decode_request(parse_document(orjson.dumps(request)))
    return encode_completed(await symbolicate(resources, decoded, scope))


async def test_answers_do_not_depend_on_what_was_asked_before(web, source, settings):
    source.put_artifact("1", web.url("/b.js"), MINIFIED % b"other", resolved_with="release")
    source.put_artifact("2", web.url("/other.map"), a_map(CONTENT, "other"))
    asked = requests(web, source)
    expected = []
    for request in asked:
        async with Resources(settings) as alone:
            expected.append(await answer(alone, request))
    assert len(set(expected)) > len(asked) / 2
    async with Resources(settings) as resources:
        order = list(range(len(asked))) * 3
        random.Random(1).shuffle(order)
        for number in order:
            assert await answer(resources, asked[number]) == expected[number]


async def test_a_file_that_came_from_memory_is_remembered(web, source, settings):
    async with Resources(settings) as resources:
        sizes = []
        for _ in range(3):
            await answer(resources, a_request(web, source, ("a", 1)))
            sizes.append(len(resources.resolved_files))
        assert sizes == [0, 1, 1]
        await answer(resources, a_request(web, source, ("b", 1), ("a", 1)))
        await answer(resources, a_request(web, source, ("a", 1), ("b", 1)))
        assert len(resources.resolved_files) == 2


async def growth(resources: Resources, request: dict[str, Any]) -> Values:
    """Answer a request, and return what that adds to the counts."""
    counts = resources.metrics.counts
    counts.note_shared(counts.news())
    await answer(resources, request)
    return counts.news()


async def test_what_is_remembered_is_counted_as_if_it_were_not(web, source, settings):
    source.put_bundle("1", {"a": (MINIFIED % b"a.js", {"type": "minified_source", "url": web.url("/a.js")})})
    for request in requests(web, source):
        async with Resources(settings) as resources:
            await answer(resources, request)
            from_memory = await growth(resources, request)
            assert await growth(resources, request) == from_memory
            assert len(resources.resolved_files) == len(
                {path_of(frame) for frame in frames_of(request) if frame["lineno"]}
            )


async def test_what_the_caches_have_thrown_out_is_looked_for_again(web, source, settings):
    async with Resources(settings) as resources:
        request = a_request(web, source, ("a", 1))
        for _ in range(3):
            first = await answer(resources, request)
        await resources.texts.close()
        asked = len(web.requests)
        assert await answer(resources, request) == first
        assert len(web.requests) == asked  # it is on disk
        assert resources.metrics.counts.news()["worker_files|texts|disk"] == 2


async def test_scopes_share_nothing(web, source, settings):
    async with Resources(settings) as resources:
        request = a_request(web, source, ("a", 1))
        for _ in range(3):
            await answer(resources, request, "one")
        asked = len(web.requests)
        await answer(resources, request, "two")
        assert len(web.requests) == asked + 2


def test_nothing_is_held_that_the_caches_have_thrown_out(web, source, settings):
    async def evicted() -> weakref.ref[Any]:
        async with Resources(settings) as resources:
            for _ in range(3):
                await answer(resources, a_request(web, source, ("a", 1)))
            kept = weakref.ref(next(iter(resources.source_maps._memory._kept.values())).value.value)
            resources.source_maps._memory.drop_oldest()
            assert len(resources.resolved_files) == 1
            return kept

    assert asyncio.run(evicted())() is None


async def test_what_the_caches_have_thrown_out_is_not_remembered_either(web, source, settings):
    async with Resources(settings) as resources:
        for _ in range(3):
            await answer(resources, a_request(web, source, ("a", 1)))
        resources.texts._memory.drop_oldest()
        assert await growth(resources, a_request(web, source, ("a", 1))) != await growth(
            resources, a_request(web, source, ("a", 1))
        )


@pytest.mark.parametrize("first", ["a", "b", "c", "d", "missing"])
async def test_a_file_is_what_it_is_after_others(web, source, settings, first):
    """The bundle that the lookup for one file names has other files, too, and outranks what was known of those."""
    info = {"type": "minified_source"}
    source.put_bundle("9", {"b": (MINIFIED % b"a.js", info | {"url": web.url("/b.js")})})
    source.select = lambda query: first in query.get("url", "")
    pair = [a_request(web, source, (first, 1), ("b", 17), release="r"), a_request(web, source, ("b", 17), release="r")]
    expected = []
    for request in pair:
        async with Resources(settings) as alone:
            expected.append(await answer(alone, request))
    async with Resources(settings) as resources:
        for number in (0, 1, 1, 1, 0, 0, 0, 1):
            assert await answer(resources, pair[number]) == expected[number]


async def test_an_artifact_that_was_listed_for_another_file_is_taken_all_the_same(web, source, settings):
    source.put_artifact("1", web.url("/b.js"), MINIFIED % b"a.js", resolved_with="release")
    source.select = lambda query: "/a" in query.get("url", "")
    pair = [
        a_request(web, source, ("a", 1), ("b", 17), release="r"),
        a_request(web, source, ("b", 17), release="r"),
    ]
    expected = []
    for request in pair:
        async with Resources(settings) as alone:
            expected.append(await answer(alone, request))
    async with Resources(settings) as resources:
        for number in (1, 1, 1, 0, 0, 0, 1, 0):
            assert await answer(resources, pair[number]) == expected[number]


async def test_what_a_request_may_read_is_counted_as_if_nothing_were_remembered(web, source, settings):
    """Two members may be read in all: the third is missing, whatever is known of it."""
    info = {"type": "minified_source"}
    files = {name: (b"x" * 1000, info | {"url": web.url(f"/{name}.js")}) for name in ("x", "y", "z")}
    source.put_bundle("1", files)
    requests = [
        a_request(web, source, *((name, 1) for name in names), release="r", scraping={"enabled": False})
        for names in ("x", "xz", "zx", "xyz", "zyx")
    ]
    settings = dataclasses.replace(settings, max_bundle_bytes_per_request=2500)
    async with Resources(settings) as resources:
        for _ in range(3):
            answers = [orjson.loads(await answer(resources, request)) for request in requests]
            assert [len(each.get("errors", [])) for each in answers] == [0, 0, 0, 1, 1]


async def test_only_so_many_are_remembered(web, source, settings, monkeypatch):
    monkeypatch.setattr(resolved_files, "MOST_FILES", 2)
    async with Resources(settings) as resources:
        for _ in range(3):
            await answer(resources, a_request(web, source, *((f"missing{number}", 1) for number in range(5))))
        assert len(resources.resolved_files) == 2


async def test_what_is_refused_to_one_token_is_not_known_to_another(web, source, settings):
    request = a_request(web, source, ("a", 1))
    async with Resources(settings) as resources:
        for _ in range(3):
            await answer(resources, request)
        other = request | {"source": request["source"] | {"token": "another"}}
        await answer(resources, other)
        await answer(resources, other)
        assert len(resources.resolved_files) == 2


def frames_of(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [frame for trace in request["stacktraces"] for frame in trace["frames"]]


def path_of(frame: dict[str, Any]) -> str:
    return str(frame["abs_path"]).removeprefix("async ")
