"""Bundles with many members: shared by the requests that have them open, and only as many as there is room for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.errors import NoRoom
from core.failures import Failure
from core.files.artifact_bundle import write_bundle
from core.files.file_keys import FileEntry
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from worker.requests import bundle_cache
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources


def a_bundle(name: str, members: int = 40) -> bytes:
    files: dict[str, Any] = {f"{number}": ("", {}) for number in range(members)}
    files["code"] = ("run()", {"type": "minified_source", "url": f"~/{name}.js"})
    return write_bundle(files)


def test_room_is_given_to_one_at_a_time(monkeypatch):
    monkeypatch.setattr(bundle_cache, "MANY_MEMBERS", 10)
    first = bundle_cache._Admission(lock := bundle_cache.threading.Lock(), 0)
    first.admit(9)
    assert not first.is_large
    first.admit(10)
    with pytest.raises(NoRoom, match="another"):
        bundle_cache._Admission(lock, 0).admit(10)
    first.end()
    second = bundle_cache._Admission(lock, bundle_cache.ROOM_BYTES)
    with pytest.raises(NoRoom, match="10 files"):
        second.admit(10)
    second.end()
    bundle_cache._Admission(lock, 0).admit(10_000_000)  # the first one has room in any case


async def test_a_bundle_waits_until_others_are_closed(source, resources, monkeypatch):
    monkeypatch.setattr(bundle_cache, "MANY_MEMBERS", 10)
    monkeypatch.setattr(bundle_cache, "ROOM_BYTES", 1)
    first = files_of(resources, source, "a")
    assert is_found(await first.get_file(minified("https://h.test/a.js")))
    second = files_of(resources, source, "b")
    waiting = asyncio.create_task(second.get_file(minified("https://h.test/b.js")))
    await asyncio.to_thread(source.server.wait_for_requests, "/lookup-b/files/b")
    assert not waiting.done()
    await first.close()
    del first
    assert is_found(await waiting)
    await second.close()


async def test_requests_share_a_bundle_that_one_of_them_has_open(source, resources, monkeypatch):
    monkeypatch.setattr(bundle_cache, "MANY_MEMBERS", 10)
    monkeypatch.setattr(bundle_cache, "ROOM_BYTES", 1)
    both = [files_of(resources, source, "a") for _ in range(2)]
    for files in both:
        assert is_found(await files.get_file(minified("https://h.test/a.js")))
    for files in both:
        await files.close()


def files_of(resources: Resources, source: ArtifactSource, name: str) -> RequestFiles:
    """Return the files of a request whose source lists the bundle ``name``."""
    own = ArtifactSource(source.server, f"/lookup-{name}/")
    own.put_bundle(name, a_bundle(name))
    return RequestFiles(resources, a_request(own.url, release="r"), None)


def is_found(entry: FileEntry) -> bool:
    return not isinstance(entry.result, Failure)
