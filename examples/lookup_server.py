"""Plays the server that a request's ``source`` names, a very small Sentry, with the shop's artifacts.

Start it with ``python -m examples.lookup_server [--port 3022] [--quiet]``.  ``GET /artifact-lookup/`` takes a
``debug_id``, or ``release`` and ``url``, and answers with a list of what was uploaded for them; ``?download=<id>`` is
the way to a listed file.  Both want the token.
"""

from __future__ import annotations

import argparse
import logging
import signal
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from examples.artifacts import BUNDLE_FILE, BUNDLE_ID, RELEASE, RELEASE_ARTIFACTS, Artifact, bundle_debug_id

HOST = "127.0.0.1"
PATH = "/artifact-lookup/"
TOKEN = "only-for-the-example"  # noqa: S105  (it guards nothing but this folder)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer to one HTTP request."""

    status: HTTPStatus
    body: bytes
    content_type: str = "application/json"


def answer(target: str, authorization: str | None, origin: str) -> Answer:
    """Return the answer to ``GET target``; ``origin`` is where the listed files are to be had."""
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    if url.path != PATH:
        return _refusal(HTTPStatus.NOT_FOUND, f"there is nothing but {PATH}")
    if authorization != f"Bearer {TOKEN}":
        return _refusal(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong")
    if "download" in query:
        return _download(query["download"])
    return Answer(HTTPStatus.OK, orjson.dumps(_listing(query, f"{origin}{PATH}?download=")))


def start_server(port: int) -> ThreadingHTTPServer:
    """Return a server that listens on ``port`` (0: any free one), and doesn't serve yet.  Raises OSError."""
    return ThreadingHTTPServer((HOST, port), _Handler)


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    arguments = _arguments()
    logging.basicConfig(level=logging.WARNING if arguments.quiet else logging.INFO, format="%(message)s")
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        _serve(arguments.port)
    except KeyboardInterrupt:
        _log.info("Stopped.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m examples.lookup_server", description="Serve the shop's artifacts.")
    parser.add_argument("--port", type=_port, default=3022, help="where to listen (default: 3022)")
    parser.add_argument("--quiet", action="store_true", help="say nothing but what goes wrong")
    return parser.parse_args()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port")
    return port


def _serve(port: int) -> None:
    try:
        server = start_server(port)
    except OSError as error:
        raise SystemExit(f"can't listen on {HOST}:{port}: {error.strerror} (choose another --port)") from None
    with server:
        _log.info("The shop's artifacts are at http://%s:%d%s", HOST, server.server_port, PATH)
        server.serve_forever()


def _listing(query: dict[str, str], download_url: str) -> list[dict[str, Any]]:
    """Return what was uploaded for a query: the bundle if it asks for its debug id, else files of the release.

    ``url`` is a stem: path without ending.  ``dist`` makes no difference, as nothing was uploaded for only one.
    """
    if query.get("debug_id") == bundle_debug_id():
        return [{"type": "bundle", "id": BUNDLE_ID, "url": download_url + BUNDLE_ID, "resolved_with": "debug-id"}]
    if query.get("release") != RELEASE or "url" not in query:
        return []
    found = [artifact for artifact in RELEASE_ARTIFACTS if artifact.abs_path.startswith(f"~{query['url']}.")]
    return [_listed_file(artifact, download_url) for artifact in found]


def _listed_file(artifact: Artifact, download_url: str) -> dict[str, Any]:
    return {
        "type": "file",
        "id": artifact.id,
        "url": download_url + artifact.id,
        "abs_path": artifact.abs_path,
        "headers": artifact.headers,
        "resolved_with": "release-old",
    }


def _download(file_id: str) -> Answer:
    files = {BUNDLE_ID: BUNDLE_FILE} | {each.id: each.file for each in RELEASE_ARTIFACTS}
    if file_id not in files:
        return _refusal(HTTPStatus.NOT_FOUND, f"no such file: {file_id}")
    return Answer(HTTPStatus.OK, files[file_id].read_bytes(), "application/octet-stream")


def _refusal(status: HTTPStatus, detail: str) -> Answer:
    return Answer(status, orjson.dumps({"detail": detail}))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        # The host as the client calls it: clients send the token only to URLs that begin like the source's.
        reply = answer(self.path, self.headers.get("Authorization"), f"http://{self.headers.get('Host', HOST)}")
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *values: Any) -> None:  # noqa: A002  (inherited)
        _log.info(format, *values)


if __name__ == "__main__":
    main()
