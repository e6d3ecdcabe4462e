"""``unmangle serve``: an API process, workers, and a Redis server if there is none, supervised together."""

from __future__ import annotations

import argparse

from core.command_line import Subcommands, add_command


def add_to(commands: Subcommands) -> None:
    """Add ``serve`` to the command line."""
    serve = add_command(
        commands,
        "serve",
        "run the whole service on this machine: an API process, workers, and a Redis server unless REDIS_URL names one",
        "PORT=8080 unmangle serve --workers 4",
        "It listens on 127.0.0.1 unless UNMANGLE_HOST says otherwise. What ends is started again; Ctrl-C, SIGTERM and "
        "a closed terminal end all of it. The Redis server of its own keeps nothing when it ends.",
    )
    serve.add_argument("--workers", metavar="N", type=_count, default=1, help="how many worker processes (default: 1)")
    serve.add_argument("--example", action="store_true", help="in a checkout: also serve the files of the example")
    serve.add_argument("--with-parent", action="store_true", help="end when the process ends that started this one")
    serve.set_defaults(run=_run)


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 999:
        raise argparse.ArgumentTypeError(f"{count} is not from 1 to 999")
    return count


def _run(chosen: argparse.Namespace) -> int:
    from api.service import Options, run_service

    return run_service(Options(chosen.workers, with_example=chosen.example, with_parent=chosen.with_parent))
