"""A process that measures one engine: ``python -m bench.engine.worker NAME``.

It reads a task a line from standard input and answers each with a line, both JSON; ``peers.mjs`` speaks the same.
Nothing but the named call is timed: the files are in memory before, and what comes of it is freed after.  The process
has read a map then, but for the peaks of memory: those count all that it takes.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time_ns
from typing import Any

import orjson

from bench.engine.engines import ENGINES, Ask, Engine
from bench.engine.peak_memory import peak_bytes, reset_peak
from bench.engine.tasks import Measurement, Task

_INDEX = "app.index"
_STACK_FRAMES = 10
_SMALL_FILE = "function a(){return'é'}".encode()
_SMALL_MAP = b'{"version":3,"sources":["a.js"],"sourcesContent":["a"],"names":["b"],"mappings":"AAAAA"}'


def measure(engine: Engine, task: Task, folder: Path) -> Measurement:
    """Do one task.  ``folder`` is the process's own, for index files."""
    generated, source_map = Path(task.generated).read_bytes(), Path(task.source_map).read_bytes()
    places = [(line, column) for line, column in task.places]
    if task.kind != "memory":
        _warm_up(engine)
    gc.collect()
    return _MEASURES[task.kind](engine, generated, source_map, places, folder / _INDEX)


def _cold(engine: Engine, generated: bytes, source_map: bytes, places: Any, _: Path) -> Measurement:
    start = process_time_ns()
    ask = engine.read(generated, source_map)
    ask(places[0])
    return Measurement(ns=process_time_ns() - start)


def _index(engine: Engine, generated: bytes, source_map: bytes, _: Any, path: Path) -> Measurement:
    path.unlink(missing_ok=True)
    start = process_time_ns()
    kept = engine.index(generated, source_map, path)
    ns = process_time_ns() - start
    del kept
    return Measurement(ns=ns, disk_bytes=path.stat().st_size if path.exists() else None)


def _reopen(engine: Engine, generated: bytes, source_map: bytes, places: Any, path: Path) -> Measurement:
    """Open what was written, and ask the first question."""
    if engine.reopen is None:
        return Measurement()
    if not path.exists():
        engine.index(generated, source_map, path)
    start = process_time_ns()
    ask = engine.reopen(generated, source_map, path)
    opened = process_time_ns()
    ask(places[0])
    return Measurement(ns=opened - start, first_ns=process_time_ns() - opened)


def _warm(engine: Engine, generated: bytes, source_map: bytes, places: Any, _: Path) -> Measurement:
    """Ask about all places twice: for what isn't known yet, and for what is; then a newly opened map about stacks."""
    ask = engine.read(generated, source_map)
    first, known = _average_ns(ask, places), _average_ns(ask, places)
    return Measurement(first_ns=first, ns=known, stack_ns=_stack_ns(engine.read(generated, source_map), places))


def _average_ns(ask: Ask, places: Any) -> int:
    start = process_time_ns()
    for place in places:
        ask(place)
    return (process_time_ns() - start) // len(places)


def _stack_ns(ask: Ask, places: Any) -> int:
    """Return the median of the stacks that the places make up."""
    return int(median(_average_ns(ask, stack) * len(stack) for stack in _stacks(places)))


def _stacks(places: Any) -> Iterator[Any]:
    for start in range(0, len(places), _STACK_FRAMES):
        yield places[start : start + _STACK_FRAMES]


def _memory(engine: Engine, generated: bytes, source_map: bytes, places: Any, _: Path) -> Measurement:
    before = reset_peak()
    engine.read(generated, source_map)(places[0])
    after = peak_bytes()
    return Measurement(peak_bytes=after - before, process_bytes=after)


def _warm_up(engine: Engine) -> None:
    """Let the process do what it does once in its life, such as building tables: no map is to pay for that."""
    engine.read(_SMALL_FILE, _SMALL_MAP)((0, 0))


_MEASURES: dict[str, Callable[[Engine, bytes, bytes, Any, Path], Measurement]] = {
    "cold": _cold,
    "index": _index,
    "reopen": _reopen,
    "warm": _warm,
    "memory": _memory,
}


def main() -> None:
    """Serve tasks until standard input ends."""
    engine = ENGINES[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin.buffer:
            task = Task(**orjson.loads(line))
            sys.stdout.buffer.write(orjson.dumps(measure(engine, task, Path(folder))) + b"\n")
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
