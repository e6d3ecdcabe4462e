"""A source map whose mappings are decoded, of whatever kind it was."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from core.sourcemap.contents import Contents, no_contents
from core.sourcemap.function_maps import TokenFunctions, functions_of_tokens
from core.sourcemap.map_document import PlainMap
from core.sourcemap.token_arrays import renumber
from core.sourcemap.tokens import Tokens, decode_tokens


@dataclass(frozen=True, slots=True)
class DecodedMap:
    """The parts of a source map.  ``functions`` is None if the map doesn't name the functions itself, as Metro's do."""

    sources: list[str]
    names: list[str]
    tokens: Tokens
    contents: Contents
    functions: TokenFunctions | None


def decode_plain_map(document: PlainMap) -> DecodedMap:
    """Decode a map with mappings of its own.

    Raises MalformedMappings, and MalformedSourceMap for its range mappings.
    """
    tokens = decode_tokens(document.mappings, len(document.sources), len(document.names))
    _unify_names(tokens, document.names)
    function_maps = document.function_maps
    return DecodedMap(
        sources=document.sources,
        names=document.names,
        tokens=tokens,
        contents=_contents(document),
        functions=None if function_maps is None else functions_of_tokens(tokens, function_maps),
    )


def _unify_names(tokens: Tokens, names: list[str]) -> None:
    """Let tokens whose names have the same text refer to the same name: it's the text that counts."""
    if len(set(names)) == len(names):
        return
    first_places: dict[str, int] = {}
    for place, name in enumerate(names):
        first_places.setdefault(name, place)
    renumber(tokens.names, array("I", map(first_places.__getitem__, names)))


def _contents(document: PlainMap) -> Contents:
    values = document.contents[: len(document.sources)]
    text = document.document.text
    starts = document.document.starts[values.start : values.stop]
    ends = document.document.ends[values.start : values.stop]
    for source, start in enumerate(starts):
        if text.startswith(b"n", start):  # null
            starts[source] = ends[source] = 0
    return Contents(text, starts, ends) if any(ends) else no_contents()
