"""What all subcommands share: how they join the command line, how they refuse, and how they end."""

from __future__ import annotations

import argparse
import sys
from typing import TypeAlias

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

NOT_DONE = 1
"""The exit code of a command that could not do what it was asked; argparse ends with 2 on a wrong command line."""

NOTHING_FOUND = 3
"""The exit code of a command that did what it was asked, but to no avail: no frame could be resolved, say."""


def add_command(commands: Subcommands, name: str, meaning: str, example: str) -> argparse.ArgumentParser:
    """Add a subcommand: ``meaning`` is one sentence, ``example`` may have several lines."""
    return commands.add_parser(
        name,
        help=meaning,
        description=f"{meaning[0].upper()}{meaning[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def refuse(why: str) -> int:
    """Say on one line why nothing was done; return the exit code."""
    print(why, file=sys.stderr)
    return NOT_DONE
