"""The store on disk: entries are whole or not there, shared by processes, bounded, and in nobody's way."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import mmap
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.failures import Excess, Failure, FailureKind
from core.settings import Settings
from tests.waiting import PATIENCE_S
from worker.caches.cache_entries import Kind, Record, decode_end, encode_end
from worker.caches.cleanup import clean, entries
from worker.caches.disk import DiskStore, NoStore, StoredFailure, open_store, written
from worker.caches.locks import _offset
from worker.caches.stored_file import MAPPED_FROM_BYTES, NAMED_FROM_BYTES, StoredFile, content_digest

KEY, OTHER = bytes(32), b"\1" * 32
NOT_FOUND = Failure(FailureKind.NOT_FOUND)
MALFORMED = Failure(FailureKind.MALFORMED, "Maximum file size exceeded", Excess(5, 4))
RECORD_OF_FAILURE = Record("00", Kind.LOOKUP, 0, 0, 0, "", NOT_FOUND)
HOUR = 3600
DAY = 24 * HOUR


class Clock:
    """Unix time as the test says it is."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[DiskStore]:
    store = a_store(tmp_path, clock)
    yield store
    store.close()


def a_store(directory: Path, clock: Callable[[], float], **settings: int) -> DiskStore:
    return DiskStore(directory, Settings(**settings), clock)  # type: ignore[arg-type]


def put(store: DiskStore, key: bytes, content: bytes, kind: Kind = Kind.DOWNLOADED) -> None:
    draft = written(store, content)
    with draft.opened(key.hex(), kind) as file:
        record = dataclasses.replace(file.record, made_at_s=store._clock())
    store.publish(draft, record)
    os.utime(path_of(store, key), (store._clock(), store._clock()))


def path_of(store: DiskStore, key: bytes) -> Path:
    return store.directory / key.hex()[:2] / key.hex()


def content_of(store: DiskStore, key: bytes) -> bytes | Failure | None:
    """Return a copy of the content that is stored, or what is stored instead."""
    entry = store.open(key)
    if isinstance(entry, StoredFailure):
        return entry.failure
    if entry is None:
        return None
    with entry:
        return entry.content()[:] if entry.is_intact() else None


def used_bytes(store: DiskStore) -> int:
    return sum(entry.size for entry in entries(store.directory))


def test_many_pieces_are_written_one_after_another(store):
    pieces = [b"", *(b"%d," % number for number in range(2000)), b""]
    draft = store.draft()
    draft.write_all(pieces)
    with draft.opened(KEY.hex(), Kind.DOWNLOADED) as file:
        assert file.content() == b"".join(pieces)
        store.publish(draft, file.record)
    assert content_of(store, KEY) == b"".join(pieces)


@pytest.mark.parametrize(
    ("size", "is_named", "has_digest"),
    [(NAMED_FROM_BYTES, True, True), (NAMED_FROM_BYTES - 1, True, False), (NAMED_FROM_BYTES, False, False)],
)
def test_large_files_have_a_digest_if_others_are_named_by_them(store, size, is_named, has_digest):
    draft = written(store, b"x" * size)
    with draft.opened(KEY.hex(), Kind.DOWNLOADED, is_named=is_named) as file:
        assert file.record.digest == (hashlib.sha256(b"x" * size).hexdigest() if has_digest else "")
        assert content_digest(file.mapped()) == hashlib.sha256(b"x" * size).digest()
    draft.discard()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="an-empty-file-is-not-a-missing-one"),
        pytest.param(b"malformed", id="a-text-that-looks-like-an-error"),
        pytest.param(encode_end(RECORD_OF_FAILURE), id="a-text-that-looks-like-a-record"),
        pytest.param(b"x" * (MAPPED_FROM_BYTES - 1), id="read"),
        pytest.param(b"x" * MAPPED_FROM_BYTES, id="mapped"),
        pytest.param(b"x" * (9 << 20), id="more-than-one-window-of-the-checksum"),
    ],
)
def test_what_was_put_comes_out(store, content):
    put(store, KEY, content)
    assert content_of(store, KEY) == content


def test_large_content_is_mapped_and_outlives_its_entry(store):
    put(store, KEY, b"x" * MAPPED_FROM_BYTES)
    with store.open(KEY) as file:
        content = file.content()
    store.remove(KEY)
    assert isinstance(content, mmap.mmap)
    assert content[:] == b"x" * MAPPED_FROM_BYTES


