"""Record of a checkout's index files, scopes and answers, as digests, and comparison of another checkout with it.

``python -m bench.freeze record FILE [--checkout DIR]`` and ``python -m bench.freeze compare FILE [--checkout DIR]``;
``docs/hacking.md`` says when to use it.  The code of the checkout runs in its own ``.venv``; the inputs of the engine
are those of this checkout.  ``compare`` ends with exit code 1 if something differs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.engine.bundles import DEFAULT_CACHE, fetch_all
from bench.freeze.checkouts import PROBES, run
from tests.fuzz.seeds import seeds

_ROOT = Path(__file__).resolve().parents[2]
_PARTS = ("engine", "answers")
_RUNS = 2  # of the tests that are recorded: what differs between them is no property of the code
_TESTS = ("tests/api", "tests/worker", "tests/end_to_end")
_MOST_SHOWN = 20

Facts = dict[str, dict[str, str]]
"""By input or test: names and digests of the engine's results, or digests and beginnings of a test's answers."""


def main() -> None:
    """Record or compare."""
    options = _options()
    if options.action == "record":
        recorded = {
            part: _engine(options.checkout) if part == "engine" else _stable(options.checkout, options.tests)
            for part in options.only
        }
        options.file.write_text(json.dumps(recorded, indent=1, sort_keys=True))
        print(", ".join(f"{len(facts)} {part}" for part, facts in recorded.items()))
    else:
        sys.exit(_compare(json.loads(options.file.read_text()), options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.freeze", description=__doc__)
    parser.add_argument("action", choices=["record", "compare"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--checkout", type=Path, default=_ROOT, help="folder to look at (default: this one)")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=_PARTS)
    parser.add_argument("--tests", nargs="+", default=_TESTS, metavar="PATH", help="tests whose answers are taken")
    return parser.parse_args()


def _compare(recorded: dict[str, Facts], options: argparse.Namespace) -> int:
    """Print what differs; return the exit code."""
    different = 0
    for part in options.only:
        then = recorded[part]
        now = _engine(options.checkout) if part == "engine" else _answers(options.checkout, options.tests)
        unlike = _unequal if part == "engine" else _unlike
        differences = [unlike(key, then[key], now[key]) for key in then if key in now and then[key] != now[key]]
        print(f"{part}: {len(now.keys() & then.keys())} of {len(then)} compared, {len(differences)} differ")
        print(*(f"  {each}" for each in differences[:_MOST_SHOWN]), sep="\n", end="\n" if differences else "")
        different += len(differences)
    return int(different > 0)


def _unequal(key: str, then: dict[str, str], now: dict[str, str]) -> str:
    return f"{key}: {', '.join(name for name in then if then[name] != now.get(name))}"


def _unlike(key: str, then: dict[str, str], now: dict[str, str]) -> str:
    gone, new = ([facts[digest] for digest in digests] for facts, digests in _only_in_one(then, now))
    return "\n    ".join([key, *(f"- {text}" for text in gone), *(f"+ {text}" for text in new)])


def _only_in_one(then: dict[str, str], now: dict[str, str]) -> Iterator[tuple[dict[str, str], set[str]]]:
    yield then, then.keys() - now.keys()
    yield now, now.keys() - then.keys()


def _engine(checkout: Path) -> Facts:
    """Return the digests of the tests' inputs and of the bundles."""
    inputs = [("", text, None) for text in seeds().programs] + [("", *pair) for pair in seeds().pairs]
    for source_map in sorted((_ROOT / "tests" / "data").rglob("*.map")):
        generated = source_map.with_suffix("")
        text = generated.read_bytes() if generated.is_file() else b""
        inputs.append((source_map.name, text, source_map.read_bytes()))
    inputs += [
        (pair.name, pair.generated.read_bytes(), pair.source_map.read_bytes()) for pair in fetch_all(DEFAULT_CACHE)
    ]
    output = run(checkout, [str(PROBES / "engine_probe.py")], msgspec.msgpack.encode(inputs))
    facts: Facts = msgspec.json.decode(output, type=dict[str, dict[str, str]])
    return facts


def _stable(checkout: Path, tests: list[str]) -> Facts:
    """Return the answers that each test gets in every run."""
    first, *others = (_answers(checkout, tests) for _ in range(_RUNS))
    return {key: texts for key, texts in first.items() if all(texts == other.get(key) for other in others)}


def _answers(checkout: Path, tests: list[str]) -> Facts:
    """Run tests; return their answers by test, each as a digest and its beginning."""
    facts: Facts = {}
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "pytest", "-q", "-p", "answers_plugin", "-n", "2", *tests]
        run(checkout, command, FREEZE_FOLDER=folder)
        for file in Path(folder).iterdir():
            for line in file.read_text().splitlines():
                key, digest, text = json.loads(line)
                facts.setdefault(key, {})[digest] = text
    return facts


if __name__ == "__main__":
    main()
