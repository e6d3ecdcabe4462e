"""The process that tries cases, one after another: ``python -m tests.fuzz.child SEED FOLDER TARGET...``.

Every case is on disk before it is tried, so that it's known if the process doesn't survive it.  What can be caught is
saved in the folder.  A line of standard output stands for every hundred cases, or a finding.
"""

from __future__ import annotations

import random
import sys
import traceback
import warnings
from hashlib import sha256
from itertools import count
from pathlib import Path

from tests.fuzz.builds import module
from tests.fuzz.cases import Case
from tests.fuzz.checks import check
from tests.fuzz.peer import PeerDisagrees
from tests.fuzz.targets import TARGETS

CURRENT = "current"
PROGRESS = 100


def main() -> None:
    """Try cases until killed."""
    seed, folder, most_s, targets = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]
    warnings.simplefilter("error")
    _warm_up()
    known: set[Path] = set()
    # Written over again and again: to open a file anew takes longer than most cases.
    with (folder / CURRENT).open("wb", buffering=0) as current:
        for number in count():
            case = _make(random.Random(f"{seed} {number}"), targets)
            current.seek(0)
            current.write(case.encoded())
            try:
                check(case, most_s)
            except Exception as error:  # whatever it is, it's what we are looking for
                _save(case, folder, error, known)
            if number % PROGRESS == PROGRESS - 1:
                print("progress", flush=True)


def _warm_up() -> None:
    """Load what the first case of either build would have to wait for."""
    for build in ("compiled", "interpreted"):
        module("core.sourcemap.source_map", build)


def _make(chance: random.Random, targets: list[str]) -> Case:
    target = chance.choice(targets)
    generated, source_map = TARGETS[target].make(chance)
    return Case(target, generated, source_map, chance.randrange(2**32))


def _save(case: Case, folder: Path, error: Exception, known: set[Path]) -> None:
    """Save a case that went wrong; those that go wrong in the same place replace one another if smaller.

    ``known`` are the findings of this process: each is told once, also if an earlier run had a smaller case of it.
    """
    last = traceback.extract_tb(error.__traceback__)[-1]
    about = str(error).partition(" at ")[0] if isinstance(error, PeerDisagrees) else ""
    place = f"{case.target} {type(error).__name__} {Path(last.filename).name}:{last.lineno} {about}"
    path = folder / f"{case.target}-{sha256(place.encode()).hexdigest()[:8]}.json"
    if not path.exists() or _size(case) < _size(Case.load(path)):
        path.write_bytes(case.encoded())
        path.with_suffix(".txt").write_text("".join(traceback.format_exception(error)))
    if path not in known:
        known.add(path)
        print(f"finding {path}: {place}: {error!s:.200}", flush=True)


def _size(case: Case) -> int:
    return len(case.generated) + len(case.source_map)


if __name__ == "__main__":
    main()
