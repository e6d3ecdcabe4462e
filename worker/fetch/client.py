"""The HTTP client of a worker process: for what strangers' URLs name, from servers that may be hostile.

Nothing is left to the library that decides what is sent where, or how much comes back: redirects, decompression,
sizes, tries and time limits are ours.  There are no cookies but those given, and no proxy but that of the settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Final, Self

from aiohttp import (
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    hdrs,
)
from aiohttp.abc import AbstractResolver
from yarl import URL

from core.errors import FetchFailed, NotTried
from core.failures import (
    OWN_REFUSALS,
    PROXY_REFUSED,
    REDIRECT_NOT_ALLOWED,
    RESTRICTED,
    SCHEME_NOT_ALLOWED,
    TOO_MANY_REDIRECTS,
    Failure,
    FailureKind,
)
from core.observing.counts import Counts
from core.observing.tracing import span
from core.settings import Settings
from core.text.durations import duration_text
from core.web.urls import Url, is_below
from worker.fetch.body import MemorySink, Sink, copy_body
from worker.fetch.connections import looks_reserved, make_connector, open_proxy, ssl_context
from worker.fetch.contact import Contact, contact_trace, may_be_the_hosts
from worker.fetch.headers import Headers, has_header, sendable_headers
from worker.fetch.response_outcomes import MAX_REDIRECTS, WIRE_ERRORS, redirect_target, status_failure, wire_failure
from worker.fetch.source_gates import SourceGates

ANY_ENCODING: Final = "br, deflate, gzip, zstd"
IDENTITY: Final = "identity"

USER_AGENT: Final = f"unmangle/{version('unmangle')}"

_RETRY_PAUSE_S = 0.02
_MAX_HEADER_BYTES = 1 << 16
_READ_AHEAD_BYTES = 1 << 17
"""Of a body; its connection is stopped at twice as much.  With less than asyncio's reads have, each of them would."""

