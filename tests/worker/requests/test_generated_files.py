import base64
import json
from typing import Any

import pytest

from core.failures import Failure, FailureKind
from core.files.debug_ids import DebugId
from core.files.file_keys import BundledFile, EmbeddedFile, File, IndividualFile, RemoteMap, ResolvedWith
from core.frames.mapped_frame import MappedEntry, ResolvedModule
from core.sourcemap.source_map import SourceMap
from core.wire.request import Scraping, SymbolicateRequest
from core.wire.response import ScrapingAttempt
from tests.worker.artifact_source import ArtifactSource, a_module, a_request, source_map
from tests.worker.source_server import SourceServer, reply
from worker.requests.generated_files import GeneratedFiles
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

ID = DebugId("2f259f80-58b7-44cb-d7cd-de1505e7e718")
OTHER_ID = DebugId("0f5a1c2e-3d4b-4a5c-8d6e-7f8091a2b3c4")

APP_URL = "https://shop.test/js/app.min.js"
APP = b"run()\n//# sourceMappingURL=app.min.js.map"
PLAIN = b"run()"


def a_map(name: str = "app.ts") -> bytes:
    return json.dumps({"version": 3, "sources": [name], "names": [], "mappings": "AAAA"}).encode()


def source_of(module: ResolvedModule) -> str:
    """Return the name of the one original file of the module's source map."""
    assert module.source_map is not None
    assert isinstance(module.source_map.result, SourceMap), module.source_map.result
    return module.source_map.result.sources[0]


def map_failure(module: ResolvedModule) -> Failure:
    assert module.source_map is not None
    assert isinstance(module.source_map.result, Failure)
    return module.source_map.result


def map_entry(module: ResolvedModule) -> MappedEntry:
    assert module.source_map is not None
    return module.source_map


class Resolver:
    """Resolves the modules of one request."""

    def __init__(self, resources: Resources, request: SymbolicateRequest) -> None:
        self.files = RequestFiles(resources, request, None)
        self.modules = GeneratedFiles(self.files, request.modules)

    async def __call__(self, abs_path: str = APP_URL) -> ResolvedModule:
        return await self.modules.resolve(abs_path)

    @property
    def attempts(self) -> list[tuple[str, str]]:
        return [(attempt.url, attempt.status) for attempt in self.files.attempts]


def a_resolver(resources: Resources, source: ArtifactSource, **changes: Any) -> Resolver:
    return Resolver(resources, a_request(source.url, **({"release": "web@2"} | changes)))


def with_id(debug_id: str = ID, code_file: str = APP_URL) -> dict[str, Any]:
    return {"modules": [a_module(code_file, debug_id)], "release": None}


def a_pair(file_id: str = ID, **map_info: Any) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """A generated file without a reference and its map, tied by their debug id only."""
    return {
        "a.js": (PLAIN, {"type": "minified_source", "headers": {"debug-id": file_id}}),
        "a.js.map": (a_map(), {"type": "source_map", "headers": {"debug-id": file_id}, **map_info}),
    }


# From the generated file to its map


async def test_a_reference_leads_to_the_map(resources, source):
    source.put_artifact("1", "~/js/app.min.js", APP, "release")
    source.put_artifact("2", "~/js/app.min.js.map", a_map(), "index")
    resolve = a_resolver(resources, source)
    module = await resolve()
    assert module.minified.result == File(APP, RemoteMap(f"{APP_URL}.map"))
    assert source_of(module) == "app.ts"
    assert map_entry(module).origin == IndividualFile("sentry://project_debug_file/2")
    assert map_entry(module).resolved_with is ResolvedWith.INDEX
    assert module.remote_url == module.source_base == f"{APP_URL}.map"
    assert resolve.attempts == [(APP_URL, "not_attempted"), (f"{APP_URL}.map", "not_attempted")]


async def test_a_debug_id_leads_to_the_map_without_a_reference(resources, source):
    source.put_bundle("1", a_pair())
    resolve = a_resolver(resources, source, **with_id())
    module = await resolve()
    assert source_of(module) == "app.ts"
    assert map_entry(module).origin == BundledFile("sentry://project_debug_file/1", source_map(None, ID))
    assert map_entry(module).resolved_with is ResolvedWith.DEBUG_ID
    assert (module.remote_url, module.source_base) == (None, APP_URL)
    assert resolve.attempts == [(APP_URL, "not_attempted")]


