"""Random source maps for a generated file: of every kind, well formed for the most part."""

from __future__ import annotations

import random
from typing import Any

import orjson

from tests.core.sourcemap.encoding import Token, mappings_of

WORDS = tuple(
    word.encode()
    for word in (
        '"version" "sources" "sourceRoot" "sourcesContent" "names" "mappings" "rangeMappings" "ignoreList" "sections" '
        '"offset" "line" "column" "map" "url" "file" "debugId" "debug_id" "x_facebook_sources" "x_google_ignoreList" '
        '"x_facebook_offsets" "x_metro_module_paths" null true false 0 -0 1.5 1e999 4294967295 4294967296 {} [] { } '
        '[ ] , : ; "" "a" "\\u0000" "\\ud83d" "\\ud83d\\ude00" AAAA CAAC ggggggI g D / A, ;;; )]}\' '
        "\n \r \t"
    ).split(" ")
)
_EXTREMES = (0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40, -1)
_NAMES = ("a", "b", "", "foo", "$async$x", "é", "😀", "a.b", 1, 1.5, None)


def source_map(chance: random.Random, generated: bytes) -> bytes:
    """Return a map whose tokens are, for the most part, at places of ``generated``."""
    text = orjson.dumps(_map(chance, _places(chance, generated), depth=2))
    return chance.choice((text, text, text, b")]}'\n" + text, b" " + text + b"\n"))


def _places(chance: random.Random, generated: bytes) -> list[tuple[int, int]]:
    """Return some lines and columns: where bytes of the text are, and here and there where nothing can be."""
    places = []
    for _ in range(chance.randint(0, 60)):
        before = generated[: chance.randint(0, len(generated))]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        places.append((before.count(b"\n"), column if chance.random() < 0.97 else chance.choice(_EXTREMES)))
    # One order in ten is that of a map that has to be sorted.
    return sorted(places) if chance.random() < 0.9 else sorted(places, key=lambda place: place[0])


def _map(chance: random.Random, places: list[tuple[int, int]], depth: int) -> dict[str, Any]:
    if depth > 0 and chance.random() < 0.1:
        return _index_map(chance, places, depth - 1)
    sources = [chance.choice(("a.js", "b.js", "/c.js", "", None, "é.js")) for _ in range(chance.randint(1, 4))]
    names = [chance.choice(_NAMES) for _ in range(chance.randint(1, 6))]
    members: dict[str, Any] = {
        "version": 3,
        "sources": sources,
        "names": names,
        "mappings": mappings_of(_token(chance, place, len(sources), len(names)) for place in places),
    }
    return members | {name: value for name, value in _extras(chance, len(sources)).items() if chance.random() < 0.2}


def _index_map(chance: random.Random, places: list[tuple[int, int]], depth: int) -> dict[str, Any]:
    return {
        "version": 3,
        "sections": [
            {
                "offset": {"line": chance.randint(0, 3), "column": chance.choice((0, 1, 7, 2**32 - 1))},
                "map": _map(chance, places, depth),
            }
            for _ in range(chance.randint(0, 3))
        ],
    }


def _token(chance: random.Random, place: tuple[int, int], sources: int, names: int) -> Token:
    original = (chance.randrange(sources), _number(chance), _number(chance))
    return chance.choice((place, (*place, *original), (*place, *original, chance.randrange(names))))


def _number(chance: random.Random) -> int:
    return chance.randint(0, 5) if chance.random() < 0.97 else chance.choice(_EXTREMES)


def _extras(chance: random.Random, sources: int) -> dict[str, Any]:
    contents = ["", "x\n\n", "a\r\nb", "é😀\n" * 3, None, 'q"\\\n\t' * 20, "\n" * 40]
    function_map = {"names": ["<global>", "f", ""], "mappings": chance.choice(("AAA", "AAA,QCA;ACC;AFE", "g", ""))}
    return {
        "sourceRoot": chance.choice(("", "/", "root/", "webpack:///")),
        "sourcesContent": [chance.choice(contents) for _ in range(sources + chance.randint(-1, 1))],
        "rangeMappings": chance.choice(("", "A", "B", "AB;A", "AC;;BB", "//;B", ";;/", "!", "gB", "Ag")),
        "scopes": chance.choice(
            (
                "",
                1,
                "BEAA,CBA,EGAA,FgB",
                "BHAACE,BFBCA,CAG,CBA,ECAA,EGBAC,IAAB,FG,FG",
                "A,EAA,FB",
                "B",
                "EMAA,FgB,BAAA,CB",
            )
        ),
        "x_org_dartlang_dart2js": chance.choice(
            ({}, 1, {"frames": "CAAAAI,"}, {"frames": "AAAAACAAAAE,C;"}, {"frames": "g"})
        ),
        "ignoreList": [chance.randint(0, sources)],
        "x_google_ignoreList": chance.choice(([0], "no", [[0]])),
        "debugId": chance.choice(("00000000-0000-0000-0000-000000000000", "no", "0" * 32)),
        "x_facebook_sources": chance.choice(([], [None, [function_map]], [[function_map, function_map]])),
        "file": chance.choice(("x.js", None, 1.5)),
    }
