"""Findings about the event itself: paths that no uploaded file can have, and debug ids that don't count."""

from __future__ import annotations

import re

from core.explain.findings import Finding, Reason, quoted
from core.explain.uploaded_names import path_of
from core.files.debug_ids import parse_debug_id
from core.files.file_keys import FileType
from core.web.urls import parse_url
from core.wire.request import SymbolicateRequest

_NATIVE = frozenset({"", "native", "[native code]", "native code", "[native]", "<anonymous>", "anonymous", "<unknown>"})
_EXTENSION = re.compile(r"(?:chrome|moz|ms-browser|safari|safari-web)-extension:", re.IGNORECASE)
_WASM = re.compile(r"wasm:|.*\.wasm(?:[:?#].*)?\Z|.*:wasm-function\[", re.IGNORECASE | re.DOTALL)
_RUNTIME = re.compile(r"node:|bun:|deno:|ext:|internal/|evalmachine\.", re.IGNORECASE)
_RUN_TIME_MADE = re.compile(
    r"blob:|data:|eval(?:\s|\Z|code)|.*\(eval at |.* line \d+ > (?:eval|Function)", re.IGNORECASE | re.DOTALL
)
_PAGE = re.compile(r"(?:.*/)?(?:[^/.]*|[^/]+\.(?:x?html?|php|aspx?|jsp))\Z", re.IGNORECASE | re.DOTALL)
_NOTHING_TO_MAP = "There is nothing to map: leave such frames as they are, or out of the event"


def unmappable(abs_path: str, candidate: str | None) -> Finding | None:
    """Return why the path of a frame is not one of a script that the application was built from, None if it may be.

    ``candidate`` is a name that such a file would be found under, if it was uploaded.
    """
    path = abs_path.strip()
    if path.casefold() in _NATIVE:
        cause = f"{quoted(abs_path)} stands for code of the engine itself, or for code without a file"
        return Finding(Reason.NATIVE_FRAME, cause, _NOTHING_TO_MAP)
    if _WASM.match(path):
        cause = f"{quoted(abs_path)} is WebAssembly, which source maps of JavaScript don't describe"
        return Finding(Reason.WEBASSEMBLY, cause, _NOTHING_TO_MAP)
    if _EXTENSION.match(path):
        cause = f"{quoted(abs_path)} is code of a browser extension"
        advice = (
            f"If the extension is yours, upload its files, this one as {quoted(candidate or abs_path)}; else ignore it"
        )
        return Finding(Reason.BROWSER_EXTENSION, cause, advice)
    if _RUNTIME.match(path):
        cause = f"{quoted(abs_path)} is code of the runtime (Node.js, Bun or Deno), which has no source maps"
        return Finding(Reason.RUNTIME_INTERNAL, cause, _NOTHING_TO_MAP)
    if _RUN_TIME_MADE.match(path):
        cause = f"{quoted(abs_path)} was made while the page ran, so its path is another one each time"
        advice = (
            "Inject debug ids when building, upload the files, and let the SDK send the ids: they don't depend on paths"
        )
        return Finding(Reason.MADE_AT_RUN_TIME, cause, advice)
    return None


def is_page(abs_path: str) -> bool:
    """Return whether a path is more likely that of a page than that of a script."""
    url = parse_url(abs_path)
    return url is not None and url.is_web and _PAGE.match(url.path) is not None


def inline_script(abs_path: str) -> Finding:
    """Return the finding of a frame in a script that is written into a page."""
    cause = f"{quoted(abs_path)} is a page: the frame is in a script that is written into it"
    return Finding(Reason.INLINE_SCRIPT, cause, "Move the script to a file of its own that is built with a source map")


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
