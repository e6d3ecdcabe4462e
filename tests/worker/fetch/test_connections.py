"""The three places where an address is looked at, each with the others out of the way."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import ClientConnectorError, ClientOSError, ClientSession
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.worker.source_server import SourceServer, reply
from worker.fetch.connections import RestrictedAddress, _guarded_socket, _GuardedConnector, _GuardedResolver


class Names(AbstractResolver):
    """Every name has the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._addresses
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
def server() -> Iterator[SourceServer]:
    with SourceServer() as running:
        running.put("/a.js", reply(b"run()"))
        yield running


@pytest.mark.parametrize(
    "found, left",
    [
        pytest.param(["10.0.0.1", "93.184.216.34"], ["93.184.216.34"], id="reserved-ones-go"),
        pytest.param(["fe80::1%eth0", "2606:2800:220:1::1"], ["2606:2800:220:1::1"], id="zones-go"),
        pytest.param(["::ffff:93.184.216.34"], ["::ffff:93.184.216.34"], id="a-public-one-in-disguise-stays"),
    ],
)
async def test_a_name_keeps_its_public_addresses(found: list[str], left: list[str]) -> None:
    addresses = await _GuardedResolver(Names(*found)).resolve("h.test", 80)
    assert [address["host"] for address in addresses] == left


@pytest.mark.parametrize("found", [["10.0.0.1"], ["::ffff:10.0.0.1", "127.0.0.1"], []], ids=["one", "many", "none"])
async def test_a_name_without_public_addresses_is_restricted(found: list[str]) -> None:
    with pytest.raises(RestrictedAddress):
        await _GuardedResolver(Names(*found)).resolve("h.test", 80)


@pytest.mark.parametrize("connector", [{"socket_factory": _guarded_socket}, {}], ids=["before-connecting", "after"])
@pytest.mark.parametrize("host", ["127.0.0.1", "h.test"], ids=["number", "name"])
async def test_a_reserved_address_that_slipped_through_is_restricted(
    server: SourceServer, connector: dict[str, Any], host: str
) -> None:
    guarded = _GuardedConnector(resolver=Names("127.0.0.1"), use_dns_cache=False, **connector)
    async with ClientSession(connector=guarded) as session:
        with pytest.raises((ClientConnectorError, ClientOSError)) as raised:
            await session.get(f"http://{host}:{server.port}/a.js")
    assert isinstance(raised.value.__cause__, RestrictedAddress)
    assert server.requests == []
