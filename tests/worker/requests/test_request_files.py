import asyncio
import gzip
import logging

import orjson
import pytest

from core.failures import Failure, FailureKind
from core.files.artifact_bundle import write_bundle
from core.files.debug_ids import DebugId
from core.files.file_keys import (
    BundledFile,
    EmbeddedMap,
    File,
    FileEntry,
    IndividualFile,
    RemoteMap,
    ResolvedWith,
    ScrapedFile,
)
from core.settings import Settings
from core.web.urls import cache_busting_number, parse_url, scraped_uri
from core.wire.request import Scraping
from core.wire.request_sources import Source
from core.wire.response import ScrapingAttempt
from tests.worker.artifact_source import (
    TOKEN,
    ArtifactSource,
    a_request,
    minified,
    original,
    source_map,
)
from tests.worker.source_server import (
    SourceServer,
    encoded,
    gated,
    half_a_body,
    hang_up,
    redirect,
    reply,
)
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

ID = DebugId("2f259f80-58b7-44cb-d7cd-de1505e7e718")

APP_URL = "https://shop.test/js/app.min.js"
APP = b"run()\n//# sourceMappingURL=app.min.js.map"
PLAIN = b"run()"


def text_of(entry: FileEntry) -> bytes:
    assert isinstance(entry.result, File), entry.result
    return entry.result.content


def reference_of(entry: FileEntry) -> object:
    assert isinstance(entry.result, File), entry.result
    return entry.result.source_map


def failure_of(entry: FileEntry) -> Failure:
    assert isinstance(entry.result, Failure)
    return entry.result


def not_attempted(url: str) -> ScrapingAttempt:
    return ScrapingAttempt(url=url, status="not_attempted")


def uri(file_id: str) -> str:
    return f"sentry://project_debug_file/{file_id}"


@pytest.fixture
def files(resources: Resources, source: ArtifactSource) -> RequestFiles:
    """The files of a request with a release, which may not scrape."""
    return RequestFiles(resources, a_request(source.url, release="web@2"), None)


def scraping_files(resources: Resources, source: ArtifactSource, **scraping: object) -> RequestFiles:
    return RequestFiles(resources, a_request(source.url, scraping=Scraping(**scraping)), None)  # type: ignore[arg-type]


# Where files are looked for, and in which order


async def test_the_worked_example(source, files):
    source.put_bundle(
        "7",
        {
            "files/_/_/js/app.min.js": (APP, {"type": "minified_source", "url": "~/js/app.min.js"}),
            "files/_/_/js/app.min.js.map": ("{}", {"type": "source_map", "url": "~/js/app.min.js.map"}),
        },
        "release",
    )
    app = await files.get_file(minified(f"{APP_URL}?v=3"))
    assert text_of(app) == APP
    assert reference_of(app) == RemoteMap(f"{APP_URL}.map")
    app_map = await files.get_file(source_map(f"{APP_URL}.map"))
    assert text_of(app_map) == b"{}"
    assert app_map.resolved_with is ResolvedWith.RELEASE
    assert app_map.origin == BundledFile(uri("7"), source_map(f"{APP_URL}.map"))
    assert files.attempts == [not_attempted(f"{APP_URL}?v=3"), not_attempted(f"{APP_URL}.map")]
    assert source.queries == [[("release", "web@2"), ("url", "/js/app")]]


async def test_what_is_known_is_not_asked_for(source, files):
    source.put_artifact("1", "~/a.js", b"a")
    source.put_artifact("2", "~/b.js", b"b")
    await files.get_file(minified("https://h.test/a.js"))
    await files.get_file(minified("https://h.test/b.js"))
    assert len(source.queries) == 1


async def test_each_file_that_is_not_known_is_asked_for_once(source, files):
    for name in ("a", "b"):
        await files.get_file(minified(f"https://h.test/{name}.js"))
    assert [dict(query)["url"] for query in source.queries] == ["/a", "/b"]


async def test_the_debug_id_beats_the_url_whatever_the_order_of_bundles(source, files):
    source.put_bundle("1", {"a": ("by id", {"type": "minified_source", "headers": {"debug-id": ID}})}, "index")
    source.put_bundle("2", {"a": ("by url", {"type": "minified_source", "url": "~/js/app.min.js"})}, "release")
    entry = await files.get_file(minified(APP_URL, ID))
    assert text_of(entry) == b"by id"
    assert entry.resolved_with is ResolvedWith.DEBUG_ID
    assert entry.origin == BundledFile(uri("1"), minified(APP_URL, ID))


async def test_what_was_found_by_url_before_does_not_beat_a_debug_id(source, files):
    source.put_bundle("1", {"a": ("by id", {"type": "minified_source", "headers": {"debug-id": ID}})})
    source.put_bundle("2", {"a": ("by url", {"type": "minified_source", "url": "~/js/app.min.js"})})
    assert text_of(await files.get_file(minified(APP_URL))) == b"by url"
    assert text_of(await files.get_file(minified(APP_URL, ID))) == b"by id"


