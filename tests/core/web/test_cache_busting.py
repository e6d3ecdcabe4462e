from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.cache_busting import cache_busting_number, scraped_uri
from core.web.urls import Url, parse_url

APP = "https://cdn.shop.test/app.js"
FOO = "https://example.com/foo.js"
DAYS = st.integers(min_value=1_600_000_000, max_value=1_600_100_000)


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


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
