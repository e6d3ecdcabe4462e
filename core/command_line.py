"""Command line of ``unmangle``, and how subcommands of several packages join it."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
AddTo: TypeAlias = Callable[[Subcommands], None]
"""Adds a subcommand, whose default ``run`` takes what was chosen and returns the exit code."""

_WIDTH = 80


def add_command(
    commands: Subcommands, name: str, meaning: str, example: str, more: str = ""
) -> argparse.ArgumentParser:
    """Add a subcommand: ``meaning`` is one sentence without its full stop, ``more`` what else there is to know."""
    description = textwrap.fill(f"{meaning[0].upper()}{meaning[1:]}. {more}", _WIDTH)
    return commands.add_parser(
        name,
        help=meaning,
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def command_line(adders: Iterable[AddTo]) -> tuple[argparse.ArgumentParser, Subcommands]:
    """Return what reads the command line, and its subcommands, to which some may be added."""
    meaning = "Serve symbolication requests, read minified stack traces, and look after Unmangle."
    parser = argparse.ArgumentParser(prog="unmangle", description=meaning)
    # With ``prog``, argparse needs none of its imports for help texts.
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND", prog=parser.prog)
    for add_to in adders:
        add_to(subcommands)
    return parser, subcommands


def run_alone(add_to: AddTo, words: Sequence[str]) -> int:
    """Run the only subcommand of a command line; return the exit code of the process."""
    parser, _ = command_line([add_to])
    chosen = parser.parse_args(words)
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)
