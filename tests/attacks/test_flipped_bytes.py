"""A byte that flips on disk turns an entry of the cache into none: never into another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.failures import Excess, Failure, FailureKind
from core.settings import Settings
from worker.caches.cache_entries import Kind
from worker.caches.disk import DiskStore, StoredFailure, written
from worker.caches.stored_file import StoredFile

KEY = bytes(range(32))
FLIPS = (1, 2, 4, 8, 16, 32, 64, 128, 255)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DiskStore]:
    store = DiskStore(tmp_path, Settings())
    yield store
    store.close()


def put_failure(store: DiskStore, kind: Kind, failure: Failure) -> None:
    store.publish_failure(KEY, kind, failure)


def put_file(store: DiskStore, kind: Kind, content: bytes) -> None:
    draft = written(store, content)
    with draft.opened(KEY.hex(), kind) as file:
        store.publish(draft, file.record)


def found(store: DiskStore) -> object:
    """Return what a worker makes of the entry, None if it is a miss."""
    entry = store.open(KEY)
    if isinstance(entry, StoredFailure):
        return entry.failure, entry.failure.excess, entry.kind
    if not isinstance(entry, StoredFile):
        return None
    with entry:
        return (entry.content()[:], entry.record.digest) if entry.is_intact() else None


@pytest.mark.parametrize(
    "put",
    [
        pytest.param(lambda store: put_failure(store, Kind.GLOBAL, Failure(FailureKind.NOT_FOUND)), id="miss"),
        pytest.param(
            lambda store: put_failure(store, Kind.DOWNLOADED, Failure(FailureKind.MALFORMED, "no", Excess(2, 1))),
            id="malformed",
        ),
        pytest.param(lambda store: put_file(store, Kind.DOWNLOADED, b""), id="empty-file"),
        pytest.param(lambda store: put_file(store, Kind.LOOKUP, b'[{"type":"file"}]'), id="answer"),
    ],
)
def test_every_flip_is_a_miss(store: DiskStore, put: Callable[[DiskStore], None]):
    put(store)
    before = found(store)
    assert before is not None
    path = store.directory / KEY.hex()[:2] / KEY.hex()
    content = path.read_bytes()
    for position in range(len(content)):
        for flip in FLIPS:
            damaged = bytearray(content)
            damaged[position] ^= flip
            path.write_bytes(damaged)
            assert found(store) is None, (position, flip)


@pytest.mark.parametrize("cut", [1, 10, 24, 60])
def test_an_entry_that_is_cut_is_a_miss(store: DiskStore, cut: int):
    put_failure(store, Kind.GLOBAL, Failure(FailureKind.NOT_FOUND))
    path = store.directory / KEY.hex()[:2] / KEY.hex()
    path.write_bytes(path.read_bytes()[:-cut])
    assert found(store) is None
