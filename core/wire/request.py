"""Body of ``POST /symbolicate-js``: strict JSON to a validated request, or the place of what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import orjson

from core.errors import InvalidJson, InvalidRequest
from core.text.json_outline import has_more_values
from core.wire.frame import Stacktrace
from core.wire.origin import origin_document, parse_origin
from core.wire.request_sources import AnySource, Source, finish_source, split_sources, with_one_credential
from core.wire.shape_errors import shape_error

MAX_VALUES = 1_000_000
"""JSON values of a request, keys included.  Each takes a hundred bytes of memory: a frame has 10 to 40."""


class Module(msgspec.Struct, kw_only=True):
    """A loaded file and its debug id, which may be unparsable."""

    type: Literal["sourcemap", "debug_id"]
    code_file: str
    debug_id: str


class Scraping(msgspec.Struct, kw_only=True):
    """Permission to fetch from the public web."""

    enabled: bool = True
    allowed_origins: list[str] = msgspec.field(default_factory=lambda: ["*"])
    headers: dict[str, str] = {}
    verify_ssl: bool = True


class Options(msgspec.Struct, kw_only=True):
    """Options of the answer."""

    apply_source_context: bool = True
    frame_order: Literal["caller_first", "callee_first"] = "caller_first"
    explain: bool = False
    no_cache: bool = False
    scopes: bool | None = None
    ignore_list: bool = False
    names: Literal["minified", "written"] = "minified"


class SymbolicateRequest(msgspec.Struct, kw_only=True):
    """One request.  Unknown keys are ignored at every level."""

    source: Source
    """That of the old kind; a placeholder if there are others."""
    sources: list[Any] = []
    """Sources in the order in which they are asked (see ``all_sources``), where ``source`` is not the only one."""
    stacktraces: list[Stacktrace] = []
    modules: list[Module] = []
    release: str | None = None
    dist: str | None = None
    scraping: Scraping = msgspec.field(default_factory=Scraping)
    allow_scraping: bool = True
    options: Options = msgspec.field(default_factory=Options)
    platform: str | None = None

    @property
    def all_sources(self) -> Sequence[AnySource]:
        """Where files come from, in the order in which it is asked."""
        return self.sources or [self.source]

    @property
    def scraping_enabled(self) -> bool:
        """Whether anything may be fetched from the web: both switches, the present and the legacy one."""
        return self.scraping.enabled and self.allow_scraping


def parse_document(body: bytes) -> Any:
    """Parse exactly one UTF-8 JSON document; of a key that is there twice, the last value counts.

    Raises InvalidJson, which says line and column, both from 1.

    orjson has no leniency to switch off: it refuses byte order marks, other encodings, ``NaN``, text after the
    document, unpaired surrogates, and whatever is nested deeper than 1024 levels.  Integers above 64 bits become
    floats, numbers that no float can hold are refused.

    Source: RFC 8259.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid_utf8(body) or InvalidJson(f"{error.msg}: {_place(error.lineno, error.colno)}") from None


def check_values(body: bytes) -> None:
    """Raise InvalidRequest if the JSON of a large body has too many values, or nests 128 containers.

    To be asked before ``parse_document``: it takes little memory.
    """
    if has_more_values(body, MAX_VALUES):
        problem = f"more than {MAX_VALUES} JSON values, or more than 127 containers inside one another"
        raise InvalidRequest("body", problem)


def decode_request(document: Any, *, has_store: bool = False) -> SymbolicateRequest:
    """Validate a decoded JSON document, which stays as it is.

    Where there is a store, a request without a source means that one.
    Platforms, the source's URL and origins that clients send back are in normal form afterwards.
    Raises InvalidRequest, whose ``path`` names the innermost offending value; no message holds a credential.
    """
    document, sources = split_sources(document, has_store=has_store)
    document = _with_one_credential(document)
    try:
        request = msgspec.convert(document, SymbolicateRequest)
    except msgspec.ValidationError:
        raise shape_error(document, SymbolicateRequest) from None
    finish_source(request.source)
    request.sources = sources
    for i, stacktrace in enumerate(request.stacktraces):
        for j, frame in enumerate(stacktrace.frames):
            if frame.platform == "nodejs":
                frame.platform = "node"
            if frame.data.sourcemap_origin is not None:
                path = f"stacktraces[{i}].frames[{j}].data.sourcemap_origin"
                frame.data.sourcemap_origin = origin_document(parse_origin(frame.data.sourcemap_origin, path))
    return request


def _invalid_utf8(body: bytes) -> InvalidJson | None:
    # orjson only says that there is such a byte somewhere.
    try:
        body.decode()
    except UnicodeDecodeError as error:
        line_start = body.rfind(b"\n", 0, error.start) + 1
        lineno = body.count(b"\n", 0, error.start) + 1
        colno = len(body[line_start : error.start].decode()) + 1
        return InvalidJson(f"not UTF-8: {_place(lineno, colno)}")
    return None


def _place(lineno: int, colno: int) -> str:
    return f"line {lineno} column {colno}"


def _with_one_credential(document: Any) -> Any:
    """Return ``document`` with only the first credential of its source."""
    source = document.get("source") if isinstance(document, dict) else None
    if not isinstance(source, dict):
        return document
    changed = with_one_credential(source)
    return document if changed is source else {**document, "source": changed}
