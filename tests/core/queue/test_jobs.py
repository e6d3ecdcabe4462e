"""The table of Redis keys has all of them."""

from __future__ import annotations

import re
from pathlib import Path

from core.queue import jobs

ROOT = Path(__file__).parents[3]
KEY = re.compile(r"""["'](unmangle:[a-z:-]*[a-z])""")


def test_every_key_that_the_code_names_is_in_the_table():
    files = [path for package in ("api", "core", "worker") for path in (ROOT / package).rglob("*.*")]
    texts = [path.read_text() for path in files if path.suffix in (".py", ".lua")]
    named = {key for text in texts for key in KEY.findall(text)}
    described = set(re.findall(r"^``(unmangle:[a-z:-]*[a-z])", jobs.__doc__ or "", re.MULTILINE))
    assert named == described
