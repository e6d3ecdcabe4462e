"""Listening sockets and TCP ports."""

from __future__ import annotations

import contextlib
import errno
import os
import socket

from core.errors import CannotStart

_BACKLOG = 2048
_ANY_IPV6 = "::"
_LOCAL = "127.0.0.1"


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Return a listening socket for each address of ``host``; that of ``::`` takes IPv4, too.

    Raises CannotStart, which names the address and the cause.
    """
    try:
        if host == _ANY_IPV6 and socket.has_dualstack_ipv6():
            return [
                socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG),
            ]
        return _of_each_address(host, port)
    except OSError as error:
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        cure = "set PORT to a free one" if error.errno == errno.EADDRINUSE else "set UNMANGLE_HOST and PORT"
        raise CannotStart(f"can't listen on {place(host, port)} ({why}): {cure}") from None


def place(host: str, port: int) -> str:
    """Return host and port as they stand in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((_LOCAL, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Return whether nobody listens on a port of 127.0.0.1."""
    try:
        socket.create_server((_LOCAL, port)).close()
    except OSError:
        return False
    return True


def _of_each_address(host: str, port: int) -> list[socket.socket]:
    """Listen on each; a host without IPv6 still has ``::1`` as an address of ``localhost``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with contextlib.ExitStack() as stack:
        opened = []
        missing: OSError | None = None
        for family, address in dict.fromkeys((family, address[:2]) for family, _, _, _, address in found):
            try:
                opened.append(socket.create_server(address, family=family, backlog=_BACKLOG))
                stack.callback(opened[-1].close)
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
                missing = error
        if missing is not None and not opened:
            raise missing
        stack.pop_all()
        return opened
