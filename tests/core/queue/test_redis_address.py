"""URLs of Redis, as everybody reads them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.connection import parse_url

from core.errors import InvalidRedisUrl
from core.queue.redis_address import RedisAddress, connection_options, redis_address, sentinel_options

VERIFIED = (("ssl_cert_reqs", "required"),)
LOCAL = (("localhost", 6379),)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("redis://", RedisAddress(LOCAL), id="nothing-but-the-scheme"),
        pytest.param("redis://one", RedisAddress((("one", 6379),)), id="usual-port-and-database"),
        pytest.param("redis://one:7/8", RedisAddress((("one", 7),), database=8), id="port-and-database"),
        pytest.param("redis://one/8/", RedisAddress((("one", 6379),), database=8), id="slash-behind-the-database"),
        pytest.param("redis://one/?db=6", RedisAddress((("one", 6379),), database=6), id="database-as-an-option"),
        pytest.param("redis://one/1?db=6", RedisAddress((("one", 6379),), database=6), id="the-option-wins"),
        pytest.param("redis:///5", RedisAddress(LOCAL, database=5), id="no-host"),
        pytest.param("REDIS://one", RedisAddress((("one", 6379),)), id="scheme-in-capitals"),
        pytest.param(" redis://one/1\n", RedisAddress((("one", 6379),), database=1), id="newline-of-a-secret-file"),
        pytest.param("valkey://one", RedisAddress((("one", 6379),)), id="valkey"),
        pytest.param("redis://[::1]:7", RedisAddress((("::1", 7),)), id="ipv6"),
        pytest.param("redis://u:p%40%2Fs@h", RedisAddress((("h", 6379),), user="u", password="p@/s"), id="credentials"),
        pytest.param("redis://:pw@h", RedisAddress((("h", 6379),), password="pw"), id="a-password-alone"),
        pytest.param("redis://u@h", RedisAddress((("h", 6379),), user="u"), id="a-user-alone"),
        pytest.param("redis://h?username=u&password=p", RedisAddress((("h", 6379),), user="u", password="p"), id="qs"),
        pytest.param(
            "redis://h?health_check_interval=10&socket_keepalive=True&client_name=me",
            RedisAddress((("h", 6379),), health_check_interval_s=10, keep_alive=True, client_name="me"),
            id="options-of-connections",
        ),
        pytest.param(
            "redis://h?socket_timeout=1.5&socket_connect_timeout=3",
            RedisAddress((("h", 6379),), answer_timeout_s=1.5, connect_timeout_s=3),
            id="times",
        ),
        pytest.param("redis://h?max_connections=10&protocol=2", RedisAddress((("h", 6379),)), id="ours-to-decide"),
        pytest.param("rediss://h", RedisAddress((("h", 6379),), tls=True, tls_options=VERIFIED), id="tls"),
        pytest.param(
            "rediss://h?ssl_cert_reqs=CERT_NONE",
            RedisAddress((("h", 6379),), tls=True, tls_options=(("ssl_cert_reqs", "none"),)),
            id="certificates-as-celery-spells-them",
        ),
        pytest.param(
            "valkeys://h?ssl_ca_certs=/ca.pem&ssl_check_hostname=false",
            RedisAddress(
                (("h", 6379),),
                tls=True,
                tls_options=(*VERIFIED, ("ssl_ca_certs", "/ca.pem"), ("ssl_check_hostname", False)),
            ),
            id="authorities-of-our-own",
        ),
        pytest.param("unix:///run/r.sock", RedisAddress(socket="/run/r.sock"), id="socket"),
        pytest.param(
            "unix://u:p@/run/r%20s.sock?db=3",
            RedisAddress(socket="/run/r s.sock", database=3, user="u", password="p"),
            id="socket-with-everything",
        ),
        pytest.param(
            "redis+socket:///run/r.sock?virtual_host=2",
            RedisAddress(socket="/run/r.sock", database=2),
            id="socket-as-celery-spells-it",
        ),
        pytest.param(
            "redis+sentinel://one,two:5000/main",
            RedisAddress((("one", 26379), ("two", 5000)), service="main"),
            id="sentinels-at-the-usual-port",
        ),
        pytest.param(
            "redis+sentinel://u:p%40ss@one/main/3/",
            RedisAddress((("one", 26379),), service="main", database=3, user="u", password="p@ss"),
            id="credentials-of-the-master",
        ),
        pytest.param(
            "redis+sentinel://:secret@[::1]:7/main?sentinel_username=s&sentinel_password=p%26w",
            RedisAddress((("::1", 7),), service="main", password="secret", sentinel_user="s", sentinel_password="p&w"),
            id="credentials-of-the-sentinels",
        ),
        pytest.param(
            "rediss+sentinel://one/main?db=2",
            RedisAddress((("one", 26379),), service="main", database=2, tls=True, tls_options=VERIFIED),
            id="sentinels-over-tls",
        ),
    ],
)
def test_redis_address(url, expected):
    assert redis_address(url) == expected


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        pytest.param("localhost:6379", "expected redis://", id="no-scheme"),
        pytest.param("http://h", "expected redis://", id="another-scheme"),
        pytest.param("redis+sentinel://one", "a service", id="no-service"),
        pytest.param("redis+sentinel://one:port/main", "a host, or its port", id="port-is-no-number"),
        pytest.param("redis+sentinel://one,/main", "a host, or its port", id="empty-host"),
        pytest.param("redis+sentinel://one/main/first", "the database after the host", id="database-is-no-number"),
        pytest.param("redis://h:65536", "a host, or its port", id="no-such-port"),
        pytest.param("redis://h/first", "the database after the host", id="database-of-a-server-is-no-number"),
        pytest.param("redis://h?db=first", "db is no whole number", id="database-option-is-no-number"),
        pytest.param("redis://h?healthcheck=1", "the option 'healthcheck' is not known", id="unknown-option"),
        pytest.param("redis://h?ssl_cert_reqs=none", "need rediss://", id="tls-options-without-tls"),
        pytest.param("rediss://h?ssl_cert_reqs=no", "ssl_cert_reqs is none of", id="unknown-choice"),
        pytest.param("redis://h?socket_timeout=0", "socket_timeout is no number", id="no-time-at-all"),
        pytest.param("redis://h?db=1#2", "# has no meaning", id="fragment"),
        pytest.param("redis://:pa/ss@h", "special characters", id="slash-in-a-password"),
        pytest.param("unix://run/r.sock", "an absolute path", id="relative-socket"),
    ],
)
def test_what_makes_no_sense_is_named(url, problem):
    with pytest.raises(InvalidRedisUrl) as caught:
        redis_address(url)
    assert problem in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text):
    for url in (text, f"redis://{text}", f"redis+sentinel://{text}", f"unix:///{text}"):
        with contextlib.suppress(InvalidRedisUrl):
            assert isinstance(redis_address(url), RedisAddress)


PASSWORD = "s3cr&t"


@pytest.mark.parametrize(
    "url",
    [
        "redis://u:s3cr%26t@h:7/x",
        "rediss://:s3cr%26t@h?a=b",
        "redis+sentinel://h/main?sentinel_password=s3cr%26t&db=x",
    ],
)
def test_refusals_and_representations_keep_passwords_to_themselves(url):
    with pytest.raises(InvalidRedisUrl) as caught:
        redis_address(url)
    assert "s3cr" not in str(caught.value)
    whole = url.replace("/x", "/1").replace("a=b", "db=1").replace("db=x", "db=1")
    assert PASSWORD not in repr(redis_address(whole)) + redis_address(whole).shown


@pytest.mark.parametrize(
    "url",
    [
        "redis://u:p%40@one:7/8/",
        "redis://one?db=6&health_check_interval=10",
        "rediss://one/1?ssl_cert_reqs=none&ssl_ca_certs=/ca",
        "unix://u:p@/run/r.sock?db=3",
        "redis://:p@[::1]",
    ],
)
def test_a_single_server_is_read_as_redis_py_reads_it(url):
    theirs = parse_url(url)
    theirs.pop("connection_class", None)
    ours = {name: value for name, value in connection_options(redis_address(url)).items() if value is not None}
    assert theirs.items() <= ours.items()


def test_sentinels_have_credentials_of_their_own():
    address = redis_address("rediss+sentinel://u:p@one/main?sentinel_password=s&ssl_ca_certs=/ca")
    assert sentinel_options(address) == {
        "username": None,
        "password": "s",
        "ssl": True,
        "ssl_cert_reqs": "required",
        "ssl_ca_certs": "/ca",
    }
    assert "host" not in connection_options(address)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://u:p@h/2?client_name=x", "redis://h:6379/2"),
        ("rediss://:p@[::1]:7", "rediss://[::1]:7/0"),
        ("unix://:p@/run/r.sock?db=3", "unix:///run/r.sock?db=3"),
        ("rediss+sentinel://:p@a,b:7/main/1?sentinel_password=q", "rediss+sentinel://a:26379,b:7/main/1"),
    ],
)
def test_an_address_is_shown_without_credentials(url, shown):
    assert redis_address(url).shown == shown
    assert redis_address(redis_address(url).shown).shown == shown
