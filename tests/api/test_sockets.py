"""Where an API process listens."""

from __future__ import annotations

import contextlib
import socket

import pytest

from api.sockets import free_port, open_sockets
from core.errors import CannotStart
from tests.waiting import PATIENCE_S


def answers(address: str, port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection((address, port), timeout=PATIENCE_S).close()
        return True
    return False


@contextlib.contextmanager
def listening(host: str, port: int):
    opened = open_sockets(host, port)
    try:
        yield
    finally:
        for each in opened:
            each.close()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="needs IPv6")
def test_every_address_of_ipv6_is_every_address_of_ipv4_too():
    port = free_port()
    with listening("::", port):
        assert answers("::1", port)
        assert answers("127.0.0.1", port)


def test_an_address_is_that_address_only():
    port = free_port()
    with listening("127.0.0.1", port):
        assert answers("127.0.0.1", port)
        assert not answers("127.0.0.2", port)


def test_a_name_is_each_of_its_addresses():
    port = free_port()
    with listening("localhost", port):
        assert answers("127.0.0.1", port)


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart) as caught:
            open_sockets("127.0.0.1", port)
    assert str(caught.value) == (f"can't listen on 127.0.0.1:{port} (Address already in use): set PORT to a free one")


def test_an_address_of_another_host_is_named():
    with pytest.raises(CannotStart, match=r"can't listen on \[2001:db8::1\]:3021 \(.+\): set UNMANGLE_HOST and PORT"):
        open_sockets("2001:db8::1", 3021)
