"""Subcommands of ``unmangle`` that serve: ``api``, an API process, and ``serve``, the whole service on one machine."""

from __future__ import annotations

import argparse

from core.command_line import Subcommands, add_command


def add_api(commands: Subcommands) -> None:
    """Add ``api`` to the command line."""
    api = add_command(
        commands,
        "api",
        "run an API process, which serves HTTP until it is told to stop (SIGTERM)",
        "REDIS_URL=redis://redis.internal:6379/0 PORT=8080 unmangle api",
        "Start as many as there are requests for; any of them answers any poll. What can be set is set by environment "
        "variables: see docs/configuration.md.",
    )
    api.set_defaults(run=_run_api)


def add_serve(commands: Subcommands) -> None:
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
    serve.set_defaults(run=_run_service)


def _run_api(chosen: argparse.Namespace) -> int:  # noqa: ARG001
    from api.api_process import run_api

    run_api()
    return 0


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 999:
        raise argparse.ArgumentTypeError(f"{count} is not from 1 to 999")
    return count


def _run_service(chosen: argparse.Namespace) -> int:
    from api.serving.service import ServiceOptions, run_service

    return run_service(ServiceOptions(chosen.workers, with_example=chosen.example, with_parent=chosen.with_parent))
