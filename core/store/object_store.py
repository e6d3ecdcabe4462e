"""Objects of the artifact store: read, write, list, delete, with one kind of failure.

Nothing here connects to anything: the object store is handed in (``Backend`` is what obstore's stores are), with the
exceptions that it raises.  Keys are below the root of the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from core.concurrency import all_of
from core.errors import CannotStart, UnmangleError, without_representations
from core.observing.counts import Counts
from core.observing.metrics import STORE_REQUESTS

_T = TypeVar("_T")

LIST_PAGE = 1_000
_STEP = 1 << 20
_FREE_BYTES = 1 << 30
_UNFINISHED = "#"  # in the name of a file that is being written
_REMOTE_OPTIONS = {
    # An endpoint without TLS is one that the operator has named.
    "client_options": {"connect_timeout": "2s", "timeout": "300s", "allow_http": True},
    "retry_config": {"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
}
_AT_ONCE = 32
_PATIENCE_S = 30.0
_WHOLE_S = 600.0


class ObjectStoreUnavailable(UnmangleError):
    """The object store didn't answer, or refused; may heal.  The text has no addresses in it."""

    def __init__(self, operation: str, why: str) -> None:
        super().__init__(operation, why)
        self.operation, self.why = operation, without_representations(why)

    def __str__(self) -> str:
        return f"the store can't be reached: {self.operation}: {self.why}"


class ObjectMissing(UnmangleError):
    """There is no such object."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"{self.key} is not in the store"


class Backend(Protocol):
    """The methods of obstore's stores that are used."""

    def put_async(self, path: str, file: Any, **options: Any) -> Any: ...  # noqa: D102
    def get_async(self, path: str, **options: Any) -> Any: ...  # noqa: D102
    def head_async(self, path: str) -> Any: ...  # noqa: D102
    def delete_async(self, paths: str | Sequence[str]) -> Any: ...  # noqa: D102
    def list_async(self, prefix: str | None = None, *, offset: str | None = None, chunk_size: int = 50) -> Any: ...  # noqa: D102
    def list_with_delimiter_async(self, prefix: str | None = None) -> Any: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """Metadata of an object."""

    key: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rpartition("/")[2]

    def age_s(self) -> float:
        """Return for how long it has been as it is, in seconds, by the clock of this host."""
        return time.time() - self.modified.timestamp()


def open_objects(url: str, counts: Counts, connect: Callable[..., Any], failure: type[Exception]) -> Objects:
    """Return the object store at ``url``: ``file:///folder``, ``s3://bucket/prefix``, ``gs://…`` or ``az://…``.

    ``connect`` is obstore's ``from_url``, ``failure`` the root of its exceptions.  Raises CannotStart if there can't be
    one; what isn't there, or can't be reached, shows when it is used.
    """
    address = urlsplit(url)
    folder = Path(unquote(address.path)) if address.scheme == "file" else None
    try:
        backend = connect(url, mkdir=True) if folder is not None else connect(url, **_REMOTE_OPTIONS)
    except (failure, OSError, ValueError) as error:
        raise CannotStart(f"UNMANGLE_STORE_URL: {type(error).__name__}: it can't be used") from error
    failures = (failure, OSError, ValueError)
    return Objects(backend, not_found=FileNotFoundError, failures=failures, counts=counts, folder=folder)


