"""Source map document: the members of its JSON, types checked, nothing decoded yet."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from core.errors import MalformedSourceMap
from core.files.debug_ids import parse_debug_id
from core.sourcemap.json_document import JsonDocument, JsonValue
from core.sourcemap.json_strings import JsonStrings, no_json_strings
from core.text.buffers import Content

_MAP_KEYS = frozenset(
    {
        "version",
        "file",
        "sources",
        "sourceRoot",
        "sourcesContent",
        "names",
        "mappings",
        "rangeMappings",
        "ignoreList",
        "sections",
        "x_facebook_sources",
        "x_facebook_offsets",
        "x_metro_module_paths",
        "debugId",
        "debug_id",
    }
)
MAX_SECTIONS = 50_000
"""Sections of an index map that don't follow one another; each takes 2 KB of memory while the map is read."""
MAX_FUNCTION_NAMES = 500_000
"""Names in the function maps of a map, and in one of them; each takes up to 250 bytes of memory while it is read."""

_SECTION_KEYS = ("offset", "url", "map")
_OFFSET_KEYS = ("line", "column")
_FUNCTION_MAP_KEYS = ("names", "mappings")
_NUMBERS_AT_ONCE = 8_192  # are Python's own for a moment, of 40 bytes each


@dataclass(frozen=True, slots=True)
class FunctionMapText:
    """The function map of one source in a Metro map: ``names`` is an array of strings, ``mappings`` a string."""

    names: JsonValue
    mappings: JsonValue


@dataclass(frozen=True, slots=True)
class Mappings:
    """Encoded mappings: the bytes ``text[start:end]``, then a quote, and none inside.

    ``ranges`` is the field ``rangeMappings``.
    """

    text: Content
    start: int
    end: int
    ranges: bytes | memoryview


@dataclass(frozen=True, slots=True)
class PlainMap:
    """A map with mappings of its own.

    ``sources`` are to be seen from ``root``.  ``contents`` are the JSON values of ``sourcesContent``, as indexes into
    ``document``; ``ignored`` the indexes of sources that nobody wants to see.  ``function_maps`` belong to the sources
    with the same index; None in a map that isn't Metro's.  ``scopes`` is that field, empty if there is none that may be
    one; ``dart_calls`` are the inlined calls of dart2js, None in a map that isn't its.
    """

    document: JsonDocument
    debug_id: str | None
    root: str
    sources: JsonStrings
    names: JsonStrings
    contents: range
    ignored: array[int]
    mappings: Mappings
    scopes: bytes | memoryview
    dart_calls: bytes | memoryview | None
    function_maps: list[FunctionMapText | None] | None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an index map; ``map`` is None where it's only linked, or missing."""

    line: int
    column: int
    map: PlainMap | IndexMap | None
    path: str


@dataclass(frozen=True, slots=True)
class IndexMap:
    """A map made of other maps: the elements of ``value``, an array."""

    debug_id: str | None
    value: JsonValue

    def sections(self) -> list[Section]:
        """Return the sections in the order of the text.  Raises MalformedSourceMap as ``map_document`` does."""
        elements = self.value.elements()
        if len(elements) > MAX_SECTIONS:
            raise MalformedSourceMap(f"{self.value.path}: more than {MAX_SECTIONS} sections that are out of order")
        return [_section(section) for section in elements]


def map_document(value: JsonValue) -> PlainMap | IndexMap:
    """Return what a source map's JSON says.

    Raises MalformedSourceMap if a known member is there twice or has the wrong type, whether it is used or not.

    Source: ECMA-426, "Source map format", and Symbolicator for what it leaves open.
    """
    members = value.members(_MAP_KEYS)
    _check_unused(members)
    plain_map = _plain_map(value, members)
    sections = members.get("sections")
    if sections is None:
        return plain_map
    sections.expect(b"[", "an array")
    return IndexMap(plain_map.debug_id, sections)


def _check_unused(members: dict[str, JsonValue]) -> None:
    if "version" in members:
        members["version"].u32()
    if "x_facebook_offsets" in members:
        for _ in _u32s(members["x_facebook_offsets"], b"0123456789n"):
            pass
    if "x_metro_module_paths" in members:
        members["x_metro_module_paths"].scalars(b'"', "a string")


def _u32s(value: JsonValue, allowed: bytes) -> Iterator[list[int]]:
    """Yield the numbers of an array, some at a time; it may have nulls too if ``allowed`` has their first byte."""
    children = value.scalars(allowed, "an integer of 32 bits")
    document = value.document
    for first in range(children.start, children.stop, _NUMBERS_AT_ONCE):
        last = min(first + _NUMBERS_AT_ONCE, children.stop) - 1
        text = document.text[document.starts[first] : document.ends[last]]
        numbers = [number for number in orjson.loads(b"[%b]" % text) if number is not None]
        foreign = next((number for number in numbers if not (isinstance(number, int) and number < 2**32)), None)
        if foreign is not None:
            raise MalformedSourceMap(f"{value.path}: expected integers of 32 bits, got {foreign}")
        yield numbers


