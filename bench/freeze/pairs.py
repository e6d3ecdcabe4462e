"""Speed and memory of two checkouts, measured in turns: ``python -m bench.freeze.pairs OLD NEW``.

Both are measured in one run, so that a slow minute of the machine hits both.  Printed is the least of each, in
milliseconds of CPU or MiB, and the ratio NEW : OLD; the figures of a warm request are those of ``bench.service``.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.engine.bundles import DEFAULT_CACHE, Pair, fetch_all
from bench.freeze.checkouts import PROBES, command, environment

_PARTS = ("cold", "reopen", "memory", "service")
_SERVICE = ("API ms", "worker ms", "Redis ms", "API MiB", "worker MiB", "Redis MiB")
_MS, _MIB = 1e6, 1 << 20


def main() -> None:
    """Measure, and print the ratios."""
    options = _options()
    print(f"{'':28}{'old':>10}{'new':>10}{'new:old':>10}")
    checkouts = (options.old, options.new)
    pairs = fetch_all(DEFAULT_CACHE)
    for kind in (kind for kind in _PARTS[:3] if kind in options.only):
        _print_engine(kind, checkouts, pairs, options.rounds)
    if "service" in options.only:
        _print_service(checkouts, options.rounds, options.seconds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.freeze.pairs", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement of the service")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=_PARTS)
    return parser.parse_args()


def _print_engine(kind: str, checkouts: Sequence[Path], pairs: Sequence[Pair], rounds: int) -> None:
    measured: dict[str, list[list[float]]] = defaultdict(lambda: [[], []])
    with ExitStack() as stack:
        probes = [stack.enter_context(_probe(each, "engine")) for each in checkouts]
        for number in range(rounds):
            for pair in pairs:
                task = f"{kind} {pair.generated} {pair.source_map} {_place(pair)}"
                for which in (0, 1) if number % 2 else (1, 0):
                    if kind == "memory":  # each in a process that did nothing before
                        with _probe(checkouts[which], "engine") as probe:
                            measured[pair.name][which].append(_ask(probe, task) / _MIB)
                    else:
                        measured[pair.name][which].append(_ask(probes[which], task) / _MS)
    ratios = [_print_row(f"{kind} {name}", *results) for name, results in measured.items()]
    print(f"{kind + ' geometric mean':48}{statistics.geometric_mean(ratios):>10.3f}", flush=True)


def _print_service(checkouts: Sequence[Path], rounds: int, seconds: float) -> None:
    measured: list[list[list[float]]] = [[[], []] for _ in _SERVICE]
    with ExitStack() as stack:
        probes = [stack.enter_context(_probe(each, "service", str(seconds))) for each in checkouts]
        for number in range(rounds):
            for which in (0, 1) if number % 2 else (1, 0):
                for results, value in zip(measured, _ask(probes[which], ""), strict=True):
                    results[which].append(value)
    for name, results in zip(_SERVICE, measured, strict=True):
        _print_row(f"warm request {name}", *results)


def _print_row(title: str, old: Sequence[float], new: Sequence[float]) -> float:
    ratio = min(new) / min(old)
    print(f"{title:28}{min(old):>10.3f}{min(new):>10.3f}{ratio:>10.3f}", flush=True)
    return ratio


def _place(pair: Pair) -> str:
    """Return a line and a column with code in it, the same for both checkouts."""
    lines = pair.generated.read_bytes().split(b"\n")
    number, line = max(enumerate(lines), key=lambda each: len(each[1]))
    return f"{number} {random.Random(0).randrange(len(line))}"


@contextmanager
def _probe(checkout: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command(checkout, [str(PROBES / "speed_probe.py"), *arguments]),
        cwd=checkout,
        env=environment(checkout),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def _ask(probe: subprocess.Popen[str], task: str) -> Any:
    assert probe.stdin
    assert probe.stdout
    probe.stdin.write(f"{task}\n")
    probe.stdin.flush()
    return json.loads(probe.stdout.readline())


if __name__ == "__main__":
    main()
