"""``python -m worker.command``: the ``unmangle`` command where it isn't installed."""

import sys

from worker.command.main import main

sys.exit(main())
