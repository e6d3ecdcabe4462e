"""A stack frame on the wire: the same shape in requests and in responses."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from core.files.file_keys import ResolvedWith

U32 = Annotated[int, Meta(ge=0, le=4_294_967_295)]


class FrameData(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Facts about how a frame was symbolicated.

    ``sourcemap_origin`` is one of the shapes of ``core.wire.origin``; clients may send it back to us.
    """

    sourcemap: str | None = None
    sourcemap_origin: Any = None
    resolved_with: ResolvedWith | None = None
    symbolicated: bool = msgspec.field(default_factory=bool)  # a factory, so that False is written too


class Frame(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One frame, keys in the order of the response; what is unknown is left out of it.

    ``lineno`` and ``colno`` count from 1.
    """

    platform: str | None = None
    function: str | None = None
    filename: str | None = None
    module: str | None = None
    abs_path: str
    lineno: U32
    colno: U32 | None = None
    pre_context: list[str] = []
    context_line: str | None = None
    post_context: list[str] = []
    data: FrameData = msgspec.field(default_factory=FrameData)


class Stacktrace(msgspec.Struct):
    """The frames of one stack trace."""

    frames: list[Frame]
