"""``unmangle``: read the command line, and run the subcommand that it names."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from core import command_line as line
from core.command_line import AddTo

COMMANDS = (
    "trace",
    "explain",
    "lookup",
    "inspect",
    "bundle",
    "upload",
    "artifacts",
    "token",
    "store",
    "worker",
    "doctor",
    "cache",
    "celery",
    "completion",
)
"""Each is a module of this package."""
GROUP = "unmangle.commands"
"""The entry points of a distribution that are further subcommands: those of ``api``, which is not known here."""

_LASTING = ("api", "worker", "serve")
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code of the process."""
    words = sys.argv[1:] if arguments is None else arguments
    if arguments is None and not (words and words[0] in _LASTING):
        gc.disable()  # the process is about to end: looking for garbage costs more than it frees
    chosen = command_line(words[:1]).parse_args(words)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except BrokenPipeError:
        # Who reads has read enough.  What is still to be written has nowhere to go, also when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED


def command_line(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return what reads the command line: for the subcommand that ``words`` begin with, else for all of them.

    Most of the time of a small job would be spent on importing what the others need.
    """
    own = [word for word in words[:1] if word in COMMANDS]
    adders = [_own(command) for command in own or COMMANDS]
    parser, _ = line.command_line(adders if own else [*_registered(), *adders])
    parser.add_argument("--version", action=_Version, help="print the version of Unmangle, and end")
    return parser


def _own(command: str) -> AddTo:
    add_to: AddTo = import_module(f"worker.command.{command}").add_to
    return add_to


def _registered() -> list[AddTo]:
    from importlib.metadata import entry_points

    return [entry_point.load() for entry_point in sorted(entry_points(group=GROUP), key=lambda each: each.name)]


class _Version(argparse.Action):
    """``--version``, which looks for it only if it is asked."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        from worker.command.terminal import show

        show(f"unmangle {version('unmangle')}")
        parser.exit()
