"""Names in the artifact store: uploads, releases, and the digests that stand for text of users.

No text of a user is part of a key: file systems bound its length, and object stores refuse some of it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable

from core.files.debug_ids import DebugId
from core.web.paths import extract_file_stem, strip_hostname

_UPLOAD = re.compile(r"[0-9]{13}-[0-9a-f]{8}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

MAX_RELEASE_CHARACTERS = 250
MAX_DIST_CHARACTERS = 64
_LAST_MS = 9_999_999_999_999
_UUID_CHARACTERS = 36
_DIGEST_CHARACTERS = 32
_NAME_CHARACTERS = 16
_NO_RELEASES = frozenset(("", "undefined", "null"))


def release_name(text: str | None) -> str | None:
    """Return the release that ``text`` names, None for what stands for no release.

    Bundler plugins without a release name upload with the version "undefined".
    """
    return None if text is None or text in _NO_RELEASES else text


def is_printable(text: str, max_characters: int) -> bool:
    """Return whether ``text`` has no control characters, no lone surrogates, and at most that many characters."""
    return len(text) <= max_characters and not _CONTROL.search(text)


def is_upload_id(text: str) -> bool:
    """Return whether ``text`` has the form of an upload id."""
    return _UPLOAD.fullmatch(text) is not None


class UploadIds:
    """Source of upload ids: ``{ms:013d}-{8 hex}``, by a ``clock`` in seconds since 1970; they grow."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._last_ms = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        """Return a new upload id."""
        with self._lock:
            self._last_ms = max(int(self._clock() * 1000), self._last_ms + 1)
            return f"{self._last_ms:013d}-{secrets.token_hex(4)}"


def upload_ms(upload: str) -> int:
    """Return when an upload was begun, in milliseconds since 1970."""
    return int(upload[:13])


def inverse(upload: str) -> str:
    """Return an upload id with its time counted down, so that text order is newest first; and the other way round."""
    return f"{_LAST_MS - int(upload[:13]):013d}{upload[13:]}"


def digest(*parts: str | None) -> str:
    """Return 32 hex digits that stand for ``parts``, of which missing ones are None."""
    whole = hashlib.sha256()
    for part in parts:
        if part is None:
            whole.update(b"-")
        else:
            encoded = part.encode("utf-8", "surrogatepass")
            whole.update(b"%d:" % len(encoded) + encoded)
    return whole.hexdigest()[:_DIGEST_CHARACTERS]


def name_digest(name: str) -> str:
    """Return 16 hex digits that stand for the name that a file was uploaded under."""
    return digest(name)[:_NAME_CHARACTERS]


def assembly_key(checksum: str, projects: Iterable[str], release: str | None, dist: str | None) -> str:
    """Return what identical uploads of an organization have in common; a dist that is empty is none."""
    return digest(checksum, " ".join(sorted(projects)), release, dist or None)


def debug_id_key(debug_id: DebugId) -> str:
    """Return the part of a key that stands for a debug id: its hex digits, the first two apart."""
    digits = (debug_id[:_UUID_CHARACTERS].replace("-", "") + debug_id[_UUID_CHARACTERS:]).lower()
    return f"{digits[:2]}/{digits[2:]}"


def index_path(name: str) -> str:
    """Return the path of ``name``: no fragment, neither scheme and host nor ``~``, no query.

    All names that ``candidate_urls`` yields for a path have the same one, unless there is a "://" in its query.
    """
    return strip_hostname(name.partition("#")[0]).partition("?")[0]


def stem(name: str) -> str:
    """Return what ``name`` has in common with the other files of its build, such as its source map."""
    return extract_file_stem(index_path(name))
