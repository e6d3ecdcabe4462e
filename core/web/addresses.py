"""Reserved network addresses, which are never scraped: all but those of the public internet.

The worker may sit in a private network, and the URLs to scrape come from whoever sends us stack traces.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_RESERVED_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)

_PUBLIC_IPV6 = IPv6Network("2000::/3")
_RESERVED_PUBLIC_IPV6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20"))

_IPV4_IN_LAST_BITS = tuple(IPv6Network(network) for network in ("::ffff:0:0/96", "::/96", "64:ff9b::/96"))
_SIX_TO_FOUR = IPv6Network("2002::/16")


def is_reserved(address: Address) -> bool:
    """Return whether ``address`` is not one of the public internet.

    An IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4) is what that one is.  One with a
    zone is always reserved: it is of this machine's own networks.

    Source: the IANA special-purpose address registries.
    """
    if isinstance(address, IPv6Address):
        return _is_reserved_ipv6(address)
    return any(address in network for network in _RESERVED_IPV4)


def _is_reserved_ipv6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return True
    carried = _carried_ipv4(address)
    if carried is not None:
        return is_reserved(carried)
    return address not in _PUBLIC_IPV6 or any(address in network for network in _RESERVED_PUBLIC_IPV6)


def _carried_ipv4(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _IPV4_IN_LAST_BITS):
        return IPv4Address(address.packed[12:])
    if address in _SIX_TO_FOUR:
        return IPv4Address(address.packed[2:6])
    return None
