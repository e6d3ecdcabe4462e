"""``unmangle trace``: a stack trace in, the original one out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.text.control_characters import visible_text
from worker.command.terminal import Progress, Subcommands, add_command, reason, refuse, say, write_json

if TYPE_CHECKING:
    from core.files.debug_ids import DebugId
    from core.offline.frame_places import TextFrame
    from core.offline.map_search import FileWithMap, MapSearch, Unmapped
    from core.offline.original_frames import OriginalFrame
    from core.offline.text_encodings import TextInBytes

_STDIN = Path("-")
_EXAMPLES = """unmangle trace error.log --artifacts dist --context 2
  pbpaste | unmangle trace -a dist -a old-build.zip
  kubectl logs -f web | unmangle trace --follow -a dist"""


def add_to(commands: Subcommands) -> None:
    """Add ``trace`` to the command line."""
    trace = add_command(
        commands,
        "trace",
        "turn the frames of a stack trace, or of a log full of them, into the original ones",
        _EXAMPLES,
        "What is no frame stays as it is. Of frames that stay, standard error says why.",
    )
    trace.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        type=Path,
        default=_STDIN,
        help="a stack trace, a log, or an event of Sentry as JSON; -, or none: standard input",
    )
    add_artifacts_option(trace)
    trace.add_argument("--context", metavar="N", type=int, default=0, help="show N source lines around each frame")
    trace.add_argument(
        "--no-ignored",
        action="store_false",
        dest="with_ignored",
        help="leave out frames of sources that maps ignore (ignoreList): those of libraries",
    )
    form = trace.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="write what is known of each frame, as JSON")
    form.add_argument("--follow", action="store_true", help="go on with what is added to the text, until interrupted")
    trace.set_defaults(run=_run)


def add_artifacts_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where the generated files and source maps are."""
    parser.add_argument(
        "-a",
        "--artifacts",
        metavar="PATH",
        type=Path,
        action="append",
        help="a folder, artifact bundle, ZIP archive or file to look in; may be repeated (default: the current folder)",
    )


def _run(chosen: argparse.Namespace) -> int:
    from core.errors import MalformedBundle
    from core.offline.json_frames import find_all_frames
    from core.offline.map_search import MapSearch
    from core.offline.original_frames import OriginalFrame
    from worker.command.terminal import open_artifacts
    from worker.command.trace_output import exit_code, say_what_has_no_lines, say_what_is_missing, say_why

    try:
        if chosen.follow:
            return _follow(chosen)
        content, debug_ids = _text(_read(chosen.file))
        with open_artifacts(chosen.artifacts) as artifacts, Progress("looking for debug ids") as looking:
            search = MapSearch(artifacts, debug_ids, looking.step)
            if artifacts.is_empty:
                say_what_is_missing(chosen.artifacts)
            frames = find_all_frames(content.text, search.knows)
            outcomes = _outcomes(frames, search)
    except (OSError, MalformedBundle) as error:
        return refuse(f"unmangle trace: {reason(error)}")
    if chosen.json:
        from worker.command.trace_output import json_frames

        write_json(json_frames(frames, outcomes, chosen.context))
    else:
        _write(content, _original(chosen, content.text, frames, outcomes))
        say_why(outcomes)
        say_what_has_no_lines([found for found in outcomes if isinstance(found, OriginalFrame) and chosen.context > 0])
    return exit_code(outcomes)


def _original(
    chosen: argparse.Namespace, text: str, frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped]
) -> str:
    from worker.command.trace_output import original_text

    return original_text(text, frames, outcomes, chosen.context, with_ignored=chosen.with_ignored)


def _follow(chosen: argparse.Namespace) -> int:
    from core.offline.map_search import MapSearch
    from worker.command.terminal import open_artifacts
    from worker.command.trace_follow import follow

    with open_artifacts(chosen.artifacts) as artifacts:
        file = None if chosen.file == _STDIN else chosen.file
        return follow(file, MapSearch(artifacts), chosen.context, with_ignored=chosen.with_ignored)


def _read(file: Path) -> bytes:
    if file != _STDIN:
        return file.read_bytes()
    if sys.stdin.isatty():
        say("paste a stack trace, then press Ctrl-D")
    return sys.stdin.buffer.read()


def _text(content: bytes) -> tuple[TextInBytes, Mapping[str, DebugId]]:
    """Return the text to trace, and which debug ids are known: an event of Sentry is told as V8 would print it."""
    from core.offline.text_encodings import TextInBytes

    text = TextInBytes.read(content)
    if '"frames"' not in text.text:
        return text, {}
    from core.offline.events import event_text, known_debug_ids, only_event

    event = only_event(text.text)
    if event is None:
        return text, known_debug_ids(text.text)
    return TextInBytes.read(event_text(event).encode("utf-8", "replace")), event.debug_ids


def _write(content: TextInBytes, text: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.buffer.write(visible_text(text).encode("utf-8", "surrogateescape"))
    else:
        sys.stdout.buffer.write(content.written(text))
    sys.stdout.buffer.flush()


def _outcomes(frames: list[TextFrame], search: MapSearch) -> list[OriginalFrame | Unmapped]:
    from core.offline.original_frames import original_frames

    with Progress("reading source maps", len({frame.path for frame in frames})) as progress:
        read: set[str] = set()

        def find_map(path: str) -> FileWithMap | Unmapped:
            mapped = search.mapped_file(path)
            if path not in read:
                read.add(path)
                progress.step()
            return mapped

        return original_frames(frames, find_map)