async def test_a_warm_cache_changes_no_choice(resources, source):
    """Another request has read the file by URL from the higher bundle; this one must still prefer the id."""
    source.put_bundle("9", {"a": ("by url", {"type": "minified_source", "url": "~/js/app.min.js"})})
    request = a_request(source.url, release="web@2")
    for _ in range(2):
        entry = await RequestFiles(resources, request, None).get_file(minified(APP_URL, ID))
        assert text_of(entry) == b"by url"
    source.put_bundle("1", {"a": ("by id", {"type": "minified_source", "headers": {"debug-id": ID}})})
    later = RequestFiles(resources, a_request(source.url, release="web@3"), None)
    assert text_of(await later.get_file(minified(APP_URL, ID))) == b"by id"


@pytest.mark.parametrize(
    "ids, winner",
    [
        pytest.param(["1", "2"], "2", id="greater-id"),
        pytest.param(["2", "1"], "2", id="whatever-the-order-of-the-answer"),
        pytest.param(["9", "10", "2"], "9", id="as-texts-not-numbers"),
        pytest.param(["a/1", "a"], "a/1", id="ids-with-slashes"),
    ],
)
@pytest.mark.parametrize(
    "key, info",
    [
        pytest.param(minified(APP_URL), {"url": "~/js/app.min.js"}, id="by-url"),
        pytest.param(
            minified("/srv/x.js", ID), {"type": "minified_source", "headers": {"debug-id": ID}}, id="by-debug-id"
        ),
    ],
)
async def test_of_two_bundles_the_one_with_the_greater_uri_wins(source, files, ids, winner, key, info):
    for file_id in ids:
        source.put_bundle(file_id, {"a": (f"of {file_id}", info)})
    entry = await files.get_file(key)
    assert text_of(entry) == f"of {winner}".encode()
    assert entry.origin == BundledFile(uri(winner), key)


async def test_a_better_url_beats_a_greater_bundle(source, files):
    source.put_bundle("1", {"a": ("full", {"url": APP_URL})})
    source.put_bundle("2", {"a": ("tilde", {"url": "~/js/app.min.js"})})
    assert text_of(await files.get_file(minified(APP_URL))) == b"full"


@pytest.mark.parametrize(
    "path",
    ["https://h.test/a.js", "https://h.test/a.js?v=1", "https://h.test/a.js#x", "app:///a.js", "/a.js", "~/a.js"],
)
async def test_candidates_of_a_path_find_the_file_in_bundles(source, files, path):
    source.put_bundle("1", {"a": ("text", {"url": "~/a.js"})})
    assert text_of(await files.get_file(minified(path))) == b"text"


@pytest.mark.parametrize("file_type", ["source", "source_map", "indexed_ram_bundle", None])
async def test_a_bundled_file_found_by_url_may_have_any_type(source, files, file_type):
    source.put_bundle("1", {"a": ("text", {"url": "~/js/app.min.js", "type": file_type})})
    assert text_of(await files.get_file(minified(APP_URL))) == b"text"


async def test_a_debug_id_is_not_found_under_another_type(source, files):
    source.put_bundle("1", {"a": ("text", {"type": "source", "headers": {"debug-id": ID}})})
    assert failure_of(await files.get_file(minified("/srv/a.js", ID))).kind is FailureKind.DOWNLOAD_ERROR


async def test_a_member_that_cannot_be_read_is_looked_for_in_the_next_bundle(source, files):
    source.put_bundle("1", {"a": ("text", {"url": "~/js/app.min.js"})})
    source.put_bundle("2", {"a": (b"\xff\xfe", {"url": "~/js/app.min.js"})})
    entry = await files.get_file(minified(APP_URL))
    assert text_of(entry) == b"text"
    assert entry.origin == BundledFile(uri("1"), minified(APP_URL))


async def test_a_member_by_id_that_cannot_be_read_is_looked_for_by_url(source, files):
    source.put_bundle(
        "1",
        {
            "a": (b"\xff", {"type": "minified_source", "headers": {"debug-id": ID}}),
            "b": ("text", {"url": "~/js/app.min.js"}),
        },
        "release",
    )
    entry = await files.get_file(minified(APP_URL, ID))
    assert text_of(entry) == b"text"
    assert entry.resolved_with is ResolvedWith.RELEASE


async def test_bundles_come_before_artifacts(source, files):
    source.put_artifact("1", "~/js/app.min.js", b"artifact")
    source.put_bundle("2", {"a": ("bundle", {"url": "~/js/app.min.js"})})
    assert text_of(await files.get_file(minified(APP_URL))) == b"bundle"
    assert source.downloads("1") == []


@pytest.mark.parametrize(
    "paths, path, expected",
    [
        pytest.param(["~/a.js", "https://h.test/a.js"], "https://h.test/a.js", b"1", id="full-url-first"),
        pytest.param(["~/a.js"], "https://h.test/a.js?v=1#x", b"0", id="without-query-and-host"),
        pytest.param(["~/a.js", "~/a.js?v=1"], "https://h.test/a.js?v=1", b"1", id="query-first"),
        pytest.param(["/srv/a.js"], "/srv/a.js", b"0", id="local-path"),
        pytest.param(["~/a.js", "~/a.js"], "https://h.test/a.js", b"0", id="the-first-of-equal-paths"),
    ],
)
async def test_candidates_of_a_path_find_artifacts(source, files, paths, path, expected):
    for number, abs_path in enumerate(paths):
        source.put_artifact(str(number), abs_path, str(number).encode())
    assert text_of(await files.get_file(minified(path))) == expected