@pytest.mark.parametrize("failure", [NOT_FOUND, MALFORMED, Failure(FailureKind.DOWNLOAD_ERROR, "é" * 5000)])
def test_a_failure_is_kept_with_its_reason(store, clock, failure):
    store.publish_failure(KEY, Kind.DOWNLOADED, failure)
    kept = store.open(KEY)
    assert kept.failure.kind is failure.kind
    assert failure.text.startswith(kept.failure.text)
    assert kept.failure.excess == failure.excess
    assert kept.made_at_s == clock.now


@pytest.mark.parametrize("kind", [FailureKind.INTERNAL, FailureKind.SCRAPING_DISABLED])
def test_what_is_nobodys_fault_is_not_kept(store, kind):
    store.publish_failure(KEY, Kind.DOWNLOADED, Failure(kind))
    assert store.open(KEY) is None


def test_failures_of_lookups_are_not_kept(store):
    store.publish_failure(KEY, Kind.LOOKUP, NOT_FOUND)
    assert store.open(KEY) is None


@pytest.mark.parametrize(
    "failure, age_s, is_kept",
    [
        pytest.param(None, DAY - 1, True, id="a-file-for-a-day-after-its-last-use"),
        pytest.param(None, DAY, False, id="a-file-no-longer"),
        pytest.param(NOT_FOUND, HOUR - 1, True, id="a-miss-for-an-hour"),
        pytest.param(NOT_FOUND, HOUR, False, id="a-miss-no-longer"),
        pytest.param(MALFORMED, DAY - 1, True, id="what-is-malformed-for-a-day"),
        pytest.param(MALFORMED, DAY, False, id="what-is-malformed-no-longer"),
        pytest.param(Failure(FailureKind.DOWNLOAD_ERROR, "destination is restricted"), 60, False, id="restricted"),
    ],
)
def test_entries_end_when_their_time_is_over(store, clock, failure, age_s, is_kept):
    if failure is None:
        put(store, KEY, b"x")
    else:
        store.publish_failure(KEY, Kind.DOWNLOADED, failure)
    clock.now += age_s
    assert (content_of(store, KEY) is not None) == is_kept


def test_an_answer_of_a_lookup_ends_after_an_hour_however_often_it_is_used(store, clock):
    put(store, KEY, b"[]", Kind.LOOKUP)
    clock.now += HOUR - 1
    assert content_of(store, KEY) == b"[]"
    clock.now += 1
    assert content_of(store, KEY) is None


def test_a_file_that_is_used_stays(store, clock):
    put(store, KEY, b"x")
    for _ in range(5):
        clock.now += DAY - 1
        assert content_of(store, KEY) == b"x"


def test_a_file_that_memory_answers_for_stays(store, clock):
    put(store, KEY, b"x")
    clock.now += DAY - 1
    store.note_use(KEY)
    clock.now += DAY - 1
    assert content_of(store, KEY) == b"x"


def test_what_was_malformed_is_tried_again_after_a_restart(tmp_path, clock, store):
    store.publish_failure(KEY, Kind.DOWNLOADED, MALFORMED)
    store.publish_failure(OTHER, Kind.DOWNLOADED, NOT_FOUND)
    clock.now += 1
    restarted = a_store(tmp_path, clock)
    assert restarted.open(KEY) is None
    assert content_of(restarted, OTHER) == NOT_FOUND
    restarted.close()