_KINDS_THAT_HEAL = (FailureKind.DOWNLOAD_ERROR, FailureKind.TIMEOUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A file to get.

    ``headers``, credentials included, go to the origin of ``url`` only: the first redirect to another one drops them
    for good, and so does one that leads out of ``headers_below``, if that is given.  A redirect that ``may_follow``
    denies is refused.  ``allow_reserved`` says whether the origin of ``url`` may be at a reserved address,
    ``allow_reserved_elsewhere`` whether the others on the way may.  ``ports`` are those that may be connected to, none
    means any.  ``max_bytes`` limits both what is received and what it decodes to.
    ``scope`` is whose source it is.  ``total_s`` is the time for all tries together, None for that of the settings.
    """

    url: Url
    max_bytes: int
    scope: str = ""
    ports: frozenset[int] = frozenset()
    headers: Headers = field(default=(), repr=False)
    headers_below: Url | None = None
    may_follow: Callable[[Url], bool] | None = None
    accept_encoding: str = ANY_ENCODING
    verify_ssl: bool = True
    allow_reserved: bool = False
    allow_reserved_elsewhere: bool = False
    total_s: float | None = None
    status_failure: Callable[[int], Failure | None] = status_failure

    def at(self, url: Url) -> Fetch:
        """Return what is left of this after a redirect to ``url``.  Raises FetchFailed if that is not followed."""
        if self.may_follow is not None and not self.may_follow(url):
            raise FetchFailed(REDIRECT_NOT_ALLOWED)
        if url.origin != self.url.origin:
            return replace(self, url=url, headers=(), allow_reserved=self.allow_reserved_elsewhere)
        if self.headers_below is not None and not is_below(url, self.headers_below):
            return replace(self, url=url, headers=())
        return replace(self, url=url)


@dataclass(frozen=True, slots=True)
class _Policy:
    """Properties that connections may have in common."""

    verify_ssl: bool
    allow_reserved: bool


class Client:
    """Gets files.  Belongs to one event loop; ``async with`` closes its connections at the end."""

    def __init__(
        self, settings: Settings, resolver: AbstractResolver | None = None, counts: Counts | None = None
    ) -> None:
        """Make a client that opens nothing yet.  ``resolver`` is for names, None for that of the system."""
        self._settings = settings
        self._gates = SourceGates(settings, Counts() if counts is None else counts)
        self._resolver = resolver
        self._proxy = open_proxy(settings)
        self._sessions: dict[_Policy, ClientSession] = {}
        self._ssl_context = functools.cache(ssl_context)  # to read the system's certificates takes 20 ms

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def slot(self, fetch: Fetch) -> AbstractAsyncContextManager[None]:
        """Have one of the slots of the source of a file while the block runs: to be held while the file is fetched."""
        return self._gates.slot(fetch.url, fetch.scope)

    async def get(self, fetch: Fetch) -> bytes:
        """Return the file, decoded.

        Raises FetchFailed, whatever happens on the wire, and nothing else.
        """
        sink = MemorySink()
        await self.download(fetch, sink)
        return sink.content()

    async def download(self, fetch: Fetch, sink: Sink) -> None:
        """Give the file, decoded, to ``sink``, which begins again with every try.

        Raises FetchFailed, whatever happens on the wire, and nothing else but what ``sink`` raises.
        """
        sendable = replace(fetch, headers=sendable_headers(fetch.headers))
        total_s = self._settings.max_download_timeout_s if fetch.total_s is None else fetch.total_s
        contact = Contact(fetch.url)
        with span("fetch", host=fetch.url.host):
            try:
                async with _time_limit(total_s):
                    await self._try(sendable, sink, contact)
            except FetchFailed as error:
                error.at_fault = contact.at_fault(error.failure)
                raise

    async def _try(self, fetch: Fetch, sink: Sink, contact: Contact) -> None:
        for _ in range(self._settings.download_tries - 1):
            try:
                return await self._try_once(fetch, sink, contact)
            except FetchFailed as error:
                if isinstance(error, NotTried) or not _may_heal(error.failure):
                    raise
            await asyncio.sleep(_RETRY_PAUSE_S)
        return await self._try_once(fetch, sink, contact)

    async def _try_once(self, fetch: Fetch, sink: Sink, contact: Contact) -> None:
        """Try, and take note if the source doesn't answer."""
        self._gates.check(fetch.url, fetch.scope)
        contact.answered = False
        try:
            await self._follow(fetch, sink, contact)
        except FetchFailed as error:
            if contact.answered or not may_be_the_hosts(error.failure):
                self._gates.gave_up(fetch.url, fetch.scope)
            else:
                self._gates.failed(fetch.url, fetch.scope, error.failure)
            raise
        except BaseException:
            self._gates.gave_up(fetch.url, fetch.scope)
            raise

    async def _follow(self, fetch: Fetch, sink: Sink, contact: Contact) -> None:
        for _ in range(MAX_REDIRECTS + 1):
            async with self._response(fetch, contact) as response:
                target = redirect_target(response.status, fetch.url, response.headers.get(hdrs.LOCATION))
                if target is None:
                    return await _copy(response, fetch, sink)
            fetch = fetch.at(target)
        raise FetchFailed(TOO_MANY_REDIRECTS)

    @contextlib.asynccontextmanager
    async def _response(self, fetch: Fetch, contact: Contact) -> AsyncIterator[ClientResponse]:
        """Yield the response to a single request.  Its connection is kept only if the body was read to the end."""
        contact.begin(fetch.url)
        if not fetch.url.is_web:
            raise FetchFailed(SCHEME_NOT_ALLOWED)
        if fetch.ports and fetch.url.effective_port not in fetch.ports:
            raise FetchFailed(RESTRICTED)
        with _wire_failures():
            async with _time_limit(self._settings.head_timeout_s):
                response = await self._send(fetch, contact)
            if not contact.answered:
                contact.answered = True
                self._gates.answered(fetch.url, fetch.scope)
            try:
                yield response
            finally:
                _drop(response)

    async def _send(self, fetch: Fetch, contact: Contact) -> ClientResponse:
        proxy = self._proxy if self._proxy is not None and self._proxy.is_for(fetch.url) else None
        if proxy is not None and not fetch.allow_reserved and looks_reserved(fetch.url):
            raise FetchFailed(RESTRICTED)
        session = self._session(_Policy(fetch.verify_ssl, fetch.allow_reserved or proxy is not None))
        response = await session.get(
            _request_url(fetch),
            headers=_request_headers(fetch),
            allow_redirects=False,
            trace_request_ctx=contact,
            proxy=None if proxy is None else proxy.url,
        )
        if proxy is not None and response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            _drop(response)
            raise FetchFailed(PROXY_REFUSED)
        return response

    def _session(self, policy: _Policy) -> ClientSession:
        if policy not in self._sessions:
            self._sessions[policy] = self._open_session(policy)
        return self._sessions[policy]

    def _open_session(self, policy: _Policy) -> ClientSession:
        context = self._ssl_context(verify=policy.verify_ssl)
        return ClientSession(
            connector=make_connector(context, self._resolver, allow_reserved=policy.allow_reserved),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=_READ_AHEAD_BYTES,
            trust_env=False,
            timeout=ClientTimeout(total=None, sock_connect=self._settings.connect_timeout_s),
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            middlewares=[_send_once],
            trace_configs=[contact_trace()],
        )


async def _copy(response: ClientResponse, fetch: Fetch, sink: Sink) -> None:
    failure = fetch.status_failure(response.status)
    if failure is not None:
        raise FetchFailed(failure)
    await sink.restart()
    await copy_body(response, fetch.max_bytes, sink)


def _may_heal(failure: Failure) -> bool:
    return failure.kind in _KINDS_THAT_HEAL and failure not in OWN_REFUSALS


def _request_url(fetch: Fetch) -> URL:
    url = URL(fetch.url.href, encoded=True)
    # aiohttp makes an Authorization header of the URL's user, and two of them is one too many.
    return url.with_user(None) if has_header(fetch.headers, "authorization") else url


def _request_headers(fetch: Fetch) -> Headers:
    ours = (("accept-encoding", fetch.accept_encoding), ("user-agent", USER_AGENT))
    return fetch.headers + tuple(line for line in ours if not has_header(fetch.headers, line[0]))


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Send a request once: aiohttp would send it again by itself if the server hangs up, and tries are counted."""
    with _wire_failures():
        return await handler(request)


def _drop(response: ClientResponse) -> None:
    """Close the connection of a response that wasn't read to the end, without waiting for the server to agree."""
    if response.connection is not None and response.connection.transport is not None:
        response.connection.transport.abort()
    response.close()


@contextlib.contextmanager
def _wire_failures() -> Iterator[None]:
    try:
        yield
    except WIRE_ERRORS as error:
        raise FetchFailed(wire_failure(error)) from error


@contextlib.asynccontextmanager
async def _time_limit(seconds: float) -> AsyncIterator[None]:
    """Turn into a TIMEOUT failure whatever takes longer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise FetchFailed(Failure(FailureKind.TIMEOUT, duration_text(round(seconds * 1000)))) from error