@pytest.mark.parametrize("abs_path", ["a.js", "/a.js", "~/A.js", "http://h.test/a.js"])
async def test_an_artifact_with_another_path_is_not_found(source, files, abs_path):
    source.put_artifact("1", abs_path, b"text")
    assert failure_of(await files.get_file(minified("https://h.test/a.js"))).kind is FailureKind.SCRAPING_DISABLED
    assert source.downloads("1") == []


async def test_artifacts_are_not_found_by_debug_id_alone(source, files):
    source.put_artifact("1", "~/a.js.map", b"{}")
    assert failure_of(await files.get_file(source_map(None, ID))).kind is FailureKind.NOT_FOUND


async def test_an_artifact_that_was_listed_first_counts_in_later_answers_too(source, files):
    source.put_artifact("1", "~/a.js", b"first")
    await files.get_file(minified("https://h.test/a.js"))
    source.entries.clear()
    source.put_artifact("2", "~/a.js", b"second")
    source.put_artifact("3", "~/b.js", b"b")
    await files.get_file(minified("https://h.test/b.js"))
    assert text_of(await files.get_file(minified("https://h.test/a.js"))) == b"first"


async def test_artifacts_are_downloaded_only_if_they_are_wanted(source, files):
    source.put_artifact("1", "~/a.js", b"a")
    source.put_artifact("2", "~/b.js", b"b")
    await files.get_file(minified("https://h.test/a.js"))
    assert len(source.downloads("1")) == 1
    assert source.downloads("2") == []


async def test_bundles_are_downloaded_as_soon_as_they_are_listed(source, files):
    source.put_bundle("1", {"a": ("text", {"url": "~/else.js"})})
    await files.get_file(minified(APP_URL))
    assert len(source.downloads("1")) == 1


async def test_an_artifact_that_cannot_be_downloaded_is_not_scraped(resources, server, source):
    url = server.put("/a.js", reply(b"scraped"))
    source.put_artifact("1", "~/a.js", reply(status=403), "release")
    request = a_request(source.url, release="web@2", scraping=Scraping())
    files = RequestFiles(resources, request, None)
    entry = await files.get_file(minified(url))
    assert entry == FileEntry(
        IndividualFile(uri("1")), Failure(FailureKind.PERMISSION_DENIED, "403 Forbidden"), ResolvedWith.RELEASE
    )
    assert files.attempts == [not_attempted(url)]
    assert server.requests_for("/a.js") == []


async def test_a_source_is_looked_for_once_in_a_request(source, files):
    for _ in range(3):
        await files.get_file(original("https://h.test/src/a.ts"))
    assert len(files.attempts) == 1
    assert len(source.queries) == 1


async def test_a_generated_file_may_be_looked_for_again(files):
    for _ in range(2):
        await files.get_file(source_map("https://h.test/shared.map"))
    assert [attempt.url for attempt in files.attempts] == ["https://h.test/shared.map"] * 2


# Queries


@pytest.mark.parametrize(
    "key, release, dist, expected",
    [
        pytest.param(
            minified(APP_URL, ID),
            "web@2",
            "d",
            [("release", "web@2"), ("url", "/js/app"), ("dist", "d"), ("debug_id", ID)],
            id="everything",
        ),
        pytest.param(minified(APP_URL, ID), None, "d", [("dist", "d"), ("debug_id", ID)], id="no-release"),
        pytest.param(source_map(None, ID), "web@2", None, [("release", "web@2"), ("debug_id", ID)], id="no-path"),
        pytest.param(source_map(None, ID), None, None, [("debug_id", ID)], id="id-only"),
        pytest.param(
            original(APP_URL), "", "", [("release", ""), ("url", "/js/app"), ("dist", "")], id="empty-release"
        ),
        pytest.param(minified(APP_URL), None, "d", None, id="nothing-to-ask-by"),
        pytest.param(original(None), "web@2", None, None, id="source-without-name"),
    ],
)
async def test_what_the_lookup_api_is_asked(resources, source, key, release, dist, expected):
    await RequestFiles(resources, a_request(source.url, release=release, dist=dist), None).get_file(key)
    assert source.queries == ([] if expected is None else [expected])


@pytest.mark.parametrize("status", [500, 401, 404, 204])
async def test_a_failed_query_is_as_if_nothing_was_listed(source, files, status, caplog):
    source.server.put(source.path, reply(status=status))
    with caplog.at_level(logging.WARNING):
        entry = await files.get_file(minified(APP_URL))
    assert failure_of(entry).kind is FailureKind.SCRAPING_DISABLED
    assert len(source.queries) == 3
    assert "the artifact lookup at 127.0.0.1 failed" in caplog.text
    assert TOKEN not in caplog.text


async def test_a_query_too_long_is_not_sent(resources, source):
    files = RequestFiles(resources, a_request(source.url, release="x" * 65_534), None)
    assert failure_of(await files.get_file(minified(APP_URL))).kind is FailureKind.SCRAPING_DISABLED
    assert source.queries == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "data:,[]"])
async def test_a_source_that_is_not_on_the_web_is_not_asked(resources, url):
    files = RequestFiles(resources, a_request(url, release="web@2"), None)
    assert failure_of(await files.get_file(minified(APP_URL))).kind is FailureKind.SCRAPING_DISABLED


