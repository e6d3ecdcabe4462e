import pytest

from core.errors import FetchFailed
from core.failures import FailureKind
from worker.fetch.headers import has_header, sendable_headers


@pytest.mark.parametrize(
    "name",
    [
        *("Host", "connection", "Content-Length", "Transfer-Encoding", "TE", "Trailer", "Upgrade"),
        *("Proxy-Authorization", "proxy-anything", "", "a b", "a:b", "ä", "a\n", "a\r\nB"),
    ],
)
def test_headers_that_are_skipped(name: str) -> None:
    assert sendable_headers([(name, "v\n"), ("X-Token", "t")]) == (("x-token", "t"),)


@pytest.mark.parametrize(
    "name, value",
    [
        pytest.param("Authorization", "Bearer t", id="credentials"),
        pytest.param("x-a", "", id="empty-value"),
        pytest.param("x-a", "a\tb", id="tab-in-the-value"),
        pytest.param("x-a", "über", id="value-beyond-ascii"),
        pytest.param("!#$%&'*+-.^_`|~9z", "v", id="all-a-name-may-hold"),
    ],
)
def test_headers_that_are_sent(name: str, value: str) -> None:
    assert sendable_headers([(name, value)]) == ((name.lower(), value),)


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\0b", "secret\r\nX-B: c", "a\x7fb", "a\x01", "\ud800"])
def test_a_value_that_cannot_be_sent_fails_without_being_told(value: str) -> None:
    with pytest.raises(FetchFailed) as raised:
        sendable_headers([("X-Token", value)])
    assert raised.value.failure.kind is FailureKind.DOWNLOAD_ERROR
    assert raised.value.failure.text == "invalid value for the request header x-token"


def test_header_names_are_compared_without_case() -> None:
    assert has_header(sendable_headers([("Accept-Encoding", "br")]), "accept-encoding")
    assert not has_header((), "accept-encoding")
