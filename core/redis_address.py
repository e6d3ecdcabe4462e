"""Where Redis is: one server, or the sentinels that know which one is the master just now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_SENTINEL_URL = re.compile(
    r"redis(?P<tls>s?)\+sentinel://(?:(?P<user>[^:@/]*):(?P<password>[^@/]*)@)?(?P<hosts>[^@/]+)/(?P<service>[^/?#]+)"
    r"(?:/(?P<database>[0-9]{1,5}))?"
)
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_SENTINEL_PORT = 26_379


@dataclass(frozen=True, slots=True)
class SentinelAddress:
    """The sentinels that watch over the master ``service``; user and password are the master's.

    ``tls`` is for all of them.
    """

    hosts: tuple[tuple[str, int], ...]
    service: str
    database: int = 0
    user: str | None = None
    password: str | None = None
    tls: bool = False


def sentinel_address(url: str) -> SentinelAddress | None:
    """Read ``redis+sentinel://[user:password@]host[:port][,host[:port]...]/service[/database]``.

    ``rediss+sentinel`` stands for TLS.  Returns None for any other text.
    """
    match = _SENTINEL_URL.fullmatch(url)
    if match is None:
        return None
    hosts = [_HOST.fullmatch(host) for host in match["hosts"].split(",")]
    if not all(hosts):
        return None
    return SentinelAddress(
        hosts=tuple((host["name"].strip("[]"), int(host["port"] or _SENTINEL_PORT)) for host in hosts if host),
        service=unquote(match["service"]),
        database=int(match["database"] or 0),
        user=unquote(match["user"]) if match["user"] else None,
        password=unquote(match["password"]) if match["password"] else None,
        tls=bool(match["tls"]),
    )
