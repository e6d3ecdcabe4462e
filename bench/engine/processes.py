"""The measuring processes: one for each engine, so that none inherits another's memory or garbage."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import orjson

from bench.engine.tasks import Measurement, Task

HERE = Path(__file__).parent
PYTHON_ENGINES = ("unmangle", "symbolic", "symbolic view", "sourcemap")
NODE_ENGINES = ("trace-mapping", "source-map")


class MeasuringFailed(Exception):
    """A measuring process ended before it answered; what it had to say is on standard error."""


@dataclass(frozen=True, slots=True)
class MeasuringProcess:
    """A process that measures the engine ``name``.  Leaving it as a context ends it."""

    name: str
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, name: str) -> MeasuringProcess:
        """Start the process of the engine with this name."""
        if name in NODE_ENGINES:
            command = ["node", "--expose-gc", str(HERE / "peers.mjs"), name]
        else:
            command = [sys.executable, "-m", "bench.engine.worker", name]
        return cls(name, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))

    def measure(self, task: Task) -> Measurement:
        """Return what ``task`` takes.  Raises MeasuringFailed if the process ends."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(orjson.dumps(task) + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise MeasuringFailed(f"{self.name}: ended while measuring {task.kind} of {task.source_map}")
        return Measurement(**orjson.loads(answer))

    def __enter__(self) -> MeasuringProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def has_node_engines() -> bool:
    """Say whether the engines that run in Node are installed."""
    return (HERE / "node_modules").is_dir()
