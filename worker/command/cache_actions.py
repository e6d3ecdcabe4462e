"""What ``unmangle cache`` does with the cache directory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from core.settings import Settings
from worker.caches.cleanup import Entry, clean, entries, read_record
from worker.caches.disk import DiskStore
from worker.command.words import show

_UNIT = 1 << 20


def _print_statistics(store: DiskStore, settings: Settings) -> None:
    found = list(entries(store.directory))
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for entry in found:
        name = _name_of(entry.path)
        counts[name] += 1
        sizes[name] += entry.size
    show(f"{settings.cache_dir}: {_megabytes(sum(sizes.values()))} of {_megabytes(settings.cache_max_bytes)}")
    for name in sorted(counts):
        show(f"{counts[name]:>10} {name:<20} {_megabytes(sizes[name])}")
    if found:
        show(f"the oldest was last used {_age(found)} ago")


def _clean(store: DiskStore, settings: Settings) -> None:
    before = _size(store)
    clean(store.directory, store.usage, settings, time.time(), 0)
    show(f"removed {_megabytes(before - _size(store))}, kept {_megabytes(_size(store))}")


def _clear(store: DiskStore, _settings: Settings) -> None:
    show(f"removed {store.clear()} files; the workers of this host forget what they have in memory")


def _name_of(path: Path) -> str:
    record = read_record(path)
    if record is None:
        return "damaged"
    return record.kind.value if record.failure is None else f"{record.kind.value}, failed"


def _size(store: DiskStore) -> int:
    return sum(entry.size for entry in entries(store.directory))


def _age(found: list[Entry]) -> str:
    return f"{max(time.time() - min(entry.used_at_s for entry in found), 0) / 3600:.1f} hours"


def _megabytes(size: int) -> str:
    return f"{size / _UNIT:,.1f} MiB"


ACTIONS: dict[str, Callable[[DiskStore, Settings], None]] = {
    "stats": _print_statistics,
    "clean": _clean,
    "clear": _clear,
}
