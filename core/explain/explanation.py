"""Explanations of frames on the wire: how a body asks for them, and where they stand in the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

from core.explain.findings import Reason
from core.files.file_keys import FileType
from core.wire.request import parse_document
from core.wire.response import CompletedBody, encode_completed

_BLANKS = b" \t\n\r"


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
    scopes: list[str] | msgspec.UnsetType = msgspec.UNSET
    """Functions of the frames that the map's ``scopes`` tell of, callee first, asked for or not; none: it's hidden."""


class DecidedBy(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The files and the token that a frame was decided from, as far as they were found."""

    minified: DecidingFile | None = None
    source_map: DecidingFile | None = None
    token: DecidingToken | None = None


class Explanation(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Explanation of a frame: cause and advice.  ``file`` is what the reason is about, if that is one of the files."""

    code: Reason
    file: FileType | None = None
    cause: str
    advice: str = ""
    steps: list[Step]
    decided_by: DecidedBy


def with_explanation(body: bytes) -> bytes:
    """Return a valid request body that asks for an explanation, and is the same otherwise.

    Of a key that is there twice the last value counts, so nothing of a large body is written anew.
    """
    options = _options(body) | {"explain": True}
    return body.rstrip(_BLANKS)[:-1] + b',"options":' + orjson.dumps(options) + b"}"


class _Body(msgspec.Struct):
    options: msgspec.Raw = msgspec.Raw(b"{}")


def encode_explained(completed: CompletedBody, explanations: Iterable[list[Explanation]]) -> bytes:
    """Return the JSON body of a finished request, with an ``explanation`` in each frame of ``stacktraces``.

    The explanations are those of the frames of each stack trace, in their order; the last ones may be missing.
    """
    document = orjson.loads(encode_completed(completed))
    for trace, explained in zip(document["stacktraces"], explanations, strict=True):
        for number, frame in enumerate(trace["frames"]):
            raw_index = frame["data"].get("raw_index", number)
            if raw_index < len(explained):
                frame["explanation"] = msgspec.to_builtins(explained[raw_index])
    return orjson.dumps(document)


def _options(body: bytes) -> dict[str, Any]:
    """Return the options in a valid body, without making objects of the rest."""
    try:
        text = bytes(msgspec.json.decode(body, type=_Body).options)
    except RecursionError:  # orjson goes a bit deeper
        options: dict[str, Any] = parse_document(body).get("options", {})
        return options
    found: dict[str, Any] = orjson.loads(text)
    return found