@given(data=st.data())
def test_damage_is_a_miss(data, tmp_path_factory):
    store = a_store(tmp_path_factory.mktemp("store"), Clock())
    put(store, KEY, b"content" * 10)
    path = path_of(store, KEY)
    entry = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        entry = entry[: data.draw(st.integers(0, len(entry) - 1))]
    else:
        place = data.draw(st.integers(0, len(entry) - 1))
        entry[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(entry)
    # In the record, a figure of the time or a letter of the kind may still be one.
    assert content_of(store, KEY) in (None, b"content" * 10)
    store.close()


def test_an_entry_under_another_name_is_a_miss_and_goes(store):
    put(store, KEY, b"x")
    path_of(store, OTHER).parent.mkdir()
    path_of(store, KEY).rename(path_of(store, OTHER))
    assert store.open(OTHER) is None
    assert not path_of(store, OTHER).exists()


@given(st.binary(max_size=100))
def test_garbage_is_no_record(end):
    assert decode_end(end, len(end)) is None


def test_drafts_are_seen_by_nobody_and_leave_nothing(store):
    draft = written(store, b"x")
    assert used_bytes(store) == 0
    assert store.usage.bytes() == 1
    draft.discard()
    assert list((store.directory / "drafts").iterdir()) == []
    assert store.usage.bytes() == 0


def test_a_draft_that_is_begun_again_has_only_the_second_beginning(store):
    draft = written(store, b"first")
    draft.restart()
    draft.write(b"2nd")
    with draft.opened("00", Kind.DOWNLOADED) as file:
        assert file.content() == b"2nd"
        assert file.is_intact()
    draft.discard()


def test_a_discarded_draft_takes_no_more(store):
    draft = store.draft()
    draft.discard()
    draft.write(b"from a thread that was late")
    assert used_bytes(store) == 0


# Room


def test_what_was_used_longest_ago_makes_room(tmp_path, clock):
    store = a_store(tmp_path, clock, cache_max_bytes=10 * 8192)
    for number in range(12):
        clock.now += 1
        put(store, bytes([number]) * 32, b"x" * 5000)
        clock.now += 400
        content_of(store, bytes(32))  # the first is used all the time
    kept = {entry.path.name[:2] for entry in entries(store.directory)}
    assert used_bytes(store) <= 10 * 8192
    assert {"00", "0b"} <= kept
    assert "01" not in kept
    store.close()


def test_the_count_of_bytes_is_what_is_there(store):
    for number in range(5):
        put(store, bytes([number]) * 32, b"x" * number * 3000)
    put(store, KEY, b"once more, in the place of the first")
    store.remove(b"\1" * 32)
    assert store.usage.bytes() == used_bytes(store)


def test_a_file_in_use_is_not_removed(tmp_path, clock):
    store = a_store(tmp_path, clock, cache_max_bytes=8192)
    put(store, KEY, b"x" * 5000)
    with store.open(KEY):
        for number in range(1, 5):
            clock.now += 1
            put(store, bytes([number]) * 32, b"x" * 5000)
        assert path_of(store, KEY).exists()
    clean(store.directory, store.usage, store._settings, clock.now, None)
    assert not path_of(store, KEY).exists()
    store.close()


def test_a_mapped_file_is_in_use_as_long_as_the_mapping_lives(tmp_path, clock):
    store = a_store(tmp_path, clock, cache_max_bytes=4096)
    draft = written(store, b"x" * MAPPED_FROM_BYTES)
    with draft.opened(KEY.hex(), Kind.DOWNLOADED) as file:
        store.publish(draft, file.record)
        content = file.content()
    clean(store.directory, store.usage, store._settings, clock.now, None)
    assert path_of(store, KEY).exists()
    del content
    clean(store.directory, store.usage, store._settings, clock.now, None)
    assert not path_of(store, KEY).exists()
    store.close()


def test_a_cleanup_removes_what_is_too_old_and_what_the_dead_left(store, clock):
    put(store, KEY, b"x")
    put(store, OTHER, b"x", Kind.LOOKUP)
    store.publish_failure(b"\2" * 32, Kind.DOWNLOADED, NOT_FOUND)
    (store.directory / "drafts" / "left").write_bytes(b"half a file")
    os.utime(store.directory / "drafts" / "left", (clock.now - 61, clock.now - 61))
    alive = written(store, b"x")
    os.utime(alive.path, (clock.now - 61, clock.now - 61))
    clock.now += HOUR
    store.clean_up()
    assert [entry.path.name for entry in entries(store.directory)] == [KEY.hex()]
    assert list((store.directory / "drafts").iterdir()) == [alive.path]
    alive.discard()


def test_one_cleanup_in_its_interval_is_enough_for_all(tmp_path, store, clock):
    store.clean_up()
    put(store, OTHER, b"x", Kind.LOOKUP)
    other = a_store(tmp_path, clock, lookup_cache_ttl_s=0)
    other.clean_up()
    assert path_of(store, OTHER).exists()
    clock.now += 900
    other.clean_up()
    assert not path_of(store, OTHER).exists()
    other.close()


# Processes

WRITER = """
import sys
from pathlib import Path
from core.settings import Settings
from worker.caches.disk import DiskStore, written
from worker.caches.cache_entries import Kind
store = DiskStore(Path(sys.argv[1]), Settings())
print("up", flush=True)
for round in range(100_000):
    for number in range(20):
        draft = written(store, b"%d " % number * 50_000)
        with draft.opened((bytes([number]) * 32).hex(), Kind.DOWNLOADED) as file:
            store.publish(draft, file.record)
"""


def test_entries_are_whole_however_often_their_writers_are_killed(tmp_path):
    store = DiskStore(tmp_path, Settings())
    for _ in range(5):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"up\n"
        while store.open(bytes([19]) * 32) is None:  # it is in full swing
            pass
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        for number in range(20):
            assert content_of(store, bytes([number]) * 32) == b"%d " % number * 50_000
            store.remove(bytes([number]) * 32)
    store.close()


LOCKER = """
import asyncio, sys
from pathlib import Path
from worker.caches.locks import HostLocks
async def main():
    locks = HostLocks(Path(sys.argv[1]))
    async with locks.hold(b"key", 10):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
asyncio.run(main())
"""


async def test_a_lock_is_held_against_other_processes_until_its_holder_dies(tmp_path):
    store = DiskStore(tmp_path, Settings())
    locker = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", LOCKER, str(store.directory / "locks")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert locker.stdout is not None
    assert await locker.stdout.readline() == b"held\n"
    assert not store.locks._take(_offset(b"key"))
    async with store.locks.hold(b"another key", 10):
        pass
    waiting = asyncio.create_task(_hold(store, b"key"))
    await asyncio.sleep(0)
    locker.kill()
    await locker.wait()
    await asyncio.wait_for(waiting, PATIENCE_S)
    store.close()


async def _hold(store: DiskStore, key: bytes) -> None:
    async with store.locks.hold(key, 60):
        pass


async def test_whoever_waits_too_long_for_a_lock_goes_on(store):
    async with store.locks.hold(KEY, 0), store.locks.hold(KEY, 0):
        pass


async def test_a_lock_is_free_again_after_its_holder_failed(store):
    with pytest.raises(ZeroDivisionError):
        async with store.locks.hold(KEY, 0):
            raise ZeroDivisionError
    assert store.locks._take(_offset(KEY))


async def test_no_more_than_so_many_have_a_slot(tmp_path, store, clock):
    others = a_store(tmp_path, clock)
    running = most = 0

    async def work(locks: DiskStore) -> None:
        nonlocal running, most
        async with locks.locks.slot("maps", 2, 60):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(work(locks) for locks in (store, others) * 5))
    assert most == 2
    others.close()


