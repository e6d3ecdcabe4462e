"""``unmangle api``: an API process."""

from __future__ import annotations

import argparse

from core.command_line import Subcommands, add_command


def add_to(commands: Subcommands) -> None:
    """Add ``api`` to the command line."""
    api = add_command(
        commands,
        "api",
        "run an API process, which serves HTTP until it is told to stop (SIGTERM)",
        "REDIS_URL=redis://redis.internal:6379/0 PORT=8080 unmangle api",
        "Start as many as there are requests for; any of them answers any poll. What can be set is set by environment "
        "variables: see docs/configuration.md.",
    )
    api.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:  # noqa: ARG001
    from api.__main__ import main

    main()
    return 0
