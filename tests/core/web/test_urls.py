from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.urls import Url, cache_busting_number, join_url, parse_url, scraped_uri, with_fragment, without_fragment


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


@pytest.mark.parametrize("text", [
    pytest.param("/srv/app.js", id="a-path-is-no-url"),
    pytest.param("<anonymous>", id="a-placeholder-is-no-url"),
    pytest.param("native", id="a-word-is-no-url"),
    pytest.param("http//h.test/x.js", id="without-a-colon-there-is-no-scheme"),
    pytest.param("", id="nothing-is-no-url"),
    pytest.param("http://", id="the-web-needs-a-host"),
    pytest.param("https://h.test:99999/", id="a-port-has-16-bits"),
    pytest.param("http://h.test/\ud800", id="a-lone-surrogate-is-no-text"),
    pytest.param("http://[fe80::1%25eth0]/", id="a-zone-is-no-part-of-a-host"),
])  # fmt: skip
def test_text_that_is_no_absolute_url(text: str) -> None:
    assert parse_url(text) is None


@pytest.mark.parametrize("text, scheme", [
    pytest.param("app:///a.js", "app", id="app"),
    pytest.param("webpack:///./a.js", "webpack", id="webpack"),
    pytest.param("file:///a.js", "file", id="file"),
    pytest.param("blob:https://h.test/u", "blob", id="blob-hides-a-url"),
    pytest.param("node:internal/x", "node", id="node"),
    pytest.param("C:\\app\\a.js", "c", id="a-drive-letter-is-a-scheme"),
    pytest.param("HTTPS://h.test/", "https", id="schemes-are-lower-case"),
])  # fmt: skip
def test_the_scheme_of_a_url(text: str, scheme: str) -> None:
    assert a_url(text).scheme == scheme


@pytest.mark.parametrize("text, href", [
    pytest.param("https:h.test/x", "https://h.test/x", id="no-slashes-are-enough"),
    pytest.param("http:///h.test/x", "http://h.test/x", id="three-slashes-are-as-good-as-two"),
    pytest.param(" https://h.test/x ", "https://h.test/x", id="surrounding-spaces-go"),
    pytest.param("http://h.test", "http://h.test/", id="an-empty-path-becomes-a-slash"),
    pytest.param("HTTPS://SENTRY.TEST:443/api/", "https://sentry.test/api/", id="default-ports-go"),
    pytest.param("http://h.test\\a\\b", "http://h.test/a/b", id="backslashes-are-slashes"),
    pytest.param("http://h.test/a/../b?q#f", "http://h.test/b?q#f", id="dots-are-resolved"),
])  # fmt: skip
def test_the_normal_form_of_a_url(text: str, href: str) -> None:
    assert a_url(text).href == href


@pytest.mark.parametrize("text, host", [
    pytest.param("http://127.1/x", "127.0.0.1", id="short-ipv4"),
    pytest.param("http://0x7f000001/", "127.0.0.1", id="hexadecimal-ipv4"),
    pytest.param("http://2130706433/", "127.0.0.1", id="ipv4-as-one-number"),
    pytest.param("http://[::1]/x", "[::1]", id="ipv6-in-brackets"),
    pytest.param("http://løcalhost", "xn--lcalhost-54a", id="unicode-becomes-punycode"),
    pytest.param("http://u:p@h.test:8080/", "h.test", id="neither-user-nor-port"),
    pytest.param("foo://", "", id="an-empty-host"),
    pytest.param("webpack:///./a.js", "", id="no-host"),
])  # fmt: skip
def test_the_host_of_a_url(text: str, host: str) -> None:
    assert a_url(text).host == host


@pytest.mark.parametrize("text, port, effective", [
    pytest.param("http://h.test/", None, 80, id="http-means-80"),
    pytest.param("https://h.test/", None, 443, id="https-means-443"),
    pytest.param("http://h.test:80/", None, 80, id="the-default-port-is-not-kept"),
    pytest.param("https://h.test:80/", 80, 80, id="another-schemes-default-is-kept"),
    pytest.param("http://h.test:0/", 0, 0, id="port-zero-is-a-port"),
    pytest.param("xp://h.test/", None, None, id="unknown-schemes-have-no-port"),
    pytest.param("xp://h.test:9/", 9, 9, id="unknown-schemes-may-name-one"),
])  # fmt: skip
def test_the_port_of_a_url(text: str, port: int | None, effective: int | None) -> None:
    url = a_url(text)
    assert (url.port, url.effective_port) == (port, effective)


def test_the_path_has_neither_query_nor_fragment() -> None:
    assert a_url("https://h.test/a/b.js?c=/d#/e").path == "/a/b.js"


@pytest.mark.parametrize("text, same", [
    pytest.param("https://h.test:443/other", True, id="the-path-does-not-matter"),
    pytest.param("http://h.test/", False, id="the-scheme-matters"),
    pytest.param("https://h.test:8443/", False, id="the-port-matters"),
    pytest.param("https://www.h.test/", False, id="the-host-matters"),
])  # fmt: skip
def test_an_origin_is_scheme_host_and_port(text: str, same: bool) -> None:
    assert (a_url(text).origin == a_url("https://h.test/x").origin) is same


@pytest.mark.parametrize("text, is_web", [
    pytest.param("http://h.test/", True, id="http"),
    pytest.param("https://h.test/", True, id="https"),
    pytest.param("ftp://h.test/", False, id="ftp"),
    pytest.param("app:///a.js", False, id="app"),
])  # fmt: skip
def test_only_http_and_https_are_the_web(text: str, is_web: bool) -> None:
    assert a_url(text).is_web is is_web


