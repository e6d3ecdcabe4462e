"""Debug ids: the UUIDs that tie a generated file to its source map."""

from __future__ import annotations

from typing import NewType

DebugId = NewType("DebugId", str)
"""A debug id in its canonical text form; two ids are the same exactly if the texts are."""
