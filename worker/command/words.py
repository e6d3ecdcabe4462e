"""What all subcommands share: how they join the command line, and how they refuse."""

from __future__ import annotations

import argparse
import sys
from typing import TypeAlias

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

NOT_DONE = 1
"""The exit code of a command that could not do what it was asked; argparse ends with 2 on a wrong command line."""


def refuse(why: str) -> int:
    """Say on one line why nothing was done; return the exit code."""
    print(why, file=sys.stderr)
    return NOT_DONE
