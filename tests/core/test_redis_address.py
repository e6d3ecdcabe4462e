"""URLs that name sentinels."""

from __future__ import annotations

import pytest

from core.redis_address import SentinelAddress, sentinel_address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "redis+sentinel://one,two:5000/main",
            SentinelAddress((("one", 26379), ("two", 5000)), "main"),
            id="the-usual-port-where-none-is-given",
        ),
        pytest.param(
            "redis+sentinel://u:p%40ss@one/main/3",
            SentinelAddress((("one", 26379),), "main", 3, "u", "p@ss"),
            id="credentials-are-unquoted",
        ),
        pytest.param(
            "redis+sentinel://:secret@[::1]:7/main",
            SentinelAddress((("::1", 7),), "main", 0, None, "secret"),
            id="ipv6-and-a-password-alone",
        ),
        pytest.param(
            "rediss+sentinel://one/main",
            SentinelAddress((("one", 26379),), "main", tls=True),
            id="tls",
        ),
        pytest.param("redis+sentinel://one", None, id="no-service"),
        pytest.param("redis+sentinel://one:port/main", None, id="port-is-no-number"),
        pytest.param("redis+sentinel://one,/main", None, id="empty-host"),
        pytest.param("redis+sentinel://one/main/first", None, id="database-is-no-number"),
        pytest.param("redis://one/0", None, id="one-server"),
    ],
)
def test_sentinel_address(url, expected):
    assert sentinel_address(url) == expected
