"""What is known of the frames of a stack trace, for programs."""

from __future__ import annotations

from typing import Any

import orjson

from core.artifacts.map_search import Unmapped
from core.stack_traces.original_frames import OriginalFrame
from core.stack_traces.text_frames import TextFrame


def json_report(frames: list[TextFrame], outcomes: list[OriginalFrame | Unmapped], context: int) -> str:
    """Return a JSON document: the frames of a text in its order, each as it was and as it is."""
    report = [_frame(frame, found, context) for frame, found in zip(frames, outcomes, strict=True)]
    return orjson.dumps({"frames": report}, option=orjson.OPT_INDENT_2).decode() + "\n"


def json_place(original: OriginalFrame, context: int) -> dict[str, Any]:
    """Return where a frame comes from, as JSON has it."""
    position = original.position
    lines = None
    if position.source is not None and context > 0:
        lines = original.mapped.source_map.source_lines(position.source, position.line, context)
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


def _frame(frame: TextFrame, found: OriginalFrame | Unmapped, context: int) -> dict[str, Any]:
    raw = {"function": frame.function, "abs_path": frame.path, "lineno": frame.lineno, "colno": frame.colno}
    if isinstance(found, Unmapped):
        return {"raw": raw, "original": None, "reason": found.reason.value, "detail": found.detail}
    return {"raw": raw, "original": json_place(found, context)}
