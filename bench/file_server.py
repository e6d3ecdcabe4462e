"""``python -m bench.file_server PORT FUNCTIONS``: a process that serves one large file under any name, and its map.

A process of its own, so that sending it doesn't hold up the generator of the load.
"""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.files import minified_file, source_map

_SOMEBODY_ELSES = 10  # machine, in truth: what serving costs is not to be paid by what is measured


def main() -> None:
    """Serve until killed: ``<anything>.map`` is the map, anything else the file."""
    os.nice(_SOMEBODY_ELSES)
    port, functions = map(int, sys.argv[1:])
    content, columns = minified_file(functions, "large.map")
    text = source_map(columns, sources=functions // 100)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = text if self.path.partition("?")[0].endswith(".map") else content
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    print(columns[functions // 2], flush=True)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
