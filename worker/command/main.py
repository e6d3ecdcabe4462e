"""``unmangle``: read the command line, and run the subcommand that it names."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from worker.command import cache, doctor, trace

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code of the process."""
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except BrokenPipeError:
        # Who reads has read enough.  What is still to be written has nowhere to go, also when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="unmangle", description="Read minified stack traces, and look after Unmangle."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (trace, cache, doctor):
        command.add_to(commands)
    return parser
