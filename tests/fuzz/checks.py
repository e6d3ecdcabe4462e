"""One case, tried: does it finish in time, raise only what it may, and do both builds say the same?"""

from __future__ import annotations

from time import process_time
from typing import Any

from core.errors import MalformedSourceMap
from tests.fuzz.cases import Case
from tests.fuzz.targets import TARGETS

_LONGEST_INTERPRETED = 4_000
_INTERPRETED_ONE_IN = 5


class Disagreement(Exception):
    """The two builds answer differently."""


class TooSlow(Exception):
    """A case took longer than any of its size should."""


def check(case: Case, most_s: float) -> None:
    """Try ``case``, of which the compiled build may take ``most_s`` of CPU time; raise whatever is wrong."""
    start = process_time()
    compiled = _outcome(case, "compiled")
    taken = process_time() - start
    if taken > most_s:
        raise TooSlow(f"{taken:.2f} s for {len(case.generated)} and {len(case.source_map)} bytes")
    if _is_worth_interpreting(case):
        interpreted = _outcome(case, "interpreted")
        if interpreted != compiled:
            raise Disagreement(f"interpreted: {interpreted!r:.500}\ncompiled: {compiled!r:.500}")


def _is_worth_interpreting(case: Case) -> bool:
    """Say whether to try the interpreted build too: it takes a hundred times as long."""
    size = len(case.generated) + len(case.source_map)
    return size <= _LONGEST_INTERPRETED and case.number % _INTERPRETED_ONE_IN == 0


def _outcome(case: Case, build: str) -> Any:
    try:
        return TARGETS[case.target].run(case, build)
    except MalformedSourceMap as error:
        return f"{type(error).__name__}: {error}"