async def test_reference_and_debug_id_are_both_looked_for(resources, source):
    source.put_bundle(
        "1",
        {
            "a.js": (APP, {"type": "minified_source", "headers": {"debug-id": ID}}),
            "a.js.map": (a_map("by id"), {"type": "source_map", "headers": {"debug-id": ID}}),
            "b.js.map": (a_map("by url"), {"type": "source_map", "url": "~/js/app.min.js.map"}),
        },
    )
    module = await a_resolver(resources, source, **with_id())()
    assert source_of(module) == "by id"
    key = source_map(f"{APP_URL}.map", ID)
    assert map_entry(module).origin == BundledFile("sentry://project_debug_file/1", key)


async def test_no_reference_and_no_debug_id_is_no_map(resources, source):
    source.put_artifact("1", "~/js/app.min.js", PLAIN)
    module = await a_resolver(resources, source)()
    assert module.minified.result == File(PLAIN)
    assert module.source_map is None
    assert (module.remote_url, module.source_base) == (None, APP_URL)


async def test_a_missing_file_without_debug_id_has_no_map(resources, source):
    resolve = a_resolver(resources, source)
    module = await resolve()
    assert module.minified.result == Failure(FailureKind.SCRAPING_DISABLED)
    assert module.source_map is None
    assert len(source.queries) == 1


@pytest.mark.parametrize("resolved_with", ["release", None])
async def test_a_map_inside_the_file_needs_no_lookup(resources, source, resolved_with):
    url = f"data:application/json;base64,{base64.b64encode(a_map()).decode()}"
    source.put_artifact("1", "~/js/app.min.js", f"run()\n//# sourceMappingURL={url}".encode(), resolved_with)
    resolve = a_resolver(resources, source)
    module = await resolve()
    assert source_of(module) == "app.ts"
    assert map_entry(module).origin == EmbeddedFile()
    assert map_entry(module).resolved_with == (resolved_with or ResolvedWith.UNKNOWN)
    assert (module.remote_url, module.source_base) == (None, APP_URL)
    assert resolve.attempts == [(APP_URL, "not_attempted")]
    assert len(source.queries) == 1


async def test_a_map_inside_the_file_beats_a_debug_id(resources, source):
    url = f"data:application/json;base64,{base64.b64encode(a_map('inside')).decode()}"
    files = a_pair()
    files["a.js"] = (PLAIN, {"type": "minified_source", "headers": {"debug-id": ID, "sourcemap": url}})
    source.put_bundle("1", files)
    module = await a_resolver(resources, source, **with_id())()
    assert source_of(module) == "inside"
    assert map_entry(module).resolved_with is ResolvedWith.DEBUG_ID


async def test_the_debug_id_inside_an_artifact_leads_to_the_map(resources, source):
    source.put_artifact("1", "~/js/app.min.js", f"run()\n//# debugId={ID}".encode())
    source.put_bundle("2", a_pair())
    module = await a_resolver(resources, source)()
    assert map_entry(module).resolved_with is ResolvedWith.DEBUG_ID
    assert source_of(module) == "app.ts"
    assert len(source.queries) == 1


async def test_the_debug_id_inside_a_bundled_file_leads_nowhere(resources, source):
    files = a_pair()
    files["a.js"] = (f"run()\n//# debugId={ID}".encode(), {"url": "~/js/app.min.js"})
    source.put_bundle("1", files)
    assert (await a_resolver(resources, source)()).source_map is None


async def test_the_debug_id_of_the_request_beats_the_one_inside(resources, source):
    source.put_artifact("1", "~/js/app.min.js", f"run()\n//# debugId={OTHER_ID}".encode())
    source.put_bundle("2", {"m": (a_map("of the request"), {"type": "source_map", "headers": {"debug-id": ID}})})
    source.put_bundle("3", {"m": (a_map("inside"), {"type": "source_map", "headers": {"debug-id": OTHER_ID}})})
    module = await a_resolver(resources, source, **with_id())()
    assert source_of(module) == "of the request"


async def test_the_debug_id_inside_a_scraped_file_leads_to_the_map(resources, server, source):
    url = server.put("/app.js", reply(f"run()\n//# debugId={ID}".encode()))
    source.put_bundle(
        "1", {"m": (a_map(), {"type": "source_map", "path": "~/app.js.map", "headers": {"debug-id": ID}})}
    )
    resolve = a_resolver(resources, source, release=None, scraping=Scraping())
    module = await resolve(url)
    assert module.minified.resolved_with is ResolvedWith.SCRAPING
    assert map_entry(module).resolved_with is ResolvedWith.DEBUG_ID
    assert resolve.attempts == [(url, "success")]
    assert source.queries == [[("debug_id", ID)]]


