"""Does the cost grow with the input, and no faster?  ``python -m bench.engine.growth``.

Doubles inputs of every family, and prints what the first frame takes of each size, and how many times that is what
half of it took.  Whether the input is accepted or refused makes no difference to the question.
"""

from __future__ import annotations

import argparse
import gc
import math
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import process_time

from bench.engine import unmangle
from bench.engine.families import MAPS, MEGABYTE, SCRIPTS, Family
from core.errors import MalformedSourceMap
from worker.allocator import give_back_large_blocks

_DOUBLINGS = 3
_BAR = 2.2
_TOO_SHORT_S = 0.002
"""Times below this say nothing of each other."""

_TOO_LONG_S = 30.0
"""What takes this long at one size isn't tried at the next."""

_OTHER_MEMORY = b"\1" * (64 * MEGABYTE)

Operation = Callable[[bytes, bytes, int], object]
"""Takes a generated file, its map, and the number of the file's last line."""


def main() -> None:
    """Measure the families, and print a line for each."""
    options = _options()
    # As in workers.  Else the memory of smaller inputs would be at hand, and that of larger ones anew each time.
    give_back_large_blocks()
    operation = _write_index if options.index else _first_frame
    families = [family for family in (*MAPS, *SCRIPTS) if not options.families or family.name in options.families]
    worst = max(_measure(family, operation, options) for family in families)
    print(f"worst ratio {worst:.2f}, the bar is {_BAR}")


def _measure(family: Family, operation: Operation, options: argparse.Namespace) -> float:
    """Print the times of a family; return its worst ratio of one size to the half of it."""
    largest = int(family.largest * options.scale)
    times = _best_times([largest >> doubling for doubling in range(_DOUBLINGS, -1, -1)], family, operation, options)
    worst = _worst_ratio(times)
    cells = "".join(f"{time * 1000:>11.1f}" for time in times)
    mark = "  !" if worst > _BAR else ""
    print(f"{family.name:<36}{largest / MEGABYTE:>6.0f} MB{cells} ms   × {worst:.2f}{mark}", flush=True)
    return worst


def _best_times(sizes: list[int], family: Family, operation: Operation, options: argparse.Namespace) -> list[float]:
    """Return the shortest time of each size.

    The sizes take turns, so that a slow minute of the machine hits all.  What is in doubt is measured more often: the
    shortest time can only come closer to what the work takes.
    """
    inputs = [family.make(size) for size in sizes]
    best = [math.inf] * len(sizes)
    for number in range(options.rounds):
        for place, texts in enumerate(inputs):
            best[place] = min(best[place], _time(*texts, operation))
            if best[place] > _TOO_LONG_S:
                return best[: place + 1]
        if number > 0 and _worst_ratio(best) <= _BAR:
            break
    return best


def _worst_ratio(times: list[float]) -> float:
    return max((after / before for before, after in pairwise(times) if before > _TOO_SHORT_S), default=0.0)


def _time(generated: bytes, source_map: bytes, operation: Operation) -> float:
    """Return how many seconds of CPU time the operation takes, whether it succeeds or refuses."""
    last_line = generated.count(b"\n")
    gc.collect()
    _empty_caches()
    kept = None
    start = process_time()
    try:
        kept = operation(generated, source_map, last_line)
    except MalformedSourceMap:
        return process_time() - start
    taken = process_time() - start
    del kept
    return taken


def _empty_caches() -> None:
    """Push the inputs out of the processor's caches: those that fit would look better than they are."""
    _OTHER_MEMORY.count(b"\0")


def _first_frame(generated: bytes, source_map: bytes, last_line: int) -> object:
    """Ask about the very end: that can leave out nothing that comes before."""
    ask = unmangle.read(generated, source_map)
    ask((last_line, 2**32 - 1))
    return ask


def _write_index(generated: bytes, source_map: bytes, _: int) -> object:
    with tempfile.TemporaryDirectory() as folder:
        return unmangle.write(generated, source_map, Path(folder, "app.index"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.engine.growth", description=__doc__)
    parser.add_argument("families", nargs="*", help="names of families (default: all)")
    parser.add_argument("--index", action="store_true", help="measure the whole index, not the first frame")
    parser.add_argument("--rounds", type=int, default=8, help="how often a size is measured at most (default: 8)")
    parser.add_argument("--scale", type=float, default=1.0, help="make all inputs this many times as large")
    return parser.parse_args()


if __name__ == "__main__":
    main()
