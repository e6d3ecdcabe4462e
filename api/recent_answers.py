"""Answers that may be given again for a moment: in an event storm, thousands of clients send the same stack trace."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache

_MAX_BYTES = 64 << 20
_LARGEST_BODY_BYTES = 1 << 20  # beyond that, repetitions are rare and digests dear
_NO_SCOPE = b"g"
_SCOPE = b"s"


def digest_of(body: bytes, scope: str | None) -> bytes | None:
    """Return what requests have in common that may share a job, None for a body too large to be worth it.

    The body holds credentials, and none can be read from its digest.
    """
    if len(body) > _LARGEST_BODY_BYTES:
        return None
    digest = hashlib.blake2b(body, digest_size=32)
    # The scope comes last, and a body is one JSON document: no two pairs of them run together into the same bytes.
    digest.update(_NO_SCOPE if scope is None else _SCOPE + scope.encode())
    return digest.digest()


@dataclass(frozen=True, slots=True)
class RecentAnswer:
    """The answer of the job ``job_id``, good for others until ``ends_at`` by the clock."""

    job_id: str
    answer: bytes
    ends_at: float


class RecentAnswers:
    """The answers that one process knows to be good for others, by digest; the least used ones go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: LRUCache[bytes, RecentAnswer] = LRUCache(_MAX_BYTES, getsizeof=lambda recent: len(recent.answer))
        self._clock = clock

    def get(self, digest: bytes | None) -> RecentAnswer | None:
        """Return the answer to a request like this one, if there is one still."""
        recent = None if digest is None else self._kept.get(digest)
        if recent is None or recent.ends_at <= self._clock():
            return None
        return recent

    def keep(self, digest: bytes, job_id: str, answer: bytes, life_s: float) -> None:
        """Remember the answer of a job for as long as it may be given to others."""
        if life_s > 0 and len(answer) <= self._kept.maxsize:
            self._kept[digest] = RecentAnswer(job_id, answer, self._clock() + life_s)
