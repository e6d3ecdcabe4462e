"""``unmangle bundle``: the generated files and source maps of a folder as an artifact bundle."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from worker.command.terminal import Progress, Subcommands, add_command, reason, refuse, say, show, write_json

if TYPE_CHECKING:
    from core.offline.bundling import Prepared, PreparedFile

_ATTRIBUTES = ("release", "dist", "org", "project")


def add_to(commands: Subcommands) -> None:
    """Add ``bundle`` to the command line."""
    bundle = add_command(
        commands,
        "bundle",
        "write an artifact bundle of a folder, with debug ids in its files",
        "unmangle bundle dist -o bundle.zip --release web@1.2.0",
        "Files of DIR that have a source map but no debug id get one, there as in the bundle, as by `sentry-cli "
        "sourcemaps inject`: deploy them as they are then. All files are written, or none.",
    )
    bundle.add_argument("folder", metavar="DIR", type=Path, help="the folder that a bundler wrote")
    bundle.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the bundle to write")
    bundle.add_argument("--url-prefix", metavar="URL", default="~/", help="where DIR is deployed (default: ~/)")
    for name in _ATTRIBUTES:
        bundle.add_argument(f"--{name}", metavar="NAME", help=f"the {name} that the bundle is for")
    bundle.add_argument("--no-inject", action="store_true", help="add no debug ids: the files stay as they are")
    bundle.add_argument("--dry-run", action="store_true", help="write nothing, only say what would be written")
    bundle.add_argument("--json", action="store_true", help="write what was done as JSON")
    bundle.set_defaults(run=_run)


def prepared_folder(folder: Path, *, inject: bool) -> Prepared:
    """Return the files of a folder, with debug ids if wanted; nothing is written.  Raises OSError."""
    from core.offline.artifact_files import refuse_links_outside
    from core.offline.bundling import prepare
    from worker.command.terminal import open_artifacts

    with (
        open_artifacts([folder]) as artifacts,
        Progress("reading files", sum(1 for _ in artifacts.all_code())) as progress,
    ):
        refuse_links_outside(folder, [*artifacts.all_code(), *artifacts.all_maps()])
        return prepare(artifacts, progress.step, inject=inject)


def written_folder(
    folder: Path, to_write: Callable[[Prepared], Mapping[Path, bytes]] = lambda _: {}, *, inject: bool = True
) -> Prepared:
    """Write debug ids into the files of a folder, and what else is to be written: all or nothing.

    Raises OSError and FolderBusyError.
    """
    from worker.command.atomic_writes import FolderLock

    with FolderLock(folder) as lock:
        finished = lock.finish()
        if finished:
            say(f"unmangle: wrote {finished} files that an earlier run was killed over")
        prepared = prepared_folder(folder, inject=inject)
        if prepared.files:
            contents = {Path(each.file.place): each.content for each in prepared.changed}
            lock.write({**to_write(prepared), **contents})
    return prepared


def bundle_bytes(prepared: Prepared, url_prefix: str, attributes: Mapping[str, str | None]) -> bytes:
    """Return the bundle of a folder; ``attributes`` go into its manifest, but for those that are None."""
    from core.files.artifact_bundle import write_bundle
    from core.offline.bundling import bundle_members

    given = {name: value for name, value in attributes.items() if value is not None}
    return write_bundle(bundle_members(prepared.files, url_prefix), **given)


def _run(chosen: argparse.Namespace) -> int:
    from worker.command.atomic_writes import FolderBusyError

    if not chosen.folder.is_dir():
        return refuse(f"unmangle bundle: {chosen.folder} is not a folder")
    try:
        prepared = prepared_folder(chosen.folder, inject=_injects(chosen)) if chosen.dry_run else _write(chosen)
    except (OSError, FolderBusyError) as error:
        return refuse(f"unmangle bundle: {reason(error)}")
    if not prepared.files:
        return refuse(f"unmangle bundle: {chosen.folder} has no generated files and no source maps")
    if chosen.json:
        write_json(_report(chosen, prepared))
    else:
        _print_report(chosen, prepared)
    return 0


def _write(chosen: argparse.Namespace) -> Prepared:
    return written_folder(
        chosen.folder, lambda prepared: {chosen.output: _bundle(chosen, prepared)}, inject=_injects(chosen)
    )


def _injects(chosen: argparse.Namespace) -> bool:
    return not chosen.no_inject


def _bundle(chosen: argparse.Namespace, prepared: Prepared) -> bytes:
    return bundle_bytes(prepared, chosen.url_prefix, {name: getattr(chosen, name) for name in _ATTRIBUTES})


def _report(chosen: argparse.Namespace, prepared: Prepared) -> dict[str, object]:
    files = [{"path": each.path, "debug_id": each.debug_id, "changed": each.is_changed} for each in prepared.files]
    return {"bundle": str(chosen.output), "dry_run": chosen.dry_run, "files": files, "remarks": prepared.remarks}


def _print_report(chosen: argparse.Namespace, prepared: Prepared) -> None:
    with_id = sum(each.debug_id is not None for each in prepared.files)
    would_be = "would be " if chosen.dry_run else ""
    show(f"{chosen.output}: {would_be}{len(prepared.files)} files, {with_id} with a debug id")
    if chosen.dry_run:
        for each in prepared.changed:
            show(f"{each.file.place}: would get debug id {each.debug_id}")
    elif prepared.changed:
        show(f"wrote debug ids into {_count(prepared.changed)}: deploy as they are now")
    for remark in prepared.remarks:
        say(f"unmangle bundle: {remark}")


def _count(files: list[PreparedFile]) -> str:
    return "1 file" if len(files) == 1 else f"{len(files)} files"
