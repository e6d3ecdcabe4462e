"""Connections: TLS, the proxy, and the guard that lets none reach a reserved address.

What counts is the address a socket is connected to, not what a URL looks like: names may resolve to anything, and to
something else the second time.

A proxy resolves names and connects, so it is the proxy that judges where that leads.  What can be seen without
resolving is still refused here: an address written out, and this host.
"""

from __future__ import annotations

import socket
import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING

from aiohttp import ClientRequest, TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from core.web.addresses import is_reserved

if TYPE_CHECKING:
    from aiohttp import AddrInfoType, ClientTimeout
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace
from dataclasses import dataclass, field

from yarl import URL

from core.settings import Settings
from core.web.urls import Url


class RestrictedAddress(OSError):
    """No address is left that may be connected to.

    An OSError because aiohttp passes nothing else on from where it makes sockets.
    """


def make_connector(context: ssl.SSLContext, resolver: AbstractResolver | None, *, allow_reserved: bool) -> TCPConnector:
    """Return a connector that resolves names anew for each connection; to be called on the running loop.

    It has no limit of its own: as many connections are open as there are downloads under way.
    """
    names = resolver or ThreadedResolver()
    if allow_reserved:
        return TCPConnector(ssl=context, resolver=names, use_dns_cache=False, limit=0)
    return _GuardedConnector(
        ssl=context,
        resolver=_GuardedResolver(names),
        use_dns_cache=False,
        limit=0,
        socket_factory=_guarded_socket,
    )


class _GuardedResolver(AbstractResolver):
    """Leaves reserved addresses out.  Numeric hosts don't come here."""

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        allowed = [address for address in found if not is_reserved(ip_address(address["host"]))]
        if not allowed:
            raise RestrictedAddress
        return allowed

    async def close(self) -> None:
        await self._names.close()


class _GuardedConnector(TCPConnector):
    """Looks once more at the far end of each connection before anything is sent over it."""

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109  (aiohttp's signature)
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport else None
        if peer is not None and is_reserved(ip_address(peer[0])):
            connection.close()
            raise RestrictedAddress
        return connection


def _guarded_socket(address: AddrInfoType) -> socket.socket:
    """Make the socket to be connected to ``address``, which is a number by now, also for numeric hosts."""
    family, kind, protocol, _, where = address
    if is_reserved(ip_address(where[0])):
        raise RestrictedAddress
    return socket.socket(family, kind, protocol)


_THIS_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the hosts that are reached without it: names stand for their subdomains, too."""

    url: URL = field(repr=False)  # may hold a password
    not_for: tuple[str, ...] = ()

    def is_for(self, url: Url) -> bool:
        """Return whether ``url`` is asked for by the proxy."""
        host = url.host.strip("[]")
        return not any(
            name == "*" or host == name.lstrip(".") or host.endswith(f".{name.lstrip('.')}") for name in self.not_for
        )


def open_proxy(settings: Settings) -> Proxy | None:
    """Return the proxy that the settings name."""
    if settings.proxy is None:
        return None
    return Proxy(URL(settings.proxy), tuple(name.lower() for name in settings.no_proxy))


def looks_reserved(url: Url) -> bool:
    """Return whether a URL names a reserved address, or this host, without any name being resolved."""
    host = url.host.strip("[]").rstrip(".")
    try:
        return is_reserved(ip_address(host))
    except ValueError:
        return host == _THIS_HOST or host.endswith(f".{_THIS_HOST}")


def ssl_context(*, verify: bool) -> ssl.SSLContext:
    """Return what makes connections for HTTP/1.1, to servers with any certificate unless ``verify`` says otherwise."""
    context = ssl.create_default_context() if verify else _trusting_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _trusting_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
