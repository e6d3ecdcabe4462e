"""What is known of the frames of a stack trace, for programs."""

from __future__ import annotations

from typing import Any

from core.offline.frame_places import TextFrame
from core.offline.map_search import Unmapped
from core.offline.original_frames import OriginalFrame


def json_frames(
    frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped], context: int
) -> dict[str, list[dict[str, Any]]]:
    """Return the frames of a text in its order, each as it was and as it is."""
    return {"frames": [json_frame(frame, found, context) for frame, found in zip(frames, outcomes, strict=True)]}


def _place(original: OriginalFrame, context: int) -> dict[str, Any]:
    position = original.position
    lines = original.source_lines(context) if context > 0 else None
    return {
        "function": original.function,
        "file": original.file,
        "source": position.file,
        "lineno": original.lineno,
        "colno": original.colno,
        "name": position.name,
        "source_map": original.mapped.map_place,
        "minified_file": original.mapped.code,
        **({"pre_context": lines.before, "context_line": lines.line, "post_context": lines.after} if lines else {}),
    }


def json_frame(frame: TextFrame, found: OriginalFrame | Unmapped, context: int) -> dict[str, Any]:
    """Return a frame as it was and as it is, or why that isn't known."""
    raw = {"function": frame.function, "abs_path": frame.path, "lineno": frame.lineno, "colno": frame.colno}
    if isinstance(found, Unmapped):
        return {"raw": raw, "original": None, "reason": found.reason.value, "detail": found.detail}
    return {"raw": raw, "original": _place(found, context)}
