from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.addresses import is_reserved


@pytest.mark.parametrize("address", [
    "93.184.216.34", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
    "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.167.255.255", "198.17.255.255", "198.20.0.0",
    "223.255.255.255",
    "2606:2800:220:1::1", "2000::", "2001:200::", "2001:db7::1", "2001:db9::1", "3ffe::1",
    "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "::93.184.216.34", "2002:5db8:d822::1",
])  # fmt: skip
def test_public_addresses_may_be_scraped(address: str) -> None:
    assert not is_reserved(ip_address(address))


@pytest.mark.parametrize("address", [
    pytest.param("10.1.2.3", id="private-a"),
    pytest.param("172.16.0.0", id="private-b-from"),
    pytest.param("172.31.255.255", id="private-b-to"),
    pytest.param("192.168.0.1", id="private-c"),
    pytest.param("169.254.169.254", id="cloud-metadata"),
    pytest.param("100.100.100.200", id="shared-address-space"),
    pytest.param("100.64.0.0", id="shared-address-space-from"),
    pytest.param("100.127.255.255", id="shared-address-space-to"),
    pytest.param("0.0.0.0", id="this-host"),
    pytest.param("0.1.2.3", id="this-network"),
    pytest.param("127.0.0.1", id="loopback"),
    pytest.param("127.255.255.255", id="all-of-loopback"),
    pytest.param("192.0.0.1", id="protocol-assignments"),
    pytest.param("192.0.0.255", id="all-of-protocol-assignments"),
    pytest.param("192.0.2.1", id="documentation-1"),
    pytest.param("198.51.100.1", id="documentation-2"),
    pytest.param("203.0.113.7", id="documentation-3"),
    pytest.param("192.88.99.1", id="6to4-relay"),
    pytest.param("198.18.0.1", id="benchmarking"),
    pytest.param("198.19.255.255", id="all-of-benchmarking"),
    pytest.param("224.0.0.1", id="multicast"),
    pytest.param("240.0.0.1", id="future-use"),
    pytest.param("255.255.255.255", id="broadcast"),
    pytest.param("::", id="unspecified"),
    pytest.param("::1", id="ipv6-loopback"),
    pytest.param("fe80::1", id="link-local"),
    pytest.param("fec0::1", id="site-local"),
    pytest.param("fc00::1", id="unique-local-unassigned"),
    pytest.param("fd00::1", id="unique-local"),
    pytest.param("ff02::1", id="ipv6-multicast"),
    pytest.param("64:ff9b:1::1", id="local-nat64"),
    pytest.param("64:ff9b:1::5db8:d822", id="local-nat64-of-a-public-address"),
    pytest.param("100::1", id="discard-only"),
    pytest.param("2001::1", id="teredo"),
    pytest.param("2001:0:5db8:d822::1", id="teredo-of-a-public-server"),
    pytest.param("2001:1ff::1", id="ietf-assignments"),
    pytest.param("2001:db8::1", id="ipv6-documentation"),
    pytest.param("3fff::1", id="new-ipv6-documentation"),
    pytest.param("3fff:fff::1", id="all-of-new-ipv6-documentation"),
    pytest.param("4000::1", id="above-global-unicast"),
    pytest.param("1fff::1", id="below-global-unicast"),
    pytest.param("::ffff:10.0.0.1", id="mapped"),
    pytest.param("::ffff:127.0.0.1", id="mapped-loopback"),
    pytest.param("::10.0.0.1", id="compatible"),
    pytest.param("64:ff9b::a00:1", id="nat64"),
    pytest.param("2002:a00:1::1", id="6to4"),
    pytest.param("fe80::1%eth0", id="zone"),
    pytest.param("2606:2800:220:1::1%eth0", id="zone-of-a-public-address"),
    pytest.param("::ffff:93.184.216.34%1", id="zone-of-a-mapped-public-address"),
])  # fmt: skip
def test_reserved_addresses_may_not_be_scraped(address: str) -> None:
    assert is_reserved(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_in_disguise_is_judged_by_what_it_is(address: IPv4Address) -> None:
    number = int(address)
    disguises = [0xFFFF << 32 | number, number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80 | 1]
    assert {is_reserved(IPv6Address(disguise)) for disguise in disguises} == {is_reserved(address)}


@given(st.ip_addresses())
def test_whatever_python_calls_private_is_reserved(address: IPv4Address | IPv6Address) -> None:
    carries_another = isinstance(address, IPv6Address) and (address.ipv4_mapped or address.sixtofour)
    if not carries_another and (address.is_loopback or address.is_link_local or address.is_multicast):
        assert is_reserved(address)
