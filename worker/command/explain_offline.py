"""Explanations without a service: what it would do if some artifacts were uploaded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from core.errors import CannotExplain
from core.files.artifact_bundle import write_bundle
from core.observing.counts import Counts
from core.offline.artifact_collection import collect
from core.offline.bundling import bundle_members, prepare
from core.offline.events import Event, event_request, read_events
from core.offline.text_frames import find_frames
from core.offline.text_in_bytes import TextInBytes
from core.settings import Settings
from worker.command.local_source import LocalSource
from worker.jobs.job_store import Job
from worker.requests.symbolicate import open_symbolication

_PATIENCE_S = 600.0


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
