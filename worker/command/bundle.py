"""``unmangle bundle``: the generated files and source maps of a folder as an artifact bundle."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from worker.command.terminal import Progress
from worker.command.words import Subcommands, add_command, refuse, say, write_json

if TYPE_CHECKING:
    from core.artifacts.bundling import BundledFile, Prepared

_ATTRIBUTES = ("release", "dist", "org", "project")


def add_to(commands: Subcommands) -> None:
    """Add ``bundle`` to the command line."""
    bundle = add_command(
        commands,
        "bundle",
        "write an artifact bundle of a folder, with debug ids in its files",
        "unmangle bundle dist -o bundle.zip --release web@1.2.0",
        "Files of DIR that have a source map but no debug id get one, there as in the bundle, as by `sentry-cli "
        "sourcemaps inject`: deploy them as they are then.",
    )
    bundle.add_argument("folder", metavar="DIR", type=Path, help="the folder that a bundler wrote")
    bundle.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="the bundle to write")
    bundle.add_argument("--url-prefix", metavar="URL", default="~/", help="where DIR is deployed (default: ~/)")
    for name in _ATTRIBUTES:
        bundle.add_argument(f"--{name}", metavar="NAME", help=f"the {name} that the bundle is for")
    bundle.add_argument("--no-inject", action="store_true", help="add no debug ids: the files stay as they are")
    bundle.add_argument("--json", action="store_true", help="write what was done as JSON")
    bundle.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from core.artifacts.bundling import bundle_members
    from core.bundle import write_bundle

    if not chosen.folder.is_dir():
        return refuse(f"unmangle bundle: {chosen.folder} is not a folder")
    try:
        prepared = _prepare(chosen.folder, inject=not chosen.no_inject)
        if not prepared.files:
            return refuse(f"unmangle bundle: {chosen.folder} has no generated files and no source maps")
        attributes = {name: value for name in _ATTRIBUTES if (value := getattr(chosen, name)) is not None}
        members = bundle_members(prepared.files, chosen.url_prefix)
        _replace(chosen.output, write_bundle(members, **attributes))
        changed = [each for each in prepared.files if each.content != each.was]
        for each in changed:
            _replace(Path(each.file.place).resolve(), each.content)
    except OSError as error:
        return refuse(f"unmangle bundle: {error}")
    if chosen.json:
        write_json(_report(chosen.output, prepared, changed))
    else:
        _print_report(chosen.output, prepared, changed)
    return 0


def _prepare(folder: Path, *, inject: bool) -> Prepared:
    from core.artifacts.bundling import prepare
    from core.artifacts.collection import collect

    with (
        collect([folder]) as artifacts,
        Progress("reading files", sum(1 for _ in artifacts.all_code())) as progress,
    ):
        return prepare(artifacts, progress.step, inject=inject)


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or as it was; a file that was there keeps its mode."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.close()
            if path.exists():
                shutil.copymode(path, file.name)
            else:
                Path(file.name).chmod(0o666 & ~_umask())
            os.replace(file.name, path)  # noqa: PTH105 - it takes a name
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _report(output: Path, prepared: Prepared, changed: list[BundledFile]) -> dict[str, object]:
    files = [{"path": each.path, "debug_id": each.debug_id, "changed": each in changed} for each in prepared.files]
    return {"bundle": str(output), "files": files, "remarks": prepared.remarks}


def _print_report(output: Path, prepared: Prepared, changed: list[BundledFile]) -> None:
    with_id = sum(each.debug_id is not None for each in prepared.files)
    print(f"{output}: {len(prepared.files)} files, {with_id} with a debug id")
    if changed:
        print(f"wrote debug ids into {len(changed)} files: deploy them as they are now")
    for remark in prepared.remarks:
        say(f"unmangle bundle: {remark}")
