import logging
from collections.abc import AsyncIterator

import orjson
import pytest

from core.errors import FetchFailed
from core.failures import Failure
from core.observing.counts import Counts
from core.settings import Settings
from core.web.urls import Url, parse_url
from core.wire.request_sources import Source
from tests.worker.source_server import (
    Reply,
    SourceServer,
    dripping,
    encoded,
    half_a_body,
    hang_up,
    raw,
    redirect,
    reply,
    silence,
)
from worker.caches.cache_entries import Kind
from worker.caches.disk import open_store
from worker.caches.readers import read_stored_answer
from worker.caches.worker_metrics import WorkerMetrics
from worker.fetch.artifact_source import SourceClient
from worker.fetch.client import Client
from worker.fetch.download import Downloader
from worker.threads import Threads

BUNDLE = {"type": "bundle", "id": "1", "url": "https://h.test/1"}
GOOD = reply(orjson.dumps([BUNDLE]))
SETTINGS = Settings(lookup_timeout_s=20)
THREADS = Threads(2)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client(SETTINGS) as client:
        yield client


async def ids_from(
    client: Client, server: SourceServer, *replies: Reply, settings: Settings = SETTINGS
) -> list[str] | None:
    """Ask a lookup API that gives these replies in turn, and return the ids it lists."""
    url = a_url(server.put("/lookup/", *replies) + "?release=r")
    try:
        source = Source(id="s", url=server.url("/lookup/"), token="t0k")
        answer = await a_source_client(client, settings).download_answer(url, source, "scope")
    except FetchFailed:
        return None
    with answer.opened("", Kind.LOOKUP) as file:
        listed = read_stored_answer(file)
    assert not isinstance(listed, Failure)
    return [entry.id for entry in listed]


def a_source_client(client: Client, settings: Settings = SETTINGS) -> SourceClient:
    downloader = Downloader(client, open_store(settings), THREADS)
    return SourceClient(client, downloader, THREADS, WorkerMetrics(Counts()), settings)


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


@pytest.mark.parametrize(
    "served",
    [
        pytest.param(GOOD, id="200"),
        pytest.param(reply(orjson.dumps([BUNDLE]), status=201), id="201"),
        pytest.param(reply(orjson.dumps([BUNDLE]), headers=[("Content-Type", "text/html")]), id="any-content-type"),
        pytest.param(encoded(orjson.dumps([BUNDLE]), "gzip"), id="gzip-although-nobody-asked"),
    ],
)
async def test_an_answer_lists_files(client, server, served):
    assert await ids_from(client, server, served) == ["1"]
    (request,) = server.requests
    assert request.method == "GET"
    assert request.target == "/lookup/?release=r"
    assert request.header("Authorization") == "Bearer t0k"
    assert request.header("Accept-Encoding") == "identity"
    assert str(request.header("User-Agent")).startswith("unmangle/")


async def test_an_empty_answer_lists_nothing(client, server):
    assert await ids_from(client, server, reply(b"[]")) == []


@pytest.mark.parametrize(
    "served",
    [
        pytest.param(reply(status=500), id="500"),
        pytest.param(reply(status=401), id="401"),
        pytest.param(reply(status=404), id="404"),
        pytest.param(reply(status=304), id="304"),
        pytest.param(reply(b"<!doctype html><p>Please log in"), id="html"),
        pytest.param(reply(b""), id="nothing"),
        pytest.param(reply(status=204), id="no-content"),
        pytest.param(half_a_body(orjson.dumps([BUNDLE])), id="half-a-body"),
        pytest.param(reply(orjson.dumps([BUNDLE])[:-3]), id="half-the-json"),
        pytest.param(hang_up(), id="hang-up"),
        pytest.param(raw(b"220 ready\r\n"), id="not-http"),
        pytest.param(reply(orjson.dumps(BUNDLE)), id="object"),
        pytest.param(reply(orjson.dumps([BUNDLE, {**BUNDLE, "id": 2}])), id="wrong-type"),
        pytest.param(reply(orjson.dumps([BUNDLE, {"type": "file"}])), id="member-missing"),
    ],
)
async def test_a_failed_query_is_tried_three_times_and_logged(client, server, caplog, served):
    with caplog.at_level(logging.WARNING):
        assert await ids_from(client, server, served) is None
    assert len(server.requests) == 3
    assert "the artifact lookup at 127.0.0.1 failed" in caplog.text
    assert "t0k" not in caplog.text


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(reply(status=500), id="500"),
        pytest.param(reply(status=403), id="403"),
        pytest.param(reply(b"<html>"), id="html"),
        pytest.param(reply(b"[{}]"), id="wrong-entry"),
        pytest.param(hang_up(), id="hang-up"),
    ],
)
async def test_a_query_that_heals_is_answered(client, server, first):
    assert await ids_from(client, server, first, first, GOOD) == ["1"]
    assert len(server.requests) == 3


async def test_a_server_that_stays_silent_is_given_up(client, server, caplog):
    async with Client(Settings(head_timeout_s=1)) as client:
        assert await ids_from(client, server, silence(), settings=Settings(lookup_timeout_s=1)) is None
    assert "failed" in caplog.text


async def test_an_answer_that_never_ends_is_given_up(client, server):
    assert await ids_from(client, server, dripping(b"    "), settings=Settings(lookup_timeout_s=1)) is None


async def test_an_answer_beyond_16_mebibytes_is_not_read(client, server, caplog):
    answer = b"[" + b" " * (16 << 20) + b"]"
    assert await ids_from(client, server, reply(answer)) is None
    assert len(server.requests) == 1
    assert "Maximum file size exceeded" in caplog.text


async def test_a_redirect_to_another_origin_loses_the_credentials(client, server):
    with SourceServer() as other:
        other.put("/", GOOD)
        assert await ids_from(client, server, redirect(other.url("/"))) == ["1"]
        assert [request.header("Authorization") for request in other.requests] == [None]


@pytest.mark.parametrize("token", ["a\r\nX: y", "a\0"])
async def test_a_token_that_no_header_can_hold_is_a_failed_query(client, server, token, caplog):
    url = a_url(server.put("/lookup/", GOOD))
    with pytest.raises(FetchFailed):
        await a_source_client(client).download_answer(url, Source(id="s", url=url.href, token=token), "scope")
    assert server.requests == []
    assert token not in caplog.text
