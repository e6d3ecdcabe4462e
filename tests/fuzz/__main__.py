"""Fuzzing of the engine: ``python -m tests.fuzz --seconds 600``; ``--replay FILE`` tries one finding again.

Cases are tried in a process of their own.  One that dies, or gets stuck, leaves the case it was at as a finding, and
another takes its place.  Findings are kept in a folder, smallest first; the exit status is 1 if there are any.
"""

from __future__ import annotations

import argparse
import random
import selectors
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.fuzz.cases import Case
from tests.fuzz.checks import check
from tests.fuzz.child import CURRENT, PROGRESS
from tests.fuzz.targets import TARGETS

FINDINGS = Path(".fuzz")
_STUCK_S = 60.0


@dataclass(slots=True)
class Run:
    """What has been done so far."""

    folder: Path
    targets: list[str]
    most_s: float
    seed: int
    ends_at: float
    cases: int = 0
    findings: int = 0

    def child(self) -> subprocess.Popen[str]:
        """Start a process that tries cases."""
        options = [str(self.seed), str(self.folder), str(self.most_s), *self.targets]
        command = [sys.executable, "-m", "tests.fuzz.child", *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=(self.folder / "errors").open("w"), text=True)

    def keep_current(self, why: str) -> None:
        """Keep the case that a process was at as a finding."""
        path = self.folder / f"{why}-{self.seed}.json"
        shutil.copy(self.folder / CURRENT, path)
        shutil.copy(self.folder / "errors", path.with_suffix(".txt"))
        self.findings += 1
        print(f"finding {path}", flush=True)


def main() -> None:
    """Fuzz for the time that was asked for, or try one finding again."""
    options = _options()
    if options.replay:
        check(Case.load(options.replay), options.most_s)
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    run = Run(options.folder, options.targets, options.most_s, options.seed, start + options.seconds)
    while time.monotonic() < run.ends_at:
        _watch(run)
        run.seed += 1
    seconds = time.monotonic() - start
    line = f"{seconds:.0f} s, {run.cases:,} cases of {', '.join(run.targets)}: {run.findings} findings"
    with (run.folder / "log.txt").open("a") as log:
        log.write(f"{line}\n")
    print(line)
    sys.exit(run.findings > 0)


def _watch(run: Run) -> None:
    """Let one process try cases until the time is over, or it dies, or it gets stuck."""
    with run.child() as child:
        assert child.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            why = _listen(run, child.stdout, selector)
        child.kill()
    if why:
        run.keep_current(why)


def _listen(run: Run, output: IO[str], selector: selectors.BaseSelector) -> str:
    """Return what became of the process whose output this is: ``crash``, ``hang``, or nothing if the time is over."""
    while (left_s := run.ends_at - time.monotonic()) > 0:
        if not selector.select(min(left_s, _STUCK_S)):
            return "hang" if left_s > _STUCK_S else ""
        line = output.readline()
        if not line:
            return "crash"
        if line.startswith("progress"):
            run.cases += PROGRESS
        else:
            run.findings += 1
            print(line, end="", flush=True)
    return ""


def _usual_targets() -> list[str]:
    """Return all but those that compare with the peer: how that recovers from broken code is its own affair."""
    return [name for name in TARGETS if not name.startswith("peer")]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long (default: 60)")
    parser.add_argument("--targets", nargs="+", choices=TARGETS, default=_usual_targets(), metavar="NAME")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="to do the same again")
    parser.add_argument("--most-s", type=float, default=1.0, help="CPU time a case may take (default: 1 s)")
    parser.add_argument("--folder", type=Path, default=FINDINGS, help="for findings and the log (default: .fuzz)")
    parser.add_argument("--replay", type=Path, help="a finding to try again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
