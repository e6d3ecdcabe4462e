"""A cache directory that is full or broken costs time, and no answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from core.files.file_keys import File
from core.observing.metrics import CACHE_ERRORS
from core.wire.request import Scraping
from tests.attacks.small_disk import command_with_small_disk
from tests.worker.artifact_source import ArtifactSource, a_request, minified
from tests.worker.source_server import SourceServer, reply
from worker.caches.cleanup import entries
from worker.requests.request_files import RequestFiles
from worker.requests.resources import Resources

Opened = Callable[..., Resources]

DISK_MIB = 16
FILE = b"/* %s */ run()" % (b"x" * (1 << 20))


def a_large_map() -> bytes:
    return orjson.dumps(
        {"version": 3, "sources": ["a.js"], "sourcesContent": ["x" * (5 << 20)], "names": [], "mappings": "AAAA"}
    )


@pytest.mark.skipif(sys.platform != "linux", reason="needs mount namespaces")
def test_files_are_had_although_the_disk_is_full(server: SourceServer, tmp_path: Path):
    """First by evicting what is old, then, as that isn't enough, in memory; and that is said once."""
    disk = tmp_path / "disk"
    disk.mkdir()
    arguments = (sys.executable, "-m", "tests.attacks.cache_on_small_disk", str(disk), server.origin)
    command = command_with_small_disk(disk, DISK_MIB, *arguments)
    if command is None:
        pytest.skip("NO FULL DISK WAS TRIED: this user may have no mount namespace (unshare)")
    for number in range(24):
        server.put(f"/{number}.js", reply(FILE))
    server.put("/large.map", reply(a_large_map()))
    report = orjson.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    assert report == {
        "own files": [len(FILE)] * 20,
        "evicted": True,
        "others' files": [len(FILE)] * 4,
        "map": True,
        "said": 1,
        "counted": True,
    }


def a_directory_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def not_readable(path: Path) -> None:
    path.chmod(0)


def a_file_instead_of_the_folder(path: Path) -> None:
    for entry in path.parent.iterdir():
        entry.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"")


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(a_directory_instead, id="EISDIR"),
        pytest.param(a_link_to_itself, id="ELOOP"),
        pytest.param(a_file_instead_of_the_folder, id="ENOTDIR"),
        pytest.param(
            not_readable,
            id="EACCES",
            marks=pytest.mark.skipif(os.getuid() == 0, reason="root may read everything"),
        ),
    ],
)
async def test_an_entry_that_cannot_be_opened_is_a_miss(source: ArtifactSource, opened: Opened, tmp_path, broken):
    source.put_artifact("1", "~/artifact.js", b"artifact()")
    source.server.put("/scraped.js", reply(b"scraped()"))
    for attempt in ("before", "broken", "still broken"):
        if attempt == "broken":
            for entry in list(entries(tmp_path / "cache" / "v2")):
                broken(entry.path)
        async with opened() as resources:
            files = RequestFiles(resources, a_request(source.url, release="r", scraping=Scraping()), None)
            for path in ("https://h.test/artifact.js", source.server.url("/scraped.js")):
                assert isinstance((await files.get_file(minified(path))).result, File), attempt
            await resources.file_threads.run(resources.store.clean_up)
            errors = resources.metrics.counts.news().get(CACHE_ERRORS.field("read"), 0)
        assert bool(errors) is (attempt == "broken" or (attempt == "still broken" and broken is not not_readable))


async def test_a_cache_directory_that_cannot_be_made_costs_no_answer(server, opened: Opened, tmp_path, caplog):
    (tmp_path / "file").write_bytes(b"")
    url = server.put("/a.js", reply(FILE))
    async with opened(cache_dir=tmp_path / "file" / "cache") as resources:
        files = RequestFiles(resources, a_request("http://127.0.0.1:9/", scraping=Scraping()), None)
        assert isinstance((await files.get_file(minified(url))).result, File)
    assert "UNMANGLE_CACHE_DIR: files are not kept" in caplog.text


async def test_without_any_disk_files_are_in_memory_as_far_as_that_goes(server, opened: Opened, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not-there"))
    url = server.put("/a.js", reply(FILE))
    large = server.put("/b.js", reply(FILE * 4))
    async with opened(cache_dir=None, memory_cache_bytes=3 << 20) as resources:
        files = RequestFiles(resources, a_request("http://127.0.0.1:9/", scraping=Scraping()), None)
        assert isinstance((await files.get_file(minified(url))).result, File)
        refused = (await files.get_file(minified(large))).result
    assert str(getattr(refused, "text", "")).startswith("the cache: No space left")
