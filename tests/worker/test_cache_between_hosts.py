"""Hosts that share an object store download once; its failure slows, and never breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.sockets import free_port
from core.failures import Failure
from core.settings import Settings
from core.wire.request import Scraping
from tests.s3_server import s3_server, use_s3
from tests.waiting import PATIENCE_S
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import SourceServer, reply, silence
from worker.caches.shared_store import NoSharedStore, ObjectSharedStore
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

LARGE = b"/* %s */ run()" % (b"x" * (12 << 20))


@pytest.fixture(scope="module")
def s3_port() -> Iterator[int]:
    """The port of a server that speaks S3, with a bucket."""
    with s3_server() as port:
        yield port


@pytest.fixture(params=["directory", "s3"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "directory":
        return (tmp_path / "shared").as_uri()
    use_s3(monkeypatch, request.getfixturevalue("s3_port"))
    return f"s3://bucket/{tmp_path.name}"


def host(tmp_path: Path, number: int, url: str) -> Settings:
    return Settings(connect_to_reserved_ips=True, cache_dir=tmp_path / f"host{number}", shared_cache_url=url)


def put_everything(source: ArtifactSource) -> None:
    source.put_bundle("1", {"a": (LARGE, {"type": "minified_source", "url": "~/bundled.js"})})
    source.put_artifact("2", "~/artifact.js", LARGE)
    source.put_artifact("3", "~/gone.js", reply(status=404))
    source.server.put("/scraped.js", reply(b"scraped"))


async def everything(settings: Settings, source: ArtifactSource) -> list[object]:
    async with Resources(settings) as resources:
        files = RequestFiles(resources, a_request(source.url, release="r", scraping=Scraping()), None)
        paths = [f"https://h.test/{name}.js" for name in ("bundled", "artifact", "gone")]
        paths.append(source.server.url("/scraped.js"))
        results = [(await files.get_file(minified(path))).result for path in paths]
        if isinstance(resources.shared, ObjectSharedStore):
            await resources.shared.uploaded()
    return [result if isinstance(result, Failure) else result.content[:] for result in results]


async def test_what_one_host_downloaded_another_need_not(source, tmp_path, shared_url):
    put_everything(source)
    first = await everything(host(tmp_path, 1, shared_url), source)
    assert await everything(host(tmp_path, 2, shared_url), source) == first
    assert len(source.downloads("1")) == len(source.downloads("2")) == 1
    assert len(source.downloads("3")) == len(source.server.requests_for("/scraped.js")) == 2


async def test_scopes_and_secrets_are_not_in_the_store(source, tmp_path):
    put_everything(source)
    await everything(host(tmp_path, 1, (tmp_path / "shared").as_uri()), source)
    stored = [path for path in (tmp_path / "shared").rglob("*") if path.is_file()]
    assert len(stored) == 2
    assert not any(b"t0k" in path.read_bytes() for path in stored)


async def test_damage_in_the_store_is_a_miss(source, tmp_path):
    put_everything(source)
    url = (tmp_path / "shared").as_uri()
    first = await everything(host(tmp_path, 1, url), source)
    for path in (tmp_path / "shared").rglob("*"):
        if path.is_file():
            content = bytearray(path.read_bytes())
            content[100] ^= 1
            path.write_bytes(content)
    assert await everything(host(tmp_path, 2, url), source) == first


async def test_a_store_that_is_gone_slows_but_does_not_break(source, tmp_path, monkeypatch, caplog):
    put_everything(source)
    use_s3(monkeypatch, free_port())
    expected = await everything(replace(host(tmp_path, 1, ""), shared_cache_url=None), source)
    assert await everything(host(tmp_path, 2, "s3://bucket/x"), source) == expected
    assert "the shared cache can't be read now" in caplog.text
    assert "s3cret" not in caplog.text


async def test_a_store_that_refuses_slows_but_does_not_break(source, tmp_path, monkeypatch, caplog):
    put_everything(source)
    with SourceServer() as refusing:
        use_s3(monkeypatch, refusing.port)
        for_ever = reply(status=403)
        refusing.put_function("/bucket/x", lambda _: for_ever)
        expected = await everything(replace(host(tmp_path, 1, ""), shared_cache_url=None), source)
        assert await everything(host(tmp_path, 2, "s3://bucket/x"), source) == expected


async def test_uploads_that_hang_are_nobodys_concern(source, tmp_path, monkeypatch):
    put_everything(source)
    with SourceServer() as hanging:
        use_s3(monkeypatch, hanging.port)

        def answer(request: object) -> object:
            return silence() if getattr(request, "method", "") != "GET" else reply(status=404)

        hanging._answer = answer  # type: ignore[assignment]
        async with Resources(host(tmp_path, 1, "s3://bucket/x")) as resources:
            files = RequestFiles(resources, a_request(source.url, release="r"), None)
            entry = await asyncio.wait_for(files.get_file(minified("https://h.test/bundled.js")), PATIENCE_S)
        assert not isinstance(entry.result, Failure)


@pytest.mark.parametrize("url", ["", "nowhere", "ftp://h.test/x", "s3://"])
async def test_a_url_that_names_no_store_is_logged_and_done_without(tmp_path, caplog, url):
    async with Resources(host(tmp_path, 1, url)) as resources:
        assert isinstance(resources.shared, NoSharedStore)
    assert "UNMANGLE_SHARED_CACHE_URL" in caplog.text
