"""Individual artifacts that one request has learnt of, and their downloads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from core.failures import Failure, FailureKind
from core.files.artifact_lookup import ListedFile
from core.files.file_keys import File, FileEntry, FileKey, IndividualFile
from core.files.text_files import Text, individual_file, is_html_instead, read_text
from core.web.paths import candidate_urls
from core.wire.request_sources import Source
from worker.caches.keys import Namespace, artifact_key
from worker.caches.stored_file import Draft
from worker.caches.worker_metrics import Limit, WorkerMetrics
from worker.fetch.artifact_source import SourceClient
from worker.requests.prefetch import NoStart, RequestTexts, Started


class RequestArtifacts:
    """Finds files among artifacts, and downloads those that are wanted."""

    def __init__(
        self, texts: RequestTexts, client: SourceClient, metrics: WorkerMetrics, namespace: Namespace, source: Source
    ) -> None:
        self._texts = texts
        self._client = client
        self._metrics = metrics
        self._namespace = namespace
        self._source = source
        self._known: dict[str, ListedFile] = {}

    def add(self, listed: ListedFile) -> bool:
        """Take note of an artifact.  Returns whether it is new: of two with one path the first counts."""
        if listed.abs_path in self._known:
            return False
        self._known[listed.abs_path] = listed
        return True

    @property
    def known(self) -> Mapping[str, ListedFile]:
        """The artifacts that were listed so far, by what they were uploaded under."""
        return self._known

    async def find(self, key: FileKey) -> FileEntry | None:
        """Return the file; None if it isn't listed.  An artifact that is listed but can't be had is found as well."""
        listed = self._listed(key)
        if listed is None or key.abs_path is None:
            return None
        text = await self._texts.get(
            artifact_key(self._namespace, listed), lambda: self._download(listed), between_hosts=True
        )
        if not isinstance(text, Failure):
            if is_html_instead(listed.abs_path, text.content):
                self._metrics.html_page(listed.uri)
        elif text.excess:
            self._metrics.limit_hit(Limit.ARTIFACT, listed.uri, text.excess)
        return FileEntry(IndividualFile(listed.uri), _file(text, listed, key.abs_path), listed.resolved_with)

    def has(self, key: FileKey) -> bool:
        """Return whether the file is listed."""
        return self._listed(key) is not None

    def start(self, key: FileKey) -> Started:
        """Begin to download the file if it is listed, and return what will come of it."""
        listed = self._listed(key)
        if listed is None or key.abs_path is None:
            return NoStart.NOT_YET
        text = self._texts.start(
            artifact_key(self._namespace, listed), lambda: self._download(listed), between_hosts=True
        )
        if text is None:
            return NoStart.NEEDLESS
        return asyncio.create_task(_file_of(text, listed, key.abs_path))

    def _listed(self, key: FileKey) -> ListedFile | None:
        if key.abs_path is None or not self._known:
            return None
        return next((self._known[url] for url in candidate_urls(key.abs_path) if url in self._known), None)

    async def _download(self, listed: ListedFile) -> Draft:
        return await self._client.download_artifact(listed, self._source, self._namespace.scope)


async def _file_of(text: asyncio.Task[Text | Failure], listed: ListedFile, abs_path: str) -> File | Failure:
    return _file(await asyncio.shield(text), listed, abs_path)


def _file(text: Text | Failure, listed: ListedFile, abs_path: str) -> File | Failure:
    if isinstance(text, Failure) and text.kind is FailureKind.NOT_FOUND and listed.headers:
        text = read_text(b"")  # Sentry keeps the bytecode of Hermes as nothing but headers
    return text if isinstance(text, Failure) else individual_file(text, listed.headers, abs_path)
