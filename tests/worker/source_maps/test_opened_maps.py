"""Source maps are read once on a host, and the big ones by processes of their own, only so many at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from core.failures import Failure, FailureKind
from core.observing.counts import Counts
from core.settings import Settings
from core.sourcemap.source_map import SourceMap
from core.text.buffers import Content
from tests.core.sourcemap.encoding import map_of
from tests.waiting import PATIENCE_S
from worker.caches.cache_entries import Kind
from worker.caches.cleanup import entries, read_record
from worker.caches.disk import DiskStore, FileStore, NoStore, open_store, written
from worker.caches.keys import Namespace
from worker.caches.memory import Budget
from worker.caches.stored_file import MappedFile
from worker.caches.worker_metrics import WorkerMetrics
from worker.source_maps.convert import BEGUN, Task, task_message
from worker.source_maps.opened_maps import INDEXED_FROM_BYTES, OpenedMaps
from worker.threads import Threads, file_threads

HERE = Namespace("global", "s", "https://s.test/")
CODE = b"function f(){throw 1}"
MAP = map_of("AAAAA,SAASA", names=["first"], sourcesContent=["one\ntwo"])
LARGE_MAP = MAP + b" " * INDEXED_FROM_BYTES
BIG = 10  # bytes: everything is
OPEN_ENDED = 60.0
PAUSE_S = 0.002
SLOW_CODE = CODE * 500_000  # it takes a process some dozen pauses to read

Opened = Callable[..., "OpenedMaps"]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    """Open what a worker process of the host reads maps with."""
    with contextlib.ExitStack() as stack:
        everything: list[OpenedMaps] = []

        def open_one(store: FileStore | None = None, **settings: int) -> OpenedMaps:
            chosen = Settings(cache_dir=tmp_path, **settings)  # type: ignore[arg-type]
            threads, files = Threads(chosen.worker_concurrency), file_threads()
            if store is None:
                store = open_store(chosen)
                stack.callback(store.close)
            stack.callback(threads.close)
            stack.callback(files.close)
            everything.append(
                OpenedMaps(chosen, Budget(chosen.memory_cache_bytes), store, threads, files, WorkerMetrics(Counts()))
            )
            return everything[-1]

        yield open_one
        for maps in everything:
            await maps.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DiskStore]:
    store = DiskStore(tmp_path, Settings())
    yield store
    store.close()


def stored(store: DiskStore, content: bytes, key: bytes = bytes(32)) -> MappedFile:
    """Return ``content`` as it is once it was downloaded."""
    draft = written(store, content)
    with draft.opened(key.hex(), Kind.DOWNLOADED) as file:
        store.publish(draft, file.record)
        return file.mapped()


def index_files(store: DiskStore) -> list[Path]:
    records = ((entry.path, read_record(entry.path)) for entry in entries(store.directory))
    return [path for path, record in records if record is not None and record.kind is Kind.DERIVED]


async def function_in(maps: OpenedMaps, content: Content, minified: Content = CODE) -> str | object:
    source_map = await maps.get(HERE, content, minified)
    assert isinstance(source_map, SourceMap), source_map
    position = source_map.lookup(0, 9)
    assert position is not None
    return position.function


async def test_a_map_is_read_once(opened):
    maps = opened()
    assert await maps.get(HERE, MAP, b"") is await maps.get(HERE, MAP, b"")


@pytest.mark.parametrize("settings", [{}, {"big_map_bytes": BIG}], ids=["small", "big"])
@pytest.mark.parametrize("text", [b"{" + MAP, b"{" + LARGE_MAP], ids=["small", "large"])
async def test_a_map_that_makes_no_sense_is_malformed(opened, settings, text):
    for maps in (opened(**settings), opened(**settings)):
        failure = await maps.get(HERE, text, b"")
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.MALFORMED
        assert failure.text.startswith("JSON, byte 1: ")


async def test_a_mapped_map_is_kept_however_large_it_is(opened, store):
    maps, content = opened(), stored(store, MAP + b" " * (128 << 20))
    assert await maps.get(HERE, content, b"") is await maps.get(HERE, content, b"")


async def test_maps_of_other_scopes_are_others(opened, store):
    maps, there = opened(), Namespace("other", "s", "https://s.test/")
    assert await maps.get(HERE, LARGE_MAP, CODE) is not await maps.get(there, LARGE_MAP, CODE)
    assert len(index_files(store)) == 2


async def test_a_big_map_waits_for_its_turn(opened, store):
    maps = opened(big_map_bytes=len(MAP), big_maps_at_once=1)
    async with store.locks.slot("big map", 1, OPEN_ENDED):
        big = asyncio.create_task(maps.get(HERE, MAP, b""))
        assert not isinstance(await maps.get(HERE, b"{}", b""), Failure)
        assert not big.done()
    assert not isinstance(await asyncio.wait_for(big, PATIENCE_S), Failure)


@pytest.mark.parametrize("settings", [{}, {"big_map_bytes": BIG}], ids=["read-here", "read-by-another-process"])
async def test_a_large_map_is_read_by_one_process_of_the_host_and_opened_by_the_others(opened, store, settings):
    assert await function_in(opened(**settings), LARGE_MAP) == "first"
    (path,) = index_files(store)
    first = path.stat().st_ino
    assert await function_in(opened(**settings), LARGE_MAP) == "first"
    assert path.stat().st_ino == first


async def test_a_file_that_changed_has_another_index_file(opened, store):
    assert await function_in(opened(), LARGE_MAP, CODE) == "first"
    assert await function_in(opened(), LARGE_MAP, CODE.replace(b"1", b"2")) == "first"
    assert len(index_files(store)) == 2


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:50] + b"x" + content[51:], id="one-byte"),
        pytest.param(lambda content: b"x" + content[1:], id="another-version"),
        pytest.param(lambda content: content[:-100], id="cut-off"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
async def test_a_damaged_index_file_is_made_anew(opened, store, damage):
    assert await function_in(opened(), LARGE_MAP) == "first"
    (path,) = index_files(store)
    intact = read_record(path)
    assert intact is not None
    path.write_bytes(damage(path.read_bytes()))
    assert await function_in(opened(), LARGE_MAP) == "first"
    renewed = read_record(path)
    assert renewed is not None
    assert renewed.checksum == intact.checksum


async def test_a_big_map_is_read_even_if_nothing_can_be_kept(opened):
    store = NoStore()
    assert await function_in(opened(store, big_map_bytes=BIG), LARGE_MAP) == "first"
    store.close()


async def test_a_big_map_is_read_from_the_files_it_is_in(opened, store):
    content, minified = stored(store, LARGE_MAP), stored(store, CODE, b"\1" * 32)
    assert await function_in(opened(big_map_bytes=BIG), content, minified) == "first"


async def test_a_big_map_is_read_even_if_its_file_is_not_in_the_store_any_more(opened, store):
    content = stored(store, LARGE_MAP)
    store.remove(bytes(32))
    assert await function_in(opened(big_map_bytes=BIG), content) == "first"


async def test_a_big_map_that_takes_too_much_memory_is_given_up_for_all(opened, caplog):
    numbers = b'{"version":3,"sources":[],"names":[],"mappings":"","x":[' + b"1," * 10_000_000 + b"1]}"
    for maps in [opened(big_map_memory=1 << 26, big_map_bytes=BIG) for _ in range(2)]:
        failure = await maps.get(HERE, numbers, b"")
        assert failure == Failure(FailureKind.MALFORMED, "it takes more than 67108864 bytes of memory")
    assert caplog.text.count("no memory for a source map of 20000059 bytes and its file of 0") == 1


async def test_a_big_map_whose_process_is_killed_is_tried_once_more(opened):
    reading = asyncio.create_task(function_in(opened(big_map_bytes=BIG), LARGE_MAP, SLOW_CODE))
    await kill_readers(1)
    assert await asyncio.wait_for(reading, PATIENCE_S) == "first"


async def test_a_big_map_that_two_processes_die_of_is_given_up_for_all(opened):
    maps, others = opened(big_map_bytes=BIG), opened(big_map_bytes=BIG)
    reading = asyncio.create_task(maps.get(HERE, LARGE_MAP, SLOW_CODE))
    await kill_readers(2)
    assert await asyncio.wait_for(reading, PATIENCE_S) == Failure(FailureKind.MALFORMED, "2 processes died of it")
    assert await others.get(HERE, LARGE_MAP, SLOW_CODE) == Failure(FailureKind.MALFORMED, "2 processes died of it")


async def test_a_big_map_that_no_process_can_be_started_for_may_heal(opened, monkeypatch, caplog):
    maps = opened(big_map_bytes=BIG)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/nowhere/python")
        failure = await maps.get(HERE, LARGE_MAP, CODE)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.INTERNAL
    assert "no process can be started to read a source map" in caplog.text
    assert await function_in(maps, LARGE_MAP) == "first"


async def test_a_big_map_that_takes_too_long_is_given_up(opened, caplog):
    maps = opened(big_map_bytes=BIG, big_map_timeout_s=1)
    reading = asyncio.create_task(maps.get(HERE, LARGE_MAP, SLOW_CODE))
    for process in await readers():
        os.kill(process, signal.SIGSTOP)
    assert await asyncio.wait_for(reading, PATIENCE_S) == Failure(FailureKind.MALFORMED, "it takes longer than 1 s")
    assert "no time for a source map" in caplog.text


async def test_a_big_map_that_nobody_waits_for_is_not_read_on(opened):
    reading = asyncio.create_task(opened(big_map_bytes=BIG).get(HERE, LARGE_MAP, SLOW_CODE))
    (process,) = await readers()
    reading.cancel()
    while is_running(process):  # noqa: ASYNC110  (it is not ours to wait for)
        await asyncio.sleep(PAUSE_S)


@pytest.mark.skipif(sys.platform != "linux", reason="that is how Linux shares its cores")
async def test_a_big_map_is_read_less_urgently_than_warm_requests_are_answered(opened):
    maps = opened(big_map_bytes=BIG)
    assert await function_in(maps, LARGE_MAP) == "first"
    (server,) = servers()  # which those are copies of that read maps
    assert os.getpriority(os.PRIO_PROCESS, server) > os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getsid(server) == os.getsid(0)  # niceness means nothing between sessions
    assert os.getpgid(server) != os.getpgid(0)  # what interrupts the worker doesn't interrupt it


@pytest.mark.parametrize("how", ["worker", "server"])
def test_a_process_that_reads_a_map_ends_with_its_worker(tmp_path, how):
    code = tmp_path / "code"
    code.write_bytes(b"function f(){throw 1}" * 10_000)
    text = tmp_path / "map"
    text.write_bytes(MAP)
    unread, output = os.pipe()  # so it waits for ever when it writes
    answer, theirs = os.pipe()
    ours, tasks = socket.socketpair()
    command = [sys.executable, "-m", "worker.source_maps.convert"]
    with text.open() as text_file, code.open() as code_file, subprocess.Popen(command, stdin=tasks) as process:
        tasks.close()
        task = task_message(Task(len(MAP), code.stat().st_size, 1 << 30))
        socket.send_fds(ours, [task], [text_file.fileno(), code_file.fileno(), output, theirs])
        os.close(theirs)
        assert os.read(unread, 8) == b"unmangle"
        if how == "server":
            process.kill()
        ours.close()
        assert os.read(answer, 10) == BEGUN
        assert os.read(answer, 10) == b""  # nobody has it open any more
        assert process.wait(PATIENCE_S) == (0 if how == "worker" else -signal.SIGKILL)
    for file in (unread, output, answer):
        os.close(file)


async def test_maps_are_read_by_copies_of_one_process(opened):
    maps = opened(big_map_bytes=BIG)
    found = set()
    for number in range(3):
        assert await function_in(maps, LARGE_MAP + b" " * number) == "first"
        found |= set(servers())
    assert len(found) == 1


async def test_a_process_that_was_killed_is_started_again(opened):
    maps = opened(big_map_bytes=BIG)
    assert await function_in(maps, LARGE_MAP) == "first"
    (server,) = servers()
    os.kill(server, signal.SIGKILL)
    assert await function_in(maps, LARGE_MAP + b" ") == "first"


async def kill_readers(count: int) -> None:
    """Kill the next ``count`` processes that read maps for us."""
    killed: set[int] = set()
    while len(killed) < count:
        for process in set(await readers()) - killed:
            os.kill(process, signal.SIGKILL)
            killed.add(process)


async def readers() -> list[int]:
    """Return the processes that read maps for us, as soon as there are any."""
    while True:
        found = [process for server in servers() for process in children(server)]
        if found:
            return found
        await asyncio.sleep(PAUSE_S)


def servers() -> list[int]:
    """Return the processes that start those that read maps for us."""
    return [process for process in children() if b"worker.source_maps.convert" in command_of(process)]


def children(of: int | str = "self") -> Iterator[int]:
    for task in Path(f"/proc/{of}/task").glob("*"):
        with contextlib.suppress(OSError):
            yield from map(int, (task / "children").read_text().split())


def command_of(process: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


def is_running(process: int) -> bool:
    return bool(command_of(process))  # what is dead, and not yet waited for, has none
