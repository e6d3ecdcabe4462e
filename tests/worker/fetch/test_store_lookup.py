"""Lookups in the artifact store: what they ask of it, what they remember, and for how long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.failures import Failure
from core.files.debug_ids import DebugId
from core.files.file_keys import ResolvedWith
from core.observing.counts import Counts
from core.settings import Settings
from core.store.store_index import index_keys
from core.store.upload_records import Contents, ListedMember
from tests.core.store.bundles import ID, OTHER_ID
from tests.s3_server import use_s3
from worker.fetch.store_lookup import StoreQuestion
from worker.requests.resources import Resources

NAME = "~/app.js"
QUESTION = StoreQuestion("global", "acme", "shop", DebugId(ID), "web@1", None, "https://h/app.js")
BY_ID = replace(QUESTION, release=None, abs_path=None)
BY_NAME = replace(QUESTION, debug_id=None)


class Store:
    """A directory with index entries, and a worker's lookups in it."""

    def __init__(self, folder: Path, resources: Resources, counts: Counts) -> None:
        self.folder = folder
        self.counts = counts
        assert resources.store_lookup is not None
        self.lookup = resources.store_lookup

    def put(self, upload: str, debug_id: str | None = ID, release: str | None = "web@1", name: str = NAME) -> None:
        file = ListedMember(name=name, path="p", type="minified_source", debug_id=debug_id)
        for key in index_keys("acme", upload, Contents(projects=["shop"], release=release, files=[file])):
            path = self.folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    async def found(self, question: StoreQuestion, **options: Any) -> list[str]:
        listed = await self.lookup.listed(question, **options)
        assert not isinstance(listed, Failure)
        return [bundle.upload for bundle in listed]

    @property
    def lists(self) -> float:
        """How many LISTs were asked so far."""
        return self.counts.news().get("store_requests|list|ok", 0)


def upload(number: int) -> str:
    return f"{number:013d}-0a1b2c3d"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    counts = Counts()
    settings = Settings(store_url=(tmp_path / "store").as_uri(), cache_dir=tmp_path / "cache", store_miss_ttl_s=0)
    async with Resources(settings, counts=counts) as resources:
        yield Store(tmp_path / "store", resources, counts)


async def test_a_debug_id_is_one_list_and_then_none(store):
    store.put(upload(1))
    assert await store.found(QUESTION) == [upload(1)]
    assert store.lists == 1
    store.put(upload(2))
    assert await store.found(QUESTION) == [upload(1)]
    assert store.lists == 1
    assert await store.found(QUESTION, anew=True) == [upload(2)]


async def test_a_name_is_asked_for_if_the_debug_id_finds_nothing(store):
    store.put(upload(1), debug_id=OTHER_ID)
    listed = await store.lookup.listed(QUESTION)
    assert [(bundle.uri, bundle.resolved_with) for bundle in listed] == [
        (f"store://acme/{upload(1)}", ResolvedWith.INDEX)
    ]
    assert store.lists == 2
    assert await store.found(BY_NAME) == [upload(1)]
    assert await store.found(replace(BY_NAME, dist="7")) == []
    assert await store.found(replace(BY_NAME, release="undefined")) == []
    assert await store.found(replace(BY_NAME, project="app")) == []
    assert await store.found(replace(BY_NAME, project=None)) == [upload(1)]


async def test_what_is_not_found_is_looked_for_again(store):
    assert await store.found(BY_ID) == []
    store.put(upload(1))
    assert await store.found(BY_ID) == [upload(1)]


async def test_what_one_scope_has_asked_another_one_asks_again(store):
    store.put(upload(1))
    await store.found(BY_ID)
    await store.found(replace(BY_ID, scope="other"))
    assert store.lists == 2


async def test_a_store_that_is_away_is_a_failure_that_nobody_remembers(monkeypatch, tmp_path, caplog):
    use_s3(monkeypatch, 1)
    async with Resources(Settings(store_url="s3://bucket/x", cache_dir=None, lookup_timeout_s=3)) as resources:
        assert resources.store_lookup is not None
        for _ in range(2):
            assert isinstance(await resources.store_lookup.listed(BY_ID), Failure)
    assert len([record for record in caplog.records if "store" in record.getMessage()]) == 1


async def test_entries_of_thousands_of_builds_are_pruned(store):
    for number in range(130):
        store.put(upload(number), release=None)
    assert await store.found(BY_ID) == [upload(129)]
    while store.lookup._background:
        await next(iter(store.lookup._background))
    left = [path for path in (store.folder / "v1/o/acme/ids").rglob("*") if path.is_file()]
    assert len(left) == 20
    assert await store.found(BY_ID, anew=True) == [upload(129)]
