"""Records of what was done for the files of one request, for its explanation.

The worker tells a ``FileRecorder`` the bare facts, in passing and only if the request wants an explanation.  What they
mean is decided afterwards, by the other modules here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from core.failures import Excess, Failure
from core.files.artifact_lookup import Listed, ListedFile, Parameters
from core.files.file_keys import FileEntry, FileKey
from core.files.manifest import Manifest
from core.frames.mapped_frame import ResolvedModule
from core.wire.response import ScrapingAttempt


class NotAsked(Enum):
    """Reason why the lookup API was not asked about a file."""

    NOTHING_TO_ASK_BY = "neither a release nor a debug id is known"
    SOURCE_NOT_ALLOWED = "the operator doesn't allow this source"
    SOURCE_FORBIDDEN = "the source needs a token with the right to read"
    TOO_LONG = "the question would be too long to be sent"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question to the lookup API, by its parameters, and the answer.

    ``used`` is as much of the answer as counts, nothing if there is none.  ``listed_without_dist`` is how much is
    listed for the same question without the dist; 0 if that wasn't asked.
    """

    parameters: Parameters
    answer: Sequence[Listed] | Failure
    used: Sequence[Listed] = ()
    listed_without_dist: int = 0


@dataclass(frozen=True, slots=True)
class UnreadableMember:
    """A file that the manifest of a bundle lists, but that can't be read; ``excess`` if that's for its size."""

    bundle_uri: str
    path: str
    excess: Excess | None = None


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Record of what was done for one file, and of its outcome.

    ``lookup`` is None if what was known before sufficed.  ``bundles`` and ``artifacts`` are all that were known in the
    end, by URI.  ``attempt`` is None unless the web was considered.
    """

    key: FileKey
    entry: FileEntry
    bundles: Mapping[str, Manifest | Failure]
    artifacts: Sequence[ListedFile]
    lookup: Lookup | NotAsked | None = None
    unreadable: Sequence[UnreadableMember] = ()
    attempt: ScrapingAttempt | None = None


@dataclass(slots=True)
class _Notes:
    """Notes about the file that is looked for just now."""

    lookup: Lookup | NotAsked | None = None
    unreadable: dict[tuple[str, str], UnreadableMember] = field(default_factory=dict)


class FileRecorder:
    """Takes down one request's lookups.  Files are looked for one after another, so all notes are about the last one.

    ``files`` are the outcomes by key; ``modules`` what was made of them, by the paths of frames; ``bundles`` and
    ``artifacts`` are all that became known.
    """

    def __init__(self) -> None:
        self.files: dict[FileKey, FileRecord] = {}
        self.modules: Mapping[str, ResolvedModule] = {}
        self.bundles: dict[str, Manifest | Failure] = {}
        self.artifacts: dict[str, ListedFile] = {}
        self._notes = _Notes()

    def asked(self, lookup: Lookup | NotAsked) -> None:
        """Note what the lookup API was asked, and what it said, or why it was not asked."""
        self._notes.lookup = lookup
        if isinstance(lookup, Lookup) and not isinstance(lookup.answer, Failure):
            for listed in lookup.answer:
                if isinstance(listed, ListedFile):
                    self.artifacts.setdefault(listed.abs_path, listed)

    def asked_without_dist(self, answer: Sequence[Listed] | Failure) -> None:
        """Note what the same question without the dist brought."""
        lookup = self._notes.lookup
        if isinstance(lookup, Lookup) and not isinstance(answer, Failure):
            self._notes.lookup = replace(lookup, listed_without_dist=len(answer))

    @property
    def heard_nothing(self) -> bool:
        """Whether the lookup API was asked about the last file, and listed nothing."""
        lookup = self._notes.lookup
        return isinstance(lookup, Lookup) and not isinstance(lookup.answer, Failure) and not lookup.answer

    def opened(self, uri: str, bundle: Manifest | Failure) -> None:
        """Note a bundle that became known, by its manifest, or why it can't be had."""
        self.bundles[uri] = bundle

    def unreadable(self, bundle_uri: str, path: str, excess: Excess | None = None) -> None:
        """Note a member of a bundle that can't be read; the first word about it counts."""
        self._notes.unreadable.setdefault((bundle_uri, path), UnreadableMember(bundle_uri, path, excess))

    def ended(self, key: FileKey, entry: FileEntry, attempt: ScrapingAttempt | None = None) -> None:
        """Note what came of looking for a file, and what the response says about getting it from the web.

        Of two lookups by one key the first tells more.
        """
        notes, self._notes = self._notes, _Notes()
        self.files.setdefault(
            key,
            FileRecord(
                key=key,
                entry=entry,
                bundles=dict(self.bundles),
                artifacts=tuple(self.artifacts.values()),
                lookup=notes.lookup,
                unreadable=tuple(notes.unreadable.values()),
                attempt=attempt,
            ),
        )