async def test_an_undecodable_map_inside_a_bundled_file_is_the_files_own_failure(resources, source):
    files = a_pair()
    files["a.js"] = (PLAIN, {"type": "minified_source", "headers": {"debug-id": ID, "sourcemap": "data:"}})
    source.put_bundle("1", files)
    module = await a_resolver(resources, source, **with_id())()
    assert module.minified.result == Failure(FailureKind.MALFORMED, "invalid `data:` url")
    assert map_failure(module) == module.minified.result


async def test_an_undecodable_map_inside_an_artifact_is_no_reference(resources, source):
    source.put_artifact("1", "~/js/app.min.js", b"run()\n//# sourceMappingURL=data:")
    assert (await a_resolver(resources, source)()).source_map is None


# Missing and malformed maps


async def test_a_map_that_is_not_found_is_a_failure_with_its_url(resources, source):
    source.put_artifact("1", "~/js/app.min.js", APP)
    resolve = a_resolver(resources, source)
    module = await resolve()
    assert map_entry(module) == MappedEntry(None, ResolvedWith.UNKNOWN, Failure(FailureKind.SCRAPING_DISABLED))
    assert module.remote_url == f"{APP_URL}.map"
    assert resolve.attempts == [(APP_URL, "not_attempted"), (f"{APP_URL}.map", "failure")]


async def test_a_map_by_debug_id_that_is_not_found_is_not_mentioned(resources, source):
    source.put_bundle("1", {"a.js": a_pair()["a.js"]})
    resolve = a_resolver(resources, source, **with_id())
    module = await resolve()
    assert map_failure(module) == Failure(FailureKind.NOT_FOUND)
    assert resolve.attempts == [(APP_URL, "not_attempted")]


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b'{"version":3}x', a_map()[:-3]])
async def test_a_map_that_makes_no_sense_is_malformed(resources, source, content):
    source.put_artifact("1", "~/js/app.min.js", APP)
    source.put_artifact("2", "~/js/app.min.js.map", content, "release")
    module = await a_resolver(resources, source)()
    assert map_failure(module).kind is FailureKind.MALFORMED
    assert map_entry(module).origin == IndividualFile("sentry://project_debug_file/2")
    assert map_entry(module).resolved_with is ResolvedWith.RELEASE


async def test_a_map_that_is_not_utf8_is_malformed(resources, source):
    source.put_artifact("1", "~/js/app.min.js", APP)
    source.put_artifact("2", "~/js/app.min.js.map", b"\xff")
    assert map_failure(await a_resolver(resources, source)()).kind is FailureKind.MALFORMED


async def test_an_artifact_of_hermes_is_empty_and_mapped(resources, source):
    source.put_artifact("1", "~/index.android.bundle", b"", headers={"Sourcemap": "index.android.bundle.map"})
    source.put_artifact("2", "~/index.android.bundle.map", a_map())
    module = await a_resolver(resources, source)("app:///index.android.bundle")
    assert isinstance(module.minified.result, File)
    assert module.minified.result.content == b""
    assert source_of(module) == "app.ts"


# Missing generated files


async def test_a_missing_file_with_a_debug_id_still_asks_for_its_map(resources, source):
    source.put_bundle("1", {"m": a_pair()["a.js.map"]})
    resolve = a_resolver(resources, source, **with_id())
    module = await resolve()
    assert module.minified.result == Failure(FailureKind.SCRAPING_DISABLED)
    assert map_entry(module).result == module.minified.result
    assert resolve.attempts == [(APP_URL, "failure")]


async def test_bundles_that_a_missing_file_brings_in_serve_later_modules(resources, source):
    """The map of the first module is asked for in vain, but what the API lists for it has the second module."""
    files = {name: (content, {**info, "url": f"~/js/second{name[1:]}"}) for name, (content, info) in a_pair().items()}
    source.put_bundle("1", files)
    source.select = lambda query: "url" not in query and query.get("debug_id") == OTHER_ID
    modules = [a_module("https://shop.test/js/first.js", OTHER_ID)]
    resolve = a_resolver(resources, source, modules=modules)
    first = await resolve("https://shop.test/js/first.js")
    assert isinstance(first.minified.result, Failure)
    second = await resolve("https://shop.test/js/second.js")
    assert second.minified.result == File(PLAIN)


# Which module


