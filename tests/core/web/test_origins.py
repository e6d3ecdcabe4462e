from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.origins import is_allowed_origin
from core.web.urls import Url, parse_url

HOSTS = st.from_regex(r"[a-z]{1,5}(\.[a-z]{1,5}){0,2}", fullmatch=True)


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


@pytest.mark.parametrize("pattern, url", [
    pytest.param("*", "http://shop.test", id="star-is-everything"),
    pytest.param("*", "foo://", id="star-is-even-no-host"),
    pytest.param("*.shop.test", "http://shop.test", id="wildcard-includes-the-domain"),
    pytest.param("*.shop.test", "http://shop.test:80", id="wildcard-and-default-port"),
    pytest.param("*.shop.test", "http://cdn.shop.test", id="wildcard-and-subdomain"),
    pytest.param("*.shop.test", "https://a.b.shop.test:9443/x", id="wildcard-and-any-port"),
    pytest.param("*.shop.test", "http://cdn.shop.test/x/y", id="wildcard-and-any-path"),
    pytest.param("*.shop.test/static", "https://cdn.shop.test/other", id="wildcard-ignores-its-path"),
    pytest.param("shop.test", "http://shop.test/a/b", id="domain"),
    pytest.param("shop.test", "http://shop.test:80", id="domain-and-default-port"),
    pytest.param("shop.test", "http://shop.test:8080", id="domain-and-any-port"),
    pytest.param("shop.test:80", "http://shop.test/", id="port-80-is-there-on-http"),
    pytest.param("shop.test:443", "https://shop.test/", id="port-443-is-there-on-https"),
    pytest.param("SHOP.test", "https://shop.test/x", id="domains-in-any-case"),
    pytest.param("http://shop.test", "http://shop.test", id="scheme-and-host"),
    pytest.param("http://shop.test", "http://shop.test:80/a", id="scheme-and-default-port"),
    pytest.param("http://shop.test", "http://shop.test:8080/", id="scheme-and-any-port"),
    pytest.param("http://shop.test:8080", "http://shop.test:8080/a", id="scheme-and-port"),
    pytest.param("*://shop.test", "https://shop.test/x", id="any-scheme"),
    pytest.param("https://*", "https://shop.test/x", id="any-host"),
    pytest.param("https://*:8443", "https://shop.test:8443/x", id="any-host-on-a-port"),
    pytest.param("*:1234", "http://shop.test:1234", id="any-host-on-a-port-by-any-scheme"),
    pytest.param("*:443", "https://shop.test", id="any-host-on-the-default-port"),
    pytest.param("xp://thing", "xp://thing/a", id="unknown-scheme"),
    pytest.param("xp://*", "xp://thing/a", id="unknown-scheme-any-host"),
    pytest.param("xp://*.foobar", "xp://thing.foobar/a", id="unknown-scheme-wildcard"),
    pytest.param("foo://", "foo://", id="no-host"),
    pytest.param("foo://*", "foo://", id="any-host-is-no-host-too"),
    pytest.param("foo://*", "foo://a", id="any-host-of-an-unknown-scheme"),
    pytest.param("*.løcalhost", "http://løcalhost", id="unicode-wildcard-unicode-url"),
    pytest.param("*.løcalhost", "http://xn--lcalhost-54a", id="unicode-wildcard-punycode-url"),
    pytest.param("*.xn--lcalhost-54a", "http://løcalhost", id="punycode-wildcard-unicode-url"),
    pytest.param("*.xn--lcalhost-54a", "http://xn--lcalhost-54a", id="punycode-wildcard-punycode-url"),
    pytest.param("løcalhost", "http://xn--lcalhost-54a:80", id="unicode-domain"),
    pytest.param("løcalhost:80", "http://xn--lcalhost-54a:80", id="unicode-domain-and-port"),
    pytest.param("MÜNCHEN.test", "https://münchen.test/x", id="unicode-in-any-case"),
    pytest.param("faß.test", "https://faß.test/x", id="sharp-s-is-not-ss"),
    pytest.param("my_cdn.test", "https://my_cdn.test/x", id="underscore"),
    pytest.param("10.0.0.1", "http://10.0.0.1:8080/a", id="ipv4"),
    pytest.param("[::1]", "http://[::1]/x", id="ipv6"),
    pytest.param("shop.test/", "https://shop.test/x.js", id="trailing-slash"),
    pytest.param("shop.test/*", "https://shop.test/x.js", id="trailing-slash-and-star"),
    pytest.param("https://shop.test/", "https://shop.test/x.js", id="scheme-and-trailing-slash"),
    pytest.param("https://shop.test/*", "https://shop.test/x.js", id="scheme-and-trailing-slash-and-star"),
    pytest.param("shop.test//static", "https://shop.test/static/x.js", id="two-slashes-make-a-path-work"),
    pytest.param("shop.test//static", "https://shop.test/staticfoo.js", id="paths-are-prefixes"),
    pytest.param("shop.test//static*", "https://shop.test/staticfoo.js", id="one-star-after-a-path-goes"),
    pytest.param("https://shop.test/a.js", "https://shop.test/a.js", id="whole-url"),
    pytest.param("https://shop.test/a.js?x#y", "https://shop.test/a.js?x#y", id="whole-url-with-query-and-fragment"),
])  # fmt: skip
def test_allowed(pattern: str, url: str) -> None:
    assert is_allowed_origin(a_url(url), [pattern])


