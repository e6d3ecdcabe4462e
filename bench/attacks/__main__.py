"""``python -m bench.attacks``: what attacks cost a deployment, and its other clients, as a table.

For each attack: the peak memory of a worker and of the API, all their processes counted; the longest wait of a
neighbour, who sends warm requests all the time; and how many workers were declared dead, or ended, though nobody
killed them.
Exit status 1: some row is above the bars.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from bench.attacks.rows import ROWS
from bench.attacks.stage import Outcome, outcome_of

MOST_MIB = 400
LONGEST_WAIT_S = 2.0


def main() -> None:
    """Run the attacks that were asked for, and print a row for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.attacks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)} (default: all)")
    chosen = parser.parse_args().rows or list(ROWS)
    if unknown := set(chosen) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    print("| attack | worker MiB | API MiB | longest wait of a neighbour | p99, times that before | false deaths |")
    print("| --- | --- | --- | --- | --- | --- |")
    held = True
    for name in chosen:
        attack, settings = ROWS[name]
        outcome = asyncio.run(outcome_of(attack, settings))
        held = held and _holds(outcome)
        print(_row(name, outcome), flush=True)
    sys.exit(not held)


def _holds(outcome: Outcome) -> bool:
    return (
        outcome.peak_worker_mib <= MOST_MIB
        and outcome.peak_api_mib <= MOST_MIB
        and outcome.longest_wait_s <= LONGEST_WAIT_S
        and not outcome.false_deaths
        and not outcome.failed
    )


def _row(name: str, outcome: Outcome) -> str:
    waits = f"{outcome.longest_wait_s:.1f} s of {len(outcome.waits_s)}"
    failed = f", {outcome.failed} failed" if outcome.failed else ""
    memory = f"{outcome.peak_worker_mib:.0f} | {outcome.peak_api_mib:.0f}"
    return f"| {name} | {memory} | {waits}{failed} | {outcome.p99_ratio:.1f} | {outcome.false_deaths} |"


if __name__ == "__main__":
    main()
