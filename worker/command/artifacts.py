"""``unmangle artifacts …``: what is in the artifact store of a server, and whether a folder would be mapped."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.command.terminal import ANSWER_IS_NO, Subcommands, add_command, reason, refuse, say, show, write_json

if TYPE_CHECKING:
    from worker.command.store_client import StoreClient

    ClientAction = Callable[[argparse.Namespace, StoreClient], Awaitable[int]]

_MOST_VERIFIED = 5_000
_PAGE = "100"


def add_to(commands: Subcommands) -> None:
    """Add ``artifacts`` to the command line."""
    artifacts = add_command(
        commands,
        "artifacts",
        "list, show, verify and delete what was uploaded",
        "UNMANGLE_TOKEN=… unmangle artifacts verify dist --project shop --release web@1.2.0",
    )
    actions = artifacts.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the uploads, the newest first")
    listing.add_argument("--limit", metavar="N", type=int, default=20, help="at most so many (default: 20)")
    one = actions.add_parser("show", help="an upload: its files, and the report of what is wrong with it")
    one.add_argument("id", metavar="ID", help="the upload")
    delete = actions.add_parser("delete", help="delete an upload, or all of a release")
    delete.add_argument("id", metavar="ID", nargs="?", help="the upload")
    verify = actions.add_parser("verify", help="whether the scripts of a folder would be mapped; ends with 3 if not")
    verify.add_argument("folder", metavar="DIR", type=Path, help="the folder as it is deployed")
    verify.add_argument("--url-prefix", metavar="URL", default="~/", help="where DIR is deployed (default: ~/)")
    for parser, action in (
        (listing, _list),
        (one, _show),
        (delete, _delete),
        (verify, _verify),
    ):
        _add_common(parser, action, has_names=parser is not one)


def _add_common(parser: argparse.ArgumentParser, action: ClientAction, *, has_names: bool) -> None:
    from worker.command.store_client import add_server_arguments

    add_server_arguments(parser)
    if has_names:
        parser.add_argument("--project", metavar="PROJECT", help="of this project only")
        parser.add_argument("--release", metavar="NAME", help="of this release only")
        parser.add_argument("--dist", metavar="NAME", help="of this dist only")
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.set_defaults(run=_run, action=action)


def _run(chosen: argparse.Namespace) -> int:
    from core.errors import InvalidSetting
    from worker.command.store_client import CallFailed, run_with_client, server_address

    action: ClientAction = chosen.action
    try:
        return run_with_client(server_address(chosen), lambda client: action(chosen, client))
    except (OSError, InvalidSetting, CallFailed) as error:
        return refuse(f"unmangle artifacts: {reason(error)}")


async def _list(chosen: argparse.Namespace, client: StoreClient) -> int:
    found: list[dict[str, Any]] = []
    after = None
    while len(found) < chosen.limit:
        answer = await client.document("GET", _uploads_url(chosen, client, after))
        found += answer["uploads"]
        after = answer["after"]
        if after is None:
            break
    if chosen.json:
        write_json({"uploads": found[: chosen.limit], "after": after})
        return 0
    for record in found[: chosen.limit]:
        show(_line(record))
    if not found:
        say("there are no such uploads")
    return 0


def _uploads_url(chosen: argparse.Namespace, client: StoreClient, after: str | None) -> str:
    return client.url(
        *("artifacts", client.address.org, "uploads"),
        project=chosen.project,
        release=chosen.release,
        dist=chosen.dist,
        limit=_PAGE if chosen.limit > int(_PAGE) else str(max(chosen.limit, 1)),
        after=after,
    )


def _line(record: dict[str, Any]) -> str:
    release = "no release" if record["release"] is None else f"release {record['release']}"
    dist = "" if record["dist"] is None else f", dist {record['dist']}"
    warnings = record["report"]["warnings"]
    said = f", {warnings} warnings" if warnings else ""
    counts = record["counts"]
    return (
        f"{record['id']}  {record['created'][:19]}  {','.join(record['projects'])}, {release}{dist}: {counts['files']} "
        f"files, {counts['maps']} source maps, {record['bytes']} bytes{said}, by {record['by']['token']}"
    )


async def _show(chosen: argparse.Namespace, client: StoreClient) -> int:
    from core.store.upload_records import UploadFinding
    from core.store.upload_report import finding_line

    record = await client.document("GET", client.url("artifacts", client.address.org, "uploads", chosen.id))
    if chosen.json:
        write_json(record)
        return 0
    show(_line(record))
    for file in record["files"]:
        debug_id = "" if file.get("debug_id") is None else f"  {file['debug_id']}"
        reference = "" if file.get("reference") is None else f"  -> {file['reference']}"
        show(f"  {file['type'] or 'file'}  {file['name'] or file['path']}  {file['size']} bytes{debug_id}{reference}")
    for finding in record["report"]["first"]:
        show(finding_line(UploadFinding(finding["code"], finding["said"], finding.get("file"))))
    return 0


async def _delete(chosen: argparse.Namespace, client: StoreClient) -> int:
    base = ("artifacts", client.address.org)
    if (chosen.id is None) == (chosen.release is None):
        return refuse("unmangle artifacts: what is to be deleted? An ID, or --release")
    if chosen.id is not None:
        await client.document("DELETE", client.url(*base, "uploads", chosen.id))
        deleted = 1
    else:
        url = client.url(*base, "releases", chosen.release, project=chosen.project, dist=chosen.dist)
        deleted = (await client.document("DELETE", url))["deleted"]
    if chosen.json:
        write_json({"deleted": deleted})
    else:
        show(f"deleted {deleted} uploads; workers may use what they remember of them for an hour more")
    return 0


async def _verify(chosen: argparse.Namespace, client: StoreClient) -> int:
    if chosen.project is None:
        return refuse("unmangle artifacts: verify needs a --project")
    if not chosen.folder.is_dir():
        return refuse(f"unmangle artifacts: {chosen.folder} is not a folder")
    files = _scripts(chosen)
    if not files:
        return refuse(f"unmangle artifacts: {chosen.folder} has no generated files")
    url = client.url("artifacts", client.address.org, chosen.project, "verify")
    answers: list[dict[str, Any]] = []
    for start in range(0, len(files), _MOST_VERIFIED):
        body = {"release": chosen.release, "dist": chosen.dist, "files": files[start : start + _MOST_VERIFIED]}
        answers += (await client.document("POST", url, body))["files"]
    unmapped = [answer for answer in answers if not answer["map"]]
    if chosen.json:
        write_json({"files": answers, "unmapped": len(unmapped)})
    else:
        for answer in unmapped:
            show(f"{answer['name']}: {answer['said']}")
        show(f"{len(answers) - len(unmapped)} of {len(answers)} scripts would be mapped")
    return ANSWER_IS_NO if unmapped else 0


def _scripts(chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the names of a folder's scripts, with the debug ids that their code tells error reporters."""
    from core.offline.artifact_files import folder_files
    from core.store.content_check import FileSample, script_facts

    files = []
    for file in folder_files(chosen.folder):
        if file.is_map:
            continue
        sample = FileSample(0)
        sample.write(file.read()[:])
        facts = script_facts(sample)
        debug_id = facts.registered_id or facts.comment_id
        name = {"name": f"{chosen.url_prefix.rstrip('/')}/{file.own_path}"}
        files.append(name if debug_id is None else {**name, "debug_id": debug_id})
    return files
