"""``unmangle cache …``: what an operator sees and does."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.failures import Failure, FailureKind
from core.settings import Settings
from worker.caches.cache_entries import Kind
from worker.caches.cleanup import entries
from worker.caches.disk import DiskStore, written
from worker.command.main import main


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DiskStore]:
    """The store of a worker, with a file, an answer and a failure."""
    monkeypatch.setenv("UNMANGLE_CACHE_DIR", str(tmp_path))
    store = DiskStore(tmp_path, Settings())
    put(store, b"\0" * 32, Kind.DOWNLOADED)
    put(store, b"\1" * 32, Kind.LOOKUP)
    store.publish_failure(b"\2" * 32, Kind.DOWNLOADED, Failure(FailureKind.NOT_FOUND))
    yield store
    store.close()


def put(store: DiskStore, key: bytes, kind: Kind) -> None:
    draft = written(store, b"x" * (1 << 20))
    with draft.opened(key.hex(), kind) as file:
        store.publish(draft, file.record)


def kept(store: DiskStore) -> list[str]:
    return sorted(entry.path.name[:2] for entry in entries(store.directory))


def test_stats_say_what_is_kept(store, capsys, tmp_path):
    assert main(["cache", "stats"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{tmp_path}: 2.0 MiB of 10,240.0 MiB"
    assert [line.split()[:2] for line in lines[1:4]] == [["1", "downloaded"], ["1", "downloaded,"], ["1", "lookup"]]
    assert lines[4] == "the oldest was last used 0.0 hours ago"


def test_clean_removes_what_is_too_old(store, capsys):
    a_day_ago = store._started_at_s - 86_401
    os.utime(store.directory / "00" / ("00" * 32), (a_day_ago, a_day_ago))
    assert main(["cache", "clean"]) == 0
    assert kept(store) == ["01", "02"]
    assert capsys.readouterr().out == "removed 1.0 MiB, kept 1.0 MiB\n"


def test_clean_makes_room(store, monkeypatch):
    monkeypatch.setenv("UNMANGLE_CACHE_MAX_BYTES", str(1_500_000))
    assert main(["cache", "clean"]) == 0
    assert len(kept(store)) == 2


def test_clear_removes_everything_and_has_workers_forget_it(store, capsys):
    before = store.clearings()
    with store.open(bytes(32)) as in_use:
        assert main(["cache", "clear"]) == 0
        assert in_use.content()[:] == b"x" * (1 << 20)
    assert kept(store) == []
    assert capsys.readouterr().out == "removed 3 files; the workers of this host forget what they have in memory\n"
    with contextlib.closing(DiskStore(store.directory, Settings())) as another:  # ``store`` has bytes left to tell of
        assert another.usage.bytes() == 0
    assert store.clearings() > before


@pytest.mark.parametrize(
    "directory, said",
    [
        pytest.param("none", "nothing is kept on disk", id="off"),
        pytest.param("/nowhere/at/all", "there is no /nowhere/at/all", id="not-there"),
    ],
)
def test_without_a_directory_there_is_nothing_to_look_after(monkeypatch, capsys, directory, said):
    monkeypatch.setenv("UNMANGLE_CACHE_DIR", directory)
    assert main(["cache", "stats"]) == 1
    assert said in capsys.readouterr().err


def test_a_setting_that_cannot_be_used_is_named(store, monkeypatch, capsys):
    monkeypatch.setenv("UNMANGLE_CACHE_MAX_BYTES", "much")
    assert main(["cache", "clean"]) == 1
    assert "UNMANGLE_CACHE_MAX_BYTES" in capsys.readouterr().err
