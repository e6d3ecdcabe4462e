"""A lookup API with artifact bundles and artifacts, on a real server; and what it takes to ask for files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from core.files.artifact_bundle import write_bundle
from core.files.file_keys import FileKey, FileType
from core.wire.request import Module, Scraping, SymbolicateRequest
from core.wire.request_sources import Source
from tests.worker.source_server import Reply, Request, SourceServer, reply

LOOKUP = "/lookup/"
TOKEN = "t0k"

Query = list[tuple[str, str]]
Entry = dict[str, Any]


class ArtifactSource:
    """Lists what was put into it, for every query alike unless told otherwise, and serves it."""

    def __init__(self, server: SourceServer, path: str = LOOKUP) -> None:
        self.server = server
        self.path = path
        self.entries: list[Entry] = []
        self.select: Callable[[dict[str, str]], bool] = lambda _query: True
        server.put_function(path, self._answer)

    @property
    def url(self) -> str:
        return self.server.url(self.path)

    @property
    def queries(self) -> list[Query]:
        """The parameters of every query so far."""
        return [request.query for request in self.server.requests_for(self.path)]

    def put_bundle(
        self,
        file_id: str,
        files: dict[str, tuple[str | bytes, dict[str, Any]]] | bytes,
        resolved_with: str | None = None,
    ) -> Entry:
        """List an artifact bundle of these files, or of whatever bytes."""
        content = files if isinstance(files, bytes) else write_bundle(files)
        return self._put("bundle", file_id, reply(content), resolved_with)

    def put_artifact(
        self,
        file_id: str,
        abs_path: str,
        content: Reply | bytes,
        resolved_with: str | None = None,
        **more: Any,
    ) -> Entry:
        """List an individual artifact; ``more`` are ``headers``."""
        served = reply(content) if isinstance(content, bytes) else content
        return self._put("file", file_id, served, resolved_with, abs_path=abs_path, **more)

    def put_reply(self, file_id: str, served: Reply, **more: Any) -> Entry:
        """List a bundle that is served in a way of its own."""
        return self._put("bundle", file_id, served, None, **more)

    def downloads(self, file_id: str) -> list[Request]:
        return self.server.requests_for(self._target(file_id))

    def _put(self, kind: str, file_id: str, served: Reply, resolved_with: str | None, **more: Any) -> Entry:
        url = self.server.put(self._target(file_id), served)
        entry = {"type": kind, "id": file_id, "url": url, **more}
        if resolved_with is not None:
            entry["resolved_with"] = resolved_with
        self.entries.append(entry)
        return entry

    def _target(self, file_id: str) -> str:
        return f"{self.path}files/{file_id}"

    def _answer(self, request: Request) -> Reply:
        listed = self.entries if self.select(dict(request.query)) else []
        return reply(orjson.dumps(listed))


def a_request(source_url: str, **changes: Any) -> SymbolicateRequest:
    """A request that may not scrape, unless told otherwise."""
    usual: dict[str, Any] = {
        "source": Source(id="sentry:project", url=source_url, token=TOKEN),
        "scraping": Scraping(enabled=False),
    }
    return SymbolicateRequest(**(usual | changes))


def a_module(code_file: str, debug_id: str) -> Module:
    return Module(type="sourcemap", code_file=code_file, debug_id=debug_id)


def minified(abs_path: str, debug_id: Any = None) -> FileKey:
    return FileKey(FileType.MINIFIED_SOURCE, abs_path, debug_id)


def source_map(abs_path: str | None, debug_id: Any = None) -> FileKey:
    return FileKey(FileType.SOURCE_MAP, abs_path, debug_id)


def original(abs_path: str | None) -> FileKey:
    return FileKey(FileType.SOURCE, abs_path)
