"""``python -m worker``: ``unmangle worker`` where the command isn't installed."""

import sys

from core.command_line import run_alone
from worker.command.worker import add_to

if __name__ == "__main__":
    sys.exit(run_alone(add_to, ["worker", *sys.argv[1:]]))
