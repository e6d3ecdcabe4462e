"""Debug ids: the UUIDs that tie a generated file to its source map."""

from __future__ import annotations

import re
from typing import NewType

DebugId = NewType("DebugId", str)
"""A debug id in its canonical text form; two ids are the same exactly if the texts are."""

_HYPHENATED = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_COMPACT = re.compile(r"[0-9a-fA-F]{32}")
_PDB = re.compile(r"([0-9a-fA-F]{8})-?([0-9a-fA-F]{1,8})")
_APPENDIX = re.compile(r"[0-9a-fA-F]{1,8}")


def parse_debug_id(text: str) -> DebugId | None:
    """Return the debug id that ``text`` spells, None if it spells none.

    A UUID with or without hyphens, and then perhaps an appendix in hex; of a longer one the first 8 digits count.
    Also the old form of a PDB file: 8 digits and an appendix.  The canonical form of a UUID is lower-case and
    hyphenated, with ``-`` and the appendix if that isn't 0.

    Source: the ``debugid`` crate.  ``uuid.UUID`` would let braces and stray hyphens pass.
    """
    if not text.isascii():
        return None
    if old := _PDB.fullmatch(text):
        return DebugId(f"{old[1].upper()}-{int(old[2], 16):x}")
    if uuid := _HYPHENATED.match(text):
        return _with_appendix(uuid[0].lower(), text[36:], separator="-")
    if uuid := _COMPACT.match(text):
        return _with_appendix(_hyphenate(uuid[0].lower()), text[32:], separator="")
    return None


def _with_appendix(uuid: str, tail: str, *, separator: str) -> DebugId | None:
    """Return the id of ``uuid`` and what follows it in the text, None if that is no appendix."""
    if not tail:
        return DebugId(uuid)
    digits = tail.removeprefix(separator)[:8]
    if not tail.startswith(separator) or not _APPENDIX.fullmatch(digits):
        return None
    appendix = int(digits, 16)
    return DebugId(f"{uuid}-{appendix:x}" if appendix else uuid)


def _hyphenate(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