@pytest.mark.parametrize("pattern, url", [
    pytest.param("*.shop.test", "http://other.test", id="wildcard-and-another-domain"),
    pytest.param("*.shop.test", "http://badshop.test", id="wildcard-needs-a-dot"),
    pytest.param("*.shop.test:8080", "http://cdn.shop.test:8080/x", id="wildcard-with-port"),
    pytest.param("shop.test:443", "http://shop.test:80", id="port-443-is-not-there-on-http"),
    pytest.param("cdn.shop.test", "http://shop.test", id="parent-domain"),
    pytest.param("shop.test", "http://cdn.shop.test", id="subdomain"),
    pytest.param("http://shop.test", "https://shop.test", id="another-scheme"),
    pytest.param("HTTPS://shop.test", "https://shop.test/x", id="schemes-are-case-sensitive"),
    pytest.param("https://*", "http://shop.test/x", id="any-host-of-another-scheme"),
    pytest.param("*:1234", "http://shop.test", id="any-host-on-another-port"),
    pytest.param("xp://thing", "xp://thing-two/a", id="longer-host"),
    pytest.param("xp://", "dp://thing/a", id="no-host-of-another-scheme"),
    pytest.param("xp://*.foobar", "xp://thing.bizbaz/a", id="unknown-scheme-wildcard"),
    pytest.param("foo://", "foo://a", id="no-host-is-not-any-host"),
    pytest.param("shop.test", "foo://", id="no-host-is-not-this-host"),
    pytest.param(".", "http://shop.test", id="dot"),
    pytest.param("*shop.test", "https://badshop.test/x", id="star-without-dot"),
    pytest.param("shop.test/static", "https://shop.test/static/x.js", id="path"),
    pytest.param("shop.test/static*", "https://shop.test/static/x.js", id="path-with-star"),
    pytest.param("shop.test//static*", "https://shop.test/other.js", id="two-slashes-and-another-path"),
    pytest.param("shop.test:8080/*", "http://shop.test:8080/x", id="port-and-star"),
    pytest.param("shop.test:8080/", "http://shop.test:8080/x", id="port-and-slash"),
    pytest.param("https://shop.test/a.js", "https://shop.test/a.js?x=1", id="whole-url-of-another-query"),
    pytest.param("fass.test", "https://faß.test/x", id="ss-is-not-sharp-s"),
    pytest.param("\u0378.test", "https://shop.test/", id="no-ascii-form"),
    pytest.param("\ud800.test", "https://shop.test/", id="lone-surrogate"),
    pytest.param("", "https://shop.test/", id="empty-pattern"),
])  # fmt: skip
def test_refused(pattern: str, url: str) -> None:
    assert not is_allowed_origin(a_url(url), [pattern])


def test_an_empty_list_allows_nothing() -> None:
    assert not is_allowed_origin(a_url("http://shop.test"), [])


def test_one_matching_pattern_is_enough() -> None:
    assert is_allowed_origin(a_url("http://shop.test"), ["\u0378", "other.test", "shop.test"])


@given(HOSTS, HOSTS)
def test_a_domain_allows_itself_and_nothing_else(host: str, other: str) -> None:
    assert is_allowed_origin(a_url(f"https://{host}/a"), [other]) is (host == other)


@given(HOSTS, HOSTS)
def test_a_wildcard_allows_every_subdomain(subdomain: str, domain: str) -> None:
    assert is_allowed_origin(a_url(f"https://{subdomain}.{domain}:8443/a"), [f"*.{domain}"])
    assert not is_allowed_origin(a_url(f"https://{subdomain}{domain}/a"), [f"*.{domain}"])


@given(st.lists(st.text() | st.text(alphabet="*:/.shopø", max_size=12)), HOSTS)
def test_more_patterns_never_allow_less(patterns: list[str], host: str) -> None:
    url = a_url(f"https://{host}/a")
    assert is_allowed_origin(url, patterns) is any(is_allowed_origin(url, [pattern]) for pattern in patterns)
