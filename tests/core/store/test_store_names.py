"""Names and keys of the artifact store."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.files.debug_ids import parse_debug_id
from core.store.store_keys import OrgKeys, probe_key
from core.store.store_names import (
    UploadIds,
    assembly_key,
    debug_id_key,
    digest,
    index_path,
    inverse,
    is_upload_id,
    release_name,
    stem,
    upload_ms,
)
from core.text.slugs import org_name, project_name
from core.web.paths import candidate_urls, extract_file_stem

KEY = re.compile(r"[a-z0-9/._-]{1,255}")
PATHS = st.text(alphabet=st.sampled_from("ab/.~?#:&=@ é\\%jsmp"), max_size=30) | st.text(max_size=30)


@given(PATHS)
def test_every_candidate_has_the_path_and_the_stem_of_what_it_stands_for(path):
    assume("://" not in path.partition("?")[2])  # the only exceptions, all of them made up
    assert {index_path(each) for each in candidate_urls(path)} == {index_path(path)}
    assert {stem(each) for each in candidate_urls(path)} == {stem(path)}


@given(PATHS)
def test_the_stem_of_a_stem_is_the_stem(path):
    assume("?" not in path and "#" not in path and "~" not in path and "://" not in path)
    assert stem(extract_file_stem(path)) == stem(path)


def test_the_query_is_cut_before_the_stem_is_taken():
    assert stem("https://h/a.js?x=/y") == "/a"
    assert extract_file_stem("https://h/a.js?x=/y") != "/a"


@given(st.lists(st.none() | st.text(), max_size=4), st.lists(st.none() | st.text(), max_size=4))
def test_different_parts_have_different_digests(one, other):
    assert (digest(*one) == digest(*other)) == (one == other)


@given(st.text(), st.text(max_size=80), st.text())
def test_no_text_of_a_user_is_in_a_key(release, dist, name):
    keys = OrgKeys("acme")
    for key in (keys.release(release), keys.by_name(release, dist, name), keys.release_text(release), probe_key(name)):
        assert KEY.fullmatch(key)
        assert all(0 < len(part) < 255 for part in key.split("/"))


@given(st.integers(0, 9_999_999_999_999), st.integers(0, 2**32 - 1))
def test_an_inverse_is_newest_first_and_its_own_inverse(ms, random):
    upload, older = f"{ms:013d}-{random:08x}", f"{max(ms - 1, 0):013d}-{random:08x}"
    assert is_upload_id(upload)
    assert inverse(inverse(upload)) == upload
    assert upload_ms(upload) == ms
    assert (inverse(upload) < inverse(older)) == (ms > 0)


def test_upload_ids_grow_though_the_clock_stands_still_or_goes_back():
    times = iter([5.0, 5.0, 4.0, 6.0])
    ids = UploadIds(lambda: next(times))
    made = [ids.next() for _ in range(4)]
    assert made == sorted(made)
    assert [upload_ms(each) for each in made] == [5000, 5001, 5002, 6000]


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("Acme", "acme", id="upper-case-is-lowered"),
        pytest.param("a" * 64, "a" * 64, id="64-characters"),
        pytest.param("a" * 65, None, id="too-long"),
        pytest.param("", None, id="empty"),
        pytest.param("-a", None, id="begins-with-a-hyphen"),
        pytest.param("a/b", None, id="slash"),
        pytest.param("..", None, id="dots"),
        pytest.param("a\n", None, id="newline"),
        pytest.param("\u212a", None, id="kelvin-sign-is-no-k"),
    ],
)
def test_org_name(text, expected):
    assert org_name(text) == expected


def test_projects_may_be_longer():
    assert project_name("p" * 100) == "p" * 100
    assert project_name("p" * 101) is None


@pytest.mark.parametrize("text", ["", "undefined", "null", None])
def test_what_stands_for_no_release(text):
    assert release_name(text) is None


def test_a_dist_that_is_empty_is_none_and_projects_have_no_order():
    assert assembly_key("c", ["a", "b"], "r", "") == assembly_key("c", ["b", "a"], "r", None)
    assert assembly_key("c", ["a"], "r", None) != assembly_key("c", ["a", "b"], "r", None)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("9A3F2B1C-0D4E-5F6A-8B7C-1D2E3F4A5B6C", "9a/3f2b1c0d4e5f6a8b7c1d2e3f4a5b6c"),
        ("9a3f2b1c0d4e5f6a8b7c1d2e3f4a5b6c", "9a/3f2b1c0d4e5f6a8b7c1d2e3f4a5b6c"),
        ("9a3f2b1c-0d4e-5f6a-8b7c-1d2e3f4a5b6c-1f", "9a/3f2b1c0d4e5f6a8b7c1d2e3f4a5b6c-1f"),
        ("3249d99d0", "32/49d99d0"),
    ],
)
def test_debug_id_key(text, expected):
    debug_id = parse_debug_id(text)
    assert debug_id is not None
    assert debug_id_key(debug_id) == expected


@given(st.lists(st.uuids(), min_size=2, max_size=2, unique=True))
def test_different_debug_ids_have_different_keys(ids):
    one, other = (parse_debug_id(str(each)) for each in ids)
    assert debug_id_key(one) != debug_id_key(other)
