"""``python -m tests.attacks.small_disk DIRECTORY MEBIBYTES COMMAND ...``: run a command with a small disk of its own.

To be run in a mount namespace (``unshare``), where the disk is a file system in memory that nobody else sees and that
ends with the command.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMESPACES = (("unshare", "--mount"), ("unshare", "--mount", "--user", "--map-root-user"))


def command_with_small_disk(directory: Path, mebibytes: int, *command: str) -> list[str] | None:
    """Return what runs ``command`` with such a disk at ``directory``; None where one may not have any."""
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        return None
    for namespace in _NAMESPACES:
        mounting = [*namespace, sys.executable, "-m", __name__, str(directory), str(mebibytes)]
        if subprocess.run([*mounting, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return [*mounting, *command]
    return None


def main() -> None:
    """Mount the disk, and become the command."""
    directory, mebibytes, *command = sys.argv[1:]
    options = f"size={mebibytes}m,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "unmangle-test", directory], check=True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
