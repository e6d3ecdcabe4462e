"""Address of Redis: the one reading of ``REDIS_URL`` that API, workers, doctor and Celery share.

===========================================================  ===========================================================
``redis://[user:password@]host[:port][/database][?…]``       one server; ``valkey://`` is the same
``rediss://…``, ``valkeys://…``                              one server, over TLS
``unix://[user:password@]/path/to/socket[?db=…]``            one server on this host; ``redis+socket://`` is the same
``redis+sentinel://[user:password@]host[,host…]/service…``   the sentinels that know the server; ``rediss+sentinel://``
                                                             is TLS for all of them
===========================================================  ===========================================================

Options are those of redis-py's URLs, with the same spelling.

Source: redis-py, ``redis.connection.parse_url``; IANA, "redis" and "rediss" URI schemes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from core.errors import InvalidRedisUrl

_URL = re.compile(r"(?P<scheme>[A-Za-z+]+)://(?:(?P<credentials>[^/]*)@)?(?P<hosts>[^/@]*)(?P<path>/.*)?", re.DOTALL)
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.%a-z]+\]|[^:\[\]\s]+)(?::(?P<port>[0-9]{1,5}))?")
_TCP = {"redis": False, "rediss": True, "valkey": False, "valkeys": True}
_SOCKETS = ("unix", "redis+socket")
_SENTINELS = {"redis+sentinel": False, "rediss+sentinel": True}
_PORT, _SENTINEL_PORT, _LARGEST_PORT = 6379, 26_379, 65_535

_EXPECTED = (
    "expected redis://, rediss:// or unix://, or redis[s]+sentinel://hosts/service; "
    "special characters of a password are written as %XX"
)
_CERTIFICATES = {"none": "none", "optional": "optional", "required": "required"}
_CERTIFICATES.update({f"CERT_{name.upper()}": name for name in list(_CERTIFICATES)})  # Celery's spelling
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """One server (at a host, or on a socket), or the sentinels that watch over the master ``service``.

    ``user`` and ``password`` are the server's.  ``tls`` holds for sentinels and servers, ``tls_options`` are keyword
    arguments of redis-py.  Times are in seconds.
    """

    hosts: tuple[tuple[str, int], ...] = ()
    socket: str | None = None
    service: str | None = None
    database: int = 0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_user: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    tls: bool = False
    tls_options: tuple[tuple[str, Any], ...] = field(default=(), repr=False)
    client_name: str | None = None
    health_check_interval_s: int = 0
    keep_alive: bool | None = None
    connect_timeout_s: float = 2.0
    answer_timeout_s: float = 5.0

    @property
    def shown(self) -> str:
        """The address as a URL without credentials and options."""
        if self.socket is not None:
            return f"unix://{self.socket}?db={self.database}"
        hosts = ",".join(f"{f'[{host}]' if ':' in host else host}:{port}" for host, port in self.hosts)
        scheme = "rediss" if self.tls else "redis"
        if self.service is not None:
            return f"{scheme}+sentinel://{hosts}/{self.service}/{self.database}"
        return f"{scheme}://{hosts}/{self.database}"


@lru_cache(maxsize=8)
def redis_address(url: str) -> RedisAddress:
    """Read a URL.  Raises InvalidRedisUrl, whose text holds no part of the URL but names of options."""
    url, _, options = url.strip().partition("?")
    match = _URL.fullmatch(url)
    if match is None:
        raise InvalidRedisUrl(_EXPECTED)
    scheme, path = match["scheme"].lower(), match["path"] or ""
    values = {**_credentials(match["credentials"]), **_read_options(options)}
    if scheme in _SOCKETS:
        return _socket(match["hosts"] + path, values)
    if scheme in _TCP:
        return _server(match["hosts"], path, values, tls=_TCP[scheme])
    if scheme in _SENTINELS:
        return _sentinels(match["hosts"], path, values, tls=_SENTINELS[scheme])
    raise InvalidRedisUrl(_EXPECTED)


def connection_options(address: RedisAddress) -> dict[str, Any]:
    """Return the keyword arguments of redis-py's connections to the server that are the same for all clients.

    The place of a single server is among them; that of a master is what sentinels say.
    """
    options: dict[str, Any] = {
        "db": address.database,
        "username": address.user,
        "password": address.password,
        "client_name": address.client_name,
        "health_check_interval": address.health_check_interval_s,
    }
    if address.socket is not None:
        return {**options, "path": address.socket}
    if address.keep_alive is not None:
        options["socket_keepalive"] = address.keep_alive
    if address.tls:
        options.update(address.tls_options)
    if address.service is None:
        (options["host"], options["port"]) = address.hosts[0]
    return options


def sentinel_options(address: RedisAddress) -> dict[str, Any]:
    """Return the keyword arguments of redis-py's clients of the sentinels."""
    options = {"username": address.sentinel_user, "password": address.sentinel_password, "ssl": address.tls}
    return {**options, **dict(address.tls_options)} if address.tls else options


