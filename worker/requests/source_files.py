"""Files of one source of a request: what it is asked, and the bundles and artifacts that it lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from core.explain.file_records import Lookup, NotAsked
from core.failures import Failure
from core.files.artifact_lookup import Listed, ListedBundle, ListedFile, lookup_parameters
from core.files.file_keys import FileEntry, FileKey
from core.store.store_index import StoredBundle
from core.store.store_names import release_name
from core.text.slugs import scope_names
from core.wire.request import SymbolicateRequest
from core.wire.request_sources import AnySource, Source, StoreSource
from worker.caches.keys import GLOBAL_SCOPE, Namespace
from worker.caches.stored_file import Draft
from worker.caches.tiered_cache import Freshness
from worker.fetch.store_lookup import StoreLookup, StoreQuestion
from worker.requests.journal import Journal
from worker.requests.prefetch import RequestTexts
from worker.requests.request_artifacts import RequestArtifacts
from worker.requests.request_bundles import BundleClient, ReadBudget, RequestBundles
from worker.requests.request_lookups import RequestLookups
from worker.requests.resolved_files_cache import LearntFiles
from worker.requests.resources import Resources

_MOST_PLACES = 4096


class SourceLookups(Protocol):
    """Answers of a source about files."""

    def can_ask(self, key: FileKey) -> bool:
        """Return whether there is anything to ask about a file by."""
        ...

    async def about(self, key: FileKey) -> Lookup | NotAsked:
        """Return what is listed for a file, or why that is not known."""
        ...

    async def without_dist(self, key: FileKey) -> Sequence[Listed] | Failure:
        """Return what would be listed for a file, were it not for the request's dist; nothing if it has none."""
        ...


@dataclass(frozen=True, slots=True)
class KnownNames:
    """URIs of bundles, and names of artifacts, that are known of a source."""

    bundles: frozenset[str]
    artifacts: frozenset[str]


class SourceFiles:
    """Finds files among what one source has listed, and asks it for more."""

    def __init__(
        self, lookups: SourceLookups, bundles: RequestBundles, artifacts: RequestArtifacts, journal: Journal
    ) -> None:
        self.lookups = lookups
        self.bundles = bundles
        self.artifacts = artifacts
        self._journal = journal

    @property
    def known(self) -> KnownNames:
        """What is known so far."""
        return KnownNames(frozenset(self.bundles.known), frozenset(self.artifacts.known))

    def learnt_since(self, before: KnownNames) -> LearntFiles:
        """Return what became known since then."""
        return LearntFiles(
            {uri: each for uri, each in self.bundles.known.items() if uri not in before.bundles},
            [each for url, each in self.artifacts.known.items() if url not in before.artifacts],
        )

    def learn(self, learnt: LearntFiles) -> None:
        """Take note of what another request has learnt."""
        self.bundles.learn(learnt.bundles)
        for listed in learnt.artifacts:
            self.artifacts.add(listed)

    async def find(self, key: FileKey) -> FileEntry | None:
        """Return a file that is known, None if none is."""
        return await self.bundles.find(key) or await self.artifacts.find(key)

    async def learn_about(self, key: FileKey) -> bool:
        """Ask the source about a file.  Returns whether that brought anything new."""
        lookup = await self.lookups.about(key)
        self._journal.asked(lookup)
        listed = lookup.used if isinstance(lookup, Lookup) else ()
        if not listed:
            return False
        has_new_bundles = await self.bundles.add([each for each in listed if isinstance(each, ListedBundle)])
        has_new_files = [self.artifacts.add(each) for each in listed if isinstance(each, ListedFile)]
        return has_new_bundles or any(has_new_files)


