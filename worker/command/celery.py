"""``unmangle celery …``: Celery's own command, told where the workers of this deployment are."""

from __future__ import annotations

import argparse
import os
import sys

from core.command_line import Subcommands, add_command
from worker.command.terminal import refuse


def add_to(commands: Subcommands) -> None:
    """Add ``celery`` to the command line."""
    celery = add_command(
        commands,
        "celery",
        "run Celery's own command on the workers of REDIS_URL",
        "unmangle celery inspect active",
        "inspect, control and events; flower, if it is installed.",
    )
    celery.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT", help="what celery takes")
    celery.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    import click
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    from core.errors import InvalidSetting
    from core.queue.redis_address import redis_address
    from core.settings import Settings
    from worker.jobs.remote_control import control_app

    try:
        settings = Settings.from_environ(os.environ)
    except InvalidSetting as error:
        return refuse(str(error))
    sys.argv[0] = "unmangle celery"  # what Celery calls itself in its help
    try:
        control_app(settings).start(chosen.arguments or ["--help"])
    except click.ClickException as error:
        error.show()
        return int(error.exit_code)
    except click.exceptions.Exit as end:
        return int(end.exit_code)
    except (OperationalError, RedisError) as error:
        return refuse(f"celery: Redis at {redis_address(settings.redis_url).shown} can't be reached ({error})")
    return 0
