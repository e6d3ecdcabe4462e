from __future__ import annotations

import pytest

from core.failures import Failure, FailureKind
from core.web.scraping_policy import ScrapeTarget, ScrapingPolicy, ScrapingRefusal, permitted_url
from core.web.urls import parse_url

AT_HOME = ScrapingPolicy(allow_reserved=True)


@pytest.mark.parametrize(
    "abs_path, href, policy",
    [
        pytest.param("https:h.test/x", "https://h.test/x", ScrapingPolicy(), id="no-slashes"),
        pytest.param("http:///h.test/x", "http://h.test/x", ScrapingPolicy(), id="three-slashes"),
        pytest.param(" https://h.test/x ", "https://h.test/x", ScrapingPolicy(), id="spaces-around"),
        pytest.param("https://h.test/a/", "https://h.test/a/", ScrapingPolicy(), id="trailing-slash-stays"),
        pytest.param("http://127.0.0.2/", "http://127.0.0.2/", ScrapingPolicy(), id="the-connection-will-tell"),
        pytest.param("http://localhost/", "http://localhost/", AT_HOME, id="localhost-if-that-is-allowed"),
    ],
)
def test_permitted_url(abs_path: str, href: str, policy: ScrapingPolicy) -> None:
    url = permitted_url(abs_path, policy)
    assert not isinstance(url, ScrapingRefusal)
    assert url.href == href


@pytest.mark.parametrize(
    "abs_path, policy, refusal",
    [
        pytest.param(None, AT_HOME, ScrapingRefusal(Failure(FailureKind.NOT_FOUND), is_mentioned=False), id="no-path"),
        pytest.param(
            "a.js",
            ScrapingPolicy(enabled=False),
            ScrapingRefusal(Failure(FailureKind.DOWNLOAD_ERROR, "`a.js` is not an absolute URL"), is_mentioned=False),
            id="not-a-url-comes-before-disabled",
        ),
        pytest.param(
            "app:///a.js",
            ScrapingPolicy(enabled=False),
            ScrapingRefusal(Failure(FailureKind.SCRAPING_DISABLED)),
            id="disabled-comes-before-the-scheme",
        ),
    ],
)
def test_refusals(abs_path: str | None, policy: ScrapingPolicy, refusal: ScrapingRefusal) -> None:
    assert permitted_url(abs_path, policy) == refusal


@pytest.mark.parametrize("within, may_follow", [(None, True), (("h.test",), True), (("o.test",), False), ((), False)])
def test_redirects(within: tuple[str, ...] | None, may_follow: bool) -> None:
    url = parse_url("https://h.test/a.js")
    assert url is not None
    assert ScrapingPolicy(redirects_within=within).may_follow(url) is may_follow


def test_the_log_shows_neither_user_nor_query() -> None:
    url = parse_url("https://user:secret@h.test:81/a.js?key=secret#secret")
    assert url is not None
    assert ScrapeTarget(url, 0).shown == "https://h.test:81/a.js"


def test_secrets_are_not_in_the_repr() -> None:
    assert "t0ken" not in repr(ScrapingPolicy(headers=(("X-A", "t0ken"),)))
