"""The individual artifacts that one request has learnt of."""

from __future__ import annotations

from core.files import Failure, FailureKind, File, FileEntry, FileKey, IndividualFile
from core.lookup import ListedFile
from core.paths import candidate_urls
from core.texts import Text, individual_file, read_text
from core.wire.request import Source
from worker.caches.keys import Namespace, artifact_key
from worker.fetch.artifacts import download_artifact
from worker.resources import Resources


class RequestArtifacts:
    """Finds files among artifacts, and downloads those that are wanted."""

    def __init__(self, resources: Resources, namespace: Namespace, source: Source) -> None:
        self._resources = resources
        self._namespace = namespace
        self._source = source
        self._known: dict[str, ListedFile] = {}

    def add(self, listed: ListedFile) -> bool:
        """Take note of an artifact.  Returns whether it is new: of two with one path the first counts."""
        if listed.abs_path in self._known:
            return False
        self._known[listed.abs_path] = listed
        return True

    async def find(self, key: FileKey) -> FileEntry | None:
        """Return the file; None if it isn't listed.  An artifact that is listed but can't be had is found as well."""
        if key.abs_path is None:
            return None
        listed = next((self._known[url] for url in candidate_urls(key.abs_path) if url in self._known), None)
        if listed is None:
            return None
        result = await self._file(listed, key.abs_path)
        return FileEntry(IndividualFile(listed.uri), result, listed.resolved_with)

    async def _file(self, listed: ListedFile, abs_path: str) -> File | Failure:
        text = await self._text(listed)
        return text if isinstance(text, Failure) else individual_file(text, listed.headers, abs_path)

    async def _text(self, listed: ListedFile) -> Text | Failure:
        text = await self._resources.texts.get(
            artifact_key(self._namespace, listed.id),
            lambda: download_artifact(
                self._resources.client, self._resources.threads, listed, self._source, self._resources.settings
            ),
        )
        if isinstance(text, Failure) and text.kind is FailureKind.NOT_FOUND and listed.headers:
            return read_text(b"")  # Sentry keeps the bytecode of Hermes as nothing but headers
        return text
