"""What ``unmangle trace`` says beside its result: why frames stay as they were, and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from core.offline.map_search import Reason, Unmapped
from core.offline.original_frames import OriginalFrame
from worker.command.words import ANSWER_IS_NO, SOME_LEFT, say


def exit_code(outcomes: Iterable[OriginalFrame | Unmapped]) -> int:
    """Return 0 if all frames that have a file have an original; other codes if none has, or some have not."""
    counts = Counter(isinstance(found, OriginalFrame) for found in outcomes if not _is_native(found))
    if not counts[True]:
        return ANSWER_IS_NO
    return SOME_LEFT if counts[False] else 0


def say_why(outcomes: list[OriginalFrame | Unmapped]) -> None:
    """Say of each reason once why frames are as they were; that "native code" has no map is no news."""
    reasons = Counter(found for found in outcomes if isinstance(found, Unmapped) and not _is_native(found))
    for found, count in reasons.items():
        frames = "1 frame" if count == 1 else f"{count} frames"
        say(f"unmangle: {found.detail} [{found.reason}, {frames}]")
    if not outcomes:
        say("unmangle: no frames were found in the text")


def say_what_is_missing(paths: list[Path] | None) -> None:
    """Say that there is nothing to look in."""
    places = ", ".join(map(str, paths)) if paths else "the current folder"
    say(f"unmangle: neither generated files nor source maps are in {places}: name the folder of the build with -a")


def say_what_has_no_lines(originals: list[OriginalFrame]) -> None:
    """Say of which originals no lines can be shown."""
    for place in {found.file: found.mapped.map_place for found in originals if found.source_lines(0) is None}.items():
        say("unmangle: no lines of {}, as {} doesn't embed it".format(*place))


def _is_native(found: OriginalFrame | Unmapped) -> bool:
    return isinstance(found, Unmapped) and found.reason is Reason.NOT_A_FILE
