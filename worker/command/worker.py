"""``unmangle worker``: a worker process."""

from __future__ import annotations

import argparse
import os

from core.command_line import Subcommands, add_command
from worker.command.terminal import ANSWER_IS_NO, refuse, say


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
    names = worker.add_mutually_exclusive_group()
    names.add_argument("--name", metavar="NAME", help="its name, instead of UNMANGLE_WORKER_NAME")
    names.add_argument(
        "--check",
        metavar="NAME",
        help="run no worker, but tell if the one of this name beats; ends with 3 if it doesn't",
    )
    worker.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    if chosen.check is not None:
        return _check(chosen.check)
    from worker.worker_process import main

    main(chosen.name)
    return 0


def _check(name: str) -> int:
    from core.errors import InvalidSetting, StoreUnavailable
    from core.settings import Settings
    from worker.jobs.liveness import beating, node_name

    try:
        nodes = beating(Settings.from_environ(os.environ))
    except (InvalidSetting, StoreUnavailable) as error:
        return refuse(str(error))
    if node_name(name) in nodes:
        say(f"{node_name(name)} beats")
        return 0
    say(f"{node_name(name)} does not beat; {', '.join(sorted(nodes)) or 'none'} does")
    return ANSWER_IS_NO