def test_threads_and_processes_count_together(tmp_path, clock):
    one, two = a_store(tmp_path, clock), a_store(tmp_path, clock)

    def add(store: DiskStore) -> None:
        for _ in range(500):
            store.usage.add(1)

    threads = [threading.Thread(target=add, args=[store]) for store in (one, one, two, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert one.usage.bytes() == two.usage.bytes() == 1000  # it wasn't much: the others are told later
    two.close()
    assert one.usage.bytes() == 2000
    one.close()


def test_others_are_told_of_what_is_much(tmp_path, clock):
    one, two = a_store(tmp_path, clock), a_store(tmp_path, clock)
    assert one.usage.add(4_194_303) == 4_194_303
    assert two.usage.bytes() == 0
    assert one.usage.add(1) == 4_194_304
    assert two.usage.bytes() == 4_194_304
    one.close()
    two.close()


# Without a directory


def test_without_a_directory_nothing_is_kept_but_what_is_open():
    store = open_store(Settings(cache_dir=None))
    draft = written(store, b"x" * MAPPED_FROM_BYTES)
    with draft.opened(KEY.hex(), Kind.DOWNLOADED) as file:
        store.publish(draft, file.record)
        content = file.content()
    draft.discard()
    assert store.open(KEY) is None
    assert content[:] == b"x" * MAPPED_FROM_BYTES
    store.close()


def test_a_directory_that_cannot_be_used_is_logged_and_done_without(tmp_path, caplog):
    (tmp_path / "file").write_bytes(b"")
    store = open_store(Settings(cache_dir=tmp_path / "file"))
    assert isinstance(store, NoStore)
    assert "UNMANGLE_CACHE_DIR" in caplog.text
    store.close()


def test_a_directory_that_vanishes_costs_no_answer(tmp_path, clock, caplog):
    store = a_store(tmp_path, clock)
    (store.directory / "drafts").rmdir()
    (store.directory / "drafts").write_bytes(b"")
    draft = written(store, b"x")
    with draft.opened(KEY.hex(), Kind.DOWNLOADED) as file:
        assert isinstance(file, StoredFile)
        store.publish(draft, file.record)
        assert file.content() == b"x"
    draft.discard()
    assert "files are not kept" in caplog.text
    store.close()
