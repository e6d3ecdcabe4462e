"""``unmangle``: read the command line, and run the subcommand that it names."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from worker.command import cache, doctor


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code of the process."""
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="unmangle", description="Look after Unmangle.")
    commands = parser.add_subparsers(required=True)
    cache.add_to(commands)
    doctor.add_to(commands)
    return parser
