"""``python -m api``: ``unmangle api``."""

from __future__ import annotations

import sys

from api.command import add_api
from core.command_line import run_alone

if __name__ == "__main__":
    sys.exit(run_alone(add_api, ["api", *sys.argv[1:]]))
