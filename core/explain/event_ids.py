"""Debug ids that an event has, but that don't count for the file they were meant for."""

from __future__ import annotations

from core.explain.findings import Finding, quoted
from core.explain.reasons import Reason
from core.explain.uploaded_names import path_of
from core.files.debug_ids import parse_debug_id
from core.files.file_keys import FileType
from core.wire.request import SymbolicateRequest


def unusable_debug_id(abs_path: str, request: SymbolicateRequest) -> Finding | None:
    """Return why the frames at ``abs_path`` have no debug id though ``modules`` has one that looks like theirs."""
    for module in request.modules:
        if module.code_file == abs_path and parse_debug_id(module.debug_id) is None:
            cause = f"The event's debug id for {quoted(abs_path)} is {quoted(module.debug_id)}, which is no debug id"
            advice = "Send the id of the file's `//# debugId=` comment: 32 hex digits, with or without hyphens"
            return Finding(Reason.DEBUG_ID_UNREADABLE, cause, advice, FileType.MINIFIED_SOURCE)
    for module in request.modules:
        if _is_same_file(module.code_file, abs_path) and parse_debug_id(module.debug_id) is not None:
            cause = f"The event has a debug id for {quoted(module.code_file)}, but the frame says {quoted(abs_path)}"
            advice = "Let `code_file` of the module be exactly the frame's `abs_path`"
            return Finding(Reason.DEBUG_ID_FOR_OTHER_PATH, cause, advice, FileType.MINIFIED_SOURCE)
    return None


def _is_same_file(code_file: str, abs_path: str) -> bool:
    """Return whether two spellings may be of one file: one path is the end of the other, hosts and queries aside."""
    ours, theirs = (f"/{path_of(path).lstrip('/')}" for path in (code_file, abs_path))
    return "/" not in (ours[-1], theirs[-1]) and (ours.endswith(theirs) or theirs.endswith(ours))
