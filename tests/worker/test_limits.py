"""Limits are loud: each names the file, its size and the limit, in the answer, in the log and in a counter."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
import pytest

from core.observing.metrics import HTML_PAGES, LIMITS_HIT
from core.settings import Settings
from core.wire.request import decode_request, parse_document
from core.wire.response import CompletedBody
from tests.worker.artifact_source import TOKEN, ArtifactSource
from tests.worker.source_server import SourceServer, bomb, reply
from worker.requests.resources import Resources
from worker.requests.symbolicate import symbolicate

Opened = Callable[..., Any]
LARGE = b"x" * 2000
BUNDLED = {"type": "minified_source", "url": "~/a.js"}


@pytest.fixture
async def answer_to(source: ArtifactSource) -> AsyncIterator[Opened]:
    """Answer a request for one frame in the file at a URL, with a worker of these settings."""

    async def answer(url: str, **settings: Any) -> tuple[CompletedBody, Resources]:
        async with Resources(Settings(connect_to_reserved_ips=True, **settings)) as resources:
            request = {
                "source": {"id": "s", "url": source.url, "token": TOKEN},
                "release": "r",
                "stacktraces": [{"frames": [{"abs_path": url, "lineno": 1, "colno": 1}]}],
            }
            return await symbolicate(resources, decode_request(parse_document(orjson.dumps(request))), None), resources

    return answer


def hits(resources: Resources, limit: str) -> float | None:
    return resources.metrics.counts.news().get(LIMITS_HIT.field(limit))


@pytest.mark.parametrize(
    "served, size",
    [
        pytest.param(reply(LARGE), 2000, id="announced"),
        pytest.param(reply(gzip.compress(bytes(5000))), None, id="wrapped"),
        pytest.param(bomb("br", 1 << 20), None, id="content-encoding"),
    ],
)
async def test_a_scraped_file_that_is_too_large(answer_to, server, caplog, served, size):
    url = server.put("/a.js", served)
    answer, resources = await answer_to(url, max_scraped_file_size=1000)
    (attempt,) = answer.scraping_attempts
    (error,) = answer.errors
    assert (attempt.reason, attempt.details) == ("other", "Maximum file size exceeded")
    assert attempt.limit == error.limit == 1000
    assert attempt.size == error.size
    assert attempt.size == size if size else attempt.size > 1000
    assert error.type == "missing_source"
    assert f"{url}: over the limit (scraped file): {attempt.size} of 1000" in caplog.text
    assert hits(resources, "scraped file") == 1


async def test_a_source_map_that_is_too_large(answer_to, server):
    url = server.put("/a.js", reply(b"//# sourceMappingURL=a.js.map"))
    server.put("/a.js.map", reply(LARGE))
    answer, _ = await answer_to(url, max_scraped_file_size=1000)
    (error,) = answer.errors
    assert (error.type, error.size, error.limit) == ("malformed_sourcemap", 2000, 1000)


async def test_the_limit_is_still_said_when_the_failure_is_cached(answer_to, server):
    url = server.put("/a.js", reply(LARGE))
    first, _ = await answer_to(url, max_scraped_file_size=1000)
    second, resources = await answer_to(url, max_scraped_file_size=1000)
    assert second == first
    assert hits(resources, "scraped file") == 1


async def test_an_artifact_that_is_too_large(answer_to, source, caplog):
    source.put_artifact("1", "~/a.js", LARGE)
    answer, resources = await answer_to("https://h.test/a.js", max_artifact_size=1000)
    (error,) = answer.errors
    assert (error.type, error.size, error.limit) == ("missing_source", 2000, 1000)
    assert "sentry://project_debug_file/1: over the limit (artifact): 2000 of 1000" in caplog.text
    assert hits(resources, "artifact") == 1


@pytest.mark.parametrize(
    "settings, limit, said",
    [
        pytest.param({"max_bundle_size": 100}, "bundle", "of 100", id="bundle"),
        pytest.param({"max_download_size": 100}, "bundle", "of 100", id="any-download"),
        pytest.param({"max_manifest_size": 10}, "bundle", "bytes of manifest.json: ", id="manifest"),
        pytest.param({"max_bundle_files": 1}, "bundle", "files: 3, at most 1", id="files"),
        pytest.param({"max_bundle_file_size": 1999}, "member", "a: over the limit (member): 2000 of 1999", id="file"),
        pytest.param({"max_bundle_bytes_per_request": 1999}, "bytes of a request", "2000 of 1999", id="request"),
    ],
)
async def test_bundles_that_are_too_large(answer_to, source, caplog, settings, limit, said):
    source.put_bundle("1", {"a": (LARGE, BUNDLED), "b": (b"", {})})
    _, resources = await answer_to("app:///a.js", **settings)
    assert hits(resources, limit)
    assert said in caplog.text
    assert "project_debug_file/1" in caplog.text


async def test_of_too_many_entries_the_first_are_used(answer_to, source, caplog):
    for number in range(3):
        source.put_artifact(str(number), f"~/{number}.js", b"x")
    answer, resources = await answer_to("https://h.test/1.js", max_lookup_entries=2)
    assert answer.errors == []
    answer, resources = await answer_to("app:///2.js", max_lookup_entries=2)
    assert [error.type for error in answer.errors] == ["missing_source"]
    assert hits(resources, "lookup entries") == 1
    assert "3 of 2" in caplog.text


async def test_an_answer_of_the_lookup_api_that_is_too_large(answer_to, source, caplog):
    source.put_artifact("1", "~/a.js", b"x")
    _, resources = await answer_to("app:///a.js", max_lookup_answer_size=10)
    assert hits(resources, "lookup answer") == 1


async def test_a_lookup_that_is_too_long(answer_to, source):
    _, resources = await answer_to(f"app:///{'a' * 70_000}")
    assert hits(resources, "lookup url") == 1
    assert source.queries == []


async def test_a_page_in_the_place_of_a_script_is_said(answer_to, server, caplog):
    url = server.put("/a.js", reply(b"<!doctype html><html></html>"))
    answer, resources = await answer_to(f"{url}?token=s3cret")
    (attempt,) = answer.scraping_attempts
    assert (attempt.status, attempt.details) == ("success", None)  # the contract has no details here
    assert resources.metrics.counts.news()[HTML_PAGES.field()] == 1
    assert f"{url}: an HTML page came in its place" in caplog.text
    assert "s3cret" not in caplog.text


async def test_a_page_in_the_place_of_an_artifact_is_said(answer_to, source, caplog):
    source.put_artifact("1", "~/a.js", b"<!doctype html><html></html>")
    _, resources = await answer_to("https://h.test/a.js")
    assert resources.metrics.counts.news()[HTML_PAGES.field()] == 1
    assert "sentry://project_debug_file/1: an HTML page came in its place" in caplog.text


# What an operator may narrow


@pytest.mark.parametrize(
    "allowed, is_asked", [("", True), ("https://other.test", False), ("{0}", True), ("{0}/x", True)]
)
async def test_sources_may_be_restricted_to_origins(answer_to, source, server, allowed, is_asked):
    origins = tuple(filter(None, [allowed.format(server.origin)]))
    await answer_to("https://h.test/a.js", source_origins=origins)
    assert bool(source.queries) == is_asked


@pytest.mark.parametrize("on_reserved_ips", [True, False])
async def test_files_of_a_source_elsewhere_may_be_kept_from_reserved_addresses(answer_to, source, on_reserved_ips):
    with SourceServer() as other:
        url = other.put("/1", reply(b"x"))
        source.entries.append({"type": "file", "id": "1", "url": url, "abs_path": "~/a.js"})
        source.put_artifact("2", "~/b.js", b"x")
        answer, _ = await answer_to("https://h.test/a.js", source_files_on_reserved_ips=on_reserved_ips)
        at_home, _ = await answer_to("https://h.test/b.js", source_files_on_reserved_ips=on_reserved_ips)
    assert (answer.errors == []) == on_reserved_ips
    assert at_home.errors == []


@pytest.mark.parametrize("is_listed", [True, False])
async def test_scraping_may_be_restricted_to_ports(answer_to, server, is_listed):
    url = server.put("/a.js", reply(b"x"))
    answer, _ = await answer_to(url, scraping_ports=(443, server.port if is_listed else 80))
    (attempt,) = answer.scraping_attempts
    assert attempt.details == (None if is_listed else "destination is restricted")
    assert bool(server.requests_for("/a.js")) == is_listed
