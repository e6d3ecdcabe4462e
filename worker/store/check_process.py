"""``python -m worker.store.check_process UPLOAD BUNDLE``: a process that checks one upload, and ends.

Both are descriptors of open files; the bundle of an archived folder is written to the second one.
Standard input gets a ``CheckTask`` as a line of JSON; when it closes,
the worker is dead.  Standard output gets a ``CheckVerdict``.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import msgspec

from core.store.archive_check import CheckLimits
from core.store.bundle_check import Checked, check_bundle
from core.store.folder_bundles import write_folder_bundle
from core.store.upload_records import UploadFinding, UploadTask
from core.store.upload_report import UploadRefused
from worker.child_processes import leave_to_worker

_LESS_URGENT = 10
_FIRST_TO_GO = "500"


class CheckTask(msgspec.Struct, frozen=True):
    """An upload, and what it may take to be checked."""

    task: UploadTask
    max_files: int
    max_manifest_bytes: int
    max_file_bytes: int
    check_bytes: int
    max_memory_bytes: int

    @property
    def limits(self) -> CheckLimits:
        """The limits of the bundle."""
        return CheckLimits(
            max_files=self.max_files,
            max_manifest_bytes=self.max_manifest_bytes,
            max_file_bytes=self.max_file_bytes,
            check_bytes=self.check_bytes,
        )


class CheckVerdict(msgspec.Struct, frozen=True):
    """The outcome: what was checked, or why the upload is refused."""

    checked: Checked | None = None
    refused: list[UploadFinding] = []


def main() -> None:
    """Check the upload that the arguments name."""
    leave_to_worker()
    with contextlib.suppress(OSError):
        os.nice(_LESS_URGENT)
    with contextlib.suppress(OSError):  # not Linux
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
    check = msgspec.json.decode(sys.stdin.buffer.readline(), type=CheckTask)
    threading.Thread(target=_end_with_worker, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_DATA, (check.max_memory_bytes, check.max_memory_bytes))
    with os.fdopen(int(sys.argv[1]), "rb") as upload, os.fdopen(int(sys.argv[2]), "w+b") as made:
        try:
            verdict = CheckVerdict(checked=_checked(upload, made, check))
        except UploadRefused as error:
            verdict = CheckVerdict(refused=list(error.findings))
    sys.stdout.buffer.write(msgspec.json.encode(verdict))
    sys.stdout.buffer.flush()
    os._exit(0)


def _checked(upload: BinaryIO, made: BinaryIO, check: CheckTask) -> Checked:
    if check.task.kind == "bundle":
        return check_bundle(upload, check.task, check.limits)
    findings = write_folder_bundle(upload, made, check.task, check.limits)
    checked = check_bundle(made, check.task, check.limits)
    return msgspec.structs.replace(checked, findings=[*findings, *checked.findings])


def _end_with_worker() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main()
