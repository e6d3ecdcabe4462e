"""Unmangle's engine against its peers on real bundles: ``python -m bench.engine``."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.engine.bundles import BUNDLES, DEFAULT_CACHE, fetch_all
from bench.engine.processes import NODE_ENGINES, PYTHON_ENGINES, has_node_engines
from bench.engine.report import report
from bench.engine.rounds import run


def main() -> None:
    """Measure, and print the tables."""
    options = _options()
    pairs = [pair for pair in fetch_all(options.cache) if pair.name in options.bundles]
    engines = [engine for engine in options.engines if engine in PYTHON_ENGINES or has_node_engines()]
    results = run(pairs, engines, options.rounds)
    print(report(results, engines, [pair.name for pair in pairs]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.engine", description=__doc__)
    bundles, engines = [bundle.name for bundle in BUNDLES], [*PYTHON_ENGINES, *NODE_ENGINES]
    parser.add_argument("--rounds", type=int, default=5, help="how often each time is measured (default: 5)")
    parser.add_argument("--bundles", nargs="+", choices=bundles, default=bundles, metavar="NAME")
    parser.add_argument("--engines", nargs="+", choices=engines, default=engines, metavar="NAME")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder for what npm fetches")
    return parser.parse_args()


if __name__ == "__main__":
    main()
