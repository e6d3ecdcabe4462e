"""What all subcommands share: how they join the command line, how they refuse, and how they end."""

from __future__ import annotations

import os
import sys

from core.command_line import Subcommands as Subcommands
from core.command_line import add_command as add_command
from core.text.control_characters import visible, visible_json
from worker.command.terminal import Colour, paint

NOT_DONE = 1
"""The exit code of a command that could not do what it was asked; argparse ends with 2 on a wrong command line."""

ANSWER_IS_NO = 3
"""The exit code of a command that did its work, but to no avail: no frame has an original, or a map is broken."""

SOME_LEFT = 4
"""The exit code of ``unmangle trace`` if some frames have originals, and others stay as they were."""


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


def reason(error: Exception) -> str:
    """Return why something failed; of a file, its name and what the system says, without its number."""
    if isinstance(error, OSError) and error.errno and error.filename is not None:
        why = os.strerror(error.errno)
        return f"{os.fsdecode(error.filename)}: {why[0].lower()}{why[1:]}"
    return str(error)


def refuse(why: str) -> int:
    """Say on one line why nothing was done; return the exit code."""
    say(why)
    return NOT_DONE
