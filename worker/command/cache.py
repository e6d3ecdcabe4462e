"""``unmangle cache stats|clean|clear``: the cache directory of this host."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from worker.command.terminal import Subcommands, add_command, refuse, show

if TYPE_CHECKING:
    from core.settings import Settings
    from worker.caches.cleanup import Entry
    from worker.caches.disk import DiskStore

_UNIT = 1 << 20


def add_to(commands: Subcommands) -> None:
    """Add ``cache`` to the command line."""
    cache = add_command(commands, "cache", "look after the cache directory of this host", "unmangle cache stats")
    actions = cache.add_subparsers(required=True, metavar="ACTION")
    for name, meaning in (
        ("stats", "what is kept, and how much of it"),
        ("clean", "remove what is too old or too much"),
        ("clear", "remove everything that no worker is using"),
    ):
        parser = actions.add_parser(name, help=meaning, description=meaning)
        parser.set_defaults(run=_run, action=name)


def _run(chosen: argparse.Namespace) -> int:
    from core.errors import InvalidSetting
    from core.settings import Settings
    from worker.caches.disk import DiskStore

    try:
        settings = Settings.from_environ(os.environ)
    except InvalidSetting as error:
        return refuse(str(error))
    if settings.cache_dir is None:
        return refuse("UNMANGLE_CACHE_DIR is none: nothing is kept on disk")
    if not settings.cache_dir.is_dir():
        return refuse(f"there is no {settings.cache_dir}: nothing has been kept yet, or UNMANGLE_CACHE_DIR is another")
    store = DiskStore(settings.cache_dir, settings)
    try:
        _action(chosen.action)(store, settings)
    finally:
        store.close()
    return 0


def _action(name: str) -> Callable[[DiskStore, Settings], None]:
    return {"stats": _print_statistics, "clean": _clean, "clear": _clear}[name]


def _print_statistics(store: DiskStore, settings: Settings) -> None:
    from worker.caches.cleanup import entries

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
    from worker.caches.cleanup import clean

    before = _size(store)
    clean(store.directory, store.usage, settings, time.time(), 0)
    show(f"removed {_megabytes(before - _size(store))}, kept {_megabytes(_size(store))}")


def _clear(store: DiskStore, _settings: Settings) -> None:
    show(f"removed {store.clear()} files; the workers of this host forget what they have in memory")


def _name_of(path: Path) -> str:
    from worker.caches.cleanup import read_record

    record = read_record(path)
    if record is None:
        return "damaged"
    return record.kind.value if record.failure is None else f"{record.kind.value}, failed"


def _size(store: DiskStore) -> int:
    from worker.caches.cleanup import entries

    return sum(entry.size for entry in entries(store.directory))


def _age(found: list[Entry]) -> str:
    return f"{max(time.time() - min(entry.used_at_s for entry in found), 0) / 3600:.1f} hours"


def _megabytes(size: int) -> str:
    return f"{size / _UNIT:,.1f} MiB"
