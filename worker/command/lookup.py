"""``unmangle lookup``: where one place in a generated file comes from."""

from __future__ import annotations

import argparse
from pathlib import Path

from worker.command.terminal import ANSWER_IS_NO, Subcommands, add_command, reason, refuse, say, show, write_json


def add_to(commands: Subcommands) -> None:
    """Add ``lookup`` to the command line."""
    lookup = add_command(
        commands,
        "lookup",
        "say where a place in a generated file comes from",
        "unmangle lookup dist/app.min.js:1:4711 --context 3",
        "Lines and columns count from 1, as in stack traces.",
    )
    lookup.add_argument("place", metavar="FILE:LINE:COL", type=_place, help="a place in a generated file")
    lookup.add_argument(
        "-a",
        "--artifacts",
        metavar="PATH",
        type=Path,
        action="append",
        help="where its source map is; may be repeated (default: the folder of FILE)",
    )
    lookup.add_argument("--context", metavar="N", type=int, default=0, help="show N source lines around it")
    lookup.add_argument("--json", action="store_true", help="write what is known as JSON")
    lookup.set_defaults(run=_run)


def _place(text: str) -> tuple[Path, int, int]:
    path, *numbers = text.rsplit(":", 2)
    if not path or len(numbers) < 2 or not all(number.isdecimal() and int(number) for number in numbers):
        raise argparse.ArgumentTypeError(f"expected FILE:LINE:COL, as in dist/app.js:1:4711, got {text!r}")
    return Path(path), int(numbers[0]), int(numbers[1])


def _run(chosen: argparse.Namespace) -> int:
    from core.errors import MalformedBundle
    from core.offline.artifact_files import single_file
    from core.offline.frame_places import Style, TextFrame
    from core.offline.map_search import MapSearch, Unmapped
    from core.offline.original_frames import original_frames
    from worker.command.terminal import open_artifacts

    path, lineno, colno = chosen.place
    frame = TextFrame(Style.BARE, 0, 0, 0, None, str(path), lineno, colno)
    try:
        file = single_file(path)
        with open_artifacts(chosen.artifacts or [path.parent]) as artifacts:
            search = MapSearch(artifacts)
            (found,) = original_frames([frame], lambda _: search.mapped(file))
    except (OSError, MalformedBundle) as error:
        return refuse(f"unmangle lookup: {reason(error)}")
    if chosen.json:
        from worker.command.trace_output import json_frame

        write_json(json_frame(frame, found, chosen.context))
    elif not isinstance(found, Unmapped):
        from core.offline.rewriting import frame_text
        from worker.command.trace_output import source_lines

        lines = source_lines(found, chosen.context) if chosen.context > 0 else ()
        show(frame_text(frame, found.function, found.place))
        for line in lines:
            print(line)
    if isinstance(found, Unmapped):
        say(f"unmangle lookup: {found.detail} [{found.reason}]")
        return ANSWER_IS_NO
    return 0