# Bundles that can't be had


@pytest.mark.parametrize(
    "served",
    [
        pytest.param(reply(b"<!doctype html>"), id="html"),
        pytest.param(reply(b""), id="empty"),
        pytest.param(reply(b"SYSB\x02\0\0\0" + bytes(30)), id="not-an-archive"),
        pytest.param(reply(b"\x1f\x8b broken gzip"), id="bad-wrapping"),
        pytest.param(reply(status=404), id="missing"),
        pytest.param(reply(status=401), id="denied"),
        pytest.param(reply(status=500), id="server-error"),
        pytest.param(half_a_body(b"SYSB" + bytes(100)), id="half-a-body"),
        pytest.param(hang_up(), id="hang-up"),
    ],
)
async def test_a_bundle_that_cannot_be_had_is_as_if_it_was_not_listed(source, files, served):
    source.put_reply("2", served)
    source.put_bundle("1", {"a": ("text", {"url": "~/js/app.min.js"})})
    assert text_of(await files.get_file(minified(APP_URL))) == b"text"
    assert files.attempts == [not_attempted(APP_URL)]


async def test_a_bundle_that_failed_is_not_downloaded_again_by_the_same_request(source, files):
    source.put_reply("1", reply(status=404))
    for name in ("a", "b", "c"):
        await files.get_file(minified(f"https://h.test/{name}.js"))
    assert len(source.downloads("1")) == 1


async def test_a_bundle_may_be_wrapped(source, files):
    content = write_bundle({"a": ("text", {"url": "~/js/app.min.js"})})
    source.put_reply("1", encoded(content, "gzip"))
    source.put_reply("2", reply(gzip.compress(content)))
    assert (await files.get_file(minified(APP_URL))).origin == BundledFile(uri("2"), minified(APP_URL))


async def test_a_member_longer_than_the_setting_is_not_there(source):
    source.put_bundle("1", {"a": ("text!", {"url": "~/a"}), "b": ("text", {"url": "~/b"})})
    async with Resources(Settings(max_bundle_file_size=4)) as resources:
        files = RequestFiles(resources, a_request(source.url, release="web@2"), None)
        assert failure_of(await files.get_file(minified("https://h.test/a"))).kind is FailureKind.SCRAPING_DISABLED
        assert text_of(await files.get_file(minified("https://h.test/b"))) == b"text"


# References to source maps


BROKEN_DATA = "data:application/json;base64,!"
DATA = "data:application/json;base64,e30="


@pytest.mark.parametrize(
    "content, info, expected",
    [
        pytest.param(APP, {}, RemoteMap(f"{APP_URL}.map"), id="comment"),
        pytest.param(APP, {"type": "source"}, RemoteMap(f"{APP_URL}.map"), id="comment-in-a-source"),
        pytest.param(APP, {"type": "minified_source"}, RemoteMap(f"{APP_URL}.map"), id="comment-in-a-minified-source"),
        pytest.param(APP, {"type": "source_map"}, None, id="no-comment-in-a-source-map"),
        pytest.param(APP, {"type": "indexed_ram_bundle"}, None, id="no-comment-in-a-ram-bundle"),
        pytest.param(PLAIN, {}, None, id="nothing"),
        pytest.param(APP, {"headers": {"sourcemap": "h.map"}}, RemoteMap("https://shop.test/js/h.map"), id="header"),
        pytest.param(
            APP, {"headers": {"X-SourceMap": "x.map"}}, RemoteMap("https://shop.test/js/x.map"), id="x-sourcemap"
        ),
        pytest.param(
            APP,
            {"headers": {"X-SourceMap": "x.map", "SourceMap": "h.map"}},
            RemoteMap("https://shop.test/js/h.map"),
            id="sourcemap-before-x-sourcemap",
        ),
        pytest.param(
            APP,
            {"headers": {"sourcemap": "h.map?a=1#b"}},
            RemoteMap("https://shop.test/js/h.map?a=1#b"),
            id="header-keeps-query-and-fragment",
        ),
        pytest.param(APP, {"headers": {"sourcemap": ""}}, RemoteMap("https://shop.test/js"), id="empty-header-wins"),
        pytest.param(
            PLAIN,
            {"type": "source_map", "headers": {"sourcemap": "h.map"}},
            RemoteMap("https://shop.test/js/h.map"),
            id="header-of-any-type",
        ),
        pytest.param(PLAIN, {"headers": {"sourcemap": DATA}}, EmbeddedMap(b"{}"), id="data-in-header"),
        pytest.param(f"//# sourceMappingURL={DATA}", {}, EmbeddedMap(b"{}"), id="data-in-comment"),
    ],
)
async def test_the_source_map_of_a_bundled_file(source, files, content, info, expected):
    source.put_bundle("1", {"a": (content, {"url": "~/js/app.min.js", **info})})
    assert reference_of(await files.get_file(minified(APP_URL))) == expected


