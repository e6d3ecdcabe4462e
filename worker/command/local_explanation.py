"""Explanations without a service: what it would answer if some artifacts were uploaded.

A lookup API for this process alone lists what is on this machine, so the worker's own code does the work, and nothing
can differ from what a service does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import orjson

from core.errors import CannotExplain
from core.files.artifact_bundle import write_bundle
from core.observing.counts import Counts
from core.offline.artifact_collection import collect
from core.offline.bundling import bundle_members, prepare
from core.offline.events import Event, event_request, read_events
from core.offline.text_encodings import TextInBytes
from core.offline.text_frames import find_frames
from core.settings import Settings
from worker.job_types import Job
from worker.requests.symbolicate import open_symbolication

_PATIENCE_S = 600.0
_LOOKUP = "/lookup"
_BUNDLES = "/bundles/"
_POLL_S = 0.02  # how often it looks whether it is to stop


def explain_uploads(artifacts: Sequence[Path], url_prefix: str, body: bytes) -> bytes:
    """Return the JSON of the explained answer to a request, or to the stack traces in a text.

    It is as if the bundles and folders in ``artifacts``, and nothing else, were uploaded for the request's release,
    folders with ``url_prefix``, and as if scraping were forbidden.  Raises OSError, CannotExplain, and InvalidRequest.
    """
    request = _request(body)
    bundles = {
        str(path): _folder_bundle(path, url_prefix) if path.is_dir() else path.read_bytes() for path in artifacts
    }
    with LocalSource(bundles) as source:
        request["source"] = {"id": "local", "url": source.url, "token": ""}
        return asyncio.run(_answer(orjson.dumps(request)))


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


def _folder_bundle(folder: Path, url_prefix: str) -> bytes:
    """Return what ``unmangle bundle`` writes for a folder, as it is."""
    prepared = prepare(collect([folder]), lambda: None, inject=False)
    return write_bundle(bundle_members(prepared.files, url_prefix))


def _request(body: bytes) -> dict[str, Any]:
    """Return the request that ``body`` is, or that asks for the stack traces in it."""
    text = TextInBytes.read(body).text.encode("utf-8", "replace").decode()  # bytes that are no text are no JSON either
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict) and "stacktraces" in document:
        options = document.get("options")
        explained = (options if isinstance(options, dict) else {}) | {"explain": True}
        return document | {"scraping": {"enabled": False}, "options": explained}
    events = read_events(text)
    asked = _request_for_events(events) if events else _request_for(text)
    asked["options"] = {"frame_order": "callee_first", "explain": True}
    # Without a release, nothing is looked up by path.
    return {"release": "local", **asked, "scraping": {"enabled": False}}


def _request_for_events(events: list[Event]) -> dict[str, Any]:
    """Return what asks for the frames of events; of several, the release of the first counts."""
    requests = [event_request(event) for event in events]
    lists = {name: [each for request in requests for each in request[name]] for name in ("stacktraces", "modules")}
    return {**requests[0], **lists}


def _request_for(text: str) -> dict[str, Any]:
    frames = [
        {"abs_path": frame.path, "lineno": frame.lineno, "colno": frame.colno, "function": frame.function}
        for frame in find_frames(text)
    ]
    if not frames:
        raise CannotExplain("expected the body of a request, with `stacktraces`, an event, or a text with stack traces")
    return {"stacktraces": [{"frames": frames}]}


async def _answer(body: bytes) -> bytes:
    async with open_symbolication(Settings(cache_dir=None), Counts()) as answer:
        return (await answer(Job("explain", body, _PATIENCE_S, None))).body


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
