"""What the path of a frame says about the code that ran: not all of it is a file that anybody could upload."""

from __future__ import annotations

import re

from core.explain.findings import Finding, quoted
from core.explain.reasons import Reason
from core.web.urls import parse_url

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
