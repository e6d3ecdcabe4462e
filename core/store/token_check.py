"""Tokens of upload clients: read from the artifact store, remembered for a minute, guessed at a bounded rate."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import LRUCache

from core.store.access_tokens import ADMIN, AccessToken, bearer_token, is_admin, token_sha256
from core.store.object_store import Objects
from core.store.store_keys import token_key
from core.store.upload_records import MalformedDocument, decode

KNOWN_FOR_S = 60.0
"""For how long a token is remembered: so long a revoked one may still be used."""

_UNKNOWN_FOR_S = 10.0
_MOST_REMEMBERED = 10_000
_UNKNOWN_PER_S = 50


class InvalidToken(Exception):
    """A request comes without a token that is known; the text is for the client."""


class TooManyGuesses(Exception):
    """More unknown tokens come than are looked for."""


class TokenCheck:
    """The tokens that one process knows of.  Belongs to one event loop."""

    def __init__(self, objects: Objects, admin_token: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._objects = objects
        self._admin_token = admin_token
        self._clock = clock
        self._remembered: LRUCache[str, tuple[AccessToken | None, float]] = LRUCache(_MOST_REMEMBERED)
        self._looks: list[float] = []

    async def token(self, authorization: str | None) -> AccessToken:
        """Return the token of an ``Authorization`` header.

        Raises InvalidToken, TooManyGuesses and ObjectStoreUnavailable.
        """
        text = bearer_token(authorization)
        if text is None:
            raise InvalidToken("a token is needed: Authorization: Bearer …")
        if is_admin(text, self._admin_token):
            return ADMIN
        token = await self._found(token_sha256(text))
        if token is None:
            raise InvalidToken("this token is not known")
        if token.is_expired(time.time()):
            raise InvalidToken("this token has expired")
        return token

    async def _found(self, sha256: str) -> AccessToken | None:
        remembered = self._remembered.get(sha256)
        if remembered is not None and remembered[1] > self._clock():
            return remembered[0]
        self._count_look()
        content = await self._objects.find(token_key(sha256))
        token = None if content is None else _read(content)
        until = self._clock() + (_UNKNOWN_FOR_S if token is None else KNOWN_FOR_S)
        self._remembered[sha256] = token, until
        return token

    def _count_look(self) -> None:
        now = self._clock()
        self._looks = [each for each in self._looks if each > now - 1]
        if len(self._looks) >= _UNKNOWN_PER_S:
            raise TooManyGuesses
        self._looks.append(now)


def _read(content: bytes) -> AccessToken | None:
    try:
        return decode(content, AccessToken)
    except MalformedDocument:
        return None