@pytest.mark.parametrize(
    "content, info",
    [
        pytest.param(PLAIN, {"headers": {"sourcemap": BROKEN_DATA}}, id="header"),
        pytest.param(f"//# sourceMappingURL={BROKEN_DATA}", {}, id="comment"),
    ],
)
async def test_an_undecodable_map_spoils_a_bundled_file(source, files, content, info):
    source.put_bundle("1", {"a": (content, {"url": "~/js/app.min.js", **info})}, "release")
    entry = await files.get_file(minified(APP_URL))
    assert entry.result == Failure(FailureKind.MALFORMED, "invalid `data:` url")
    assert entry.resolved_with is ResolvedWith.RELEASE
    assert files.attempts == [not_attempted(APP_URL)]


async def test_a_map_found_by_id_that_refers_to_another_is_malformed(source, files):
    info = {"type": "source_map", "headers": {"debug-id": ID, "sourcemap": "x.map"}}
    source.put_bundle("1", {"a": ("{}", info)})
    assert failure_of(await files.get_file(source_map(None, ID))).kind is FailureKind.MALFORMED


async def test_references_are_seen_from_the_path_of_the_frame_not_of_the_bundle(source, files):
    source.put_bundle("1", {"a": (APP, {"url": "~/elsewhere/app.js"})})
    entry = await files.get_file(minified("app:///elsewhere/app.js?v=1"))
    assert reference_of(entry) == RemoteMap("app:///elsewhere/app.min.js.map")


async def test_the_debug_id_inside_a_bundled_file_does_not_count(source, files):
    source.put_bundle("1", {"a": (f"//# debugId={ID}", {"url": "~/js/app.min.js"})})
    assert (await files.get_file(minified(APP_URL))).result == File(f"//# debugId={ID}".encode())


@pytest.mark.parametrize(
    "content, headers, expected",
    [
        pytest.param(APP, {}, RemoteMap(f"{APP_URL}.map"), id="comment"),
        pytest.param(APP, {"SoUrCeMaP": "h.map"}, RemoteMap("https://shop.test/js/h.map"), id="header-in-any-case"),
        pytest.param(APP, {"x-sourcemap": "x.map"}, RemoteMap("https://shop.test/js/x.map"), id="x-sourcemap"),
        pytest.param(
            APP,
            {"x-sourcemap": "x.map", "sourcemap": "h.map"},
            RemoteMap("https://shop.test/js/h.map"),
            id="sourcemap-before-x-sourcemap",
        ),
        pytest.param(APP, {"content-type": "text/javascript"}, RemoteMap(f"{APP_URL}.map"), id="other-headers"),
        pytest.param(APP, {"sourcemap": ""}, RemoteMap("https://shop.test/js"), id="empty-header-wins"),
        pytest.param(APP, {"sourcemap": BROKEN_DATA}, None, id="undecodable-header-is-no-reference"),
        pytest.param(f"//# sourceMappingURL={BROKEN_DATA}".encode(), {}, None, id="undecodable-comment"),
        pytest.param(f"//# sourceMappingURL={DATA}".encode(), {}, EmbeddedMap(b"{}"), id="data"),
        pytest.param(PLAIN, {}, None, id="nothing"),
    ],
)
async def test_the_source_map_of_an_artifact(source, files, content, headers, expected):
    source.put_artifact("1", "~/js/app.min.js", content, headers=headers)
    assert reference_of(await files.get_file(minified(APP_URL))) == expected


async def test_the_debug_id_inside_an_artifact_counts(source, files):
    source.put_artifact("1", "~/js/app.min.js", f"//# debugId={ID}".encode())
    assert (await files.get_file(minified(APP_URL))).result == File(f"//# debugId={ID}".encode(), None, ID)


# What artifacts are


@pytest.mark.parametrize(
    "served, headers, expected",
    [
        pytest.param(reply(b""), {"sourcemap": "x"}, File(b"", RemoteMap("https://shop.test/js/x")), id="empty"),
        pytest.param(reply(b""), {}, File(b""), id="empty-without-headers"),
        pytest.param(reply(status=404), {"sourcemap": "x"}, File(b"", RemoteMap("https://shop.test/js/x")), id="gone"),
        pytest.param(reply(status=404), {"a": "b"}, File(b""), id="gone-but-any-header"),
        pytest.param(reply(status=429), {"a": "b"}, File(b""), id="too-many-requests-is-not-found"),
        pytest.param(reply(status=404), {}, Failure(FailureKind.NOT_FOUND), id="gone-without-headers"),
        pytest.param(
            reply(status=401), {"a": "b"}, Failure(FailureKind.PERMISSION_DENIED, "401 Unauthorized"), id="denied"
        ),
        pytest.param(
            reply(status=503),
            {"a": "b"},
            Failure(FailureKind.DOWNLOAD_ERROR, "503 Service Unavailable"),
            id="server-error",
        ),
        pytest.param(reply(b"<html>"), {}, File(b"<html>"), id="html-is-a-text"),
        pytest.param(reply(b"\xef\xbb\xbfa\r\n"), {}, File(b"\xef\xbb\xbfa\r\n"), id="untouched"),
        pytest.param(reply(b"a\xff"), {}, Failure(FailureKind.MALFORMED, "the file is not UTF-8"), id="not-utf-8"),
    ],
)
async def test_what_comes_of_an_artifact(source, files, served, headers, expected):
    source.put_artifact("1", "~/js/app.min.js", served, headers=headers)
    entry = await files.get_file(minified(APP_URL))
    assert entry == FileEntry(IndividualFile(uri("1")), expected, ResolvedWith.UNKNOWN)
    assert files.attempts == [not_attempted(APP_URL)]


