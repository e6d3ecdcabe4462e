from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.files.magic_comments import effective_source_mapping_url, embedded_debug_id, source_mapping_url

DEBUG_ID = "2f259f80-58b7-44cb-d7cd-de1505e7e718"


@pytest.mark.parametrize("content, reference", [
    pytest.param("//# sourceMappingURL=a.map\n", "a.map", id="on-the-last-line"),
    pytest.param("//# sourceMappingURL=a.map", "a.map", id="without-final-newline"),
    pytest.param("f();//# sourceMappingURL=a.map", "a.map", id="after-code-on-the-line"),
    pytest.param("f();\n//# sourceMappingURL=a.map", "a.map", id="after-code-on-the-line-before"),
    pytest.param("//# sourceMappingURL=a.map\nf();", "a.map", id="before-code"),
    pytest.param("//@ sourceMappingURL=a.map", "a.map", id="old-at-sign"),
    pytest.param("//# sourceMappingURL=a.map?v=1&t=2", "a.map", id="query-goes"),
    pytest.param("//# sourceMappingURL=a.map#h", "a.map", id="fragment-goes"),
    pytest.param("//# sourceMappingURL=a.map?v=1#h", "a.map", id="query-and-fragment-go"),
    pytest.param("//# sourceMappingURL=a.map#h?v=1", "a.map", id="fragment-with-question-mark-goes"),
    pytest.param("//# sourceMappingURL=   a.map  ", "a.map", id="padded"),
    pytest.param("//# sourceMappingURL=a.map\t \t", "a.map", id="tabs-behind"),
    pytest.param("//# sourceMappingURL=\n\n  a.map", "a.map", id="value-on-a-later-line"),
    pytest.param("//# sourceMappingURL=\f\r\n\ta.map\f", "a.map", id="form-feed-and-carriage-return"),
    pytest.param("//# sourceMappingURL=\va.map", "\va.map", id="vertical-tab-is-no-whitespace"),
    pytest.param("//# sourceMappingURL=\u00a0a.map", "\u00a0a.map", id="no-break-space-is-no-whitespace"),
    pytest.param("//# sourceMappingURL=a b.map", "a", id="value-ends-at-a-space"),
    pytest.param("//# sourceMappingURL=a.map junk", "a.map", id="junk-behind"),
    pytest.param("//# sourceMappingURL=a.map //note", "a.map", id="comment-behind"),
    pytest.param("//# sourceMappingURL=one.map\n//@ sourceMappingURL=two.map", "two.map", id="last-one-wins"),
    pytest.param("//@ sourceMappingURL=one.map\n//# sourceMappingURL=two.map", "two.map", id="hash-after-at-sign"),
    pytest.param('//# sourceMappingURL=one.map\ns="sourceMappingURL=no.map"', "one.map", id="plain-text-is-no-match"),
    pytest.param("//# sourceMappingURL=one.map\n//#sourceMappingURL=two.map", "one.map", id="space-is-required"),
    pytest.param("//# sourceMappingURL=one.map\n/*# sourceMappingURL=two.map */", "one.map", id="block-comment"),
    pytest.param("//#  sourceMappingURL=a.map", None, id="two-spaces"),
    pytest.param("//#\tsourceMappingURL=a.map", None, id="tab-instead-of-space"),
    pytest.param("//# SourceMappingURL=a.map", None, id="wrong-case"),
    pytest.param("sourceMappingURL=a.map", None, id="no-comment"),
    pytest.param("/# sourceMappingURL=a.map", None, id="half-a-comment-at-the-start-of-the-file"),
    pytest.param("f();", None, id="nothing-at-all"),
    pytest.param("", None, id="empty-file"),
    pytest.param('x = "//# sourceMappingURL=s.map";', 's.map";', id="inside-a-string"),
    pytest.param("/* //# sourceMappingURL=a.map */", "a.map", id="inside-a-block-comment"),
    pytest.param(
        "//# sourceMappingURL=data:application/json;base64,e30=", "data:application/json;base64,e30=", id="data-url"
    ),
    pytest.param(
        '//# sourceMappingURL=data:application/json,{"a":"x?y"}', 'data:application/json,{"a":"x', id="cut-data-url"
    ),
    pytest.param("//# sourceMappingURL=../m/a.map", "../m/a.map", id="relative"),
    pytest.param("//# sourceMappingURL=https://c.test/a.map?token=1", "https://c.test/a.map", id="absolute"),
    pytest.param("//# sourceMappingURL=", "", id="empty-and-present"),
    pytest.param("//# sourceMappingURL=?x", "", id="only-a-query"),
    pytest.param("//# sourceMappingURL=öut.map", "öut.map", id="unicode"),
])  # fmt: skip
def test_source_mapping_url(content: str, reference: str | None) -> None:
    assert source_mapping_url(content.encode()) == reference


