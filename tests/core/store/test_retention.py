"""Sweeps and checks of a store, on a directory and on S3; what a sweep has to do, as a table."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.observing.counts import Counts
from core.observing.metrics import STORE_SWEPT
from core.store.archive_check import CheckLimits
from core.store.bundle_check import check_bundle
from core.store.object_store import Objects
from core.store.retention import OrgListing, SweepPlan, _delete_unless_used, sweep_plan, sweep_store
from core.store.store_check import check_org, repair
from core.store.store_index import index_keys
from core.store.store_keys import OrgKeys
from core.store.store_names import UploadIds, inverse
from core.store.upload_records import decode_contents
from core.store.upload_report import make_report
from core.store.upload_storing import BundleDigests, delete_from_project, org_usage, store_upload
from tests.core.store.bundles import ID, a_task, bundle_of, script, source_map
from tests.core.store.test_object_store import opened
from tests.s3_server import s3_server, use_s3
from tests.waiting import until

KEYS = OrgKeys("acme")
DAY = 86_400.0
NOW = 1_800_000_000.0
_ids = UploadIds()


def upload_of(age_s: float) -> str:
    return f"{int((NOW - age_s) * 1000):013d}-0a1b2c3d"


OLD, NEW = upload_of(100 * DAY), upload_of(DAY / 2)


@pytest.mark.parametrize(
    "listing, expected",
    [
        pytest.param(OrgListing(records={OLD, NEW}), {"to_mark": [OLD]}, id="not-used-for-long-is-marked"),
        pytest.param(OrgListing(records={OLD}, used={OLD: NOW - 80 * DAY}), {}, id="used-is-kept"),
        pytest.param(OrgListing(records={OLD}, used={OLD: NOW - 95 * DAY}), {"to_mark": [OLD]}, id="used-long-ago"),
        pytest.param(OrgListing(records={OLD}, expired={OLD: NOW - 60}), {}, id="marked-a-moment-ago-waits"),
        pytest.param(OrgListing(records={OLD}, expired={OLD: NOW - 3601}), {"to_delete": [OLD]}, id="marked-goes"),
        pytest.param(
            OrgListing(records={OLD}, expired={OLD: NOW - 3601}, used={OLD: NOW - 10}),
            {"to_spare": [OLD]},
            id="marked-and-used-since-is-kept",
        ),
        pytest.param(OrgListing(stored={OLD, NEW}), {"left_over": [OLD]}, id="without-a-record"),
        pytest.param(OrgListing(used={OLD: NOW - 2 * DAY, NEW: NOW}), {"notes": [OLD]}, id="notes-of-nothing"),
        pytest.param(OrgListing(chunks={"a": NOW - DAY - 1, "b": NOW - DAY + 1}), {"chunks": ["a"]}, id="chunks"),
        pytest.param(OrgListing(pending={"a": NOW - DAY - 1}), {"pending": ["a"]}, id="pending"),
        pytest.param(
            OrgListing(names={"a": NOW - 2 * DAY, "b": NOW - 2 * DAY, "c": NOW}, releases={"b"}),
            {"names": ["a"]},
            id="names-of-releases-without-uploads",
        ),
    ],
)
def test_what_a_sweep_has_to_do(listing, expected):
    plan = sweep_plan(listing, NOW, 90 * DAY)
    assert {name: value for name in SweepPlan.__slots__ if (value := getattr(plan, name))} == expected


def test_uploads_may_be_kept_for_ever():
    assert sweep_plan(OrgListing(records={OLD}, expired={OLD: 0.0}), NOW, None).to_delete == []


@pytest.fixture(scope="module")
def s3_port() -> Iterator[int]:
    with s3_server() as port:
        yield port


@pytest.fixture(params=["directory", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
    if request.param == "directory":
        return opened(tmp_path.as_uri())
    use_s3(monkeypatch, request.getfixturevalue("s3_port"))
    return opened(f"s3://bucket/{tmp_path.name}")


@pytest.fixture
def folder(tmp_path: Path) -> Objects:
    return opened(tmp_path.as_uri())


async def stored(objects: Objects, age_s: float = 0, **task: Any) -> str:
    """Store an upload of a file and its map, and return its id."""
    number = _ids.next()
    upload = f"{int((time.time() - age_s) * 1000):013d}{number[13:]}"
    content = bundle_of([script(f"{number}".encode(), debug_id=ID), source_map(debug_id=ID)])
    a = a_task(upload=upload, **task)
    checked = check_bundle(io.BytesIO(content), a, CheckLimits())
    digests = BundleDigests(len(content), "0" * 40, "0" * 64)
    await store_upload(objects, a, checked, make_report([]), io.BytesIO(content), digests)
    return upload


async def all_keys(objects: Objects, prefix: str = KEYS.root) -> set[str]:
    return {head.key async for head in objects.below(prefix)}


async def said(objects: Objects) -> list[str]:
    return [problem.said for problem in (await check_org(objects, "acme")).problems]


async def test_an_upload_that_is_not_used_goes_and_nothing_is_left_of_it(objects):
    await stored(objects, 100 * DAY)
    counts = Counts()

    async def is_gone() -> bool:
        return (await sweep_store(objects, 0.0, counts)).uploads == 1

    await until(is_gone)
    rest = await all_keys(objects)
    assert rest == {KEYS.release_text("web@1.0")}  # a day later it goes, too
    assert counts.news()[STORE_SWEPT.field("uploads")] == 1


async def test_an_upload_that_is_used_stays(objects):
    upload = await stored(objects, 100 * DAY)
    await objects.put(KEYS.used(upload), b"")
    for _ in range(2):
        swept = await sweep_store(objects, 90 * DAY, Counts())
        assert (swept.uploads, swept.marked) == (0, 0)
    assert await said(objects) == []


async def test_an_upload_that_is_used_after_it_was_marked_stays(folder):
    upload = await stored(folder, 100 * DAY)
    assert (await sweep_store(folder, 90 * DAY, Counts())).marked == 1
    assert folder.folder is not None
    two_hours_ago = time.time() - 7200
    os.utime(folder.folder / KEYS.expired(upload), (two_hours_ago, two_hours_ago))
    await folder.put(KEYS.used(upload), b"")
    assert (await sweep_store(folder, 90 * DAY, Counts())).uploads == 0
    assert await folder.head(KEYS.expired(upload)) is None
    assert await said(folder) == []


async def test_an_upload_that_is_used_while_it_is_deleted_gets_its_record_back(folder):
    """The use is noted after the sweep has listed everything: it is seen when the record is gone."""
    upload = await stored(folder, 100 * DAY)
    await sweep_store(folder, 90 * DAY, Counts())
    assert folder.folder is not None
    before = time.time() - 7200
    os.utime(folder.folder / KEYS.expired(upload), (before, before))
    await folder.put(KEYS.used(upload), b"")
    assert not await _delete_unless_used(folder, KEYS, upload)
    assert await said(folder) == []


async def test_a_sweep_that_is_interrupted_goes_on(folder):
    upload = await stored(folder, 100 * DAY)
    await folder.delete([KEYS.record(upload)])  # as if it was killed there
    assert (await sweep_store(folder, 90 * DAY, Counts())).left_over == 1
    assert await all_keys(folder) == {KEYS.release_text("web@1.0")}


async def test_a_damaged_list_of_files_does_not_stop_a_sweep(folder):
    upload = await stored(folder, 100 * DAY)
    await folder.put(KEYS.contents(upload), b"damaged")
    await folder.delete([KEYS.record(upload)])
    assert (await sweep_store(folder, 90 * DAY, Counts())).left_over == 1
    assert await folder.head(KEYS.bundle(upload)) is None


async def test_sweeps_at_once_are_harmless(objects):
    for _ in range(3):
        await stored(objects, 100 * DAY)

    async def is_empty() -> bool:
        await asyncio.gather(*(sweep_store(objects, 0.0, Counts()) for _ in range(3)))
        return (await org_usage(objects, "acme")).uploads == 0

    await until(is_empty)
    marks = {KEYS.release_text("web@1.0"), *await all_keys(objects, KEYS.all_expired)}  # a mark may come too late
    assert await all_keys(objects) == marks


async def test_a_sound_store_has_no_problems(objects):
    await stored(objects)
    await stored(objects, release=None)
    check = await check_org(objects, "acme", deep=False)
    assert (check.uploads, check.problems) == (2, [])
    assert check.keys == 5


async def test_missing_keys_are_found_and_written_again(objects):
    upload = await stored(objects)
    contents = decode_contents(await objects.get(KEYS.contents(upload)))
    keys = index_keys("acme", upload, contents)
    before = await all_keys(objects)
    await objects.delete([keys[0], KEYS.release_text("web@1.0")])
    check = await check_org(objects, "acme")
    assert [problem.said for problem in check.problems] == [
        f"acme/{upload}: 1 of {len(keys)} keys of the index are missing",
        f"acme/{upload}: the text of its release is missing",
    ]
    await repair(objects, check.problems)
    assert await said(objects) == []
    assert await all_keys(objects) == before


async def test_dead_keys_are_found_and_deleted(objects):
    upload = await stored(objects)
    gone = "1796094000123-0a1b2c3d"
    dead = f"{KEYS.ids}/ab/cd/{inverse(gone)}.j.shop"
    await objects.put(dead, b"")
    check = await check_org(objects, "acme")
    assert [problem.said for problem in check.problems] == [f"acme: 1 keys of the index lead nowhere, such as {dead}"]
    await repair(objects, check.problems)
    assert await said(objects) == []
    assert await objects.head(KEYS.record(upload)) is not None


async def test_bundles_that_are_gone_or_differ_are_found(objects):
    first, second, third = [await stored(objects, release=f"r{number}") for number in range(3)]
    await objects.delete([KEYS.bundle(first)])
    await objects.put(KEYS.bundle(second), b"short")
    await objects.put(KEYS.contents(third), b"damaged")
    found = await said(objects)
    assert f"acme/{first}: its bundle is not there: delete it, and upload again" in found
    assert any(f"acme/{second}: its bundle has 5 bytes, not " in each for each in found)
    assert f"acme/{third}: its list of files is damaged, or not there" in found
    assert len(found) == 3


async def test_deep_reads_the_bundles(folder):
    upload = await stored(folder)
    check = await check_org(folder, "acme", deep=True)
    assert [problem.said for problem in check.problems] == [
        f"acme/{upload}: its bundle has another SHA-256 than when it was uploaded"
    ]


async def test_what_was_deleted_from_a_project_is_not_missing(objects):
    upload = await stored(objects, projects=["admin", "shop"])
    await delete_from_project(objects, "acme", upload, "shop")
    assert await said(objects) == []


async def test_entries_that_lookups_have_pruned_are_not_missing(folder):
    uploads = [await stored(folder, age_s=30 - number, release=None) for number in range(21)]
    contents = decode_contents(await folder.get(KEYS.contents(uploads[0])))
    (key,) = index_keys("acme", uploads[0], contents)
    await folder.delete([key])
    assert await said(folder) == []