def _credentials(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    user, _, password = text.partition(":")
    return {"user": unquote(user) or None, "password": unquote(password) or None}


def _socket(path: str, values: Mapping[str, Any]) -> RedisAddress:
    if not path.startswith("/"):
        raise InvalidRedisUrl("a socket is named by an absolute path: unix:///run/redis/redis.sock")
    return RedisAddress(socket=unquote(path), **_without_tls(values))


def _server(host: str, path: str, values: Mapping[str, Any], *, tls: bool) -> RedisAddress:
    hosts = (_host(host, _PORT),) if host else (("localhost", _PORT),)
    found = {"database": _database(path), **values}
    return RedisAddress(hosts=hosts, tls=tls, **(found if tls else _without_tls(found)))


def _sentinels(hosts: str, path: str, values: Mapping[str, Any], *, tls: bool) -> RedisAddress:
    service, _, database = path.strip("/").partition("/")
    if not service:
        raise InvalidRedisUrl("sentinels are asked for a service: redis+sentinel://host[,host…]/service[/database]")
    found = {"database": _database(database), **values}
    return RedisAddress(
        hosts=tuple(_host(host, _SENTINEL_PORT) for host in hosts.split(",")),
        service=unquote(service),
        tls=tls,
        **(found if tls else _without_tls(found)),
    )


def _without_tls(values: Mapping[str, Any]) -> Mapping[str, Any]:
    if "tls_options" in values and values["tls_options"] != _TLS_DEFAULTS:
        raise InvalidRedisUrl("options that begin with ssl_ need rediss://, or rediss+sentinel://")
    return {name: value for name, value in values.items() if name != "tls_options"}


def _host(text: str, default_port: int) -> tuple[str, int]:
    match = _HOST.fullmatch(text)
    port = int(match["port"] or default_port) if match else 0
    if match is None or not 0 < port <= _LARGEST_PORT:
        raise InvalidRedisUrl(f"a host, or its port, makes no sense; {_EXPECTED}")
    return unquote(match["name"]).strip("[]"), port


def _database(path: str) -> int:
    text = unquote(path).strip("/")
    if not text:
        return 0
    return _whole_number("the database after the host")(text)


def _read_options(text: str) -> dict[str, Any]:
    """Return fields of an address.  Raises InvalidRedisUrl for what is not known, or makes no sense."""
    fields: dict[str, Any] = {}
    tls = dict(_TLS_DEFAULTS)
    if "#" in text:
        raise InvalidRedisUrl("# has no meaning in it and is written as %23")
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in _TLS_OPTIONS:
            tls[name] = _TLS_OPTIONS[name](value)
        elif name in _FIELDS:
            field_name, read = _FIELDS[name]
            fields[field_name] = read(value)
        elif name not in _OURS:
            raise InvalidRedisUrl(f"the option {name[:40]!r} is not known")
    return {**fields, "tls_options": tuple(tls.items())}


def _whole_number(what: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise InvalidRedisUrl(f"{what} is no whole number")
        return int(text)

    return read


def _seconds(what: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) or not float(text):
            raise InvalidRedisUrl(f"{what} is no number of seconds above 0")
        return float(text)

    return read


def _choice(what: str, choices: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text not in choices and text.lower() not in choices:
            raise InvalidRedisUrl(f"{what} is none of {', '.join(choices)}")
        return choices.get(text, choices.get(text.lower()))

    return read


_TLS_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "ssl_cert_reqs": _choice("ssl_cert_reqs", _CERTIFICATES),
    "ssl_check_hostname": _choice("ssl_check_hostname", _BOOLEANS),
    "ssl_ca_certs": str,
    "ssl_ca_path": str,
    "ssl_certfile": str,
    "ssl_keyfile": str,
    "ssl_password": str,
    "ssl_ciphers": str,
}
_TLS_DEFAULTS = (("ssl_cert_reqs", "required"),)
_FIELDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "db": ("database", _whole_number("db")),
    "virtual_host": ("database", _whole_number("virtual_host")),  # kombu's spelling
    "username": ("user", str),
    "password": ("password", str),
    "sentinel_username": ("sentinel_user", str),
    "sentinel_password": ("sentinel_password", str),
    "client_name": ("client_name", str),
    "health_check_interval": ("health_check_interval_s", _whole_number("health_check_interval")),
    "socket_keepalive": ("keep_alive", _choice("socket_keepalive", _BOOLEANS)),
    "socket_connect_timeout": ("connect_timeout_s", _seconds("socket_connect_timeout")),
    "socket_timeout": ("answer_timeout_s", _seconds("socket_timeout")),
}
# What each of our clients decides for itself: these are taken, and change nothing.
_OURS = frozenset({"max_connections", "timeout", "retry_on_timeout", "retry_on_error", "protocol", "socket_read_size"})