@pytest.mark.parametrize("content, reference", [
    pytest.param("f();//# sourceMappingURL=a.map", "a.map", id="after-code-on-the-line"),
    pytest.param("/* note */ //# sourceMappingURL=a.map", "a.map", id="behind-a-comment"),
    pytest.param("//# sourceMappingURL=a.map\n/*# sourceMappingURL=b.map */\n// bye", "b.map", id="block-comment"),
    pytest.param("//# sourceMappingURL=a.map\n/* //# sourceMappingURL=b.map */", "a.map", id="in-a-block-comment"),
    pytest.param("//# sourceMappingURL=a.map\n// see //# sourceMappingURL=b.map", "a.map", id="in-a-line-comment"),
    pytest.param("// as //# sourceMappingURL=b.map says\r", None, id="only-in-a-comment"),
    pytest.param("//# sourceMappingURL=a.map\nf();", None, id="code-follows"),
    pytest.param("s = '//# sourceMappingURL=a.map'", None, id="in-a-string"),
])  # fmt: skip
def test_the_comment_that_browsers_follow(content: str, reference: str | None) -> None:
    span = effective_source_mapping_url(content.encode())
    assert (span and content[slice(*span)]) == reference


@pytest.mark.parametrize("content, debug_id", [
    pytest.param(f"//# debugId={DEBUG_ID}", DEBUG_ID, id="alone"),
    pytest.param(f"f();//# debugId={DEBUG_ID}\n", DEBUG_ID, id="after-code"),
    pytest.param(f"//# debugId=  {DEBUG_ID}  ", DEBUG_ID, id="padded"),
    pytest.param(f"//# debugId={DEBUG_ID} junk", DEBUG_ID, id="junk-behind"),
    pytest.param(f"//# debugId={DEBUG_ID} //# more", DEBUG_ID, id="comment-behind"),
    pytest.param("//# debugId=2F259F8058B744CBD7CDDE1505E7E718", DEBUG_ID, id="compact"),
    pytest.param(f"//# debugId={'1' * 32}\n//# debugId={DEBUG_ID}", DEBUG_ID, id="last-one-wins"),
    pytest.param(f"//# debugId={DEBUG_ID}\n//# debugId=bogus", None, id="a-bogus-last-one-hides-the-others"),
    pytest.param(f"//# debugId={DEBUG_ID}-00000000{'x' * 200}", DEBUG_ID, id="only-eight-digits-of-an-appendix-count"),
    pytest.param(f"//# debugId={DEBUG_ID}-00000000{'x' * 200}ö", None, id="unicode-behind-the-appendix"),
    pytest.param(f"//@ debugId={DEBUG_ID}", None, id="no-at-sign"),
    pytest.param(f"debugId={DEBUG_ID}", None, id="no-comment"),
    pytest.param(f"//# debug_id={DEBUG_ID}", None, id="underscore"),
    pytest.param(f"//# debugId={DEBUG_ID}\n//@ debugId=bogus", DEBUG_ID, id="at-sign-hides-nothing"),
    pytest.param(f"//# debugId={'0' * 32}", "00000000-0000-0000-0000-000000000000", id="all-zeros-are-an-id"),
    pytest.param("f();", None, id="nothing-at-all"),
    pytest.param("//# debugId=", None, id="empty"),
])  # fmt: skip
def test_embedded_debug_id(content: str, debug_id: str | None) -> None:
    assert embedded_debug_id(content.encode()) == debug_id


WORDS = st.text(alphabet=st.characters(exclude_characters=" \t\n\f\r?#", exclude_categories=["Cs"]))


@given(st.text(), WORDS, st.sampled_from(["", " ", "\n", "\t//# note"]))
def test_whatever_comes_before_a_comment_it_is_found(before: str, value: str, after: str) -> None:
    assert source_mapping_url(f"{before}//# sourceMappingURL={value}{after}".encode()) == (value or _next(after))


def _next(after: str) -> str:
    """Return what is taken for an empty value: the next word, without its fragment."""
    words = after.split()
    return words[0].partition("#")[0] if words else ""


@given(st.lists(st.sampled_from(["sourceMappingURL=", "debugId=", "//# ", "//@ ", " ", "\n", "é", "?", "#", "a"])))
def test_any_mixture_of_comment_parts_has_an_answer(parts: list[str]) -> None:
    content = "".join(parts).encode()
    source_mapping_url(content)
    embedded_debug_id(content)
