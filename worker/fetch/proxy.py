"""The way out to the web by a proxy, for hosts that aren't reached without one.

The proxy resolves names and connects, so it is the proxy that judges where that leads.  What can be seen without
resolving is still refused here: an address written out, and this host.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address

from yarl import URL

from core.settings import Settings
from core.web.addresses import is_reserved
from core.web.urls import Url

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