class StoreLookups:
    """Asks the artifact store of the deployment."""

    def __init__(
        self,
        lookup: StoreLookup | None,
        source: StoreSource,
        request: SymbolicateRequest,
        scope: str,
        names: tuple[str, str | None],
        *,
        anew: bool,
    ) -> None:
        """``names`` are the organization and perhaps the project; without a ``lookup`` this host has no store."""
        self._lookup = lookup
        self._token = source.token
        self._request = request
        self._scope = scope
        self._org, self._project = names
        self._anew = anew
        self._may_read: bool | None = None

    def can_ask(self, key: FileKey) -> bool:
        """Return whether there is anything to ask about a file by."""
        has_name = release_name(self._request.release) is not None and key.abs_path is not None
        return self._lookup is not None and (key.debug_id is not None or has_name)

    async def about(self, key: FileKey) -> Lookup | NotAsked:
        """Return what is listed for a file, or why that is not known."""
        if self._lookup is None or not self.can_ask(key):
            return NotAsked.NOTHING_TO_ASK_BY
        if self._may_read is None:
            self._may_read = await self._lookup.may_read(self._token, self._org, self._project)
        if not self._may_read:
            return NotAsked.SOURCE_FORBIDDEN
        listed = await self._listed(self._lookup, key, self._request.dist)
        parameters = lookup_parameters(key, self._request.release, self._request.dist) or []
        return Lookup(parameters, listed, () if isinstance(listed, Failure) else listed)

    async def without_dist(self, key: FileKey) -> Sequence[Listed] | Failure:
        """Return what would be listed for a file, were it not for the request's dist."""
        if self._lookup is None or self._request.dist is None or not self._may_read:
            return ()
        return await self._listed(self._lookup, key, None)

    async def _listed(self, lookup: StoreLookup, key: FileKey, dist: str | None) -> Sequence[Listed] | Failure:
        question = StoreQuestion(
            self._scope, self._org, self._project, key.debug_id, self._request.release, dist, key.abs_path
        )
        listed = await lookup.listed(question, anew=self._anew)
        if not isinstance(listed, Failure):
            for bundle in listed:
                lookup.note_use(bundle)
        return listed


@lru_cache(_MOST_PLACES)  # each request asks
def _store_place(
    own_org: str | None, own_project: str | None, scope: str | None, usual_org: str
) -> tuple[tuple[str, str | None], Namespace, Source]:
    """Return whose files a source means, their namespace, and what stands for the source.

    Whose: what the source says, else what the scope says, else what the settings say.
    """
    org, project = scope_names(scope)
    if own_org is not None:
        names = own_org, own_project or (project if org == own_org else None)
    else:
        names = org or usual_org, own_project or project
    url = f"store://{names[0]}"
    namespace = Namespace(GLOBAL_SCOPE if scope is None else scope, "store", url)
    return names, namespace, Source(id="store", url=url, token="")


class SourceOpener:
    """Makes the ``SourceFiles`` of one request."""

    def __init__(
        self,
        resources: Resources,
        request: SymbolicateRequest,
        scope: str | None,
        namespace: Namespace,
        journal: Journal,
        texts: RequestTexts,
        budget: ReadBudget,
        fresh: Freshness | None,
    ) -> None:
        self._resources = resources
        self._request = request
        self._scope = scope
        self._namespace = namespace
        self._journal = journal
        self._texts = texts
        self._budget = budget
        self._fresh = fresh

    def opened(self, source: AnySource) -> SourceFiles:
        """Return the files of a source, of which nothing is known yet."""
        if isinstance(source, StoreSource):
            return self._store(source)
        is_first = source is self._request.source
        namespace = self._namespace if is_first else Namespace.of_source(source, self._scope)
        resources = self._resources
        client, most = resources.source_client, resources.settings.max_lookup_entries
        lookups = RequestLookups(
            resources.lookups, client, resources.metrics, namespace, self._request, source, most, self._fresh
        )
        return self._files(lookups, client, namespace, source, between_hosts=True)

    def _store(self, source: StoreSource) -> SourceFiles:
        names, namespace, placeholder = _store_place(
            source.org, source.project, self._scope, self._resources.settings.store_org
        )
        lookup, anew = self._resources.store_lookup, self._fresh is not None
        lookups = StoreLookups(lookup, source, self._request, namespace.scope, names, anew=anew)
        return self._files(lookups, StoreBundles(lookup), namespace, placeholder, between_hosts=False)

    def _files(
        self,
        lookups: SourceLookups,
        client: BundleClient,
        namespace: Namespace,
        source: Source,
        *,
        between_hosts: bool,
    ) -> SourceFiles:
        resources, journal = self._resources, self._journal
        bundles = RequestBundles(
            resources.bundles,
            resources.members,
            client,
            resources.metrics,
            journal,
            namespace,
            source,
            self._budget,
            self._fresh,
            between_hosts=between_hosts,
        )
        artifacts = RequestArtifacts(self._texts, resources.source_client, resources.metrics, namespace, source)
        return SourceFiles(lookups, bundles, artifacts, journal)


class StoreBundles:
    """Downloads bundles from the store."""

    def __init__(self, lookup: StoreLookup | None) -> None:
        self._lookup = lookup

    async def download_bundle(self, listed: ListedBundle, _source: Source, _scope: str) -> Draft:
        """Return a bundle.  Raises FetchFailed."""
        assert self._lookup is not None
        assert isinstance(listed, StoredBundle)
        return await self._lookup.download(listed)