class Objects:
    """An object store, opened.

    ``folder`` is where it is if it is a directory: what must survive a power failure is synced there.  ``not_found``
    and ``failures`` are the exceptions of the backend.  Methods raise ObjectStoreUnavailable.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        not_found: type[Exception],
        failures: tuple[type[BaseException], ...],
        counts: Counts,
        folder: Path | None = None,
    ) -> None:
        self._backend = backend
        self._not_found = not_found
        self._failures = failures
        self._counts = counts
        self.folder = folder

    async def get(self, key: str) -> bytes:
        """Return an object.  Raises ObjectMissing."""

        async def read() -> bytes:
            found = await self._backend.get_async(key)
            return bytes(await found.bytes_async())

        return await self._ask("get", key, read(), _WHOLE_S)

    async def find(self, key: str) -> bytes | None:
        """Return an object, None if there is none."""
        try:
            return await self.get(key)
        except ObjectMissing:
            return None

    async def pieces(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield an object piece by piece, from ``start`` to ``end``.  Raises ObjectMissing."""
        ranged = {"range": {"offset": start} if end is None else (start, end)} if start or end is not None else {}
        found = await self._ask("get", key, self._backend.get_async(key, options=ranged))
        stream = aiter(found.stream(_STEP))
        while (piece := await self._ask("get", key, anext(stream, None), counts=False)) is not None:
            yield bytes(piece)

    async def head(self, key: str) -> ObjectHead | None:
        """Return what is known of an object, None if there is none."""
        try:
            return _head(await self._ask("head", key, self._backend.head_async(key)))
        except ObjectMissing:
            return None

    async def heads(self, keys: Iterable[str]) -> Sequence[ObjectHead | None]:
        """Return what is known of several objects, asked for 32 at a time."""
        return await all_of(self.head, keys, _AT_ONCE)

    async def put(self, key: str, content: Any, *, sync: bool = False) -> None:
        """Write an object, bytes or an open file; ``sync`` if it has to survive a power failure from now on."""

        async def write() -> None:
            await self._backend.put_async(key, content)
            if sync and self.folder is not None:
                await asyncio.to_thread(_sync, self.folder / key)

        await self._ask("put", key, write(), _WHOLE_S)

    async def put_empty(self, keys: Iterable[str]) -> None:
        """Write empty objects, 32 at a time."""
        await all_of(lambda key: self.put(key, b""), keys, _AT_ONCE)

    async def delete(self, keys: Iterable[str]) -> None:
        """Delete objects, 32 at a time; those that are gone already are fine."""
        await all_of(self._delete, keys, _AT_ONCE)

    async def first_page(self, prefix: str) -> Sequence[ObjectHead]:
        """Return the first thousand objects below a prefix, by their keys: one request; of a directory all."""
        heads: list[ObjectHead] = []
        async for page in self._pages(prefix, None):
            heads += page
            if self.folder is None:
                break
        heads.sort(key=lambda head: head.key)
        return heads

    async def names(self, prefix: str) -> Sequence[str]:
        """Return the last parts of the keys of the first page, sorted.

        A directory is read without looking at its files: one with 100,000 of them takes a tenth of a second, not ten.
        """
        if self.folder is None:
            return [head.name for head in await self.first_page(prefix)]
        return await self._ask("list", prefix, asyncio.to_thread(_names_in, self.folder / prefix))

    async def below(self, prefix: str, after: str | None = None) -> AsyncIterator[ObjectHead]:
        """Yield all objects below a prefix, those of a directory in any order; ``after`` a key."""
        async for page in self._pages(prefix, after):
            for head in page:
                yield head

    async def folders(self, prefix: str) -> Sequence[str]:
        """Return the names directly below a prefix that others are below."""
        found = await self._ask("list", prefix, self._backend.list_with_delimiter_async(f"{prefix}/"))
        return sorted(each.rstrip("/").rpartition("/")[2] for each in found["common_prefixes"])

    def has_room(self) -> bool:
        """Return whether there is room for uploads: a directory keeps a gibibyte free."""
        if self.folder is None:
            return True
        try:
            return shutil.disk_usage(self.folder).free >= _FREE_BYTES
        except OSError:
            return True  # whoever writes will hear of it

    async def _delete(self, key: str) -> None:
        with contextlib.suppress(ObjectMissing):
            await self._ask("delete", key, self._backend.delete_async(key))

    async def _pages(self, prefix: str, after: str | None) -> AsyncIterator[Sequence[ObjectHead]]:
        stream = aiter(self._backend.list_async(f"{prefix}/", offset=after, chunk_size=LIST_PAGE))
        while (page := await self._ask("list", prefix, anext(stream, None), counts=False)) is not None:
            self._counts.inc(STORE_REQUESTS.field("list", "ok"))
            yield [_head(found) for found in page]

    async def _ask(
        self, operation: str, key: str, call: Awaitable[_T], patience_s: float = _PATIENCE_S, *, counts: bool = True
    ) -> _T:
        """Return what a call of the backend returns; count it, and turn its failures into ours."""
        result = "failed"
        try:
            async with asyncio.timeout(patience_s):
                answer = await call
            result = "ok"
        except self._not_found:
            result = "missing"
            raise ObjectMissing(key) from None
        except TimeoutError:
            raise ObjectStoreUnavailable(operation, f"no answer in {patience_s:.0f} s") from None
        except self._failures as error:
            raise ObjectStoreUnavailable(operation, type(error).__name__) from error
        finally:
            if counts or result == "failed":
                self._counts.inc(STORE_REQUESTS.field(operation, result))
        return answer


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if _UNFINISHED not in entry.name)
    except FileNotFoundError:
        return []


def _head(found: Any) -> ObjectHead:
    return ObjectHead(found["path"], found["size"], found["last_modified"])


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