# How files were found


@pytest.mark.parametrize("said, expected", [*((str(r), r) for r in ResolvedWith), (None, ResolvedWith.UNKNOWN)])
async def test_what_the_api_says_about_a_bundle_goes_for_its_files_by_url(source, files, said, expected):
    source.put_bundle("1", {"a": ("text", {"url": "~/js/app.min.js"})}, said)
    assert (await files.get_file(minified(APP_URL))).resolved_with is expected


@pytest.mark.parametrize("said, expected", [*((str(r), r) for r in ResolvedWith), (None, ResolvedWith.UNKNOWN)])
async def test_what_the_api_says_about_an_artifact_goes_for_it(source, files, said, expected):
    source.put_artifact("1", "~/js/app.min.js", b"text", said)
    assert (await files.get_file(minified(APP_URL))).resolved_with is expected


async def test_a_file_found_by_debug_id_says_so_whatever_the_api_says(source, files):
    source.put_bundle("1", {"a": ("{}", {"type": "source_map", "headers": {"debug-id": ID}})}, "release-old")
    entry = await files.get_file(source_map(None, ID))
    assert entry == FileEntry(BundledFile(uri("1"), source_map(None, ID)), File(b"{}"), ResolvedWith.DEBUG_ID)
    assert files.attempts == []


async def test_scraped_files_say_so_even_if_scraping_failed(resources, server, source):
    files = scraping_files(resources, source)
    found = await files.get_file(minified(server.put("/a.js", reply(b"a"))))
    missing = await files.get_file(minified(server.url("/b.js")))
    assert (found.resolved_with, missing.resolved_with) == (ResolvedWith.SCRAPING, ResolvedWith.SCRAPING)
    assert text_of(found) == b"a"
    assert failure_of(missing).kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    "key, scraping",
    [
        pytest.param(source_map(None, ID), {}, id="no-path"),
        pytest.param(minified("/srv/a.js"), {}, id="no-url"),
        pytest.param(minified(APP_URL), {"enabled": False}, id="disabled"),
        pytest.param(minified("app:///a.js"), {}, id="scheme"),
        pytest.param(minified(APP_URL), {"allowed_origins": []}, id="origin"),
    ],
)
async def test_what_was_not_even_tried_is_unknown(resources, source, key, scraping):
    entry = await scraping_files(resources, source, **scraping).get_file(key)
    assert (entry.origin, entry.resolved_with) == (None, ResolvedWith.UNKNOWN)


async def test_a_scraped_file_is_named_with_its_number(resources, server, source):
    url = server.put("/a.js", reply(b"a"))
    parsed = parse_url(url)
    assert parsed is not None
    entry = await scraping_files(resources, source).get_file(minified(url))
    assert isinstance(entry.origin, ScrapedFile)
    number = int(entry.origin.uri.rpartition("#")[2])
    assert cache_busting_number(parsed, number, 3600) == number
    assert entry.origin.uri == scraped_uri(parsed, number)


# Attempts


@pytest.mark.parametrize(
    "key, scraping, expected",
    [
        pytest.param(source_map(None, ID), {}, [], id="no-path"),
        pytest.param(minified("/srv/a.js"), {}, [], id="no-url"),
        pytest.param(minified("<anonymous>"), {"enabled": False}, [], id="no-url-and-disabled"),
        pytest.param(
            minified(APP_URL),
            {"enabled": False},
            [ScrapingAttempt(url=APP_URL, status="failure", reason="disabled")],
            id="disabled",
        ),
        pytest.param(
            minified("app:///a.js"),
            {"enabled": False},
            [ScrapingAttempt(url="app:///a.js", status="failure", reason="disabled")],
            id="disabled-before-scheme",
        ),
        pytest.param(
            minified("app:///a.js"),
            {},
            [
                ScrapingAttempt(
                    url="app:///a.js",
                    status="failure",
                    reason="invalid_host",
                    details="`app` is not an allowed download scheme",
                )
            ],
            id="scheme",
        ),
        pytest.param(
            minified(APP_URL),
            {"allowed_origins": ["h.test"]},
            [
                ScrapingAttempt(
                    url=APP_URL,
                    status="failure",
                    reason="invalid_host",
                    details=f"{APP_URL} is not an allowed download origin",
                )
            ],
            id="origin",
        ),
    ],
)
async def test_attempts_that_are_not_made(resources, source, key, scraping, expected):
    files = scraping_files(resources, source, **scraping)
    await files.get_file(key)
    assert files.attempts == expected


async def test_the_legacy_switch_disables_scraping(resources, source):
    files = RequestFiles(resources, a_request(source.url, scraping=Scraping(), allow_scraping=False), None)
    await files.get_file(minified(APP_URL))
    assert files.attempts == [ScrapingAttempt(url=APP_URL, status="failure", reason="disabled")]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_restricted_hosts_are_not_tried(source, host):
    async with Resources(Settings()) as resources:
        files = scraping_files(resources, source)
        await files.get_file(minified(f"http://{host}/a.js"))
    assert files.attempts == [
        ScrapingAttempt(
            url=f"http://{host}/a.js",
            status="failure",
            reason="invalid_host",
            details=f"Can't connect to restricted host {host}",
        )
    ]


