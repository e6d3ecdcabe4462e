"""The tables that a run ends with: medians by bundle and engine, and how many times Unmangle's they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import geometric_mean, median

from bench.engine.rounds import Results
from bench.engine.tasks import Measurement

OURS, PEER = "unmangle", "symbolic"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that the run measures: its unit is ``scale`` of what a measurement holds."""

    title: str
    kind: str
    of: Callable[[Measurement], int | None]
    unit: str
    scale: float


@dataclass(frozen=True, slots=True)
class Bar:
    """Promise: the least ratio of the peer's quantity to ours, or the most that ours may be."""

    quantity: Quantity
    least_ratio: float | None = None
    most: float | None = None


_COLD = Quantity("cold first frame, with context", "cold", lambda it: it.ns, "ms", 1e6)
_INDEX = Quantity("full index (Unmangle: written to disk)", "index", lambda it: it.ns, "ms", 1e6)
_REOPEN = Quantity("reopen from disk", "reopen", lambda it: it.ns, "ms", 1e6)
_ASK = Quantity("first lookup after reopening", "reopen", lambda it: it.first_ns, "ms", 1e6)
_WARM = Quantity("warm lookup with 5+1+5 context lines, asked before", "warm", lambda it: it.ns, "µs", 1e3)
_FIRST = Quantity("lookup with context lines, of places not asked before", "warm", lambda it: it.first_ns, "µs", 1e3)
_STACK = Quantity(
    "ten frames of a stack at once, with context lines, not asked before", "warm", lambda it: it.stack_ns, "µs", 1e3
)
_PEAK = Quantity("peak memory above the files', cold", "memory", lambda it: it.peak_bytes, "MB", 1e6)
_PROCESS = Quantity("peak memory of the process, cold", "memory", lambda it: it.process_bytes, "MB", 1e6)
_DISK = Quantity("bytes on disk beside the map", "index", lambda it: it.disk_bytes, "MB", 1e6)

QUANTITIES = (_COLD, _INDEX, _REOPEN, _ASK, _WARM, _FIRST, _STACK, _PEAK, _PROCESS, _DISK)
BARS = (
    Bar(_COLD, least_ratio=15),
    Bar(_INDEX, least_ratio=10),
    Bar(_WARM, least_ratio=5),
    Bar(_FIRST, least_ratio=1.2),
    Bar(_PEAK, least_ratio=5),
    Bar(_REOPEN, most=0.2),
)


def report(results: Results, engines: Sequence[str], bundles: Sequence[str]) -> str:
    """Return the tables of all quantities, then the bars with what was measured against each."""
    tables = ["\n".join(_table(results, quantity, engines, bundles)) for quantity in QUANTITIES]
    bars = [_bar_line(results, bar, bundles) for bar in BARS] if {OURS, PEER} <= set(engines) else []
    return "\n\n".join([*tables, "\n".join(bars)])


def _table(results: Results, quantity: Quantity, engines: Sequence[str], bundles: Sequence[str]) -> Iterator[str]:
    yield f"{quantity.title}, {quantity.unit}"
    shown = [engine for engine in engines if any(_median(results, quantity, engine, each) for each in bundles)]
    if not shown:
        yield "  not measured"
        return
    yield _row("", shown)
    for bundle in bundles:
        yield _row(bundle, [_number(_median(results, quantity, engine, bundle)) for engine in shown])
    ratios = [_ratio(results, quantity, engine, bundles) for engine in shown]
    yield _row("× Unmangle", ["" if ratio is None else f"{ratio:.2f}" for ratio in ratios])


def _bar_line(results: Results, bar: Bar, bundles: Sequence[str]) -> str:
    quantity = bar.quantity
    if bar.least_ratio is not None:
        ratio = _ratio(results, quantity, PEER, bundles)
        if ratio is None:
            return f"        {quantity.title}: not measured"
        verdict = "met   " if ratio >= bar.least_ratio else "MISSED"
        return f"{verdict}  {quantity.title}: {PEER} takes {ratio:.1f}×, the bar is {bar.least_ratio:g}×"
    medians = [_median(results, quantity, OURS, bundle) for bundle in bundles]
    known = [value for value in medians if value is not None]
    if not known:
        return f"        {quantity.title}: not measured"
    verdict = "met   " if max(known) <= (bar.most or 0) else "MISSED"
    return f"{verdict}  {quantity.title}: {max(known):.3f} {quantity.unit} at most, the bar is {bar.most:g}"


def _ratio(results: Results, quantity: Quantity, engine: str, bundles: Sequence[str]) -> float | None:
    """Return the geometric mean of an engine's medians over Unmangle's; None if a bundle has none."""
    pairs = [(_median(results, quantity, engine, each), _median(results, quantity, OURS, each)) for each in bundles]
    ratios = [theirs / ours for theirs, ours in pairs if theirs and ours]
    return geometric_mean(ratios) if len(ratios) == len(bundles) else None


def _median(results: Results, quantity: Quantity, engine: str, bundle: str) -> float | None:
    values = [quantity.of(measurement) for measurement in results.get((quantity.kind, engine, bundle), ())]
    known = [value for value in values if value is not None]
    return median(known) / quantity.scale if known else None


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def _row(name: str, cells: Sequence[str]) -> str:
    return f"  {name:<12}" + "".join(f"{cell:>15}" for cell in cells)
