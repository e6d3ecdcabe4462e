"""``unmangle worker``: a worker process."""

from __future__ import annotations

import argparse

from core.command_line import Subcommands, add_command


def add_to(commands: Subcommands) -> None:
    """Add ``worker`` to the command line."""
    worker = add_command(
        commands,
        "worker",
        "run a worker process, which does the jobs of the queue until it is told to stop (SIGTERM)",
        "REDIS_URL=redis://redis.internal:6379/0 unmangle worker",
        "Start as many as there is work for, on as many hosts. What can be set is set by environment variables: see "
        "docs/configuration.md.",
    )
    worker.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:  # noqa: ARG001
    from worker.__main__ import main

    main()
    return 0