@pytest.mark.parametrize("reference, href", [
    pytest.param("b.js", "https://h.test/a/b.js", id="relative"),
    pytest.param("/b.js", "https://h.test/b.js", id="from-the-root"),
    pytest.param("//o.test/b.js", "https://o.test/b.js", id="same-scheme-other-host"),
    pytest.param("http://o.test/", "http://o.test/", id="absolute"),
    pytest.param("?q", "https://h.test/a/c?q", id="query-only"),
    pytest.param("", "https://h.test/a/c?x", id="nothing-is-the-page-itself"),
])  # fmt: skip
def test_joining_a_reference(reference: str, href: str) -> None:
    url = join_url(a_url("https://h.test/a/c?x#f"), reference)
    assert url is not None
    assert url.href == href


def test_a_reference_may_lead_nowhere() -> None:
    assert join_url(a_url("https://h.test/"), "https://h.test:99999/") is None


@pytest.mark.parametrize("text, without", [
    pytest.param("https://h.test/a#f", "https://h.test/a", id="fragment"),
    pytest.param("https://h.test/a#f#g", "https://h.test/a", id="the-first-hash-counts"),
    pytest.param("https://h.test/a?b", "https://h.test/a?b", id="no-fragment"),
    pytest.param("https://h.test/a#", "https://h.test/a", id="empty-fragment"),
])  # fmt: skip
def test_a_fragment_can_be_replaced(text: str, without: str) -> None:
    assert without_fragment(a_url(text)) == without
    assert with_fragment(a_url(text), "17") == f"{without}#17"


@given(st.text())
def test_garbage_is_a_url_or_not_but_never_an_error(text: str) -> None:
    parse_url(text)
    parse_url(f"https://{text}")


@given(st.text())
def test_the_normal_form_is_normal(text: str) -> None:
    url = parse_url(f"https://h.test/{text}")
    assert url is not None
    assert parse_url(url.href) == url


APP = "https://cdn.shop.test/app.js"
FOO = "https://example.com/foo.js"
DAYS = st.integers(min_value=1_600_000_000, max_value=1_600_100_000)


@pytest.mark.parametrize("text, now_s, period_s, number", [
    pytest.param(APP, 1000, 100, 947, id="somewhere-in-the-period"),
    pytest.param(APP, 1046, 100, 947, id="last-second-of-a-period"),
    pytest.param(APP, 1047, 100, 1047, id="first-second-of-the-next"),
    pytest.param(APP, 1100, 100, 1047, id="round-times-mean-nothing"),
    pytest.param(APP, 5000, 100, 4947, id="later"),
    pytest.param(APP, 1_700_000_000, 3600, 1_699_997_847, id="hourly"),
    pytest.param(APP, 1_700_001_446, 3600, 1_699_997_847, id="last-second-of-an-hour"),
    pytest.param(APP, 1_700_001_447, 3600, 1_700_001_447, id="first-second-of-the-next-hour"),
    pytest.param(FOO, 1000, 100, 939, id="another-url-another-moment"),
    pytest.param(FOO, 1038, 100, 939, id="last-second-of-another-url"),
    pytest.param(FOO, 1039, 100, 1039, id="first-second-of-another-url"),
    pytest.param(FOO, 1040, 100, 1039, id="second-second-of-another-url"),
    pytest.param(FOO, 1100, 100, 1039, id="another-url-later"),
])  # fmt: skip
def test_cache_busting_number(text: str, now_s: int, period_s: int, number: int) -> None:
    assert cache_busting_number(a_url(text), now_s, period_s) == number


@pytest.mark.parametrize("text, uri", [
    pytest.param("https://h.test/a.js", "https://h.test/a.js#17", id="file"),
    pytest.param("https://h.test/a.js?v=1", "https://h.test/a.js?v=1#17", id="query-stays"),
    pytest.param("https://h.test/a.js#f", "https://h.test/a.js#17", id="fragment-is-replaced"),
    pytest.param("http://h/a/", "http://h/a#17", id="slash-at-the-end-goes"),
    pytest.param("http://h/a//", "http://h/a/#17", id="only-one-slash-goes"),
    pytest.param("http://h/a/?b=/c/#/d/", "http://h/a?b=/c/#17", id="slash-before-the-query-goes"),
    pytest.param("http://h/", "http://h/#17", id="the-root-is-a-slash"),
    pytest.param("http://h/?a", "http://h/?a#17", id="the-root-with-a-query"),
    pytest.param("HTTP://H:80", "http://h/#17", id="normalised"),
])  # fmt: skip
def test_scraped_uri(text: str, uri: str) -> None:
    assert scraped_uri(a_url(text), 17) == uri


def test_the_fragment_decides_about_the_moment() -> None:
    numbers = {cache_busting_number(a_url(f"{APP}#{fragment}"), 1_700_000_000, 3600) for fragment in "abc"}
    assert len(numbers) == 3


@given(DAYS, st.integers(min_value=1, max_value=86_400), st.text(alphabet="abc/"))
def test_a_number_lasts_for_exactly_one_period(now_s: int, period_s: int, path: str) -> None:
    url = a_url(f"https://h.test/{path}")
    number = cache_busting_number(url, now_s, period_s)
    assert now_s - period_s < number <= now_s
    assert cache_busting_number(url, number, period_s) == number
    assert cache_busting_number(url, number + period_s - 1, period_s) == number
    assert cache_busting_number(url, number + period_s, period_s) == number + period_s
