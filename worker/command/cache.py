"""``unmangle cache stats|clean|clear``: the cache directory of this host."""

from __future__ import annotations

import argparse
import os

from worker.command.words import Subcommands, add_command, refuse


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
    from worker.command.cache_actions import ACTIONS

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
        ACTIONS[chosen.action](store, settings)
    finally:
        store.close()
    return 0