async def test_a_module_is_resolved_once(resources, source):
    source.put_artifact("1", "~/js/app.min.js", APP)
    resolve = a_resolver(resources, source)
    assert await resolve() is await resolve()
    assert len(resolve.attempts) == 2


async def test_two_modules_may_share_a_map_but_not_their_functions(resources, source):
    source.put_artifact("1", "~/js/a.js", b"function a(){}\n//# sourceMappingURL=all.map")
    source.put_artifact("2", "~/js/b.js", b"function b(){}\n//# sourceMappingURL=all.map")
    source.put_artifact("3", "~/js/all.map", a_map())
    resolve = a_resolver(resources, source)
    one, two = await resolve("https://h.test/js/a.js"), await resolve("https://h.test/js/b.js")
    assert [map_entry(module).result.lookup(0, 0).function for module in (one, two)] == ["a", "b"]
    assert sorted(url for url, _ in resolve.attempts) == [
        "https://h.test/js/a.js",
        "https://h.test/js/all.map",
        "https://h.test/js/all.map",
        "https://h.test/js/b.js",
    ]


async def test_modules_that_no_frame_names_are_not_looked_for(resources, source):
    a_resolver(resources, source, **with_id())
    assert source.queries == []


@pytest.mark.parametrize(
    "ids, expected",
    [
        pytest.param([ID.upper()], [("debug_id", ID)], id="canonical"),
        pytest.param([ID.replace("-", "")], [("debug_id", ID)], id="compact"),
        pytest.param([OTHER_ID, ID], [("debug_id", ID)], id="later-replaces-earlier"),
        pytest.param([ID, "bogus"], None, id="later-is-unparsable"),
        pytest.param(["bogus"], None, id="unparsable"),
        pytest.param([""], None, id="empty"),
    ],
)
async def test_debug_ids_of_modules(resources, source, ids, expected):
    modules = [a_module(APP_URL, debug_id) for debug_id in ids]
    await a_resolver(resources, source, modules=modules, release=None)()
    assert source.queries[:1] == ([] if expected is None else [expected])


async def test_a_module_is_known_by_exactly_its_path(resources, source):
    resolve = a_resolver(resources, source, **with_id())
    for path in ("https://shop.test/js/app.min.js?v=1", "~/js/app.min.js", f"async {APP_URL}"):
        await resolve(path)
    assert source.queries == []


async def test_local_files_are_found_by_debug_id(resources, source):
    """A Node app: the frame names a local file, which no candidate URL matches; only the ids tie everything."""
    files = a_pair(url="~/0.js.map")
    files["a.js"] = (
        PLAIN,
        {
            "type": "minified_source",
            "url": "~/0.js",
            "headers": {"debug-id": ID, "sourcemap": "entrypoint1.js.map"},
        },
    )
    source.put_bundle("1", files)
    path = "/srv/out/rollup/entrypoint1.js"
    resolve = a_resolver(resources, source, **with_id(code_file=path))
    module = await resolve(path)
    assert source_of(module) == "app.ts"
    assert module.remote_url == module.source_base == "/srv/out/rollup/entrypoint1.js.map"
    assert resolve.attempts == [(path, "not_attempted"), (f"{path}.map", "not_attempted")]


async def test_everything_may_come_from_the_web(resources, server, source):
    url = server.put("/js/app.js", reply(b"run()\n//# sourceMappingURL=../maps/app.map"))
    map_url = server.put("/maps/app.map", reply(a_map()))
    resolve = a_resolver(resources, source, scraping=Scraping())
    module = await resolve(url)
    assert source_of(module) == "app.ts"
    assert map_entry(module).resolved_with is ResolvedWith.SCRAPING
    assert module.source_base == map_url
    assert resolve.files.attempts == [
        ScrapingAttempt(url=url, status="success"),
        ScrapingAttempt(url=map_url, status="success"),
    ]


async def test_the_source_map_header_of_a_response_does_not_count(resources, server, source):
    url = server.put("/app.js", reply(b"run()", headers=[("SourceMap", "app.map"), ("X-SourceMap", "app.map")]))
    assert (await a_resolver(resources, source, scraping=Scraping())(url)).source_map is None


async def test_a_reference_is_seen_from_the_path_of_the_frame_not_from_where_redirects_led(resources, source):
    with SourceServer() as web:
        web.put("/cdn/app.js", reply(APP))
        url = web.put("/app.js", reply(status=302, headers=[("Location", "/cdn/app.js")]))
        module = await a_resolver(resources, source, scraping=Scraping())(url)
    assert module.remote_url == web.url("/app.min.js.map")
