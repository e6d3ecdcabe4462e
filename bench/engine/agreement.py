"""Does Unmangle answer what the peer's engine answers?  ``python -m bench.engine.agreement [FOLDER]``.

Asks both about every token of each bundle's map, or of every ``*.js`` with a ``*.js.map`` in a folder.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from symbolic.exceptions import SymbolicError
from symbolic.sourcemapcache import SourceMapCache

from bench.engine.bundles import DEFAULT_CACHE, Pair, fetch_all, pairs_in
from bench.engine.positions import Place, token_places
from bench.engine.unmangle import Answer, answers
from core.errors import MalformedSourceMap

KINDS = ("file", "line", "column", "name", "function")
_MOST_PLACES = 200_000
_SHOWN_DIFFERENCES = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """A place of which the two say different things of this kind."""

    kind: str
    place: Place
    ours: Answer | None
    theirs: Answer | None

    def __str__(self) -> str:
        line, column = self.place
        ours, theirs = _part(self.ours, self.kind), _part(self.theirs, self.kind)
        return f"    {self.kind} at {line}:{column}: Unmangle {ours!r}, symbolic {theirs!r}"


@dataclass(slots=True)
class Tally:
    """Result of a comparison: number of places, how many differ by kind, and the first differences."""

    places: int = 0
    differing: Counter[str] = field(default_factory=Counter)
    first: list[Difference] = field(default_factory=list)

    def add(self, place: Place, ours: Answer | None, theirs: Answer | None) -> None:
        """Count one place."""
        self.places += 1
        for difference in _differences(place, ours, theirs):
            self.differing[difference.kind] += 1
            if self.differing[difference.kind] <= _SHOWN_DIFFERENCES:
                self.first.append(difference)

    def __iadd__(self, other: Tally) -> Tally:
        self.places += other.places
        self.differing += other.differing
        return self

    def __str__(self) -> str:
        shares = (f"{kind} {self._share(kind)}" for kind in KINDS)
        return f"{self.places:>9,} places   " + "   ".join(shares)

    def _share(self, kind: str) -> str:
        count = self.differing[kind]
        return "100%" if count == 0 else f"{100 - 100 * count / self.places:.4f}% ({count:,} differ)"


def compare(generated: bytes, source_map: bytes, most_places: int) -> Tally | None:
    """Return how the two agree on a map's tokens; None if both say that it's malformed.

    Raises MalformedSourceMap or SymbolicError if only one of them does.
    """
    try:
        theirs = SourceMapCache.from_bytes(generated, source_map)
    except SymbolicError:
        if _is_malformed_for_us(generated, source_map):
            return None
        raise
    ours = answers(generated, source_map)
    tally = Tally()
    for place in token_places(source_map, most_places):
        tally.add(place, ours(place), _peer_answer(theirs, place))
    return tally


def _is_malformed_for_us(generated: bytes, source_map: bytes) -> bool:
    try:
        answers(generated, source_map)
    except MalformedSourceMap:
        return True
    return False


def _peer_answer(cache: SourceMapCache, place: Place) -> Answer | None:
    token = cache.lookup(place[0] + 1, place[1] + 1, 0)
    if token is None:
        return None
    return Answer(token.src, token.line - 1, token.col - 1, token.name, token.function_name)


def _differences(place: Place, ours: Answer | None, theirs: Answer | None) -> Iterator[Difference]:
    if ours == theirs or theirs is None:  # to the peer, a token that repeats the one before is absent
        return
    for kind in KINDS:
        if _part(ours, kind) != _part(theirs, kind):
            yield Difference(kind, place, ours, theirs)


def _part(answer: Answer | None, kind: str) -> object:
    return "no answer" if answer is None else getattr(answer, kind)


def main() -> None:
    """Compare, and print the share that agrees, by bundle and in all."""
    options = _options()
    total = Tally()
    for pair in fetch_all(options.cache) if options.folder is None else pairs_in(options.folder):
        total += _compare_pair(pair, options.places)
    print(f"{'in all':<24}{total}")


def _compare_pair(pair: Pair, most_places: int) -> Tally:
    try:
        tally = compare(pair.generated.read_bytes(), pair.source_map.read_bytes(), most_places)
    except (MalformedSourceMap, SymbolicError) as error:
        print(f"{pair.name:<24}only {type(error).__name__} here: {error}")
        return Tally()
    if tally is None:
        print(f"{pair.name:<24}malformed, both say")
        return Tally()
    print("\n".join([f"{pair.name:<24}{tally}", *map(str, tally.first)]), flush=True)
    return tally


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.engine.agreement", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="compare the maps in this folder, not the bundles'")
    parser.add_argument("--places", type=int, default=_MOST_PLACES, help="sample maps with more tokens than this")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder for what npm fetches")
    return parser.parse_args()


if __name__ == "__main__":
    main()
