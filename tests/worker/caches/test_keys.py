import itertools

import pytest

from core.wire.request import Source, SymbolicateRequest
from worker.caches.keys import (
    Namespace,
    artifact_key,
    bundle_key,
    lookup_key,
    member_key,
    scraped_key,
    source_map_key,
)

HERE = Namespace("7", "sentry:project", "https://sentry.test/lookup/")


def a_source(**credentials: str) -> Source:
    return Source(id="sentry:project", url="https://sentry.test/lookup/", **credentials)


def keys_in(namespace: Namespace) -> list[object]:
    return [
        lookup_key(namespace, "https://h.test/?a", a_source(token="t")),
        bundle_key(namespace, "1"),
        artifact_key(namespace, "1"),
        member_key(namespace, "sentry://project_debug_file/1", b"digest", "a.js"),
        scraped_key(namespace, "https://h.test/a.js#1", {}, verify_ssl=True),
        source_map_key(namespace, b"{}", b"f()"),
    ]


@pytest.mark.parametrize(
    "one, other, are_one",
    [
        pytest.param(None, "global", True, id="no-scope-is-the-global-one"),
        pytest.param("7", "7", True, id="the-same"),
        pytest.param(None, "", False, id="empty-is-not-global"),
        pytest.param("", "global", False, id="empty-is-not-called-global"),
        pytest.param("7", "8", False, id="two-scopes"),
        pytest.param("7", "07", False, id="texts-not-numbers"),
        pytest.param("Global", "global", False, id="upper-case"),
    ],
)
def test_scopes_share_keys_only_if_they_are_one(one, other, are_one):
    request = SymbolicateRequest(source=a_source(token="t"))
    pairs = zip(keys_in(Namespace.of(request, one)), keys_in(Namespace.of(request, other)), strict=True)
    assert [a == b for a, b in pairs] == [are_one] * 6


def test_sources_with_the_same_id_but_another_url_share_no_file():
    elsewhere = Namespace("7", "sentry:project", "https://other.test/lookup/")
    assert not set(keys_in(HERE)[1:4]) & set(keys_in(elsewhere)[1:4])


def test_sources_with_the_same_url_but_another_id_share_no_file():
    elsewhere = Namespace("7", "sentry:other", "https://sentry.test/lookup/")
    assert not set(keys_in(HERE)[1:4]) & set(keys_in(elsewhere)[1:4])


def test_keys_of_different_kinds_differ():
    assert len({key[0] for key in keys_in(HERE)}) == 6  # type: ignore[index]


def test_keys_name_the_scope_right_after_the_kind():
    assert {key[1] for key in keys_in(HERE)} == {"7"}  # type: ignore[index]


def test_answers_differ_by_credentials():
    sources = [
        a_source(token="a"),
        a_source(token="b"),
        a_source(cookies="a"),
        a_source(token=""),
        a_source(cookies=""),
    ]
    keys = [lookup_key(HERE, "https://h.test/?a", source) for source in sources]
    assert all(one != other for one, other in itertools.combinations(keys, 2))
    assert lookup_key(HERE, "https://h.test/?a", a_source(token="a")) == keys[0]


def test_no_secret_is_in_a_key():
    keys = [
        lookup_key(HERE, "https://h.test/?a", a_source(token="s3cret")),
        lookup_key(HERE, "https://h.test/?a", a_source(cookies="s3cret")),
        scraped_key(HERE, "https://h.test/a.js#1", {"X-Token": "s3cret"}, verify_ssl=True),
    ]
    assert "s3cret" not in repr(keys)


@pytest.mark.parametrize(
    "url, headers, verify_ssl",
    [
        pytest.param("https://h.test/a.js#2", {"a": "b", "c": "d"}, True, id="next-hour"),
        pytest.param("https://h.test/b.js#1", {"a": "b", "c": "d"}, True, id="other-url"),
        pytest.param("https://h.test/a.js#1", {"a": "b", "c": "e"}, True, id="other-value"),
        pytest.param("https://h.test/a.js#1", {"a": "b"}, True, id="header-less"),
        pytest.param("https://h.test/a.js#1", {}, True, id="no-headers"),
        pytest.param("https://h.test/a.js#1", {"a": "bc", "": "d"}, True, id="headers-that-join-to-the-same-text"),
        pytest.param("https://h.test/a.js#1", {"a": "b", "c": "d"}, False, id="unverified"),
    ],
)
def test_scraped_files_differ(url, headers, verify_ssl):
    key = scraped_key(HERE, "https://h.test/a.js#1", {"a": "b", "c": "d"}, verify_ssl=True)
    assert scraped_key(HERE, url, headers, verify_ssl=verify_ssl) != key


def test_the_order_of_headers_does_not_count():
    one = scraped_key(HERE, "https://h.test/a.js#1", {"a": "b", "c": "d"}, verify_ssl=True)
    assert scraped_key(HERE, "https://h.test/a.js#1", {"c": "d", "a": "b"}, verify_ssl=True) == one
