import json

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import MalformedSourceMap
from core.sourcemap.json_document import json_start
from tests.kernels import BUILDS, load


@pytest.fixture(params=BUILDS)
def read_json(request):
    return load("core.sourcemap.json_document", request.param).read_json


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" \t\r\n{} \t\r\n", id="white-space-around"),
        pytest.param('"\x7f\u2028\u00a0é😀"', id="anything-above-control-characters"),
        pytest.param(r'"\" \\ \/ \b\f\n\r\t\u0000\u00e9\uD83D\ude00"', id="all-escapes"),
        pytest.param("[0,-0,1.5,1e5,1E+5,1e-5,-12.25e-2,1e-999]", id="all-numbers"),
        pytest.param("[true,false,null]", id="all-words"),
        pytest.param('{"a":[],"b":{},"a":[[]]}', id="containers-and-repeated-keys"),
        pytest.param("[" * 127 + "]" * 127, id="127-containers"),
        pytest.param("1" * 309, id="309-digits-that-fit-a-double"),
        pytest.param("0." + "1" * 1000, id="a-thousand-decimals"),
    ],
)
def test_accepted(read_json, text):
    value = read_json(text.encode(), 0)
    assert value.literal().decode() == text.strip(" \t\r\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n", id="only-white-space"),
        pytest.param("\ufeff{}", id="bom"),
        pytest.param("\u00a0{}", id="no-break-space"),
        pytest.param("{}\f", id="form-feed"),
        pytest.param("{}\v", id="vertical-tab"),
        pytest.param("\0{}", id="nul"),
        pytest.param("{}{}", id="two-values"),
        pytest.param("{}x", id="something-after"),
        pytest.param("[1,]", id="comma-at-the-end-of-an-array"),
        pytest.param('{"a":1,}', id="comma-at-the-end-of-an-object"),
        pytest.param("[,1]", id="comma-at-the-start"),
        pytest.param("[1 2]", id="no-comma"),
        pytest.param('{"a" 1}', id="no-colon"),
        pytest.param('{"a"}', id="key-without-value"),
        pytest.param("{a:1}", id="key-without-quotes"),
        pytest.param("{[]:1}", id="array-as-key"),
        pytest.param("{1:1}", id="number-as-key"),
        pytest.param("{'a':1}", id="single-quotes"),
        pytest.param("[1}", id="array-closed-as-an-object"),
        pytest.param('{"a":1]', id="object-closed-as-an-array"),
        pytest.param("]", id="closed-before-opened"),
        pytest.param("[", id="never-closed"),
        pytest.param('{"a":', id="cut-off-after-a-colon"),
        pytest.param("[1/**/]", id="comment"),
        pytest.param("NaN", id="nan"),
        pytest.param("-Infinity", id="infinity"),
        pytest.param("tru", id="half-a-word"),
        pytest.param("nulL", id="misspelt-word"),
        pytest.param("truex", id="too-long-a-word"),
        pytest.param("fals", id="cut-off-word"),
        pytest.param("01", id="zero-in-front"),
        pytest.param("-", id="minus-alone"),
        pytest.param("1.", id="nothing-behind-the-point"),
        pytest.param(".5", id="nothing-before-the-point"),
        pytest.param("+1", id="plus"),
        pytest.param("1e", id="nothing-behind-the-e"),
        pytest.param("1e+", id="nothing-behind-the-sign"),
        pytest.param("1e999", id="too-large-for-a-double"),
        pytest.param("-1e309", id="too-far-below-zero"),
        pytest.param("1" + "0" * 309, id="310-digits"),
        pytest.param('"\n"', id="newline-in-a-string"),
        pytest.param('"\0"', id="nul-in-a-string"),
        pytest.param(r'"\x41"', id="unknown-escape"),
        pytest.param(r'"\u12"', id="short-escape"),
        pytest.param(r'"\u12g4"', id="escape-that-is-not-hexadecimal"),
        pytest.param(r'"\ud800"', id="first-half-of-a-pair"),
        pytest.param(r'"\ude00"', id="second-half-of-a-pair"),
        pytest.param(r'"\ud800\u0041"', id="first-half-and-a-letter"),
        pytest.param(r'"\ud800\ud800"', id="first-half-twice"),
        pytest.param('"', id="string-never-closed"),
        pytest.param('"\\', id="cut-off-in-an-escape"),
        pytest.param("[" * 128 + "]" * 128, id="128-containers"),
        pytest.param("[" * 1_000_000, id="a-million-containers"),
        pytest.param("{}".encode("utf-16").decode("latin-1"), id="utf-16"),
    ],
)
def test_refused(read_json, text):
    with pytest.raises(MalformedSourceMap):
        read_json(text.encode(), 0)


def test_error_says_where(read_json):
    with pytest.raises(MalformedSourceMap, match="byte 7: expected ','"):
        read_json(b'{"a":1 "b":2}', 0)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize("build", BUILDS)
