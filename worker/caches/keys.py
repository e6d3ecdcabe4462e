"""Keys of cached values.

A key is a tuple that starts with the kind of value and the scope, so that nothing is ever shared between two scopes or
mistaken for something else.  No secret is in a key, only its digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from core.files.artifact_lookup import ListedBundle, ListedFile, may_see_credentials
from core.text.buffers import Content
from core.web.urls import Url, parse_url
from core.wire.request import SymbolicateRequest
from core.wire.request_sources import Source

Key = tuple[str | bytes | bool | Content, ...]

GLOBAL_SCOPE = "global"

_FORMAT_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Namespace:
    """Owner of files: a source in a scope.  Equal file ids of two sources, or in two scopes, name different files."""

    scope: str
    source_id: str
    source_url: str
    credentials: bytes = b""
    """A digest of the source's credentials, for the keys of what comes with them."""

    @classmethod
    def of(cls, request: SymbolicateRequest, scope: str | None) -> Self:
        """Return the namespace of a request; a scope that is not given is the global one, an empty one is not."""
        return cls.of_source(request.source, scope)

    @classmethod
    def of_source(cls, source: Source, scope: str | None) -> Self:
        """Return the namespace of what a source has."""
        return cls(GLOBAL_SCOPE if scope is None else scope, source.id, source.url, _digest_of_credentials(source))

    def credentials_at(self, url: Url) -> bytes:
        """Return the digest of the credentials that a file at ``url`` comes with; nothing if it comes without."""
        source_url = parse_url(self.source_url)
        return self.credentials if source_url is not None and may_see_credentials(url, source_url) else b""


def lookup_key(namespace: Namespace, url: str) -> Key:
    """Return the key of the answer to a lookup; ``url`` is the whole URL with its parameters."""
    return "lookup", namespace.scope, url, namespace.credentials


def bundle_key(namespace: Namespace, listed: ListedBundle) -> Key:
    """Return the key of an open bundle.

    What one token gets is not what another one gets: neither the file, nor that it was refused.
    """
    return "bundle", *_owner(namespace), listed.id, namespace.credentials_at(listed.url)


def artifact_key(namespace: Namespace, listed: ListedFile) -> Key:
    """Return the key of an individual artifact; for the credentials, see ``bundle_key``."""
    return "artifact", *_owner(namespace), listed.id, namespace.credentials_at(listed.url)


def member_key(namespace: Namespace, bundle: ListedBundle, bundle_digest: bytes, path: str) -> Key:
    """Return the key of a file in a bundle.

    It names the member that is read, not the file that was looked for: which bundle answers a lookup is decided anew
    each time, so this cache can't change the decision.
    """
    return "member", *_owner(namespace), bundle.id, namespace.credentials_at(bundle.url), bundle_digest, path


def scraped_key(
    namespace: Namespace,
    url: str,
    headers: Mapping[str, str],
    *,
    verify_ssl: bool,
    allow_reserved: bool = False,
    redirects_within: Sequence[str] | None = None,
) -> Key:
    """Return the key of a file from the web; the fragment of ``url`` is its cache-busting number.

    What was fetched from a reserved address is of no use once such addresses are not allowed any more, nor is what a
    redirect led to for whom it may not lead there.
    """
    digest = _digest(text.encode() for name in sorted(headers) for text in (name, headers[name]))
    within = b"" if redirects_within is None else _digest(pattern.encode() for pattern in redirects_within)
    return "scraped", namespace.scope, url, verify_ssl, allow_reserved, digest, within


def source_map_key(namespace: Namespace, content: Content, minified: Content) -> Key:
    """Return the key of what was made of the source map ``content`` and the file ``minified`` that it belongs to.

    The contents themselves, not where they came from: so a file that has changed is never taken for the old one.  A
    ``bytes`` remembers its hash, and is equal to itself at once, so this costs nothing as long as the files are cached
    too.  What is mapped from disk is equal to nothing else.
    """
    return "source map", *_owner(namespace), content, minified


def index_digest(namespace: Namespace, version: int, map_digest: bytes, minified_digest: bytes) -> bytes:
    """Return what the index file of a source map is found by on disk: whose it is, and what it is made of.

    ``version`` is that of such files: workers of two versions don't take turns in making them anew.
    """
    return key_digest(("index", *_owner(namespace), str(version), map_digest, minified_digest))


def key_digest(key: Key) -> bytes:
    """Return what an entry on disk is found by; it begins with the version of what is stored."""
    return _digest(_part(part) for part in (_FORMAT_VERSION, *key))


def _owner(namespace: Namespace) -> tuple[str, str, str]:
    return namespace.scope, namespace.source_id, namespace.source_url


def _part(part: str | bytes | bool | Content) -> bytes:
    return part.encode() if isinstance(part, str) else bytes(part) if isinstance(part, bytes) else b"%d" % bool(part)


def _digest_of_credentials(source: Source) -> bytes:
    given = (("token", source.token), ("cookies", source.cookies))
    return _digest(text.encode() for name, value in given if isinstance(value, str) for text in (name, value))


def _digest(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
