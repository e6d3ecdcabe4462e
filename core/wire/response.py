"""The bodies of answers: ``completed`` with everything in it, and the four short ones."""

from __future__ import annotations

from typing import Literal

import msgspec

from core.wire.frame import Stacktrace


class FrameError(msgspec.Struct, kw_only=True, omit_defaults=True, frozen=True):
    """What went wrong for one frame.  ``abs_path`` is the minified frame's.

    Which of the other members are there depends on ``type``; ``col`` of an ``invalid_location`` may be null.
    """

    abs_path: str
    type: str
    line: int | msgspec.UnsetType = msgspec.UNSET
    col: int | None | msgspec.UnsetType = msgspec.UNSET
    source: str | msgspec.UnsetType = msgspec.UNSET
    sourcemap: str | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET


class ScrapingAttempt(msgspec.Struct, kw_only=True, omit_defaults=True, frozen=True):
    """One lookup of a file that had a URL.  ``reason`` and ``details`` belong to failures."""

    url: str
    status: Literal["not_attempted", "success", "failure"]
    reason: str | None = None
    details: str | None = None


class Completed(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="status", tag="completed"):
    """The answer to a request, whatever came of its frames."""

    stacktraces: list[Stacktrace]
    raw_stacktraces: list[Stacktrace]
    errors: list[FrameError] = []
    scraping_attempts: list[ScrapingAttempt] = []
