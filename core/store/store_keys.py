"""Keys of the objects of an artifact store.

=====================================  ==============================================  ================================
key below ``v1/``                      content                                         written
=====================================  ==============================================  ================================
``tokens/{sha256}``                    JSON of a ``AccessToken``                             once
``o/ORG/chunks/{sha1}``                an unpacked chunk                               content follows from the name
``o/ORG/pending/{assembly key}``       JSON of an ``UploadTask``                       last writer is right
``o/ORG/bundles/UPLOAD``               the bundle as it came                           once
``o/ORG/contents/UPLOAD``              gzipped JSON of ``Contents``                    once
``o/ORG/uploads/INVERSE``              JSON of a ``UploadRecord``                            once
``o/ORG/ids/{2}/{rest}/…``             empty; ``INVERSE.KINDS.PROJECT``                content follows from the name
``o/ORG/urls/{2}/{rest}/…``            empty; ``INVERSE.{name digest}.PROJECT``        content follows from the name
``o/ORG/releases/{digest}/…``          empty; ``INVERSE.PROJECT``                      content follows from the name
``o/ORG/names/{digest}``               the release as text                             content follows from the name
``o/ORG/same/{assembly key}``          an upload id                                    last writer is right
``o/ORG/used/UPLOAD``                  empty; its time of change counts                last writer is right
``o/ORG/expired/UPLOAD``               empty: marked for deletion                      last writer is right
``probe/{host}``                       text                                            last writer is right
=====================================  ==============================================  ================================

No object is read, changed and written back, so concurrent uploads can't lose each other's work.
"""

from __future__ import annotations

from core.files.debug_ids import DebugId
from core.store.store_names import debug_id_key, digest, inverse, stem

ROOT = "v1"
ORGS = f"{ROOT}/o"
TOKENS = f"{ROOT}/tokens"
PROBES = f"{ROOT}/probe"


class OrgKeys:
    """Keys of one organization."""

    def __init__(self, org: str) -> None:
        self.org = org
        self.root = f"{ORGS}/{org}"
        self.chunks = f"{self.root}/chunks"
        self.pendings = f"{self.root}/pending"
        self.bundles = f"{self.root}/bundles"
        self.all_contents = f"{self.root}/contents"
        self.uploads = f"{self.root}/uploads"
        self.all_used = f"{self.root}/used"
        self.all_expired = f"{self.root}/expired"
        self.all_releases = f"{self.root}/releases"
        self.names = f"{self.root}/names"
        self.ids = f"{self.root}/ids"
        self.urls = f"{self.root}/urls"

    def chunk(self, sha1: str) -> str:
        """Return the key of a chunk."""
        return f"{self.chunks}/{sha1}"

    def pending(self, assembly_key: str) -> str:
        """Return the key of an upload that is being assembled, and was acknowledged."""
        return f"{self.pendings}/{assembly_key}"

    def same(self, assembly_key: str) -> str:
        """Return the key that says which upload came of equal requests."""
        return f"{self.root}/same/{assembly_key}"

    def bundle(self, upload: str) -> str:
        """Return the key of a bundle."""
        return f"{self.bundles}/{upload}"

    def contents(self, upload: str) -> str:
        """Return the key of the list of a bundle's files."""
        return f"{self.all_contents}/{upload}"

    def record(self, upload: str) -> str:
        """Return the key of an upload's record; records are listed newest first."""
        return f"{self.uploads}/{inverse(upload)}"

    def used(self, upload: str) -> str:
        """Return the key whose time of change says when an upload was used."""
        return f"{self.all_used}/{upload}"

    def expired(self, upload: str) -> str:
        """Return the key that marks an upload for deletion."""
        return f"{self.all_expired}/{upload}"

    def release(self, release: str) -> str:
        """Return the prefix of the entries of a release."""
        return f"{self.all_releases}/{digest(release)}"

    def release_text(self, release: str) -> str:
        """Return the key of the text of a release."""
        return f"{self.names}/{digest(release)}"

    def by_id(self, debug_id: DebugId) -> str:
        """Return the prefix of the entries of a debug id."""
        return f"{self.ids}/{debug_id_key(debug_id)}"

    def by_name(self, release: str, dist: str | None, name: str) -> str:
        """Return the prefix of the entries of a release's files with the stem of ``name``."""
        whole = digest(release, dist or None, stem(name))
        return f"{self.urls}/{whole[:2]}/{whole[2:]}"


def token_key(sha256: str) -> str:
    """Return the key of a token, by the SHA-256 of its text."""
    return f"{TOKENS}/{sha256}"


def probe_key(host: str) -> str:
    """Return the key of what the API processes of a host write for ``doctor``."""
    return f"{PROBES}/{digest(host)}"
