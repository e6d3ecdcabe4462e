import itertools

import pytest

from core.files.artifact_lookup import ListedBundle, ListedFile
from core.files.file_keys import ResolvedWith
from core.web.urls import Url, parse_url
from core.wire.request import SymbolicateRequest
from core.wire.request_sources import Source
from worker.caches.keys import (
    Namespace,
    artifact_key,
    bundle_key,
    lookup_key,
    member_key,
    scraped_key,
    source_map_key,
)

SOURCE_URL = "https://sentry.test/lookup/"
HERE = Namespace("7", "sentry:project", SOURCE_URL, b"digest of a token")


def a_bundle(url: str = f"{SOURCE_URL}1") -> ListedBundle:
    return ListedBundle("1", a_url(url), ResolvedWith.DEBUG_ID)


def an_artifact(url: str = f"{SOURCE_URL}1") -> ListedFile:
    return ListedFile("1", a_url(url), ResolvedWith.DEBUG_ID, "~/a.js", {})


def a_url(text: str) -> Url:
    url = parse_url(text)
    assert url is not None
    return url


def a_source(**credentials: str) -> Source:
    return Source(id="sentry:project", url="https://sentry.test/lookup/", **credentials)


def namespace_of(source: Source) -> Namespace:
    return Namespace.of(SymbolicateRequest(source=source), "7")


def keys_in(namespace: Namespace) -> list[object]:
    return [
        lookup_key(namespace, "https://h.test/?a"),
        bundle_key(namespace, a_bundle()),
        artifact_key(namespace, an_artifact()),
        member_key(namespace, a_bundle(), b"digest", "a.js"),
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
    keys = [lookup_key(namespace_of(source), "https://h.test/?a") for source in sources]
    assert all(one != other for one, other in itertools.combinations(keys, 2))
    assert lookup_key(namespace_of(a_source(token="a")), "https://h.test/?a") == keys[0]


@pytest.mark.parametrize(
    "url, differ",
    [
        pytest.param(f"{SOURCE_URL}1", True, id="where-the-token-is-sent"),
        pytest.param("https://store.test/1?signature=a", False, id="where-it-is-not-sent"),
        pytest.param("https://sentry.test/elsewhere/1", False, id="beside-the-source"),
    ],
)
def test_files_differ_by_the_credentials_that_they_come_with(url, differ):
    one, other = (namespace_of(a_source(token=token)) for token in "ab")
    for key in (
        lambda namespace: bundle_key(namespace, a_bundle(url)),
        lambda namespace: artifact_key(namespace, an_artifact(url)),
        lambda namespace: member_key(namespace, a_bundle(url), b"digest", "a.js"),
    ):
        assert (key(one) != key(other)) is differ


def test_no_secret_is_in_a_key():
    keys = [
        *keys_in(namespace_of(a_source(token="s3cret"))),
        *keys_in(namespace_of(a_source(cookies="s3cret"))),
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


def test_scraped_files_differ_by_where_redirects_may_lead():
    within = (None, (), ("*",), ("h.test",), ("h.test", "i.test"))
    keys = [scraped_key(HERE, "https://h.test/a.js#1", {}, verify_ssl=True, redirects_within=each) for each in within]
    assert len(set(keys)) == len(within)


def test_the_order_of_headers_does_not_count():
    one = scraped_key(HERE, "https://h.test/a.js#1", {"a": "b", "c": "d"}, verify_ssl=True)
    assert scraped_key(HERE, "https://h.test/a.js#1", {"c": "d", "a": "b"}, verify_ssl=True) == one
