"""``unmangle completion``: a script that completes the words of this command in a shell."""

from __future__ import annotations

import argparse
import sys

from core.command_line import Subcommands, add_command

SHELLS = ("bash", "zsh", "fish", "tcsh")


def add_to(commands: Subcommands) -> None:
    """Add ``completion`` to the command line."""
    completion = add_command(
        commands,
        "completion",
        "print the script by which a shell completes the words of this command",
        "unmangle completion bash > ~/.local/share/bash-completion/completions/unmangle",
    )
    completion.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")
    completion.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    import shtab

    from worker.command.main import command_line

    sys.stdout.write(shtab.complete(command_line(), shell=chosen.shell) + "\n")
    return 0
