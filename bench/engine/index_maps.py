"""Time that index maps take which have a section for each module: ``python -m bench.engine.index_maps``.

From the bytes to the first answer, CPU time, the best of so many rounds, in which the peer comes after us each time.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from functools import partial
from time import process_time

import orjson
from symbolic.sourcemapcache import SourceMapCache

from core.sourcemap.source_map import read_source_map
from tests.core.sourcemap.encoding import mappings_of

_SIZES = (1_000, 5_000, 20_000)
_TOKENS = 10
_NAMES = 3
_COMMON_NAMES = 2_000


def main() -> None:
    """Measure, and print a row for each size."""
    parser = argparse.ArgumentParser(prog="python -m bench.engine.index_maps", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    print("| sections | bytes | ours (ms) | peer (ms) | ratio |")
    print("| --- | --- | --- | --- | --- |")
    for size in _SIZES:
        text = index_map(size)
        ours, theirs = _best_s(options.rounds, partial(_ours, text), partial(_theirs, text))
        print(
            f"| {size:,} | {len(text):,} | {ours * 1000:.1f} | {theirs * 1000:.1f} | {theirs / ours:.1f} |", flush=True
        )


def index_map(sections: int) -> bytes:
    """Return an index map as Turbopack writes them: each section has a module, its content, and some names."""
    chance = random.Random(1)
    return orjson.dumps({"version": 3, "sources": [], "sections": [_section(chance, line) for line in range(sections)]})


def _section(chance: random.Random, line: int) -> dict[str, object]:
    column = 0
    tokens: list[tuple[int, ...]] = []
    for number in range(_TOKENS):
        column += chance.randint(1, 12)
        token = (0, column, 0, number // 2, chance.randint(0, 40))
        tokens.append((*token, chance.randrange(_NAMES)) if chance.random() < 0.3 else token)
    own_map = {
        "version": 3,
        "sources": [f"turbopack:///[project]/src/module{line}.ts"],
        "sourcesContent": [f"export function f{line}() {{\n  return {line};\n}}\n"],
        "names": [f"name{number}" for number in chance.sample(range(_COMMON_NAMES), _NAMES)],
        "mappings": mappings_of(tokens),
    }
    return {"offset": {"line": line, "column": 0}, "map": own_map}


def _ours(text: bytes) -> object:
    return read_source_map(text).lookup(3, 20)


def _theirs(text: bytes) -> object:
    return SourceMapCache.from_bytes(b"", text).lookup(4, 21, 0)


def _best_s(rounds: int, *works: Callable[[], object]) -> list[float]:
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            start = process_time()
            assert work() is not None
            taken.append(process_time() - start)
    return [min(taken) for taken in times]


if __name__ == "__main__":
    main()
