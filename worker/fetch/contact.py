"""Contact of a download with a host, which says who is to blame if it fails.

A host is to blame for what it did after it was connected to.  That it can't be connected to may be its own fault, or
that of a name server, of our network, or of whoever wrote a port into a URL that nobody listens at.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from aiohttp import ClientSession, TraceConfig

from core.failures import OWN_REFUSALS, PROXY_REFUSED, SSL_ERROR, UNTRUSTED, Failure, FailureKind
from core.web.urls import Url

_OF_THE_WIRE = (FailureKind.DOWNLOAD_ERROR, FailureKind.TIMEOUT)
_WHILE_CONNECTING = (UNTRUSTED, SSL_ERROR)  # the host was there, and then failed to agree on TLS


class Contact:
    """The present request of a download; a redirect, or another try, begins a new one."""

    def __init__(self, url: Url) -> None:
        self.answered = False
        """Whether the first host that this try asked has answered."""
        self._url = url
        self._is_connected = False

    def begin(self, url: Url) -> None:
        """Note that ``url`` is asked for next."""
        self._url = url
        self._is_connected = False

    def connected(self) -> None:
        """Note that the host of the URL has been connected to."""
        self._is_connected = True

    def at_fault(self, failure: Failure) -> Url | None:
        """Return the URL whose host brought ``failure`` about, None if no host did."""
        if not may_be_the_hosts(failure):
            return None
        return self._url if self._is_connected or failure in _WHILE_CONNECTING else None


def may_be_the_hosts(failure: Failure) -> bool:
    """Return whether a failure is neither a refusal of our own nor the doing of a proxy."""
    return failure.kind in _OF_THE_WIRE and failure not in OWN_REFUSALS and failure != PROXY_REFUSED


def contact_trace() -> TraceConfig:
    """Return what tells the Contact of each request, its ``trace_request_ctx``, that there is a connection."""

    async def connected(_session: ClientSession, context: SimpleNamespace, _parameters: Any) -> None:
        context.trace_request_ctx.connected()

    trace = TraceConfig()
    trace.on_connection_create_end.append(connected)
    trace.on_connection_reuseconn.append(connected)
    return trace
