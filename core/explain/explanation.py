"""The explanation of a frame, as it stands beside the frame in the response."""

from __future__ import annotations

from typing import Any

import msgspec

from core.explain.reasons import Reason
from core.files.file_keys import FileType


class Step(msgspec.Struct, kw_only=True, frozen=True):
    """One step: for which file, what was tried, whether it led to the file, and what came of it in words."""

    file: FileType
    tried: str
    found: bool
    said: str


class DecidingFile(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A file that a frame was decided from.  ``origin`` is one of the shapes of ``core.wire.origin``."""

    name: str | None = None
    debug_id: str | None = None
    origin: Any = None
    resolved_with: str = ""


class DecidingToken(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The token that a frame was decided from: where it is in both files, from 1, and the name that it gives."""

    lineno: int
    colno: int | None = None
    source: str | None = None
    original_lineno: int
    original_colno: int
    name: str | None = None


class DecidedBy(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a frame was decided from, as far as it was found."""

    minified: DecidingFile | None = None
    source_map: DecidingFile | None = None
    token: DecidingToken | None = None


class Explanation(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Why a frame came out as it did.  ``file`` is what the reason is about, if that is one of the files."""

    code: Reason
    file: FileType | None = None
    cause: str
    advice: str = ""
    steps: list[Step]
    decided_by: DecidedBy
