"""Programs that run in another checkout: with its code, its ``.venv`` and its folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROBES = Path(__file__).resolve().parent


def command(checkout: Path, arguments: list[str]) -> list[str]:
    """Return the command of a Python program in ``checkout``."""
    python = checkout / ".venv" / "bin" / "python"
    return [str(python if python.exists() else sys.executable), "-P", *arguments]


def environment(checkout: Path, **more: str) -> dict[str, str]:
    """Return the environment in which Python finds the checkout's modules first, and the probes after them."""
    return {**os.environ, "PYTHONPATH": f"{checkout.resolve()}:{PROBES}", **more}


def run(checkout: Path, arguments: list[str], text: bytes = b"", **more: str) -> bytes:
    """Run a program to its end, with ``text`` as its input; return its output, whatever its exit code is."""
    process = subprocess.run(
        command(checkout, arguments),
        cwd=checkout,
        env=environment(checkout, **more),
        input=text,
        stdout=subprocess.PIPE,
        check=False,
    )
    return process.stdout
