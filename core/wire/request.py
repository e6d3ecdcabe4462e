"""The body of ``POST /symbolicate-js``."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from core.wire.frame import Stacktrace


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
    """Validate a decoded JSON document.

    Raises InvalidRequest, whose ``path`` names the innermost offending value.
    """
    raise NotImplementedError
