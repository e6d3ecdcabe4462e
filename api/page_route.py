"""The page at ``/`` and its files: read once, sent with headers that let nothing but these files run.

The files are served below ``/page/<digest>/``, so browsers keep them for good.  A process of another version may be
asked for them while a deployment is upgraded: it answers with its own, to be kept by nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_INDEX = "index.html"
_BELOW = "/page/"
_PLACEHOLDER = b"@DIGEST@"
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_METHODS = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FOR_GOOD = "public, max-age=31536000, immutable"


class PageRoute(BaseRoute):
    """Route of the page and of its files; all other paths are not its own."""

    def __init__(self) -> None:
        self._files = _contents()
        self._digest = _digest(self._files)
        self._index = self._files.pop(_INDEX).replace(_PLACEHOLDER, self._digest.encode())
        self._etag = f'"{self._digest}"'

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is for the page."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path: str = scope["path"]
        is_page = path == "/" or (path.startswith(_BELOW) and path.rpartition("/")[2] in self._files)
        if not is_page or path.count("/") not in (1, 3):
            return Match.NONE, {}
        return (Match.FULL if scope["method"] in _METHODS else Match.PARTIAL), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page or one of its files."""
        await self._response(scope)(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Refuse: nobody asks for its URL by a name."""
        raise NotImplementedError(name, path_params)

    def _response(self, scope: Scope) -> Response:
        if scope["method"] not in _METHODS:
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        _, _, digest_and_name = scope["path"].partition(_BELOW)
        if not digest_and_name:
            if (b"if-none-match", self._etag.encode()) in scope["headers"]:
                return Response(status_code=304, headers=self._index_headers())
            return Response(self._index, headers=self._index_headers(), media_type="text/html")
        digest, _, name = digest_and_name.partition("/")
        kept = _FOR_GOOD if digest == self._digest else "no-store"
        headers = {**_HEADERS, "Cache-Control": kept}
        return Response(self._files[name], headers=headers, media_type=_TYPES[name.rpartition(".")[2]])

    def _index_headers(self) -> Mapping[str, str]:
        return {**_HEADERS, "Cache-Control": "no-cache", "ETag": self._etag}


def _contents() -> dict[str, bytes]:
    """Return the files of the page by name."""
    folder = files("api") / "page"
    return {
        file.name: file.read_bytes()
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.rpartition(".")[2] in _TYPES
    }


def _digest(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(b"%s %d " % (name.encode(), len(content)))
        digest.update(content)
    return digest.hexdigest()[:16]
