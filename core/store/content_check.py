"""Checks of what is in uploaded files: debug ids, references, source maps.  All that is found is warnings."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.errors import MalformedSourceMap
from core.files.data_urls import is_data_url
from core.files.debug_ids import DebugId, parse_debug_id
from core.files.magic_comments import embedded_debug_id, source_mapping_url
from core.files.text_files import is_html
from core.offline.shifted_maps import own_debug_id
from core.sourcemap.json_document import json_start
from core.store.upload_records import UploadFinding
from core.store.upload_report import FindingCode

MAX_WHOLE_MAP_BYTES = 64 << 20
MAX_WHOLE_SCRIPT_BYTES = 0  # of scripts the two ends are enough
_SNIPPET_BYTES = 16 << 10
_LAST_LINES = 5
_REGISTERED = re.compile(rb"""_sentryDebugIds\s*\[[^\]]{1,200}\]\s*=\s*["']([0-9a-fA-F-]{32,45})["']""")
_MAX_SECTIONS = 100_000
SAMPLE_BYTES = 64 << 10


class FileSample:
    """The beginning and the end of a file that comes piece by piece, and all of it up to ``max_whole`` bytes."""

    def __init__(self, max_whole: int) -> None:
        self.size = 0
        self._max_whole = max_whole
        self._head = bytearray()
        self._pieces: deque[bytes] = deque()
        self._held = 0

    def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        if len(self._head) < SAMPLE_BYTES:
            self._head += piece[: SAMPLE_BYTES - len(self._head)]
        self._pieces.append(piece)
        self._held += len(piece)
        if self.size > self._max_whole:
            while self._held - len(self._pieces[0]) >= SAMPLE_BYTES:
                self._held -= len(self._pieces.popleft())

    @property
    def head(self) -> bytes:
        """The first 64 KiB."""
        return bytes(self._head)

    @property
    def tail(self) -> bytes:
        """The last 64 KiB."""
        return b"".join(self._pieces)[-SAMPLE_BYTES:]

    @property
    def whole(self) -> bytes | None:
        """The whole file, None if it is larger than what is kept."""
        return b"".join(self._pieces) if self.size <= self._max_whole else None


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """Facts that a generated file states: debug ids in its comment and its code, the reference to its map."""

    is_page: bool = False
    comment_id: DebugId | None = None
    registered_id: DebugId | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class MapFacts:
    """Facts that a source map states; ``malformed`` is why it is none, ``sources`` are with and without text."""

    is_page: bool = False
    malformed: str | None = None
    debug_id: DebugId | None = None
    sources: int = 0
    sources_missing: int = 0


def script_facts(sample: FileSample) -> ScriptFacts:
    """Return what the ends of a generated file say."""
    head, tail = sample.head, sample.tail
    if is_html(head):
        return ScriptFacts(is_page=True)
    return ScriptFacts(
        comment_id=embedded_debug_id(b"\n".join(tail.rstrip().splitlines()[-_LAST_LINES:])),
        registered_id=_registered(head[:_SNIPPET_BYTES]) or _registered(tail[-_SNIPPET_BYTES:]),
        reference=_comment_reference(tail),
    )


def map_facts(sample: FileSample) -> MapFacts:
    """Return what a source map says; nothing of one that is too large to be read as a whole."""
    if is_html(sample.head):
        return MapFacts(is_page=True)
    if sample.whole is None:
        return MapFacts()
    try:
        document = orjson.loads(sample.whole[json_start(sample.whole) :])
    except (orjson.JSONDecodeError, MalformedSourceMap) as error:
        return MapFacts(malformed=f"it is not JSON: {error}")
    why = _malformation(document)
    if why is not None:
        return MapFacts(malformed=why)
    sources, missing = _sources(document)
    return MapFacts(debug_id=own_debug_id(document), sources=sources, sources_missing=missing)


def script_findings(name: str, debug_id: DebugId | None, facts: ScriptFacts) -> Iterator[UploadFinding]:
    """Yield the warnings about a generated file by itself; ``debug_id`` is that of the manifest."""
    if facts.is_page:
        yield UploadFinding(FindingCode.HTML_INSTEAD, "it is a page of HTML, not a script", name)
    if debug_id is None:
        return
    if facts.comment_id not in (None, debug_id):
        said = f"the manifest says {debug_id}, its comment {facts.comment_id}: build and upload again, inject once"
        yield UploadFinding(FindingCode.DEBUG_ID_DIFFERS, said, name)
    if facts.registered_id not in (None, debug_id):
        said = (
            f"the manifest says {debug_id}, its code registers {facts.registered_id}, which events will carry: "
            "two tools inject ids, switch one off"
        )
        yield UploadFinding(FindingCode.DEBUG_ID_IN_CODE_DIFFERS, said, name)


def map_findings(name: str, debug_id: DebugId | None, facts: MapFacts) -> Iterator[UploadFinding]:
    """Yield the warnings about a source map by itself; ``debug_id`` is that of the manifest."""
    if facts.is_page:
        yield UploadFinding(FindingCode.HTML_INSTEAD, "it is a page of HTML, not a source map", name)
    if facts.malformed is not None:
        yield UploadFinding(FindingCode.MAP_MALFORMED, facts.malformed, name)
    if debug_id is not None and facts.debug_id not in (None, debug_id):
        said = f"the manifest says {debug_id}, the map {facts.debug_id}: build and upload again, inject once"
        yield UploadFinding(FindingCode.DEBUG_ID_DIFFERS, said, name)
    if facts.sources_missing:
        said = f"{facts.sources_missing} of {facts.sources} sources have no sourcesContent: build with it"
        yield UploadFinding(FindingCode.SOURCES_MISSING, said, name)


def _comment_reference(tail: bytes) -> str | None:
    try:
        reference = source_mapping_url(tail)
    except UnicodeDecodeError:
        return None
    return reference or None


def is_embedded(reference: str) -> bool:
    """Return whether a reference holds the map itself."""
    return is_data_url(reference)


def _registered(part: bytes) -> DebugId | None:
    found = _REGISTERED.search(part)
    return parse_debug_id(found[1].decode()) if found else None


def _malformation(document: Any) -> str | None:
    if not isinstance(document, dict):
        return "it is not a JSON object"
    if document.get("version") not in (3, "3"):
        return f"its version is {str(document.get('version'))[:20]}, not 3"
    if not isinstance(document.get("mappings"), str) and not isinstance(document.get("sections"), list):
        return "it has neither mappings nor sections"
    return None


def _sources(document: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many sources a map has, and how many of them come without their text."""
    sections = document.get("sections")
    if isinstance(sections, list):
        maps = [each.get("map") for each in sections[:_MAX_SECTIONS] if isinstance(each, dict)]
        counted = [_sources({**each, "sections": None}) for each in maps if isinstance(each, dict)]
        return sum(sources for sources, _ in counted), sum(missing for _, missing in counted)
    sources = document.get("sources")
    contents = document.get("sourcesContent")
    number = len(sources) if isinstance(sources, list) else 0
    texts = contents[:number] if isinstance(contents, list) else []
    return number, number - sum(isinstance(text, str) for text in texts)
