"""Context is written as the JSON that an encoder makes of the same lines, in both builds."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wire.frame import Frame
from tests.kernels import BUILDS, load

NAME = "core.text.context_writer"
LINES = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=37)
AROUND = st.lists(LINES, max_size=5)


@pytest.mark.parametrize("build", BUILDS)
@given(before=AROUND, line=LINES, after=AROUND)
def test_what_is_written_are_members_of_a_frame(build, before, line, after):
    frame = Frame(abs_path="", lineno=1, pre_context=before, context_line=line, post_context=after)
    empty = msgspec.json.encode(Frame(abs_path="", lineno=1))
    data = empty.index(b',"data"')
    members = written(load(NAME, build), before, line, after)
    assert empty[:data] + members + empty[data:] == msgspec.json.encode(frame)


@pytest.mark.parametrize("build", BUILDS)
def test_what_is_no_utf8_is_replaced(build):
    writer = load(NAME, build).ContextWriter(0)
    writer.begin(0)
    writer.add("a é".encode()[:-1], 0, 3)
    assert writer.finished().decode() == ',"context_line":"a \ufffd"'


def written(kernel, before, line, after) -> bytes:
    writer = kernel.ContextWriter(len(before))
    for number, each in enumerate([*before, line, *after]):
        writer.begin(number)
        writer.add(each.encode(), 0, len(each.encode()))
    return writer.finished()
