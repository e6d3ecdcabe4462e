"""``unmangle``: read the command line, and run the subcommand that it names."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

COMMANDS = ("trace", "explain", "lookup", "inspect", "bundle", "doctor", "cache", "celery")
"""Each is a module of this package."""

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code of the process."""
    if arguments is None:
        gc.disable()  # the process is about to end: looking for garbage costs more than it frees
    words = sys.argv[1:] if arguments is None else arguments
    # Most of the time of a small job would be spent on importing what the others need.
    chosen = command_line(words[:1] if words and words[0] in COMMANDS else COMMANDS).parse_args(words)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except BrokenPipeError:
        # Who reads has read enough.  What is still to be written has nowhere to go, also when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED


def command_line(commands: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return what reads the command line, for some of the subcommands."""
    meaning = "Read minified stack traces, and look after Unmangle."
    parser = argparse.ArgumentParser(prog="unmangle", description=meaning)
    # With ``prog``, argparse needs none of its imports for help texts.
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND", prog=parser.prog)
    for command in commands:
        import_module(f"worker.command.{command}").add_to(subcommands)
    return parser
