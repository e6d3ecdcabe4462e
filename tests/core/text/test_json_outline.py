"""How many values a JSON text has, before objects are made of them."""

from __future__ import annotations

import pytest

from core.errors import MalformedAnswer, MalformedBundle
from core.files.artifact_lookup import MAX_ANSWER_VALUES, read_answer
from core.files.manifest import read_manifest
from core.text.json_outline import has_more_values


@pytest.mark.parametrize(
    "text, most, expected",
    [
        pytest.param(b"[]", 1, False, id="an-empty-list-is-one"),
        pytest.param(b"[1]", 1, True, id="a-list-and-its-element"),
        pytest.param(b'{"a":[1,2]}', 5, False, id="keys-count"),
        pytest.param(b'{"a":[1,2]}', 4, True, id="keys-count-beyond"),
        pytest.param(b'["' + b"," * 1000 + b'"]', 2, False, id="commas-in-strings-don't"),
        pytest.param(b"[" * 200 + b"]" * 200, 1000, True, id="nested-too-deeply"),
        pytest.param(b"[1,", 10, False, id="what-is-no-JSON-is-for-its-parser"),
        pytest.param(b'["\xff"]', 10, False, id="what-is-not-UTF-8-too"),
    ],
)
def test_values_are_counted(text, most, expected):
    assert has_more_values(text, most) is expected


def test_an_answer_to_a_lookup_has_a_bound():
    with pytest.raises(MalformedAnswer, match=str(MAX_ANSWER_VALUES)):
        read_answer(b"[" + b"[]," * MAX_ANSWER_VALUES + b"[]]")


def test_a_manifest_has_a_bound_for_the_files_there_may_be():
    with pytest.raises(MalformedBundle, match="too many JSON values"):
        read_manifest(b'{"x":[' + b"[]," * 20_000 + b"[]]}", max_files=100)