def _plain_map(value: JsonValue, members: dict[str, JsonValue]) -> PlainMap:
    contents = members.get("sourcesContent")
    function_maps = members.get("x_facebook_sources")
    sources = _sources(members.get("sources"))
    extensions = value.last_members("scopes", "x_org_dartlang_dart2js")
    dart = extensions.get("x_org_dartlang_dart2js")
    return PlainMap(
        document=value.document,
        debug_id=_debug_id(members),
        root=members["sourceRoot"].short_string() if "sourceRoot" in members else "",
        sources=sources,
        names=no_json_strings() if "names" not in members else members["names"].literals(),
        contents=range(0) if contents is None else contents.scalars(b'"n', "a string or null"),
        ignored=_ignored(value, members, len(sources)),
        mappings=_mappings(members),
        scopes=_text_or_nothing(extensions.get("scopes")),
        dart_calls=None if dart is None or not dart.is_a(b"{") else _text_or_nothing(dart.last_member("frames")),
        function_maps=None if function_maps is None else _function_maps(function_maps),
    )


def _debug_id(members: dict[str, JsonValue]) -> str | None:
    """Return the first of the two spellings that is a UUID: nobody can look the map up by anything else."""
    ids = [members[key].short_string() for key in ("debugId", "debug_id") if key in members]
    return next((each for each in ids if parse_debug_id(each) is not None), None)


def _text_or_nothing(value: JsonValue | None) -> bytes | memoryview:
    """Return the text of a string as UTF-8; nothing if it's something else, which is nobody's fault."""
    return value.utf8() if value is not None and value.is_a(b'"') else b""


def _sources(value: JsonValue | None) -> JsonStrings:
    if value is None:
        return no_json_strings()
    value.scalars(b'"n', "a string or null")
    return value.literals()


def _ignored(value: JsonValue, members: dict[str, JsonValue], count: int) -> array[int]:
    """Return those of ``count`` sources that are ignored.

    What ``ignoreList`` was called before it had a standard isn't checked by anybody.
    """
    if "ignoreList" in members:
        return _listed(members["ignoreList"], count)
    older = value.last_member("x_google_ignoreList")
    try:
        return array("I") if older is None else _listed(older, count)
    except MalformedSourceMap:
        return array("I")


def _listed(value: JsonValue, count: int) -> array[int]:
    """Return the numbers below ``count`` that an array has, each once."""
    is_listed = bytearray(count)
    for numbers in _u32s(value, b"0123456789"):
        for number in numbers:
            if number < count:
                is_listed[number] = True
    return array("I", [number for number in range(count) if is_listed[number]] if any(is_listed) else [])


def _mappings(members: dict[str, JsonValue]) -> Mappings:
    ranges = members["rangeMappings"].utf8() if "rangeMappings" in members else b""
    value = members.get("mappings")
    if value is None:
        return Mappings(b'"', 0, 0, ranges)
    text = value.document.text
    if not value.is_a(b'"') or text.find(b"\\", value.start, value.end) >= 0:
        # A quote is a digit like any other byte that isn't one.
        decoded = value.string().encode().replace(b'"', b"!") + b'"'
        return Mappings(decoded, 0, len(decoded) - 1, ranges)
    return Mappings(text, value.start + 1, value.end - 1, ranges)


def _function_maps(value: JsonValue) -> list[FunctionMapText | None]:
    """Return the function maps of the sources; None where there is none."""
    return [_function_map(each) for each in value.each_element()]


def _function_map(value: JsonValue) -> FunctionMapText | None:
    if value.is_a(b"n"):
        return None
    first: FunctionMapText | None = None
    for each in value.each_element():
        text = _function_map_text(each)  # all are checked, the first one counts
        first = first or text
    return first


def _function_map_text(value: JsonValue) -> FunctionMapText:
    members = _members_or_row(value, _FUNCTION_MAP_KEYS)
    names, mappings = _required(value, members, "names"), _required(value, members, "mappings")
    if len(names.scalars(b'"', "a string")) > MAX_FUNCTION_NAMES:
        raise MalformedSourceMap(f"{names.path}: more than {MAX_FUNCTION_NAMES} names of functions")
    mappings.expect(b'"', "a string")
    return FunctionMapText(names, mappings)


def _section(value: JsonValue) -> Section:
    members = _members_or_row(value, _SECTION_KEYS)
    offset = _required(value, members, "offset")
    line_and_column = _members_or_row(offset, _OFFSET_KEYS)
    if "url" in members:
        members["url"].string()
    return Section(
        line=_required(offset, line_and_column, "line").u32(),
        column=_required(offset, line_and_column, "column").u32(),
        map=map_document(members["map"]) if "map" in members else None,
        path=value.path,
    )


def _members_or_row(value: JsonValue, keys: tuple[str, ...]) -> dict[str, JsonValue]:
    """Return the members of an object, or of an array that has just the values of ``keys``; nulls are left out."""
    if not value.is_a(b"["):
        return value.members(frozenset(keys))
    elements = value.elements()
    if len(elements) != len(keys):
        raise value.mismatch(f"{len(keys)} elements or an object")
    return {key: element for key, element in zip(keys, elements, strict=True) if not element.is_a(b"n")}


def _required(value: JsonValue, members: dict[str, JsonValue], key: str) -> JsonValue:
    if key not in members:
        raise MalformedSourceMap(f"{value.path}: {key!r} is missing")
    return members[key]


_ABSOLUTE = ("/", "http:", "https:")


def rooted_sources(root: str, sources: Iterable[str]) -> list[str]:
    """Return the ``sources`` as ``rooted_source`` has them."""
    return [rooted_source(root, source) for source in sources]


def rooted_source(root: str, source: str) -> str:
    """Return ``source`` with ``root``, unless that is empty, before it if it isn't absolute.

    Nothing is normalised, as the names have to match those other tools make of the same map.
    """
    if not root or source.startswith(_ABSOLUTE):
        return source
    return f"{root.removesuffix('/')}/{source}"
