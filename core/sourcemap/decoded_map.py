"""A source map whose tokens are all decoded, of whatever kind it was: for what can't be done on encoded mappings."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from core.sourcemap.contents import Contents, contents_of
from core.sourcemap.map_document import PlainMap
from core.sourcemap.source_root import rooted_sources
from core.sourcemap.tokens import Tokens, decode_tokens


@dataclass(frozen=True, slots=True)
class DecodedMap:
    """The parts of a source map.  ``ignored`` are the indexes of the sources that nobody wants to see."""

    sources: list[str]
    names: list[str]
    tokens: Tokens
    contents: Contents
    ignored: array[int]


def decode_plain_map(document: PlainMap) -> DecodedMap:
    """Decode a map with mappings of its own.

    Raises MalformedMappings, and MalformedSourceMap for its range mappings.
    """
    return DecodedMap(
        sources=rooted_sources(document.root, document.sources.strings()),
        names=document.names.names(),
        tokens=decode_tokens(document.mappings, len(document.sources), len(document.names)),
        contents=contents_of(document),
        ignored=document.ignored,
    )
