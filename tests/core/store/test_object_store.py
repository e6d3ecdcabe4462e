"""Objects of the artifact store, on a directory and on S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from obstore.exceptions import BaseError
from obstore.store import from_url

from core.errors import CannotStart
from core.observing.counts import Counts
from core.store.object_store import ObjectMissing, Objects, ObjectStoreUnavailable, open_objects
from tests.s3_server import s3_server, use_s3


@pytest.fixture(scope="module")
def s3_port() -> Iterator[int]:
    with s3_server() as port:
        yield port


@pytest.fixture(params=["directory", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
    if request.param == "directory":
        return opened((tmp_path / "a store").as_uri())
    use_s3(monkeypatch, request.getfixturevalue("s3_port"))
    return opened(f"s3://bucket/{tmp_path.name}")


def opened(url: str) -> Objects:
    return open_objects(url, Counts(), from_url, BaseError)


async def names(objects: Objects, prefix: str) -> list[str]:
    return sorted([head.name async for head in objects.below(prefix)])


async def test_what_was_written_is_read_listed_and_deleted(objects):
    await objects.put("v1/o/acme/bundles/1", b"content", sync=True)
    await objects.put_empty(f"v1/o/acme/ids/ab/{number}.j.shop" for number in (3, 1, 2))
    assert await objects.get("v1/o/acme/bundles/1") == b"content"
    assert [piece async for piece in objects.pieces("v1/o/acme/bundles/1", 2, 5)] == [b"nte"]
    assert [piece async for piece in objects.pieces("v1/o/acme/bundles/1", 4)] == [b"ent"]
    head = await objects.head("v1/o/acme/bundles/1")
    assert head is not None
    assert (head.key, head.size) == ("v1/o/acme/bundles/1", 7)
    assert -5 < head.age_s() < 600
    assert [head.name for head in await objects.first_page("v1/o/acme/ids/ab")] == ["1.j.shop", "2.j.shop", "3.j.shop"]
    assert await objects.names("v1/o/acme/ids/ab") == ["1.j.shop", "2.j.shop", "3.j.shop"]
    assert await objects.names("v1/nothing") == []
    assert await objects.folders("v1/o") == ["acme"]
    assert await names(objects, "v1/o/acme") == ["1", "1.j.shop", "2.j.shop", "3.j.shop"]
    await objects.delete(["v1/o/acme/bundles/1", "v1/o/acme/bundles/1", "v1/never"])
    assert await objects.find("v1/o/acme/bundles/1") is None


async def test_what_is_not_there_is_said_so(objects):
    with pytest.raises(ObjectMissing):
        await objects.get("v1/nothing")
    assert await objects.head("v1/nothing") is None
    assert await objects.heads(["v1/nothing", "v1/none"]) == [None, None]
    assert await objects.first_page("v1/nothing") == []
    assert await objects.folders("v1/nothing") == []


async def test_of_s3_a_page_of_a_thousand_is_one_request(objects):
    await objects.put_empty(f"v1/x/{number:04d}" for number in range(1100))
    page = await objects.first_page("v1/x")
    assert [head.name for head in page[:2]] == ["0000", "0001"]
    assert len(page) == (1000 if objects.folder is None else 1100)
    assert len(await names(objects, "v1/x")) == 1100
    assert objects._counts.news()["store_requests|list|ok"] == (3 if objects.folder is None else 4)


async def test_a_store_that_is_away_raises_one_kind_of_error(monkeypatch):
    use_s3(monkeypatch, 1)
    objects = opened("s3://bucket/x")
    for call in (
        objects.get("a"),
        objects.put("a", b""),
        objects.head("a"),
        objects.first_page("a"),
        objects.delete(["a"]),
    ):
        with pytest.raises(ObjectStoreUnavailable, match="the store can't be reached") as caught:
            await call
        assert "127.0.0.1" not in str(caught.value)


async def test_a_directory_that_cant_be_written_to_raises_the_same(tmp_path):
    objects = opened((tmp_path / "store").as_uri())
    (tmp_path / "store" / "v1").write_text("a file in the way")
    with pytest.raises(ObjectStoreUnavailable):
        await objects.put("v1/a", b"")


@pytest.mark.parametrize("url", ["nonsense", "x://y", "s3://"])
def test_what_is_no_store_is_said_at_the_start_without_the_url(url):
    with pytest.raises(CannotStart, match="UNMANGLE_STORE_URL"):
        opened(url)