async def test_attempts_on_the_web_are_told_with_the_path_as_it_was_given(resources, server, source):
    server.put("/a.js", reply(b"a"))
    files = scraping_files(resources, source)
    given = f" {server.url('/x/../a.js')}#part "
    assert text_of(await files.get_file(minified(given))) == b"a"
    assert files.attempts == [ScrapingAttempt(url=given, status="success")]


async def test_attempts_from_the_cache_are_told_the_same(resources, server, source):
    found, missing = server.put("/a.js", reply(b"a")), server.url("/b.js")
    attempts = []
    for _ in range(2):
        files = scraping_files(resources, source)
        await files.get_file(minified(found))
        await files.get_file(minified(missing))
        attempts.append(files.attempts)
    assert attempts[0] == attempts[1]
    assert [attempt.status for attempt in attempts[0]] == ["success", "failure"]
    assert len(server.requests_for("/a.js")) == 1
    assert len(server.requests_for("/b.js")) == 1


# Credentials


@pytest.mark.parametrize(
    "credentials, header, value",
    [
        pytest.param({"token": "t0k"}, "Authorization", "Bearer t0k", id="token"),
        pytest.param({"cookies": "sid=1; x=y"}, "Cookie", "sid=1; x=y", id="cookies"),
    ],
)
async def test_credentials_go_to_the_source_and_its_files(resources, source, credentials, header, value):
    source.put_artifact("1", "~/js/app.min.js", b"text")
    request = a_request(source.url, release="r", source=Source(id="s", url=source.url, **credentials))
    await RequestFiles(resources, request, None).get_file(minified(APP_URL))
    sent = [*source.server.requests_for(source.path), *source.downloads("1")]
    assert [request.header(header) for request in sent] == [value, value]
    assert sent[0].header("Accept-Encoding") == "identity"


async def test_credentials_do_not_go_elsewhere(resources, source, server):
    url = server.put("/elsewhere/1", reply(b"text"))
    source.entries.append({"type": "file", "id": "1", "url": url, "abs_path": "~/js/app.min.js"})
    await RequestFiles(resources, a_request(source.url, release="r"), None).get_file(minified(APP_URL))
    (sent,) = server.requests_for("/elsewhere/1")
    assert sent.header("Authorization") is None


async def test_credentials_and_scraping_headers_do_not_mix(resources, source, server):
    source.put_artifact("1", "~/a.js", b"text")
    url = server.put("/web.js", reply(b"text"))
    request = a_request(source.url, release="r", scraping=Scraping(headers={"X-Web": "w"}))
    files = RequestFiles(resources, request, None)
    await files.get_file(minified("https://h.test/a.js"))
    await files.get_file(minified(url))
    (scraped,) = server.requests_for("/web.js")
    assert (scraped.header("X-Web"), scraped.header("Authorization")) == ("w", None)
    assert [request.header("X-Web") for request in [*server.requests_for(source.path), *source.downloads("1")]] == [
        None
    ] * 3


async def test_a_redirect_to_another_origin_loses_the_credentials(resources, source):
    with SourceServer() as store:
        store.put("/1", reply(b"text"))
        source.put_artifact("1", "~/js/app.min.js", redirect(store.url("/1")))
        files = RequestFiles(resources, a_request(source.url, release="r"), None)
        assert text_of(await files.get_file(minified(APP_URL))) == b"text"
        (sent,) = store.requests
    assert sent.header("Authorization") is None


# What requests share


async def test_requests_share_answers_bundles_and_artifacts(resources, source):
    source.put_bundle("1", {"a": ("bundled", {"url": "~/a.js"})})
    source.put_artifact("2", "~/b.js", b"artifact")
    for _ in range(3):
        files = RequestFiles(resources, a_request(source.url, release="web@2"), None)
        assert text_of(await files.get_file(minified("https://h.test/a.js"))) == b"bundled"
        assert text_of(await files.get_file(minified("https://h.test/b.js"))) == b"artifact"
    assert len(source.queries) == 1
    assert len(source.downloads("1")) == 1
    assert len(source.downloads("2")) == 1


async def test_an_empty_answer_is_remembered(resources, source):
    for _ in range(2):
        await RequestFiles(resources, a_request(source.url, release="web@2"), None).get_file(minified(APP_URL))
    assert len(source.queries) == 1


async def test_a_failed_query_is_not_remembered(resources, source):
    source.put_artifact("1", "~/js/app.min.js", b"text")
    source.server.put(source.path, *[reply(status=500)] * 3, reply(orjson.dumps(source.entries)))
    request = a_request(source.url, release="web@2")
    first = await RequestFiles(resources, request, None).get_file(minified(APP_URL))
    second = await RequestFiles(resources, request, None).get_file(minified(APP_URL))
    assert failure_of(first).kind is FailureKind.SCRAPING_DISABLED
    assert text_of(second) == b"text"


async def test_the_lookup_cache_can_be_switched_off(source):
    async with Resources(Settings(lookup_cache_ttl_s=0)) as resources:
        for _ in range(2):
            await RequestFiles(resources, a_request(source.url, release="r"), None).get_file(minified(APP_URL))
    assert len(source.queries) == 2


