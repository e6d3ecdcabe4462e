"""A lookup API for this process alone, which lists what is on this machine.

So the worker's own code does what it would do if these files were uploaded, and nothing can differ from that.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Self
from urllib.parse import quote

import orjson

_LOOKUP = "/lookup"
_BUNDLES = "/bundles/"
_POLL_S = 0.02  # how often it looks whether it is to stop


class LocalSource:
    """Serves ``bundles``, by their ids, on a free port of this machine while the block runs."""

    def __init__(self, bundles: Mapping[str, bytes]) -> None:
        # Not an HTTPServer: that looks up the name of this machine, which may take seconds.
        self._server = ThreadingTCPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        paths = {f"{_BUNDLES}{quote(bundle_id, safe='')}": bundle_id for bundle_id in bundles}
        listed = [
            {"type": "bundle", "id": bundle_id, "url": origin + path, "resolved_with": "release"}
            for path, bundle_id in paths.items()
        ]
        contents = {path: bundles[bundle_id] for path, bundle_id in paths.items()}
        self._server.RequestHandlerClass = _handler({_LOOKUP: orjson.dumps(listed), **contents})
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_S,), name="local source")
        self.url = origin + _LOOKUP

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(contents: Mapping[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = contents.get(self.path.partition("?")[0])
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing: the terminal is for the explanation."""

    return Handler