@given(value=json_values, indent=st.none() | st.just(2), ascii_only=st.booleans())
def test_what_python_writes_is_found_again(build, value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    read = load("core.sourcemap.json_document", build).read_json
    assert rebuilt(read(text.encode(), 0)) == json.loads(text)


def rebuilt(value):
    if value.is_a(b"["):
        return [rebuilt(element) for element in value.elements()]
    if value.is_a(b"{"):
        keys = json.loads(value.literal()).keys()
        members = value.members(frozenset(keys))
        return {key: rebuilt(members[key]) if key in members else None for key in keys}
    return json.loads(value.literal())


@pytest.mark.parametrize("build", BUILDS)
@given(text=st.text(alphabet='[]{}:,"\\ud8Ec0019-+.e truefalsnl\n\x00é😀', max_size=40))
def test_exactly_what_orjson_refuses_is_refused(build, text):
    read = load("core.sourcemap.json_document", build).read_json
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        with pytest.raises(MalformedSourceMap):
            read(text.encode(), 0)
    else:
        read(text.encode(), 0)


LONG_STRINGS = st.lists(
    st.tuples(
        st.sampled_from(
            ["x", "\\n", '\\"', "\\\\", "\\t", "\\u0041", "é", "\x7f", "\\x", "\\", '"', "\x1f", "\\ud800"]
        ),
        st.sampled_from([1, 1, 2, 3, 31, 32, 33, 62, 63, 64, 65, 127]),
    ),
    max_size=7,
)


@pytest.mark.parametrize("build", BUILDS)
@given(pieces=LONG_STRINGS)
@example(pieces=[("x", 62), ("\\\\", 1), ("x", 64)])
@example(pieces=[("x", 63), ("\\n", 1), ("x", 64), ('"', 1)])
@example(pieces=[("x", 63), ('\\"', 1), ("x", 64), ("\\\\", 33)])
def test_exactly_the_strings_that_orjson_refuses_are_refused(build, pieces):
    text = f'["{"".join(piece * count for piece, count in pieces)}","{"y" * 130}"]'
    read = load("core.sourcemap.json_document", build).read_json
    try:
        expected = orjson.loads(text)
    except orjson.JSONDecodeError:
        with pytest.raises(MalformedSourceMap):
            read(text.encode(), 0)
    else:
        assert [element.string() for element in read(text.encode(), 0).elements()] == expected


@pytest.mark.parametrize("build", BUILDS)
@given(text=st.binary(max_size=8))
def test_bytes_that_are_not_utf8_are_replaced_as_python_does(build, text):
    text = text.translate(None, bytes(range(32)) + b'"\\')
    read = load("core.sourcemap.json_document", build).read_json
    assert read(b'["' + text + b'"]', 0).elements()[0].string() == text.decode("utf-8", "replace")


def test_members_leave_out_nulls_and_what_is_not_known(read_json):
    members = read_json(b'{"a":1,"b":null,"c":[1,{"a":2}],"\\u0064":4,"c2":0}', 0).members(frozenset("abcd"))
    assert {key: value.literal() for key, value in members.items()} == {"a": b"1", "c": b'[1,{"a":2}]', "d": b"4"}


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', '{"a":null,"a":null}', '{"a":1,"\\u0061":1}'])
def test_known_members_must_not_be_there_twice(read_json, text):
    with pytest.raises(MalformedSourceMap, match="'a' is there twice"):
        read_json(text.encode(), 0).members(frozenset("a"))


@pytest.mark.parametrize("text", ["0", "7", "4294967295"])
def test_u32(read_json, text):
    assert read_json(text.encode(), 0).u32() == int(text)


@pytest.mark.parametrize("text", ["-1", "-0", "4294967296", "1" * 30, "3.0", "1e0", '"3"', "true", "null", "[]"])
def test_not_a_u32(read_json, text):
    with pytest.raises(MalformedSourceMap):
        read_json(text.encode(), 0).u32()


@pytest.mark.parametrize(
    "text, rest",
    [
        pytest.param(b"{}", b"{}", id="no-junk"),
        pytest.param(b")]}'\n{}", b"{}", id="the-usual-junk"),
        pytest.param(b")]}',\n{}", b"{}", id="with-a-comma"),
        pytest.param(b") while(1); {}\n{}", b"{}", id="whatever-is-on-that-line"),
        pytest.param(b"'\n{}", b"{}", id="a-quote-alone"),
        pytest.param(b"]\r\n{}", b"{}", id="crlf"),
        pytest.param(b"]\r\n\r\n{}", b"\r\n{}", id="one-line-only"),
        pytest.param(b")]}'\n)]}'\n{}", b")]}'\n{}", id="once-only"),
        pytest.param(b" )]}'\n{}", b" )]}'\n{}", id="a-space-before-it-disables-it"),
        pytest.param("\ufeff)]}'\n{}".encode(), "\ufeff)]}'\n{}".encode(), id="a-bom-before-it-disables-it"),
        pytest.param(b")]}'{}", b"", id="no-newline-leaves-nothing"),
        pytest.param(b")]}'{}\r", b"", id="cr-at-the-very-end-leaves-nothing"),
        pytest.param("]\u2028\n{}".encode(), b"{}", id="other-line-separators-are-junk"),
        pytest.param(b"]\n\r{}", b"\r{}", id="a-cr-later-on-is-not-looked-at"),
    ],
)
def test_junk_before_json_is_left_out(text, rest):
    assert text[json_start(text) :] == rest


@pytest.mark.parametrize("text", [b")]}'\r{}", b"]\r{}\n", b"]\r\r\n{}"])
def test_lone_cr_is_an_error(text):
    with pytest.raises(MalformedSourceMap):
        json_start(text)