@pytest.mark.parametrize(
    "scopes, downloads",
    [
        pytest.param(["7", "7"], 1, id="one-scope"),
        pytest.param([None, "global"], 1, id="no-scope-is-the-global-one"),
        pytest.param(["7", "8"], 2, id="two-scopes"),
        pytest.param([None, ""], 2, id="empty-scope-is-its-own"),
    ],
)
async def test_scopes_share_nothing(resources, server, source, scopes, downloads):
    source.put_bundle("1", {"a": ("bundled", {"url": "~/a.js"})})
    source.put_artifact("2", "~/b.js", b"artifact")
    url = server.put("/web.js", reply(b"web"))
    for scope in scopes:
        request = a_request(source.url, release="web@2", scraping=Scraping())
        files = RequestFiles(resources, request, scope)
        await files.get_file(minified("https://h.test/a.js"))
        await files.get_file(minified("https://h.test/b.js"))
        await files.get_file(minified(url))
    assert len(source.downloads("1")) == downloads
    assert len(source.downloads("2")) == downloads
    assert len(server.requests_for("/web.js")) == downloads


@pytest.mark.parametrize("change", ["url", "id"])
async def test_two_sources_with_equal_ids_of_files_share_nothing(resources, server, change):
    texts = []
    for number in (1, 2):
        source = ArtifactSource(server, f"/lookup-{number if change == 'url' else 0}/")
        source.put_bundle("1", {"a": (f"bundled {number}", {"url": "~/a.js"})})
        source.put_artifact("2", "~/b.js", f"artifact {number}".encode())
        source_id = f"sentry:{number if change == 'id' else 0}"
        request = a_request(source.url, release=f"web@{number}", source=Source(id=source_id, url=source.url, token="t"))
        files = RequestFiles(resources, request, "7")
        texts.append([text_of(await files.get_file(minified(f"https://h.test/{name}.js"))) for name in "ab"])
    assert texts == [[b"bundled 1", b"artifact 1"], [b"bundled 2", b"artifact 2"]]


async def test_answers_for_other_credentials_are_not_shared(resources, source):
    for token in ("one", "two", "one"):
        request = a_request(source.url, release="r", source=Source(id="s", url=source.url, token=token))
        await RequestFiles(resources, request, None).get_file(minified(APP_URL))
    assert [sent.header("Authorization") for sent in source.server.requests] == ["Bearer one", "Bearer two"]


async def test_files_scraped_with_other_headers_are_not_shared(resources, server, source):
    url = server.put("/a.js", reply(b"a"))
    for headers in ({}, {"X": "1"}, {"X": "2"}, {"X": "1"}):
        await scraping_files(resources, source, headers=headers).get_file(minified(url))
    assert [sent.header("X") for sent in server.requests_for("/a.js")] == [None, "1", "2"]


async def test_a_refusal_is_not_remembered(resources, server, source):
    url = server.put("/a.js", reply(b"a"))
    await scraping_files(resources, source, enabled=False).get_file(minified(url))
    await scraping_files(resources, source, allowed_origins=[]).get_file(minified(url))
    assert text_of(await scraping_files(resources, source).get_file(minified(url))) == b"a"
    await scraping_files(resources, source, enabled=False).get_file(minified(url))
    assert failure_of(await scraping_files(resources, source, enabled=False).get_file(minified(url))).kind is (
        FailureKind.SCRAPING_DISABLED
    )


async def test_two_urls_that_differ_in_a_slash_are_two_files(resources, server, source):
    one, two = server.put("/a", reply(b"one")), server.put("/a/", reply(b"two"))
    files = scraping_files(resources, source)
    assert text_of(await files.get_file(minified(one))) == b"one"
    assert text_of(await files.get_file(minified(two))) == b"two"


async def test_requests_at_the_same_time_download_once(resources, server, source):
    gate = server.gate()
    url = server.put("/a.js", gated(gate, reply(b"a")))
    tasks = [asyncio.create_task(scraping_files(resources, source).get_file(minified(url))) for _ in range(5)]
    await asyncio.to_thread(server.wait_for_requests, "/a.js")
    tasks[0].cancel()
    gate.open()
    entries = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(entries[0], asyncio.CancelledError)
    assert [text_of(entry) for entry in entries[1:] if isinstance(entry, FileEntry)] == [b"a"] * 4
    assert len(server.requests_for("/a.js")) == 1


async def test_a_map_is_read_once(resources, source, files):
    content = b'{"version":3,"sources":[],"names":[],"mappings":""}'
    first = await files.read_map(content, b"run()")
    other = RequestFiles(resources, a_request(source.url), None)
    assert await other.read_map(bytes(bytearray(content)), b"run()") is first


async def test_maps_are_not_shared_between_scopes(resources, source, files):
    content = b'{"version":3,"sources":[],"names":[],"mappings":""}'
    other = RequestFiles(resources, a_request(source.url), "7")
    assert await other.read_map(content, b"run()") is not await files.read_map(content, b"run()")


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"version":3,"sources":[],"mappings":"!"}'])
async def test_a_map_that_is_none_is_malformed(files, content):
    result = await files.read_map(content, b"run()")
    assert isinstance(result, Failure)
    assert result.kind is FailureKind.MALFORMED
    assert result.text
