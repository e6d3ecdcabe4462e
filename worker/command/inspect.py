"""``unmangle inspect``: what is in source maps, generated files and bundles, and whether it is sound."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.command.terminal import (
    ANSWER_IS_NO,
    Colour,
    Progress,
    Subcommands,
    add_command,
    reason,
    refuse,
    show,
    show_in,
    write_json,
)

if TYPE_CHECKING:
    from core.offline.inspection import InspectedCode, InspectedMap

_MOST_SOURCES = 20


def add_to(commands: Subcommands) -> None:
    """Add ``inspect`` to the command line."""
    inspect = add_command(
        commands,
        "inspect",
        "say what is in source maps and bundles, and whether it is sound",
        "unmangle inspect bundle.zip",
    )
    inspect.add_argument(
        "path", metavar="PATH", type=Path, help="a source map, generated file, artifact bundle, ZIP archive or folder"
    )
    inspect.add_argument(
        "--verify", action="store_true", help="decode maps by the package sourcemap, too, and compare every token"
    )
    inspect.add_argument("--json", action="store_true", help="write everything as JSON")
    inspect.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from core.errors import MalformedBundle

    try:
        inspected = _inspected(chosen.path, verify=chosen.verify)
    except OSError as error:
        return refuse(f"unmangle inspect: {reason(error)}")
    except MalformedBundle as error:
        return refuse(f"unmangle inspect: {chosen.path}: {reason(error)}")
    if not inspected:
        return refuse(f"unmangle inspect: {chosen.path} has no generated files and no source maps")
    if chosen.json:
        write_json(_json_report(inspected))
    else:
        for each in inspected:
            _print(each)
    return ANSWER_IS_NO if any(each.problem for each in inspected) else 0


def _inspected(path: Path, *, verify: bool) -> list[InspectedMap | InspectedCode]:
    from core.offline.inspection import InspectedMap, inspect_file, verified
    from core.offline.map_search import MapSearch
    from worker.command.terminal import open_artifacts

    with open_artifacts([path]) as artifacts, open_artifacts([path.parent] if _is_script(path) else [path]) as around:
        files = sorted([*artifacts.all_code(), *artifacts.all_maps()], key=lambda file: (file.path, file.place))
        search = MapSearch(around)
        inspected: list[InspectedMap | InspectedCode] = []
        with Progress("reading files", len(files)) as progress:
            for file in files:
                found = inspect_file(file, search)
                inspected.append(verified(found, file) if verify and isinstance(found, InspectedMap) else found)
                progress.step()
        return inspected


def _is_script(path: Path) -> bool:
    """Say whether a generated file was named, whose map is beside it."""
    return path.is_file() and path.name.endswith((".js", ".cjs", ".mjs", ".bundle", ".jsbundle"))


def _json_report(inspected: list[InspectedMap | InspectedCode]) -> dict[str, list[dict[str, Any]]]:
    """Return the maps and the generated files, each kind by itself."""
    from dataclasses import asdict

    from core.offline.inspection import InspectedCode, InspectedMap

    return {
        "source_maps": [asdict(each) for each in inspected if isinstance(each, InspectedMap)],
        "generated_files": [asdict(each) for each in inspected if isinstance(each, InspectedCode)],
    }


def _print(each: InspectedMap | InspectedCode) -> None:
    from core.offline.inspection import InspectedMap

    show_in(Colour.STRONG, each.place)
    if each.problem:
        show_in(Colour.BAD, each.problem, indent="  ")
    elif isinstance(each, InspectedMap):
        _print_map(each)
    else:
        show(f"  {_bytes(each.size)}, source map {each.source_map}")
    if each.debug_id:
        show(f"  debug id {each.debug_id}")


def _print_map(each: InspectedMap) -> None:
    show(f"  {_bytes(each.size)}, {each.tokens:,} mappings, {each.names:,} names, {len(each.sources):,} sources")
    if each.is_verified:
        show("  the package sourcemap decodes every mapping alike")
    if each.ranges:
        show(f"  {each.ranges:,} mappings are ranges")
    if each.scopes or each.scope_ranges:
        show(f"  scopes: {each.scopes:,} of sources, {each.scope_ranges:,} ranges of the code")
    if each.inlined_calls:
        show(f"  {each.inlined_calls:,} calls inlined by dart2js")
    for part in each.ignored_parts:
        show_in(Colour.BAD, f"{part} can't be decoded: it counts as absent", indent="  ")
    if each.without_content:
        show(f"  {len(each.without_content):,} sources have no content: no lines of theirs can be shown")
    if not each.names:
        show("  no names: functions get theirs from the sources, or not at all")
    by_size = sorted(each.sources, key=lambda source: -(source.size or 0))
    for source in by_size[:_MOST_SOURCES]:
        size = "no content" if source.size is None else _bytes(source.size)
        show(f"  {size:>14}  {source.name or '(no name)'}{' (ignored)' if source.is_ignored else ''}")
    if len(by_size) > _MOST_SOURCES:
        show(f"  … and {len(by_size) - _MOST_SOURCES:,} smaller ones; --json has them all")


def _bytes(size: int) -> str:
    return f"{size:,} bytes"
