"""Generated files for measurements: minified code on one line, and a source map that covers it."""

from __future__ import annotations

import random

import orjson

from tests.core.sourcemap.encoding import mappings_of

_LINE = "export function handler{n}(request) {{ return respond(request, {n}); }}"
_MINIFIED = "function h{n}(e){{return r(e,{n})}}"


def minified_file(functions: int, map_url: str) -> tuple[bytes, list[int]]:
    """Return a minified file and the column of each of its functions' bodies, from 0."""
    pieces, columns, column = [], [], 0
    for number in range(functions):
        piece = _MINIFIED.format(n=number)
        columns.append(column + piece.index("return"))
        pieces.append(piece)
        column += len(piece)
    return ("".join(pieces) + f"\n//# sourceMappingURL={map_url}\n").encode(), columns


def source_map(columns: list[int], sources: int, folder: str = "src/handlers") -> bytes:
    """Return a map that says where ``columns`` come from: one function a line, spread over some sources."""
    per_source = -(-len(columns) // sources)
    tokens = [(0, column, index // per_source, index % per_source, 34) for index, column in enumerate(columns)]
    texts = [
        "\n".join(_LINE.format(n=number) for number in range(first, min(first + per_source, len(columns))))
        for first in range(0, len(columns), per_source)
    ]
    return orjson.dumps(
        {
            "version": 3,
            "sources": [f"{folder}/{number}.js" for number in range(sources)],
            "sourcesContent": texts,
            "names": [],
            "mappings": mappings_of(tokens),
        }
    )


def frames(paths: list[str], columns: list[int], count: int, seed: int = 1) -> list[dict[str, object]]:
    """Return frames at random functions of the files ``paths``, which all have the same columns."""
    chosen = random.Random(seed)
    return [
        {"abs_path": paths[number % len(paths)], "lineno": 1, "colno": chosen.choice(columns) + 1, "function": "e"}
        for number in range(count)
    ]
