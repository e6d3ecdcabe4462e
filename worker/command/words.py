"""What all subcommands share: how they join the command line, how they refuse, and how they end."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import TypeAlias

from core.control_characters import visible, visible_json
from worker.command.terminal import Colour, paint

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name

_WIDTH = 80

NOT_DONE = 1
"""The exit code of a command that could not do what it was asked; argparse ends with 2 on a wrong command line."""

ANSWER_IS_NO = 3
"""The exit code of a command that did its work, but to no avail: no frame has an original, or a map is broken."""


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


def say(line: str) -> None:
    """Tell a person what is no part of the result."""
    print(visible(line), file=sys.stderr)


def show(line: str) -> None:
    """Write a line of the result for people."""
    print(visible(line))


def show_in(colour: Colour, text: str, *, indent: str = "") -> None:
    """Write a line of the result in a colour, if people can see it."""
    print(f"{indent}{paint(text, colour, sys.stdout)}")


def write_json(document: object) -> None:
    """Write the result as JSON."""
    import orjson

    sys.stdout.write(visible_json(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()) + "\n")


def refuse(why: str) -> int:
    """Say on one line why nothing was done; return the exit code."""
    say(why)
    return NOT_DONE
