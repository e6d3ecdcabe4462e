"""The body of ``POST /symbolicate-js``."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from core.errors import InvalidRequest
from core.web.urls import parse_url
from core.wire.frame import Stacktrace
from core.wire.origin import origin_document, parse_origin
from core.wire.shape_errors import shape_error

_CREDENTIALS = frozenset({"token", "cookies"})


class Source(msgspec.Struct, kw_only=True):
    """Where to ask for artifacts, and how.  Exactly one of ``token`` and ``cookies`` is set once decoded.

    ``url`` is an absolute URL, normalised by WHATWG rules once decoded.
    """

    id: str
    url: str
    token: str | msgspec.UnsetType = msgspec.UNSET
    cookies: str | msgspec.UnsetType = msgspec.UNSET


class Module(msgspec.Struct, kw_only=True):
    """A loaded file and its debug id, which may be unparsable."""

    type: Literal["sourcemap", "debug_id"]
    code_file: str
    debug_id: str


class Scraping(msgspec.Struct, kw_only=True):
    """What may be fetched from the public web."""

    enabled: bool = True
    allowed_origins: list[str] = msgspec.field(default_factory=lambda: ["*"])
    headers: dict[str, str] = {}
    verify_ssl: bool = True


class Options(msgspec.Struct, kw_only=True):
    """How to answer."""

    apply_source_context: bool = True
    frame_order: Literal["caller_first", "callee_first"] = "caller_first"
    explain: bool = False
    no_cache: bool = False


class SymbolicateRequest(msgspec.Struct, kw_only=True):
    """One request.  Unknown keys are ignored at every level."""

    source: Source
    stacktraces: list[Stacktrace] = []
    modules: list[Module] = []
    release: str | None = None
    dist: str | None = None
    scraping: Scraping = msgspec.field(default_factory=Scraping)
    allow_scraping: bool = True
    options: Options = msgspec.field(default_factory=Options)
    platform: str | None = None

    @property
    def scraping_enabled(self) -> bool:
        """Whether anything may be fetched from the web: both switches, the present and the legacy one."""
        return self.scraping.enabled and self.allow_scraping


def decode_request(document: Any) -> SymbolicateRequest:
    """Validate a decoded JSON document, which stays as it is.

    Platforms, the source's URL and origins that clients send back are in normal form afterwards.
    Raises InvalidRequest, whose ``path`` names the innermost offending value; no message holds a credential.
    """
    document = _with_one_credential(document)
    try:
        request = msgspec.convert(document, SymbolicateRequest)
    except msgspec.ValidationError:
        raise shape_error(document, SymbolicateRequest) from None
    _finish_source(request.source)
    for i, stacktrace in enumerate(request.stacktraces):
        for j, frame in enumerate(stacktrace.frames):
            if frame.platform == "nodejs":
                frame.platform = "node"
            if frame.data.sourcemap_origin is not None:
                path = f"stacktraces[{i}].frames[{j}].data.sourcemap_origin"
                frame.data.sourcemap_origin = origin_document(parse_origin(frame.data.sourcemap_origin, path))
    return request


def _with_one_credential(document: Any) -> Any:
    """Return ``document`` with only the first credential of its source; what the other one holds doesn't matter."""
    source = document.get("source") if isinstance(document, dict) else None
    if not isinstance(source, dict) or not source.keys() >= _CREDENTIALS:
        return document
    first = next(key for key in source if key in _CREDENTIALS)
    ignored = _CREDENTIALS - {first}
    return {**document, "source": {key: value for key, value in source.items() if key not in ignored}}


def _finish_source(source: Source) -> None:
    if source.token is msgspec.UNSET and source.cookies is msgspec.UNSET:
        raise InvalidRequest("source.token", "missing field (token or cookies is required)")
    url = parse_url(source.url)
    if url is None:
        raise InvalidRequest("source.url", "expected an absolute URL")
    source.url = url.href
