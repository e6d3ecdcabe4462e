"""Prepared source map: flat buffers for lookups, beside its text, which stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.sourcemap.decoded_map import DecodedMap, decode_map, decode_plain_map
from core.sourcemap.encoded_mappings import EncodedMappings, encode_tokens, survey_mappings
from core.sourcemap.inlining_tables import DartCalls, ScopeTables, decode_dart_calls, decode_scopes
from core.sourcemap.joined_sections import JoinedSections, join_sections
from core.sourcemap.json_strings import JsonStrings, json_strings_of
from core.sourcemap.map_document import IndexMap, PlainMap, rooted_source
from core.sourcemap.metro import FunctionMaps, read_function_maps
from core.sourcemap.source_contents import SourceContents, contents_of
from core.text.buffers import Content, Numbers


@dataclass(frozen=True, slots=True)
class PreparedMap:
    """A source map, ready for lookups.

    ``functions`` is None in a map that isn't Metro's, ``dart`` in one that isn't of dart2js, ``scopes`` without any.
    ``text`` is that of the map.  What else has a text has this one, or if that wouldn't do, one of its own.
    ``sources`` are to be seen from ``root``; ``ignored`` are the indexes of those that nobody wants to see.
    """

    text: Content
    mappings: EncodedMappings
    sources: JsonStrings
    root: str
    names: JsonStrings
    contents: SourceContents
    functions: FunctionMaps | None
    scopes: ScopeTables | None
    dart: DartCalls | None
    ignored: Numbers
    debug_id: str | None

    def source(self, index: int) -> str:
        """Return the name of a source; empty if the map has null for it, and no root."""
        return rooted_source(self.root, self.sources.string(index))

    @property
    def size_bytes(self) -> int:
        """About how much memory this holds, the text included."""
        tables = sum(each.size_bytes for each in (self.scopes, self.dart) if each is not None)
        arrays = (self.mappings.checkpoints, self.sources.starts, self.names.starts, self.contents.starts)
        return len(self.text) + 4 * sum(map(len, arrays)) + len(self.mappings.ranges) + tables


def prepare_map(document: PlainMap | IndexMap, text: Content) -> PreparedMap:
    """Prepare a source map of any kind, whose JSON is in ``text``, for lookups.

    Raises MalformedSourceMap, which says where and what is wrong: MalformedMappings if that is in the mappings.
    """
    if isinstance(document, IndexMap):
        joined = join_sections(document.value)
        if joined is None:
            return _index_decoded(text, decode_map(document), document.debug_id)
        return _index_joined(text, joined, document.debug_id)
    mappings = survey_mappings(document.mappings, len(document.sources), len(document.names))
    functions = None if document.function_maps is None else read_function_maps(document.function_maps)
    counts = len(document.sources), len(document.names)
    scopes = decode_scopes(document.scopes, *counts) if document.scopes else None
    dart = None if document.dart_calls is None else decode_dart_calls(document.dart_calls, *counts)
    if mappings is None:
        index = _index_decoded(text, decode_plain_map(document), document.debug_id)
        return replace(index, functions=functions, scopes=scopes, dart=dart)
    return PreparedMap(
        text=text,
        mappings=mappings,
        sources=document.sources,
        root=document.root,
        names=document.names,
        contents=contents_of(document),
        functions=functions,
        scopes=scopes,
        dart=dart,
        ignored=document.ignored,
        debug_id=document.debug_id,
    )


def _index_joined(text: Content, joined: JoinedSections, debug_id: str | None) -> PreparedMap:
    return PreparedMap(
        text=text,
        mappings=joined.mappings,
        sources=joined.sources,
        root="",
        names=joined.names,
        contents=joined.contents,
        functions=None,
        scopes=None,
        dart=None,
        ignored=joined.ignored,
        debug_id=debug_id,
    )


def _index_decoded(text: Content, decoded: DecodedMap, debug_id: str | None) -> PreparedMap:
    return PreparedMap(
        text=text,
        mappings=encode_tokens(decoded.tokens),
        sources=json_strings_of(decoded.sources),
        root="",
        names=json_strings_of(decoded.names),
        contents=decoded.contents,
        functions=None,
        scopes=None,
        dart=None,
        ignored=decoded.ignored,
        debug_id=debug_id,
    )
