"""One input of a fuzz target: everything that a target does follows from it, so that it can be done again."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Case:
    """A generated file, a source map, and a number that decides the rest."""

    target: str
    generated: bytes
    source_map: bytes
    number: int

    @property
    def chance(self) -> random.Random:
        """The same dice for the same case."""
        return random.Random(self.number)

    def encoded(self) -> bytes:
        """Return the case as one line of text."""
        texts = {name: base64.b64encode(getattr(self, name)).decode() for name in ("generated", "source_map")}
        return orjson.dumps({"target": self.target, "number": self.number, **texts}) + b"\n"

    @classmethod
    def load(cls, path: Path) -> Case:
        """Read a case from the first line of a file."""
        values = orjson.loads(path.read_bytes().partition(b"\n")[0])
        texts = {name: base64.b64decode(values[name]) for name in ("generated", "source_map")}
        return cls(target=values["target"], number=values["number"], **texts)
