"""Inputs that can be made in any size: like real ones, and such as somebody would send to keep a process busy.

A maker takes a size and returns a generated file and a source map that together have about that many bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.engine.synthetic import UNIT, UNIT_NOT_ASCII, bundle

MEGABYTE = 1_000_000


Maker = Callable[[int], tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Family:
    """Inputs of one kind; ``largest`` is the size in bytes up to which they are measured."""

    name: str
    make: Maker
    largest: int


def _bundle(unit: bytes, separator: bytes) -> Maker:
    """Return a maker of bundles with their maps; nearly four fifths of the bytes are the map's."""
    return lambda size: bundle(size, unit, separator)


def _map_of(prefix: bytes, filler: bytes, suffix: bytes) -> Maker:
    """Return a maker of maps that are nothing but ``filler``, again and again."""
    return lambda size: (b"function a(){}", prefix + filler * (size // len(filler)) + suffix)


def _numbered(prefix: bytes, filler: bytes, suffix: bytes) -> Maker:
    """Return a maker of maps that repeat ``filler``, which has a number in it."""

    def make(size: int) -> tuple[bytes, bytes]:
        count = size // (len(filler) + 4)
        return b"function a(){}", prefix + b",".join(filler % number for number in range(count)) + suffix

    return make


def _script(filler: bytes, before: bytes = b"", after: bytes = b"") -> Maker:
    """Return a maker of generated files that are nothing but ``filler``, again and again."""
    return lambda size: (before + filler * (size // len(filler)) + after, _SMALL_MAP)


def _nested(opening: bytes, closing: bytes) -> Maker:
    """Return a maker of generated files as deep as they are long."""

    def make(size: int) -> tuple[bytes, bytes]:
        depth = size // (len(opening) + len(closing))
        return opening * depth + b"a" + closing * depth, _SMALL_MAP

    return make


def _nests(opening: bytes, closing: bytes) -> Maker:
    """Return a maker of generated files with one nest of the depth that has to be understood after another."""
    return _script(opening * _DEPTH + b"a" + closing * _DEPTH + b";")


_DEPTH = 500
_SMALL_MAP = b'{"version":3,"sources":["a.js"],"names":["n"],"mappings":"AAAAA,CAACA"}'
_MAPPINGS = b'{"version":3,"sources":["a.js"],"names":[],"mappings":"'
_NEST_KINDS = {
    "parentheses": (b"(", b")"),
    "brackets": (b"[", b"]"),
    "blocks": (b"{", b"}"),
    "templates": (b"`${", b"}`"),
    "arrows in parameters": (b"(a=", b")=>1"),
    "arrow bodies": (b"()=>{", b"}"),
    "functions": (b"function a(){", b"}"),
    "functions in calls": (b"a(function(){", b"})"),
    "classes": (b"(class{a(){", b"}})"),
    "objects": (b"({a:", b"})"),
    "patterns": (b"[{a:", b"}]=b"),
    "computed keys": (b"({[", b"]:1})"),
}

MAPS = (
    Family("bundle, many lines", _bundle(UNIT, b"\n"), 130 * MEGABYTE),
    Family("bundle, one line", _bundle(UNIT, b";"), 130 * MEGABYTE),
    Family("bundle, not ASCII", _bundle(UNIT_NOT_ASCII, b"\n"), 130 * MEGABYTE),
    Family("empty segments", _map_of(_MAPPINGS, b",", b'AAAA"}'), 100 * MEGABYTE),
    Family("empty lines", _map_of(_MAPPINGS, b";", b'AAAA"}'), 100 * MEGABYTE),
    Family("unmapped tokens", _map_of(_MAPPINGS, b"C,", b'AAAA"}'), 50 * MEGABYTE),
    Family("one token again and again", _map_of(_MAPPINGS, b"AAAA,", b'AAAA"}'), 50 * MEGABYTE),
    Family("columns that fall", _map_of(_MAPPINGS, b"DAAC,", b'AAAA"}'), 25 * MEGABYTE),
    Family("lines of two, out of order", _map_of(_MAPPINGS, b"CAAC,DAAC;", b'AAAA"}'), 25 * MEGABYTE),
    Family("numbers of 13 digits", _map_of(_MAPPINGS, b"ggggggggggggAAAA,", b'"}'), 50 * MEGABYTE),
    Family("an endless number in mappings", _map_of(_MAPPINGS, b"g", b'"}'), 100 * MEGABYTE),
    Family("an endless number in JSON", _map_of(b'{"x":0.', b"1", b"}"), 50 * MEGABYTE),
    Family("many numbers in JSON", _map_of(b'{"x":[1', b",1.5e9", b"]}"), 50 * MEGABYTE),
    Family("an endless string in JSON", _map_of(b'{"x":"', b"a", b'"}'), 100 * MEGABYTE),
    Family("escapes", _map_of(_MAPPINGS + b'AAAA","sourcesContent":["', b"\\n\\u00e9", b'"]}'), 50 * MEGABYTE),
    Family("deep JSON", _map_of(b'{"x":', b"[", b""), 50 * MEGABYTE),
    Family("sources", _numbered(b'{"mappings":"AAAA","sources":[', b'"s%d.js"', b"]}"), 25 * MEGABYTE),
    Family("names", _numbered(b'{"mappings":"AAAAA","sources":["a.js"],"names":[', b'"n%d"', b"]}"), 25 * MEGABYTE),
    Family("unknown keys", _numbered(b"{", b'"k%d":0', b"}"), 25 * MEGABYTE),
    Family(
        "sections",
        _numbered(b'{"sections":[', b'{"offset":{"line":%d,"column":0},"map":' + _SMALL_MAP + b"}", b"]}"),
        10 * MEGABYTE,
    ),
    Family("range mappings", _map_of(_MAPPINGS + b'AAAA","rangeMappings":"', b"B", b'"}'), 50 * MEGABYTE),
    Family(
        "a function map",
        _map_of(_MAPPINGS + b'AAAA","x_facebook_sources":[[{"names":["f"],"mappings":"AAA', b",CAC", b'"}]]}'),
        25 * MEGABYTE,
    ),
)

SCRIPTS = (
    Family("script, many lines", _script(UNIT + b"\n"), 50 * MEGABYTE),
    Family("script, one line", _script(UNIT), 50 * MEGABYTE),
    Family("script, not ASCII", _script(UNIT_NOT_ASCII), 50 * MEGABYTE),
    *(Family(f"deep {name}", _nested(*ends), 20 * MEGABYTE) for name, ends in _NEST_KINDS.items()),
    *(Family(f"nests of {name}", _nests(*ends), 20 * MEGABYTE) for name, ends in _NEST_KINDS.items()),
    Family("a chain of arrows", _script(b"a=>", after=b"a"), 10 * MEGABYTE),
    Family("arrow or not", _script(b"(a,", after=b"a"), 10 * MEGABYTE),
    Family("async or not", _script(b"async(a,", after=b"a"), 10 * MEGABYTE),
    Family("a chain of sums", _script(b"a+", after=b"a"), 20 * MEGABYTE),
    Family("a chain of members", _script(b".a", before=b"a"), 20 * MEGABYTE),
    Family("a chain of calls", _script(b"(a)", before=b"a"), 20 * MEGABYTE),
    Family("a chain of assignments", _script(b"a=", after=b"a"), 20 * MEGABYTE),
    Family("a chain of conditions", _script(b"a?a:", after=b"a"), 20 * MEGABYTE),
    Family("a chain of else if", _script(b"if(a);else ", after=b";"), 20 * MEGABYTE),
    Family("a chain of signs", _script(b"!-~", after=b"a"), 20 * MEGABYTE),
    Family("a list", _script(b"a,", after=b"a"), 20 * MEGABYTE),
    Family("statements", _script(b"a;"), 20 * MEGABYTE),
    Family("empty statements", _script(b";"), 20 * MEGABYTE),
    Family("slashes", _script(b"a/a;/[/]/;"), 20 * MEGABYTE),
    Family("small functions", _script(b"()=>{};"), 20 * MEGABYTE),
    Family("methods of one class", _script(b"a(){}", before=b"class A{", after=b"}"), 20 * MEGABYTE),
    Family("an endless name", _script(b"a"), 50 * MEGABYTE),
    Family("a name of escapes", _script(b"\\u0061"), 20 * MEGABYTE),
    Family("an endless number", _script(b"1"), 50 * MEGABYTE),
    Family("an endless string", _script(b"a", before=b"'", after=b"'"), 50 * MEGABYTE),
    Family("an endless template", _script(b"a", before=b"`", after=b"`"), 50 * MEGABYTE),
    Family("an endless regular expression", _script(b"[a]", before=b"/", after=b"/"), 50 * MEGABYTE),
    Family("an endless comment", _script(b"*", before=b"/*", after=b"*/"), 50 * MEGABYTE),
    Family("comments", _script(b"/**/"), 50 * MEGABYTE),
    Family("line feeds", _script(b"\n"), 50 * MEGABYTE),
    Family("HTML-like comments", _script(b"<!--\n"), 50 * MEGABYTE),
    Family("a string without an end", _script(b"a", before=b"'"), 50 * MEGABYTE),
    Family("strings without an end", _script(b"'"), 50 * MEGABYTE),
    Family("templates without an end", _script(b"`${"), 20 * MEGABYTE),
    Family("bytes that aren't UTF-8", _script(b"\xff"), 20 * MEGABYTE),
)
