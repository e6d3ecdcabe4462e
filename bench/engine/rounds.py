"""The run: every engine measures every bundle, round after round, so that a slow minute of the machine hits all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench.engine.bundles import Pair
from bench.engine.positions import mapped_places
from bench.engine.processes import MeasuringProcess
from bench.engine.tasks import Measurement, Task

_WARM_PLACES = 2_000
_TIMED = ("cold", "index", "reopen", "warm")
_ONCE = {"sourcemap"}
"""Engines so slow that one round has to do, and that do all their work for the first frame anyway."""


@dataclass(frozen=True, slots=True)
class Result:
    """Measurement of one bundle by one engine in one round."""

    engine: str
    bundle: str
    kind: str
    measurement: Measurement


Results = dict[tuple[str, str, str], list[Measurement]]
"""The measurements of all rounds, by kind, engine and bundle."""


def run(pairs: Sequence[Pair], engines: Sequence[str], rounds: int) -> Results:
    """Return all measurements: ``rounds`` of each time, and one of each peak of memory."""
    results: Results = defaultdict(list)
    with ExitStack() as stack:
        processes = [stack.enter_context(MeasuringProcess.start(engine)) for engine in engines]
        for number in range(rounds):
            print(f"round {number + 1} of {rounds} ...", flush=True)
            _keep(results, _timings(pairs, processes, number))
    print("memory ...", flush=True)
    _keep(results, _peaks(pairs, engines))
    return results


def _keep(results: Results, measured: Iterable[Result]) -> None:
    for result in measured:
        results[result.kind, result.engine, result.bundle].append(result.measurement)


def _timings(pairs: Sequence[Pair], processes: Sequence[MeasuringProcess], number: int) -> Iterator[Result]:
    for pair in pairs:
        places = mapped_places(pair.source_map.read_bytes(), _WARM_PLACES, seed=number)
        for kind in _TIMED:
            task = Task(kind, str(pair.generated), str(pair.source_map), places)
            for process in processes:
                if process.name not in _ONCE or (number == 0 and kind != "index"):
                    yield Result(process.name, pair.name, kind, process.measure(task))


def _peaks(pairs: Sequence[Pair], engines: Sequence[str]) -> Iterator[Result]:
    """Measure peaks of memory, each in a process that did nothing before."""
    for pair in pairs:
        places = mapped_places(pair.source_map.read_bytes(), 1, seed=0)
        for engine in engines:
            with MeasuringProcess.start(engine) as process:
                task = Task("memory", str(pair.generated), str(pair.source_map), places)
                yield Result(engine, pair.name, "memory", process.measure(task))
