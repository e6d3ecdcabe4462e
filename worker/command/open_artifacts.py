"""The artifacts that a command line names, with a word about the progress if there are many."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.offline.artifact_collection import Artifacts, collect
from worker.command.terminal import Progress


def open_artifacts(paths: Iterable[Path] | None) -> Artifacts:
    """Return what is in the folders, archives and files at ``paths``; in the current folder if there are none.

    Raises OSError, and MalformedBundle.
    """
    with Progress("looking for files") as progress:
        return collect(paths or [Path()], progress.step)
