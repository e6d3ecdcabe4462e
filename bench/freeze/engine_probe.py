"""Digests of a checkout's scopes, index files and lookups; ``bench.freeze`` runs it there.

Standard input is MessagePack: a list of names, generated files and source maps (or nil).
"""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from bench.engine import unmangle

_PLACES = 300


def main() -> None:
    """Print the digests, by input, as JSON."""
    inputs = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=list[tuple[str, bytes, bytes | None]])
    with tempfile.TemporaryDirectory() as folder:
        facts = {
            f"{name} {_digest(generated + b'|' + (source_map or b''))}".strip(): _facts(
                generated, source_map, Path(folder, "index")
            )
            for name, generated, source_map in inputs
        }
    sys.stdout.buffer.write(msgspec.json.encode(facts))


def _facts(generated: bytes, source_map: bytes | None, path: Path) -> dict[str, str]:
    facts = {"scopes": _result(lambda: _scopes(generated))}
    if source_map is not None:
        facts["index"] = _result(lambda: _index(generated, source_map, path))
        facts["lookups"] = _result(lambda: _lookups(generated, source_map))
    return facts


def _scopes(generated: bytes) -> list[Any]:
    found = _function("find_scopes")(generated)
    if found is None:
        return []
    numbers = [bytes(getattr(found, each.name)) for each in fields(found) if each.name != "text"]
    return [*numbers, [found.name(index) for index in range(len(found))]]


def _index(generated: bytes, source_map: bytes, path: Path) -> bytes:
    unmangle.write(generated, source_map, path)
    return path.read_bytes()


def _lookups(generated: bytes, source_map: bytes) -> list[Any]:
    chance = random.Random(0)
    lines = generated.split(b"\n")
    plain, full = unmangle.answers(generated, source_map), unmangle.read(generated, source_map)
    found: list[Any] = []
    for _ in range(_PLACES):
        line = chance.randrange(len(lines))
        place = line, chance.randrange(len(lines[line]) + 1)
        context = full(place)
        found.append((repr(plain(place)), context[1] if isinstance(context, tuple) else None))
    return found


def _function(name: str) -> Callable[..., Any]:
    """Return a public function of the core, whichever module has it."""
    (file,) = (file for file in Path("core").rglob("*.py") if f"\ndef {name}(" in file.read_text())
    found: Callable[..., Any] = getattr(import_module(".".join(file.with_suffix("").parts)), name)
    return found


def _result(work: Callable[[], Any]) -> str:
    try:
        return _digest(repr(work()).encode())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


if __name__ == "__main__":
    main()
