"""``unmangle store usage|sweep|check``: the artifact store itself, without a server."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from worker.command.terminal import ANSWER_IS_NO, Subcommands, add_command, refuse, say, show, write_json

if TYPE_CHECKING:
    from core.settings import Settings
    from core.store.object_store import Objects

    StoreAction = Callable[[argparse.Namespace, Objects, Settings], Coroutine[None, None, int]]

_UNIT = 1 << 20


def add_to(commands: Subcommands) -> None:
    """Add ``store`` to the command line."""
    store = add_command(
        commands,
        "store",
        "look after the artifact store",
        "UNMANGLE_STORE_URL=s3://bucket/unmangle unmangle store usage",
        "Works directly at the store, on any host that has UNMANGLE_STORE_URL.",
    )
    actions = store.add_subparsers(required=True, metavar="ACTION")
    usage = actions.add_parser("usage", help="how much each organization has in it")
    sweep = actions.add_parser(
        "sweep", help="delete what may go: uploads not used for long, and what interrupted ones left"
    )
    check = actions.add_parser("check", help="whether index, records and bundles belong together; ends with 3 if not")
    check.add_argument("--deep", action="store_true", help="read every bundle, and compare its SHA-256")
    check.add_argument(
        "--repair", action="store_true", help="write the keys that are missing, delete those that lead nowhere"
    )
    for parser, action in ((usage, _usage), (sweep, _sweep), (check, _check)):
        parser.add_argument("--org", metavar="ORG", help="of this organization only")
        parser.add_argument("--json", action="store_true", help="write the result as JSON")
        parser.set_defaults(run=_run, action=action)


def run_on_store(who: str, chosen: argparse.Namespace) -> int:
    """Run the chosen action on the store of the settings; ``who`` begins the line that says why it can't be done."""
    import asyncio

    from obstore.exceptions import BaseError
    from obstore.store import from_url

    from core.errors import CannotStart, InvalidSetting
    from core.observing.counts import Counts
    from core.settings import Settings
    from core.store.object_store import ObjectStoreUnavailable, open_objects

    action: StoreAction = chosen.action
    try:
        settings = Settings.from_environ(os.environ)
        if settings.store_url is None:
            return refuse(f"{who}: UNMANGLE_STORE_URL is not set: there is no artifact store")
        objects = open_objects(settings.store_url, Counts(), from_url, BaseError)
        return asyncio.run(action(chosen, objects, settings))
    except (InvalidSetting, CannotStart, ObjectStoreUnavailable) as error:
        return refuse(f"{who}: {error}")


async def orgs_of(chosen: argparse.Namespace, objects: Objects) -> list[str]:
    """Return the organization that was named, or all that are in the store."""
    from core.store.store_keys import ORGS

    return list(await objects.folders(ORGS)) if chosen.org is None else [chosen.org.lower()]


def _run(chosen: argparse.Namespace) -> int:
    return run_on_store("unmangle store", chosen)


async def _usage(chosen: argparse.Namespace, objects: Objects, _: Settings) -> int:
    from core.store.upload_storing import org_usage

    found = {org: await org_usage(objects, org) for org in await orgs_of(chosen, objects)}
    if chosen.json:
        import msgspec

        write_json({org: msgspec.to_builtins(usage) for org, usage in found.items()})
        return 0
    for org, usage in found.items():
        oldest = "" if usage.oldest is None else f", the oldest of {usage.oldest[:10]}"
        show(f"{org}: {usage.uploads:,} uploads, {usage.bytes / _UNIT:,.1f} MiB{oldest}")
    if not found:
        say("the store is empty")
    return 0


async def _sweep(chosen: argparse.Namespace, objects: Objects, settings: Settings) -> int:
    from core.observing.counts import Counts
    from core.store.retention import sweep_store

    swept = await sweep_store(objects, settings.store_retention_s, Counts(), await orgs_of(chosen, objects))
    if chosen.json:
        write_json(swept)
    else:
        show(
            f"deleted {swept.uploads} uploads, {swept.left_over} that were never complete, {swept.chunks} chunks; "
            f"{swept.marked} uploads are marked for the next sweep"
        )
    return 0


async def _check(chosen: argparse.Namespace, objects: Objects, _settings: Settings) -> int:
    from core.store.store_check import check_org, repair

    remaining = 0
    found = {}
    for org in await orgs_of(chosen, objects):
        check = await check_org(objects, org, deep=chosen.deep)
        if chosen.repair:
            await repair(objects, check.problems)
        left = [problem for problem in check.problems if not (chosen.repair and problem.is_repairable)]
        remaining += len(left)
        found[org] = {
            "uploads": check.uploads,
            "keys": check.keys,
            "problems": [problem.said for problem in check.problems],
            "remaining": len(left),
        }
        if not chosen.json:
            show(f"{org}: {check.uploads} uploads, {check.keys} keys, {len(check.problems)} problems")
            for problem in check.problems:
                show(f"  {problem.said}{' (repaired)' if problem not in left else ''}")
    if chosen.json:
        write_json(found)
    return ANSWER_IS_NO if remaining else 0
